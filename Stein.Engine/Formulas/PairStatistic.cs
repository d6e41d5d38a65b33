namespace Stein.Engine.Formulas;

/// <summary>How the mean over pairs of N samples estimates the expectation over two independent samples.</summary>
public enum PairStatistic
{
    /// <summary>The sum over i ≠ j divided by N(N−1), which is unbiased.</summary>
    U,

    /// <summary>The sum over all i, j divided by N², which is biased but never negative.</summary>
    V,
}

/// <summary>The divisors of the statistics.</summary>
internal static class PairStatisticExtensions
{
    /// <summary>The factor of the sum: 1/(N(N−1)) for U, 1/N² for V.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The statistic is U and there are fewer than two samples.</exception>
    public static double Weight(this PairStatistic statistic, int samples)
    {
        if (statistic == PairStatistic.V)
            return 1.0 / ((double)samples * samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 2);
        return 1.0 / ((double)samples * (samples - 1));
    }
}
