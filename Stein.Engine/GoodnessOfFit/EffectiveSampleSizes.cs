using Stein.Engine.Samplers;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>What the samples of chains are worth, by <see cref="ChainDiagnostics"/>.</summary>
internal static class EffectiveSampleSizes
{
    /// <summary>
    /// The effective sample size of the mean of each coordinate (D), added over the chains; those with fewer than
    /// <see cref="ChainDiagnostics.MinimumDraws"/> samples count as they are.
    /// </summary>
    /// <param name="samples">N×D, row-major.</param>
    public static double[] OfCoordinates(ReadOnlySpan<double> samples, int dimension, ChainRows chains)
    {
        var sizes = new double[dimension];
        var column = new double[chains.Samples];
        for (int d = 0; d < dimension; d++)
        {
            for (int i = 0; i < column.Length; i++)
                column[i] = samples[(i * dimension) + d];
            sizes[d] = Of(column, chains);
        }

        return sizes;
    }

    /// <summary>The number of samples divided by the effective sample size of their mean, at least 1.</summary>
    public static double AutocorrelationTime(double[] values, ChainRows chains)
    {
        double effective = Of(values, chains);
        return effective > 0 ? Math.Max(1, values.Length / effective) : values.Length;
    }

    private static double Of(double[] values, ChainRows chains) => chains.Ranges.Sum(range =>
    {
        int length = range.End - range.First;
        return length < ChainDiagnostics.MinimumDraws
            ? length
            : ChainDiagnostics.Compute(values.AsSpan(range.First, length), chains: 1, dimension: 1, coordinate: 0).EffectiveSampleSize;
    });
}
