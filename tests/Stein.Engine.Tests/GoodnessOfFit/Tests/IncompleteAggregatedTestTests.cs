using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>Aggregated tests of incomplete U-statistics.</summary>
public class IncompleteAggregatedTestTests
{
    private static readonly BandwidthCollection One = new BandwidthCollection.MedianPowers(0, 0);

    /// <summary>The statistic of a single kernel is the mean of its terms over the pairs within reach.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(29)]
    [InlineData(200)]
    public void Statistic_is_the_mean_over_pairs(int reach)
    {
        const int Count = 30;
        GaussianMixture model = TestTrials.Normal(2);
        TestSamples samples = TestSamples.Of(model.Sample(new PhiloxStream(6, StreamPurpose.TestData), Count), model);
        using var device = CpuDevices.CreateSimd();
        var distances = new SampleDistances(device, Count, 2);
        distances.Set(samples.Values);
        var kernel = new SteinKernel("imq", distances.Median());
        double expected = Enumerable.Range(0, Count)
            .SelectMany(i => Enumerable.Range(i + 1, Math.Min(reach, Count - 1 - i)).Select(j => SteinTerm.Value<InverseMultiquadricKernel>(
                samples.Values, samples.Scores, 2, kernel, i, j)))
            .Average();
        TestOutcome outcome = new AggregatedTest("", "", One, reach).Prepare(device, Count, 2, 9)(samples, new TestSeed(1, 1));
        Checks.Close("statistic", [expected], [outcome.Statistic], _ => 1e-12);
    }

    [Fact]
    public void Of_all_pairs_it_is_the_complete_test()
    {
        GaussianMixture model = TestTrials.Normal(2);
        Assert.Equal(
            TestTrials.Run(new AggregatedTest("", "", BandwidthCollection.OfRbm), model, model, 40, 3),
            TestTrials.Run(new AggregatedTest("", "", BandwidthCollection.OfRbm, reach: 39), model, model, 40, 3));
    }

    [Theory]
    [InlineData("ksdagg-incomplete-1")]
    [InlineData("ksdagg-incomplete-100")]
    public void Has_its_level(string name) => TestTrials.CheckLevel(GoodnessOfFitTests.Find(name), 2, 130, 300);

    /// <summary>One superdiagonal is N − 1 terms, of which a variance needs more than a mean does.</summary>
    [Theory]
    [InlineData("ksdagg-incomplete-1", 3000)]
    [InlineData("ksdagg-incomplete-100", 150)]
    [InlineData("ksdagg-incomplete-200", 150)]
    public void Finds_other_means_and_variances(string name, int count) => TestTrials.CheckPower(GoodnessOfFitTests.Find(name), 2, count);
}
