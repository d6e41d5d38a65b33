namespace Stein.Engine.Devices;

/// <summary>
/// A grid of G equidistant nodes for each of R columns: node k of column r is at <c>origin_r + k·spacing_r</c>, k = 0, …, G − 1.
/// </summary>
/// <remarks>
/// Between the nodes k and k + 1 a function is replaced by the cubic polynomial through its values at k − 1, …, k + 2. Points therefore
/// belong between node 1 and node G − 2; those outside are moved to the nearer of the two.
/// </remarks>
/// <param name="Origins">The positions of the first nodes (1×R).</param>
/// <param name="InverseSpacings">The reciprocals of the distances between nodes (1×R).</param>
internal readonly record struct ColumnGrids(DeviceMatrix Origins, DeviceMatrix InverseSpacings)
{
    /// <summary>The nodes of a grid with a single interval for points.</summary>
    public const int MinimumNodes = 4;
}
