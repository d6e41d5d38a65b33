using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>The bandwidth by the median rule.</summary>
internal static class MedianDistance
{
    /// <summary>The largest number of samples, evenly spaced among all, between which distances are taken.</summary>
    public const int MaxSamples = 2048;

    /// <summary>The lower median of the positive distances between samples, or 2 048 evenly spaced ones if there are more.</summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <exception cref="ArgumentException">All of them are equal, so that there is no positive distance.</exception>
    public static double Of(ReadOnlySpan<double> samples, int dimension)
    {
        int all = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 2);
        int count = Math.Min(all, MaxSamples);
        double[] some = SampleMatrix.Select(samples, dimension, SampleMatrix.EvenlySpaced(count, all));
        var distances = new List<double>(count * (count - 1) / 2);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<double> x = some.AsSpan(i * dimension, dimension);
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> y = some.AsSpan(j * dimension, dimension);
                double scale = 0, sum = 0;
                for (int d = 0; d < x.Length; d++)
                    scale = Math.Max(scale, Math.Abs(x[d] - y[d]));
                if (scale == 0)
                    continue;
                // Relative to the largest difference: squares neither overflow nor vanish.
                for (int d = 0; d < x.Length; d++)
                    sum += (x[d] - y[d]) / scale * ((x[d] - y[d]) / scale);
                distances.Add(scale * Math.Sqrt(sum));
            }
        }

        if (distances.Count == 0)
            throw new ArgumentException("All samples are equal, so that no bandwidth follows from their distances. Give a bandwidth.");
        distances.Sort();
        return distances[(distances.Count - 1) / 2];
    }
}
