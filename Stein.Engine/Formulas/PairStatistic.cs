namespace Stein.Engine.Formulas;

/// <summary>How a sum over pairs of N samples estimates an expectation over two independent ones.</summary>
public enum PairStatistic
{
    /// <summary>The mean over i ≠ j, divided by N(N−1): unbiased.</summary>
    U,

    /// <summary>The mean over all i, j, divided by N²: biased, never negative.</summary>
    V,
}

/// <summary>The divisors of the statistics.</summary>
internal static class PairStatisticExtensions
{
    /// <summary>1/(N(N−1)) or 1/N².</summary>
    /// <exception cref="ArgumentOutOfRangeException">A U-statistic of fewer than two samples.</exception>
    public static double Weight(this PairStatistic statistic, int samples)
    {
        if (statistic == PairStatistic.V)
            return 1.0 / ((double)samples * samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 2);
        return 1.0 / ((double)samples * (samples - 1));
    }
}
