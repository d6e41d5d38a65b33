namespace Stein.Experiments.Samples;

/// <summary>
/// Divides each coordinate by a scale of its own, the standard deviation of samples: <c>z = x/σ</c>, <c>s(x) = s_z(z)/σ</c>.
/// </summary>
/// <remarks>Nothing is subtracted: scores do not depend on the origin, and the estimators centre the samples.</remarks>
/// <param name="scales">σ (D), positive.</param>
internal sealed class Standardisation(IReadOnlyList<double> scales)
{
    /// <summary>The standard deviations of samples, with N − 1 in the denominator.</summary>
    /// <exception cref="InvalidDataException">A column is constant, or its range is not a finite number.</exception>
    public static Standardisation Of(SampleTable samples)
        => new([.. Enumerable.Range(0, samples.Columns).Select(column => Deviation(samples, column))]);

    /// <summary>Divides points (M×D, row-major).</summary>
    public double[] Apply(double[] points) => [.. points.Index().Select(value => value.Item / scales[value.Index % scales.Count])];

    /// <summary>Turns scores of standardised points (M×D, row-major) into those of the points, in place.</summary>
    public void Restore(double[] scores)
    {
        for (int i = 0; i < scores.Length; i++)
            scores[i] /= scales[i % scales.Count];
    }

    private static double Deviation(SampleTable samples, int column)
    {
        double[] values = [.. Enumerable.Range(0, samples.Rows).Select(row => samples.Values[(row * samples.Columns) + column])];
        double range = values.Max(value => Math.Abs(value - values[0]));
        if (!(range > 0 && double.IsFinite(range)))
        {
            string name = samples.Names is { } names ? $" ({names[column]})" : "";
            string what = range > 0 ? "has a range beyond double precision" : "is constant, so that it has no density";
            throw new InvalidDataException($"coordinate {column + 1}{name} {what} and cannot be standardised. Leave it out: --drop");
        }

        double[] relative = [.. values.Select(value => (value - values[0]) / range)];
        double mean = relative.Average();
        return range * Math.Sqrt(relative.Sum(value => (value - mean) * (value - mean)) / (samples.Rows - 1));
    }
}
