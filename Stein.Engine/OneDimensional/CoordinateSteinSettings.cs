using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.OneDimensional;

/// <summary>What <see cref="CoordinateSteinDiscrepancy{TDensity, TKernel}"/> measures.</summary>
internal sealed record CoordinateSteinSettings
{
    /// <summary>h, positive.</summary>
    public required double Bandwidth { get; init; }

    /// <summary>Whether the kernel is <c>κ(t − s) − κ(t + s)</c>, whose functions are odd; otherwise it is <c>κ(t − s)</c>.</summary>
    public bool IsOdd { get; init; }

    /// <summary>Whether all coordinates share one critic: all their numbers are samples of one density.</summary>
    public bool IsPooled { get; init; }

    /// <summary>Whether pairs of a number with itself are included.</summary>
    public PairStatistic Statistic { get; init; } = PairStatistic.V;

    /// <summary>The nodes of a grid, for kernels whose sums are not exact.</summary>
    public int Nodes { get; init; } = GridPairSums<GaussianKernel>.DefaultNodes;

    /// <summary>How far a critic is tabulated beyond the numbers it is made of, in bandwidths; farther out it is constant.</summary>
    public double Margin { get; init; }

    /// <summary>The first parameter of the density, see <see cref="IBaseScore"/>.</summary>
    public double P { get; init; }

    /// <summary>The second parameter of the density.</summary>
    public double Q { get; init; }
}
