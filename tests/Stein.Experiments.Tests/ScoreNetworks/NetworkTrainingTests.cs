using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;
using Stein.Experiments.ScoreNetworks;
using Stein.Experiments.Studies;
using Stein.Experiments.Tests.Studies;
using Xunit;

namespace Stein.Experiments.Tests.ScoreNetworks;

public class NetworkTrainingTests
{
    private static readonly ScoreNetworkSettings Small = new()
    {
        Hidden = 32,
        Batch = 64,
        Iterations = 300,
        TrainingSamples = 500,
        TestSamples = 400,
        Steps = 100,
    };

    public static TheoryData<string> Densities => [.. PlanarDensity.Names];

    public static TheoryData<string> Losses => [.. ScoreLoss.Names];

    /// <summary>With 400 samples the standard error of a weight is at most .025, and that of the squared MMD about .003.</summary>
    [Theory]
    [MemberData(nameof(Densities))]
    public void Samples_by_the_exact_scores_are_found_to_be_of_the_density(string data)
    {
        using Device device = DeviceCatalog.Create("simd");
        TrainingResult result = new NetworkTraining(Small with { Data = data }, device).Finish();
        foreach (string sampler in NoiseLevelSampler.Names)
        {
            Assert.InRange(Of(NetworkTraining.Discrepancy), -0.01, 0.015);
            Assert.InRange(Of(NetworkTraining.Weights), 0, 0.09);
            Assert.Equal(0, Of(NetworkTraining.Lost));

            double Of(Quantity quantity) => result.Values
                .Single(metric => metric.Name == NetworkTraining.ExactPrefix + NetworkTraining.Of(quantity, sampler).Name).Value;
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Training_brings_the_scores_closer_to_the_exact_ones(string loss)
    {
        using Device device = DeviceCatalog.Create("simd");
        var training = new NetworkTraining(Small with { Loss = loss }, device);
        double before = training.Measure()[0].Value;
        for (int step = 0; step < Small.Iterations; step++)
            training.Step();
        Assert.InRange(training.Measure()[0].Value, 0, before / 2);
        Assert.False(training.HasDiverged());
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_training_restored_ends_with_the_same_bits(string loss)
    {
        using Device device = DeviceCatalog.Create("simd");
        Interruption.LeavesTheBits(() => new NetworkTraining(Small with { Loss = loss, TestSamples = 20, Steps = 10 }, device));
    }

    [Fact]
    public void Scores_that_are_no_longer_finite_end_the_run()
    {
        using Device device = DeviceCatalog.Create("simd");
        var training = new NetworkTraining(Small with { LearningRate = 1e30 }, device);
        for (int step = 0; step < 3; step++)
            training.Step();
        Assert.Throws<RunFailedException>(training.Measure);
    }

    [Fact]
    public void Parts_have_their_share_of_the_components()
    {
        foreach (string name in PlanarDensity.Names)
            Assert.Equal(PlanarDensity.Find(name).Components, PlanarDensity.Parts(name).Count);
        Assert.Equal([0, 1, 2], PlanarDensity.Parts("modes"));

        // Rings of radius 1 and 2.5 with components one standard deviation, .15, apart.
        Assert.Equal([42, 105], PlanarDensity.Parts("rings").GroupBy(part => part).Select(part => part.Count()));
    }

    [Fact]
    public void A_sampler_that_is_unknown_is_refused_by_name()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => NoiseLevelSampler.Move("euler", (_, _, _) => { }, (1, 0.1), 2, [0], new(1, Engine.Random.StreamPurpose.Langevin)));
        Assert.Contains("unknown sampler 'euler'", refusal.Message, StringComparison.Ordinal);
    }
}
