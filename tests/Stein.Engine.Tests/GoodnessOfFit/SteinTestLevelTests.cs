using System.Globalization;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit;

/// <summary>
/// How often <see cref="SteinTest"/> rejects samples of the model: independent ones and chains. STEIN_TEST_NULLS=2000 tests that many
/// times.
/// </summary>
public class SteinTestLevelTests(ITestOutputHelper output)
{
    private const double Level = 0.05;
    private const int Replicates = 199;

    private static readonly int Nulls =
        int.TryParse(Environment.GetEnvironmentVariable("STEIN_TEST_NULLS"), CultureInfo.InvariantCulture, out int count) ? count : 100;

    private static readonly double Confidence = Nulls > 100 ? 0.95 : 1 - 1e-4;

    [Theory]
    [InlineData("imq")]
    [InlineData("rbf")]
    public void Independent_samples(string kernel) => Check(kernel, 100, 0, SteinReplicates.Independent);

    [Theory]
    [InlineData(0, 400)]
    [InlineData(0.5, 400)]
    [InlineData(0.9, 1000)]
    public void Autoregressive_chains(double correlation, int samples) => Check("imq", samples, correlation, SteinReplicates.Chain);

    [Fact]
    public void Independent_replicates_are_wrong_for_a_chain()
    {
        int rejections = Count("imq", 400, 0.9, SteinReplicates.Independent, 40).Single;
        Assert.InRange(rejections, 12, 40);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_mean_and_another_width_are_found(bool isChain)
    {
        SteinReplicates method = isChain ? SteinReplicates.Chain : SteinReplicates.Independent;
        Assert.InRange(Count("imq", 200, 0, method, 30, shift: 0.5).Aggregated, 25, 30);
        Assert.InRange(Count("imq", 200, 0, method, 30, width: 1.6).Aggregated, 20, 30);
    }

    /// <summary>The Gamma problem of Schrab, Guedj and Gretton (NeurIPS 2022): power, with STEIN_TEST_NULLS only.</summary>
    [Theory]
    [InlineData(0, 0.035, 0.04)]
    [InlineData(0.1, 0.175, 0.175)]
    [InlineData(0.2, 0.455, 0.495)]
    [InlineData(0.3, 0.78, 0.82)]
    [InlineData(0.4, 0.93, 0.945)]
    public void Gamma_problem(double shift, double publishedMedian, double publishedAggregated)
    {
        Assert.SkipUnless(Nulls > 100, "STEIN_TEST_NULLS is not set");
        const int Trials = 200, Samples = 500, Shape = 5;
        int median = 0, aggregated = 0;
        Parallel.For(0, Trials, trial =>
        {
            var stream = new PhiloxStream(11, StreamPurpose.TestData, (uint)trial);
            var source = new System.Random((int)(stream.NextUInt32() >> 1));
            var random = new MathNet.Numerics.Distributions.Gamma(Shape + shift, 1 / 5.0, source);
            double[] samples = [.. Enumerable.Range(0, Samples).Select(_ => random.Sample())];
            double[] scores = [.. samples.Select(x => ((Shape - 1) / x) - (1 / 5.0))];
            double bandwidth = MedianDistance.Of(samples, 1);
            SteinTest test = SteinTest.Compute(
                samples,
                scores,
                1,
                [.. Enumerable.Range(0, 11).Select(power => new SteinKernel("imq", bandwidth * Math.Pow(2, power)))],
                ChainRows.Single(Samples),
                SteinReplicates.Independent,
                500,
                (uint)trial,
                threads: 1);
            if (test.Kernels[0].PValue <= Level)
                Interlocked.Increment(ref median);
            if (test.AggregatedPValue <= Level)
                Interlocked.Increment(ref aggregated);
        });
        output.WriteLine(
            $"shift {shift}: median {median / (double)Trials} ({publishedMedian}), "
            + $"aggregated {aggregated / (double)Trials} ({publishedAggregated})");
        Near(median, publishedMedian);
        Near(aggregated, publishedAggregated);

        // Three standard errors of the difference of two shares of 200 trials.
        static void Near(int count, double published)
            => Assert.InRange(count / (double)Trials, published - Error(published), published + Error(published));

        static double Error(double share) => 3 * Math.Sqrt(2 * Math.Max(share * (1 - share), 0.02) / Trials);
    }

    private void Check(string kernel, int samples, double correlation, SteinReplicates method)
    {
        (int single, int aggregated) = Count(kernel, samples, correlation, method, Nulls);
        (int lower, int upper) = BinomialIntervals.Counts(Level, Nulls, Confidence);
        output.WriteLine($"{kernel} N = {samples}, φ = {correlation}: {single}, aggregated {aggregated}, of {Nulls}; {lower} to {upper}");
        Assert.InRange(single, lower, upper);
        Assert.InRange(aggregated, 0, upper);
    }

    private static (int Single, int Aggregated) Count(
        string kernel, int samples, double correlation, SteinReplicates method, int trials, double shift = 0, double width = 1)
    {
        int single = 0, aggregated = 0;
        Parallel.For(0, trials, trial =>
        {
            const int Dimension = 2;
            var stream = new PhiloxStream(7, StreamPurpose.TestData, (uint)trial);
            var values = new double[samples * Dimension];
            for (int i = 0; i < values.Length; i++)
            {
                double innovation = stream.NextNormal();
                values[i] = i < Dimension
                    ? innovation
                    : (correlation * values[i - Dimension]) + (Math.Sqrt(1 - (correlation * correlation)) * innovation);
            }

            double[] scores = [.. values.Select(x => (shift - x) / width / width)];
            SteinTest test = SteinTest.Compute(
                values,
                scores,
                Dimension,
                [new(kernel, 1.5), new(kernel, 0.75), new(kernel, 3)],
                ChainRows.Single(samples),
                method,
                Replicates,
                (uint)trial,
                threads: 1);
            if (test.Kernels[0].PValue <= Level)
                Interlocked.Increment(ref single);
            if (test.AggregatedPValue <= Level)
                Interlocked.Increment(ref aggregated);
        });
        return (single, aggregated);
    }
}
