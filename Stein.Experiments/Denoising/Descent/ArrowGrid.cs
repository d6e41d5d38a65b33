using CsvHelper;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>A square grid of points over samples in the plane.</summary>
internal static class ArrowGrid
{
    /// <summary>The number of points in a row of the grid.</summary>
    public const int Across = 17;

    /// <summary>How far the grid goes beyond the samples, as a share of their extent.</summary>
    private const double Margin = 0.1;

    /// <summary>The points (289×2, row-major), centred on the middle of the samples (N×2).</summary>
    public static double[] Over(double[] samples)
    {
        double[] xs = [.. samples.Where((_, index) => index % 2 == 0)];
        double[] ys = [.. samples.Where((_, index) => index % 2 == 1)];
        (double x, double y) = (0.5 * (xs.Min() + xs.Max()), 0.5 * (ys.Min() + ys.Max()));
        double reach = (1 + Margin) * 0.5 * Math.Max(xs.Max() - xs.Min(), ys.Max() - ys.Min());
        var points = new double[2 * Across * Across];
        for (int i = 0; i < Across * Across; i++)
        {
            points[2 * i] = x + (reach * Place(i % Across));
            points[(2 * i) + 1] = y + (reach * Place(i / Across));
        }

        return points;

        static double Place(int index) => (2.0 * index / (Across - 1)) - 1;
    }
}

/// <summary>A row of a run's <c>arrows.csv</c>: the scores at a point (x₁, x₂) of the grid.</summary>
/// <param name="X1">The first coordinate of the point.</param>
/// <param name="X2">The second coordinate of the point.</param>
/// <param name="S1">The first component of s_t there.</param>
/// <param name="S2">The second component of s_t there.</param>
/// <param name="True1">The first component of ∇ log p there; NaN where the density is not known.</param>
/// <param name="True2">The second component of ∇ log p there; NaN where the density is not known.</param>
[CsvRecord]
internal sealed partial record ArrowPoint(
    [CsvColumn("time")] int Time,
    [CsvColumn("x1")] double X1,
    [CsvColumn("x2")] double X2,
    [CsvColumn("s1")] double S1,
    [CsvColumn("s2")] double S2,
    [CsvColumn("true1")] double True1,
    [CsvColumn("true2")] double True2);
