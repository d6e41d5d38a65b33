using Stein.Engine.Formulas;

namespace Stein.Engine.Devices;

/// <summary>What a pair term reads of N points: one row per point of each of up to three matrices.</summary>
/// <param name="First">Matrix 0 (N×D), the points themselves.</param>
/// <param name="Second">Matrix 1, for example the scores (N×D).</param>
/// <param name="Third">Matrix 2, for example a diffusion coefficient.</param>
internal readonly record struct PairPoints(DeviceMatrix First, DeviceMatrix? Second = null, DeviceMatrix? Third = null)
{
    /// <summary>The number of points N.</summary>
    public int Count => First.Rows;

    /// <summary>The dimension D of the points.</summary>
    public int Dimension => First.Columns;

    /// <summary>The matrix that the term calls <paramref name="matrix"/>; null if the points do not have it.</summary>
    public DeviceMatrix? this[int matrix] => matrix switch { 0 => First, 1 => Second, _ => Third };

    /// <summary>Some of the points, sharing their memory.</summary>
    public PairPoints Range(int start, int count)
        => new(First.RowRange(start, count), Second?.RowRange(start, count), Third?.RowRange(start, count));
}

/// <summary>The pairs to which a pair term is applied: those within one set of points, or those between two sets.</summary>
internal readonly record struct PairSet
{
    private PairSet(PairPoints first, PairPoints second, DeviceMatrix constants, bool isWithinOneSet, bool hasDiagonal)
        => (First, Second, Constants, IsWithinOneSet, HasDiagonal) = (first, second, constants, isWithinOneSet, hasDiagonal);

    /// <summary>The first points of the pairs (M).</summary>
    public PairPoints First { get; }

    /// <summary>The second points of the pairs (N).</summary>
    public PairPoints Second { get; }

    /// <summary>The constants of the term, one per row (C×1).</summary>
    public DeviceMatrix Constants { get; }

    /// <summary>Whether the first points are the second points.</summary>
    public bool IsWithinOneSet { get; }

    /// <summary>Whether the pairs of a point with itself belong to the set.</summary>
    public bool HasDiagonal { get; }

    /// <summary>The N² pairs within one set of points, for the U-statistic without those of a point with itself.</summary>
    public static PairSet Within(PairPoints points, DeviceMatrix constants, PairStatistic statistic)
        => new(points, points, constants, true, statistic == PairStatistic.V);

    /// <summary>The MN pairs between two sets of points.</summary>
    public static PairSet Between(PairPoints first, PairPoints second, DeviceMatrix constants)
        => new(first, second, constants, false, true);
}
