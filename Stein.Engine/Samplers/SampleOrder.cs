using MathNet.Numerics.Statistics;

namespace Stein.Engine.Samplers;

/// <summary>Whether samples are in the order in which a Markov chain visited them, and how long it remembers.</summary>
/// <param name="AutocorrelationTime">
/// The integrated autocorrelation time in samples, at least 1: the number of samples divided by the effective sample size of
/// <see cref="ChainDiagnostics"/>. It is the largest of those of the coordinates and of the distance from the mean.
/// </param>
/// <param name="IsChain">
/// Whether neighbours are alike within short stretches too, and no coordinate is sorted. Independent samples that were sorted or put
/// together class by class also have a long autocorrelation time, but a block of them misses a part of the space.
/// </param>
internal sealed record SampleOrder(double AutocorrelationTime, bool IsChain)
{
    /// <summary>
    /// The correlation of neighbours within a stretch above which samples are a chain. Its median over stretches of 20 or more independent
    /// samples is hardly ever above 0.2; a chain that is below has an autocorrelation time under 2 and needs no blocks.
    /// </summary>
    private const double MinCorrelation = 0.3;

    private const int MaxStretches = 10;
    private const int MinStretch = 20;

    /// <summary>Measures samples in the order in which they are given. Units and scales of the coordinates do not matter.</summary>
    /// <param name="samples">K×D, row-major, K at least <see cref="ChainDiagnostics.MinimumDraws"/>, finite.</param>
    public static SampleOrder Measure(ReadOnlySpan<double> samples, int dimension)
    {
        int count = samples.Length / dimension;
        var distances = new double[count];
        var columns = new List<double[]>();
        for (int d = 0; d < dimension; d++)
        {
            var column = new double[count];
            for (int i = 0; i < count; i++)
                column[i] = samples[(i * dimension) + d];
            if (!Standardise(column))
                continue;
            columns.Add(column);
            for (int i = 0; i < count; i++)
                distances[i] += column[i] * column[i];
        }

        bool isSorted = columns.Exists(IsSorted);
        columns.Add(Array.ConvertAll(distances, Math.Sqrt));
        return new(columns.Max(Time), !isSorted && columns.Max(NeighbourCorrelation) > MinCorrelation);
    }

    /// <summary>Shifts and scales to mean 0 and variance 1.</summary>
    /// <returns>Whether not all values are the same.</returns>
    private static bool Standardise(double[] column)
    {
        // First to the range [-1, 1], in which no square overflows.
        double scale = Math.Max(column.Max(Math.Abs), double.Epsilon);
        for (int i = 0; i < column.Length; i++)
            column[i] /= scale;
        (double mean, double deviation) = column.MeanStandardDeviation();
        for (int i = 0; i < column.Length; i++)
            column[i] = (column[i] - mean) / deviation;
        return deviation > 0;
    }

    private static bool IsSorted(double[] column)
    {
        (bool rises, bool falls) = (false, false);
        for (int i = 1; i < column.Length; i++)
            (rises, falls) = (rises || column[i] > column[i - 1], falls || column[i] < column[i - 1]);
        return rises != falls;
    }

    private static double Time(double[] column)
    {
        double effective = ChainDiagnostics.Compute(column, chains: 1, dimension: 1, coordinate: 0).EffectiveSampleSize;
        return effective > 0 ? Math.Max(1, column.Length / effective) : 1;
    }

    /// <summary>The median over stretches of the correlation of each sample with the next, about the stretch's own mean.</summary>
    private static double NeighbourCorrelation(double[] column)
    {
        int stretches = Math.Clamp(column.Length / MinStretch, 1, MaxStretches);
        return Enumerable.Range(0, stretches).Select(index =>
        {
            double[] stretch = column[(index * column.Length / stretches)..((index + 1) * column.Length / stretches)];
            double mean = stretch.Average();
            double variance = stretch.Sum(value => (value - mean) * (value - mean));

            // A chain that does not move within the stretch is as correlated as possible.
            return variance > 0 ? stretch.Zip(stretch.Skip(1), (one, next) => (one - mean) * (next - mean)).Sum() / variance : 1;
        }).Median();
    }
}
