using CsvHelper;

namespace Stein.Experiments.Denoising;

/// <summary>The score of an auto-encoder on a square grid over the training samples.</summary>
internal static class DaeScoreField
{
    /// <summary>Points in a row.</summary>
    public const int Across = 21;

    /// <summary>The grid (441×2, row-major): the least square about the middle of the samples (N×2) that holds them.</summary>
    public static double[] Grid(ReadOnlySpan<double> samples)
    {
        Span<double> low = [double.PositiveInfinity, double.PositiveInfinity];
        Span<double> high = [double.NegativeInfinity, double.NegativeInfinity];
        for (int i = 0; i < samples.Length; i++)
        {
            low[i % 2] = Math.Min(low[i % 2], samples[i]);
            high[i % 2] = Math.Max(high[i % 2], samples[i]);
        }

        double reach = 0.5 * Math.Max(high[0] - low[0], high[1] - low[1]);
        var points = new double[2 * Across * Across];
        for (int i = 0; i < Across * Across; i++)
        {
            points[2 * i] = (0.5 * (low[0] + high[0])) + (reach * Place(i % Across));
            points[(2 * i) + 1] = (0.5 * (low[1] + high[1])) + (reach * Place(i / Across));
        }

        return points;

        static double Place(int index) => (2.0 * index / (Across - 1)) - 1;
    }

    /// <summary>Points and scores (N×2 each) as rows.</summary>
    public static IEnumerable<DaeFieldPoint> Points(double[] points, double[] scores)
    {
        for (int i = 0; i < points.Length; i += 2)
            yield return new(points[i], points[i + 1], scores[i], scores[i + 1]);
    }
}

/// <summary>A row of <see cref="DaeNetworkRun.FieldFile"/>.</summary>
/// <param name="X1">The point.</param>
/// <param name="X2">The point.</param>
/// <param name="S1">The auto-encoder's score there.</param>
/// <param name="S2">The auto-encoder's score there.</param>
[CsvRecord]
internal sealed partial record DaeFieldPoint(
    [CsvColumn("x1")] double X1, [CsvColumn("x2")] double X2, [CsvColumn("s1")] double S1, [CsvColumn("s2")] double S2);
