using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit;

/// <summary>Tests of several views of the same samples: along slices and with noise; and comparisons of two sets of samples.</summary>
public class JointSteinTestTests(ITestOutputHelper output)
{
    private const int Trials = 100;
    private const double Level = 0.05;

    /// <summary>A correct program fails one check of a level in ten thousand; the seeds are fixed.</summary>
    private const double Confidence = 1 - 1e-4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_single_view_is_tested_like_its_kernel(bool isChain)
    {
        double[] samples = new Draw(1).Normal(120);
        double[] scores = [.. samples.Select(x => 0.3 - x)];
        var kernel = new SteinKernel("imq", 1.3);
        var chains = ChainRows.Single(60);
        SteinReplicates method = isChain ? SteinReplicates.Chain : SteinReplicates.Independent;
        SteinTest expected = SteinTest.Compute(
            samples, scores, 2, [kernel], chains, method, 99, 5, cancellation: TestContext.Current.CancellationToken);
        JointSteinTest joint = JointSteinTest.Compute(
            [new(samples, scores, 2, kernel)], isChain ? chains : null, 99, Stream(5), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(expected.Kernels[0].Statistic, joint.Sum);
        Assert.Equal(expected.Kernels[0].PValue, joint.SumPValue);
        Assert.Equal(expected.AggregatedPValue, joint.SmallestPValue);
    }

    /// <summary>The pair terms on the device have 1/(h² + 10⁻⁹), those here exactly 1/h².</summary>
    [Theory]
    [InlineData("imq")]
    [InlineData("rbf")]
    public void Views_along_slices_have_the_sliced_discrepancy(string kernel) => EveryKernel.Run(kernel, new Slices(kernel));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Optimised_slices_find_heavy_tails_along_an_oblique_direction(bool trainsSlices)
    {
        const int Dimension = 4, Count = 800;
        using Device device = CpuDevices.CreateSimdDouble();
        int found = 0;
        OptimisedSlices? last = null;
        for (uint trial = 0; trial < 5; trial++)
        {
            var stream = new PhiloxStream(trial, StreamPurpose.TestData);
            double[] samples = new double[Count * Dimension], scores = new double[samples.Length];
            for (int i = 0; i < Count; i++)
            {
                Span<double> x = samples.AsSpan(i * Dimension, Dimension), s = scores.AsSpan(i * Dimension, Dimension);
                foreach (ref double entry in x)
                    entry = stream.NextNormal();

                // Laplace of variance 1 along (1, 1)/√2 instead of normal.
                double along = stream.NextLaplace() / Math.Sqrt(2), across = (x[0] - x[1]) / Math.Sqrt(2);
                (x[0], x[1]) = ((along + across) / Math.Sqrt(2), (along - across) / Math.Sqrt(2));
                for (int d = 0; d < Dimension; d++)
                    s[d] = -x[d];
            }

            int half = samples.Length / 2;
            last = OptimisedSlices.Fit(
                device,
                samples[..half],
                scores[..half],
                Dimension,
                trainsSlices,
                "imq",
                200,
                cancellation: TestContext.Current.CancellationToken);
            JointSteinTest test = JointSteinTest.Compute(
                last.Views(samples[half..], scores[half..], "imq"),
                null,
                199,
                Stream(trial),
                cancellation: TestContext.Current.CancellationToken);
            output.WriteLine($"{test.SumPValue} {string.Join(' ', last.Tests.Select(value => value.ToString("F2")))}");
            found += test.SumPValue <= Level ? 1 : 0;
        }

        Assert.InRange(found, 3, 5);
        Assert.All(Enumerable.Range(0, Dimension), slice => Assert.Equal(
            1, last!.Tests.Skip(slice * Dimension).Take(Dimension).Sum(value => value * value), 1e-9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.8)]
    public void Slices_keep_the_level(double correlation)
    {
        const int Dimension = 2;
        int count = correlation == 0 ? 100 : 600;
        int rejections = 0;
        Parallel.For(0, Trials, trial =>
        {
            using Device device = CpuDevices.CreateSimdDouble();
            double[] samples = Chain((uint)trial, count, Dimension, correlation);
            double[] scores = [.. samples.Select(x => -x)];
            int half = samples.Length / 2;
            OptimisedSlices slices = OptimisedSlices.Fit(device, samples[..half], scores[..half], Dimension, false, "imq", 20);
            JointSteinTest test = JointSteinTest.Compute(
                slices.Views(samples[half..], scores[half..], "imq"),
                correlation == 0 ? null : ChainRows.Single(count / 2),
                99,
                Stream((uint)trial),
                threads: 1);
            if (test.SumPValue <= Level)
                Interlocked.Increment(ref rejections);
        });
        output.WriteLine($"{rejections} of {Trials}");
        Assert.InRange(rejections, 0, BinomialIntervals.Counts(Level, Trials, Confidence).Upper);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void Noise_keeps_the_level_and_finds_a_missing_mode(double correlation)
    {
        var density = GaussianMixture.TwoModes(5, dimension: 2);
        double[] rungs = NoiseLadder.Rungs(density);
        Assert.Equal([1, 2, 4, 8], rungs);
        int[] rejections = new int[2];
        int count = correlation == 0 ? 100 : 200;
        Parallel.For(0, 2 * Trials, index =>
        {
            (int trial, bool isMissing) = (index / 2, index % 2 == 1);
            double[] samples = Chain((uint)trial, count, 2, correlation);

            // Components independent of the chain within, so that correlation alone is that of a chain that changes modes.
            var stream = new PhiloxStream((uint)trial, StreamPurpose.Resampling);
            for (int i = 0; i < count; i++)
                samples[2 * i] += isMissing || stream.NextInt32(2) == 0 ? 5 : -5;
            SteinView[] views = NoiseLadder.Views(density, samples, rungs, "imq", (uint)trial);
            JointSteinTest test = JointSteinTest.Compute(
                views, correlation == 0 ? null : ChainRows.Single(count), 99, Stream((uint)trial), threads: 1);
            if (test.SmallestPValue <= Level)
                Interlocked.Increment(ref rejections[isMissing ? 1 : 0]);
        });
        output.WriteLine($"{rejections[0]} of {Trials} without a difference, {rejections[1]} with one mode");
        Assert.InRange(rejections[0], 0, BinomialIntervals.Counts(Level, Trials, Confidence).Upper);
        Assert.InRange(rejections[1], Trials - 10, Trials);
    }

    /// <summary>Two sets equally far from the model, or both from it: the interval contains 0 as often as it says, or more often.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.7, 0, 0)]
    [InlineData(0, 0, 0.8)]
    [InlineData(0, 0.8, 0.8)]
    [InlineData(0.7, 0.5, 0.5)]
    public void Intervals_of_differences_cover_zero(double shift, double firstCorrelation, double secondCorrelation)
    {
        int outside = Count(shift, shift, firstCorrelation, secondCorrelation, isPaired: false).Outside;
        output.WriteLine($"{outside} of {Trials}");
        Assert.InRange(outside, 0, BinomialIntervals.Counts(Level, Trials, Confidence).Upper);
    }

    /// <summary>Pairs that share their noise have a shorter interval.</summary>
    [Theory]
    [InlineData(false, 60)]
    [InlineData(true, 95)]
    public void The_closer_set_is_found(bool isPaired, int atLeast)
    {
        (int outside, int closer) = Count(0.35, 0.6, 0, 0, isPaired);
        output.WriteLine($"{outside} outside, {closer} of them right");
        Assert.Equal(outside, closer);
        Assert.InRange(outside, atLeast, Trials);
    }

    [Fact]
    public void A_comparison_has_the_discrepancies_of_its_sets()
    {
        double[] x = new Draw(8).Normal(40), y = new Draw(9).Normal(60);
        double[] s = [.. x.Select(value => -value)], t = [.. y.Select(value => 1 - value)];
        var kernel = new SteinKernel("imq", [0.7, 2]);
        SteinComparison compared = SteinComparison.Compute(
            new(x, s, 2, null), new(y, t, 2, null), [kernel], isPaired: false, cancellation: TestContext.Current.CancellationToken)[0];
        Assert.Equal(Discrepancy(x, s), compared.First, 1e-12);
        Assert.Equal(Discrepancy(y, t), compared.Second, 1e-12);

        double Discrepancy(double[] samples, double[] scores)
            => new SteinPairs(samples, scores, 2, 1).Compute([kernel], cancellation: TestContext.Current.CancellationToken)[0]
                .Value(PairStatistic.U);
    }

    private static (int Outside, int Closer) Count(
        double firstShift, double secondShift, double firstCorrelation, double secondCorrelation, bool isPaired)
    {
        int outside = 0, closer = 0;
        for (int trial = 0; trial < Trials; trial++)
        {
            SteinSamples first = Set((uint)trial, firstShift, firstCorrelation);
            SteinSamples second = Set(isPaired ? (uint)trial : (uint)trial + 1000, secondShift, secondCorrelation);
            SteinComparison compared = SteinComparison.Compute(first, second, [new SteinKernel("imq", 1.5)], isPaired)[0];
            (double low, double high) = compared.Interval;
            outside += low > 0 || high < 0 ? 1 : 0;
            closer += high < 0 ? 1 : 0;
        }

        return (outside, closer);

        static SteinSamples Set(uint seed, double shift, double correlation)
        {
            int count = correlation == 0 ? 200 : 500;
            double[] samples = Array.ConvertAll(Chain(seed, count, 2, correlation), value => value + shift);
            return new(samples, Array.ConvertAll(samples, value => -value), 2, correlation == 0 ? null : ChainRows.Single(count));
        }
    }

    /// <summary>An autoregressive chain with standard normal states.</summary>
    private static double[] Chain(uint seed, int count, int dimension, double correlation)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TestData);
        var chain = new double[count * dimension];
        double fresh = Math.Sqrt(1 - (correlation * correlation));
        for (int i = 0; i < chain.Length; i++)
            chain[i] = i < dimension ? stream.NextNormal() : (correlation * chain[i - dimension]) + (fresh * stream.NextNormal());
        return chain;
    }

    private sealed record Slices(string Name) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const int Count = 30, Dimension = 3;
            using Device device = CpuDevices.CreateDouble();
            var draw = new Draw(77);
            double[] x = draw.Normal(Count * Dimension), s = draw.Normal(Count * Dimension);
            double[] slices = Units(draw), tests = Units(draw), bandwidths = [0.7, 1.4, 2.1];
            var test = new SlicedSteinTest<TKernel>(
                new Bootstrap(device, Count, 2, BootstrapWeights.Multinomial, new PhiloxStream(1, StreamPurpose.Bootstrap)),
                Dimension,
                Dimension);
            device.Write(test.SliceDirections, Transposed(slices));
            device.Write(test.TestDirections, Transposed(tests));
            test.Bandwidth.Set(bandwidths);
            DeviceMatrix samples = device.Allocate(Count, Dimension), scores = device.Allocate(Count, Dimension);
            device.Write(samples, x);
            device.Write(scores, s);
            DeviceMatrix pairs = device.Allocate(Count, Count);
            test.ComputePairs(pairs, samples, scores);
            double expected = device.Read(pairs).Sum() / (Count * (Count - 1.0));

            var optimised = new OptimisedSlices(Dimension, slices, tests, bandwidths);
            JointSteinTest joint = JointSteinTest.Compute(optimised.Views(x, s, Name), null, 19, Stream(1));
            Assert.Equal(expected, joint.Sum, 1e-7 * Math.Abs(expected));

            static double[] Units(Draw draw)
            {
                double[] directions = draw.Normal(Dimension * Dimension);
                for (int slice = 0; slice < Dimension; slice++)
                {
                    Span<double> direction = directions.AsSpan(slice * Dimension, Dimension);
                    double length = Math.Sqrt(direction.ToArray().Sum(value => value * value));
                    foreach (ref double value in direction)
                        value /= length;
                }

                return directions;
            }

            static double[] Transposed(double[] rows) =>
            [
                .. from d in Enumerable.Range(0, Dimension)
                   from slice in Enumerable.Range(0, Dimension)
                   select rows[(slice * Dimension) + d],
            ];
        }
    }

    private static PhiloxStream Stream(uint seed) => new(seed, StreamPurpose.Bootstrap);
}
