namespace Stein.Experiments.Denoising;

/// <summary>A square grid of points over samples in the plane.</summary>
internal static class ArrowGrid
{
    /// <summary>Points in a row.</summary>
    public const int Across = 17;

    /// <summary>How far it goes beyond the samples, as a share.</summary>
    private const double Margin = 0.1;

    /// <summary>The points (289×2, row-major), about the middle of the samples (N×2).</summary>
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
