using Stein.Engine.Kernels;
using Stein.Engine.Samplers;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// The autocorrelation of chains as the Stein kernel sees it, <c>ρ_l = (E u(x_i, x_(i+l)) − U)/(E u(x_i, x_i) − U)</c> with the squared
/// discrepancy U: the correlation of all functions that the discrepancy compares about their means, weighted as it weighs them. Under the
/// hypothesis U is 0 and the expectation of N times the V-statistic is <c>E u(x, x)·(1 + 2Σ_l ρ_l)</c>, which is what replicates for a
/// chain have to reproduce.
/// </summary>
/// <param name="Correlations">ρ_1, ρ_2, … up to where noise begins.</param>
internal sealed record SteinAutocorrelation(IReadOnlyList<double> Correlations)
{
    /// <summary>The correlation length of the signs in units of the chain's <c>τ − 1</c>.</summary>
    private const double SignsPerTime = 5;

    /// <summary>The least number of stretches of equal signs that a replicate has on average.</summary>
    private const double MinStretches = 20;

    /// <summary>The integrated autocorrelation time <c>τ = 1 + 2Σ_l ρ_l</c>, at least 1.</summary>
    public double Time => Math.Max(1, 1 + (2 * Correlations.Sum()));

    /// <summary>
    /// The probability with which the signs of the wild bootstrap flip from one sample to the next: ½, independent signs, for τ = 1; else
    /// the correlation of the signs, <c>(1 − 2a)^l</c>, lasts five times as long as that of the chain, but no longer than N/20 samples.
    /// </summary>
    public double FlipProbability(int samples)
    {
        double flip = 0.5 / (1 + (SignsPerTime * (Time - 1)));
        return Math.Min(0.5, Math.Max(flip, MinStretches / 2 / samples));
    }

    /// <summary>
    /// The factor of replicates whose signs flip with a probability: at lag l they carry only <c>(1 − 2a)^l</c> of the covariance, and
    /// without the factor <c>(1 + 2Σρ_l)/(1 + 2Σρ_l(1 − 2a)^l)</c> their mean would be below that of the statistic. It tends to 1 with a.
    /// </summary>
    public double ReplicateFactor(double flip)
    {
        double sum = 0, power = 1;
        foreach (double correlation in Correlations)
        {
            power *= 1 - (2 * flip);
            sum += correlation * power;
        }

        return Math.Max(1, Time / Math.Max(1, 1 + (2 * sum)));
    }

    /// <summary>
    /// Estimates the correlations of samples in the order given, O(ND) for each lag; by Geyer's initial monotone sequence, as in
    /// <see cref="ChainDiagnostics"/>.
    /// </summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">N×D, row-major.</param>
    /// <param name="chains">The chains; pairs are formed within each.</param>
    /// <param name="discrepancy">The U-statistic of all samples.</param>
    /// <exception cref="ArgumentException">The two are not N×D numbers each.</exception>
    public static SteinAutocorrelation Estimate(
        double[] samples,
        double[] scores,
        int dimension,
        SteinKernel kernel,
        ChainRows chains,
        double discrepancy,
        CancellationToken cancellation = default)
    {
        SampleMatrix.CheckSameShape(samples, scores, dimension, nameof(scores));
        kernel.Check();
        double variance = kernel.Diagonal(scores, dimension).Average() - discrepancy;
        var correlations = new List<double>();
        var lags = RadialKernels.Visit(kernel.Profile, new LagMeans(samples, scores, dimension, kernel, chains));
        int longest = chains.Ranges.Max(range => range.End - range.First);
        foreach ((double even, double odd, _) in ChainDiagnostics.MonotonePairs(Correlation, longest / 2))
            correlations.AddRange(even, odd);

        // The first is that of lag 0.
        return new([.. correlations.Skip(1)]);

        double Correlation(int lag)
        {
            cancellation.ThrowIfCancellationRequested();
            return lag == 0 ? 1 : (lags(lag) - discrepancy) / variance;
        }
    }

    /// <summary>The mean of <c>u(x_i, x_(i+l))</c> as a function of the lag l, compiled for a kernel.</summary>
    private sealed record LagMeans(double[] Samples, double[] Scores, int Dimension, SteinKernel Kernel, ChainRows Chains)
        : IRadialKernelVisitor<Func<int, double>>
    {
        private const int Share = 4096;

        public Func<int, double> Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => lag =>
            {
                (int First, int End)[] ranges = [.. Chains.Ranges.SelectMany(range => Shares(range.First, range.End - lag))];
                var sums = new double[ranges.Length];
                Parallel.For(0, ranges.Length, index =>
                {
                    double sum = 0;
                    for (int i = ranges[index].First; i < ranges[index].End; i++)
                        sum += SteinTerm.Value<TKernel>(Samples, Scores, Dimension, Kernel, i, i + lag);
                    sums[index] = sum;
                });
                return sums.Sum() / Math.Max(1, ranges.Sum(range => range.End - range.First));
            };

        private static IEnumerable<(int First, int End)> Shares(int first, int end)
        {
            for (int start = first; start < end; start += Share)
                yield return (start, Math.Min(start + Share, end));
        }
    }
}
