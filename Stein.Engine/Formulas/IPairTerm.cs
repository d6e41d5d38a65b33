using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// What a pair term reads of two points: for each point a row of up to three matrices, whose meaning the term defines (samples, scores,
/// entries of a diffusion matrix, features), and constants that all pairs share. Drivers implement it; a lane may hold several pairs.
/// </summary>
internal interface IPair<T>
    where T : struct, ILane<T>
{
    /// <summary>The number of columns of matrix 0, the dimension D of the points.</summary>
    int Dimension { get; }

    /// <summary>The same number for arithmetic. Not every GPU converts a whole number to the double of <c>T.Constant</c>.</summary>
    T DimensionLane { get; }

    /// <summary>Entry <paramref name="index"/> of the first point's row of a matrix.</summary>
    T First(int matrix, int index);

    /// <summary>Entry <paramref name="index"/> of the second point's row of a matrix.</summary>
    T Second(int matrix, int index);

    /// <summary>A number that all pairs share, such as 1/h².</summary>
    T Constant(int index);
}

/// <summary>
/// Sums over the coordinates of a pair, of which a pair term is a function; a term leaves those that it does not need at 0.
/// </summary>
internal struct CoordinateSums<T>
    where T : struct, ILane<T>
{
    public T First;
    public T Second;
    public T Third;
    public T Fourth;
    public T Fifth;
}

/// <summary>
/// A symmetric function u of two points, written once over lanes. Devices sum it, or write it to a matrix, and differentiate it,
/// without knowing what it means. To add a discrepancy, implement this interface by a struct.
/// </summary>
/// <remarks>
/// The term has two stages, so that the work that grows with the dimension is a loop of products and sums, and everything that is
/// expensive (exponentials, roots) happens once for each pair: <see cref="Contract"/> sums over the coordinates, and
/// <see cref="Value"/> is a function of those sums. Derivatives with respect to the first point go the same way back. Those with respect
/// to the second point follow from the symmetry.
/// </remarks>
internal interface IPairTerm
{
    /// <summary>The number of matrices that are read, 1 to 3.</summary>
    static abstract int Matrices { get; }

    /// <summary>The sums over coordinates, which must not depend on the constants. O(D), or as the term says.</summary>
    static abstract CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>;

    /// <summary>The term u, given the sums.</summary>
    static abstract T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>;

    /// <summary>The derivative of u with respect to each of the sums, including those at 0 that the term does not need.</summary>
    static abstract CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>;

    /// <summary>
    /// The derivative of u with respect to one entry of the first point, given the slopes: the sum over the sums of their slopes times
    /// their derivatives with respect to the entry.
    /// </summary>
    static abstract T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>;
}
