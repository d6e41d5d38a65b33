using MathNet.Numerics.Statistics;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>Tests that aggregate over bandwidths, of all pairs and of some, by both bootstraps.</summary>
public class AggregatedTestTests(ITestOutputHelper output)
{
    private static readonly GoodnessOfFitTest Test = GoodnessOfFitTests.Find("ksdagg");

    /// <summary>
    /// Of the authors' bandwidths, over 2²⁰: each replicate from those of a few kernels, against its own. The closer some samples are, the
    /// more kernels are needed.
    /// </summary>
    [Theory]
    [InlineData(1, null, 16)]
    [InlineData(3, null, 10)]
    [InlineData(20, null, 6)]
    [InlineData(20, 30, 6)]
    [InlineData(2, 1, 12)]
    public void Replicates_of_few_kernels_give_those_of_all(int dimension, int? reach, int most)
    {
        const int Count = 200, Replicates = 200;
        GaussianMixture model = TestTrials.Normal(dimension);
        TestSamples samples = TestSamples.Of(model.Sample(new PhiloxStream(4, StreamPurpose.TestData), Count), model);
        SteinKernel[] kernels =
            [.. Enumerable.Range(-20, 21).Select(power => new SteinKernel("imq", Math.ScaleB(Math.Sqrt(2 * dimension), power)))];
        ReplicateWeights signs = ReplicateWeights.Signs(Count, Replicates, new PhiloxStream(4, StreamPurpose.Bootstrap));
        SteinPairSums[] expected = samples.Pairs(kernels).Compute(
            kernels, signs, reach: reach, cancellation: TestContext.Current.CancellationToken);
        SteinPairSums[] actual = KernelFamily.Compute(samples.Pairs(kernels), kernels, signs, reach);
        var products = new double[21, 21];
        samples.Pairs(kernels).ComputeWithProducts(kernels, products, reach: reach);
        double worst = 0;
        for (int k = 0; k < kernels.Length; k++)
        {
            Checks.Same("sums", expected[k].After, actual[k].After);
            double error = Math.Sqrt(expected[k].Forms.Zip(actual[k].Forms, (x, y) => (x - y) * (x - y)).Average());
            worst = Math.Max(worst, error / expected[k].Forms.RootMeanSquare());
        }

        int few = KernelFamily.Spanning(products).Few.Length;
        output.WriteLine($"D = {dimension}, reach {reach}: {few} of 21 kernels, error {worst:E1}");

        // The root mean square of 200 replicates is within a quarter of its expectation in all but a few of 10⁶ draws.
        Assert.InRange(worst, 0, 1.25 * KernelFamily.Tolerance);
        Assert.InRange(few, 1, most);
    }

    [Fact]
    public void P_value_is_that_of_all_replicates()
    {
        GaussianMixture model = TestTrials.Normal(3);
        var seed = new TestSeed(8, 2);
        TestSamples samples = TestSamples.Of(model.Sample(seed.Stream(StreamPurpose.TestData), 80), model);
        using var device = CpuDevices.CreateSimd();
        TestOutcome outcome = Test.Prepare(device, 80, 3, 99)(samples, seed);
        var distances = new SampleDistances(device, 80, 3);
        distances.Set(samples.Values);
        SteinKernel[] kernels = [.. BandwidthCollection.OfPackage.Of(distances).Select(bandwidth => new SteinKernel("imq", bandwidth))];
        SteinTestOfKernel[] all =
        [
            .. samples.Pairs(kernels).Compute(
                kernels,
                ReplicateWeights.Signs(80, 99, seed.Stream(StreamPurpose.Bootstrap)),
                cancellation: TestContext.Current.CancellationToken).Select(SteinTestOfKernel.OfSigns),
        ];
        Assert.Equal(SteinTest.AggregatedPValueOf(all), outcome.PValue);
        Checks.Close("statistic", [all.MinBy(one => one.PValue)!.Statistic], [outcome.Statistic], _ => 1e-12);
    }

    /// <summary>Median and largest distance by hand.</summary>
    [Fact]
    public void Collections_are_those_of_the_authors()
    {
        using var device = CpuDevices.CreateSimd();
        var distances = new SampleDistances(device, 3, 2);
        distances.Set([0, 0, 3, 4, 0, 16]);
        double median = Math.Sqrt(9 + 144);
        Checks.Close("Gamma", [median, 1024 * median], Ends(BandwidthCollection.OfGamma, 11), _ => 1e-3);
        Checks.Close("RBM", [Math.ScaleB(median, -20), median], Ends(BandwidthCollection.OfRbm, 21), _ => 1e-5);
        Checks.Close("package", [0.5, 8], Ends(BandwidthCollection.OfPackage, 10), _ => 1e-6);
        Checks.Close("spaced", [0.5, 2, 8], new BandwidthCollection.Spaced(3).Of(distances), _ => 1e-6);

        double[] Ends(BandwidthCollection collection, int count)
        {
            double[] bandwidths = collection.Of(distances);
            Assert.Equal(count, bandwidths.Length);
            return [bandwidths[0], bandwidths[^1]];
        }
    }

    [Fact]
    public void Has_its_level() => TestTrials.CheckLevel(Test, 2, 100, 300);

    [Fact]
    public void Finds_other_means_and_variances() => TestTrials.CheckPower(Test, 2, 100);

    /// <summary>All trials share the samples of the model, so that their number of rejections varies a little more.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(40)]
    public void The_parametric_bootstrap_has_its_level_power_and_bits(int? pool)
    {
        var test = new AggregatedTest("parametric", "", BandwidthCollection.OfGamma, model: new ModelReplicates(pool));
        Assert.True(test.SamplesModel);
        TestTrials.CheckLevel(test, 2, 50, 300, replicates: 399);
        TestTrials.CheckPower(test, 2, 100);
    }

    [Fact]
    public void The_parametric_bootstrap_needs_a_model()
    {
        var test = new AggregatedTest("parametric", "", BandwidthCollection.OfGamma, model: new ModelReplicates());
        using var device = CpuDevices.CreateSimd();
        Assert.Throws<ArgumentException>(() => test.Prepare(device, 2, 1, 9)(new TestSamples([1, 2], [-1, -2], 1), new TestSeed(1, 0)));
    }
}
