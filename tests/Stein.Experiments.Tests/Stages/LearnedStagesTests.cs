using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Samplers;
using Stein.Experiments.Declarations;
using Stein.Experiments.Stages.Learned;
using Xunit;

namespace Stein.Experiments.Tests.Stages;

public sealed class LearnedStagesTests : IDisposable
{
    private static readonly LearnedStagesSettings Small = new()
    {
        Iterations = 200,
        Hidden = 16,
        Batch = 64,
        TrainingSamples = 200,
        TestSamples = 200,
        EstimatorSamples = 100,
        Replacement = StageReplacement.None,
    };

    private readonly Device device = DeviceCatalog.Create("simd-double");

    public static TheoryData<string> Withheld => [.. StageReplacement.Withheld];

    public static TheoryData<string> Planar => [.. StageData.Names.Except([StageData.Digits])];

    public void Dispose() => device.Dispose();

    [Theory]
    [MemberData(nameof(Planar))]
    public void Exact_scores_have_no_error_in_their_window_and_networks_learn(string data)
    {
        LearnedStagesSettings settings = Small with { Data = data, Hidden = 32, Iterations = 400, TrainingSamples = 5000 };
        StageScores scores = Learn(settings with { Replacement = StageReplacement.Exact });
        double untrained = Learn(settings with { Iterations = 1 }).Errors(0).OfNetworks;
        double[] errors = [.. Enumerable.Range(1, StageScores.Windows).Select(window => scores.Errors(window).OfNetworks)];
        Assert.All(Enumerable.Range(0, StageScores.Windows + 1), window => Assert.Equal(0, scores.Errors(window).Error));
        Assert.Equal(errors.Sum(), scores.Errors(0).OfNetworks, 1e-12);
        Assert.InRange(errors.Sum(), 0, 0.75 * untrained);
    }

    /// <summary>Of a network that keeps everything nothing is withheld.</summary>
    [Theory]
    [MemberData(nameof(Withheld))]
    public void A_network_that_keeps_all_is_the_network(string replacement)
    {
        StageScores scores = Learn(Small with { Replacement = replacement, Left = 1 });
        double[] without = scores.Sample(NoiseLevelSampler.Diffusion, 0);
        Assert.All(
            Enumerable.Range(1, StageScores.Windows), window => Assert.Equal(without, scores.Sample(NoiseLevelSampler.Diffusion, window)));
        StageScores less = Learn(Small with { Replacement = replacement, Left = 0.02 });
        (double error, double ofNetworks) = less.Errors(3);
        Assert.Equal(scores.Errors(3).OfNetworks, ofNetworks);
        Assert.True(error > ofNetworks, $"{error} is not above {ofNetworks}");
    }

    [Fact]
    public void A_share_of_the_steps_is_of_its_window_alone()
    {
        StageScores equal = Learn(Small), more = Learn(Small with { Shares = "1:1:3:1:1" });
        for (int window = 1; window <= StageScores.Windows; window++)
        {
            if (window == 3)
                Assert.True(more.Errors(window).Error < equal.Errors(window).Error);
            else
                Assert.Equal(equal.Errors(window), more.Errors(window));
        }
    }

    /// <summary>Images with noise have errors that are larger than those of the density by a number, the same for all scores.</summary>
    [Fact]
    public void An_estimator_takes_the_place_of_a_network_of_digits()
    {
        LearnedStagesSettings settings = Small with { Data = StageData.Digits, Replacement = "kde", ClassifierSteps = 50 };
        StageData data = StageData.Of(settings, device);
        var scores = new StageScores(settings, data, device);
        SampleErrors without = data.Judge(scores.Sample(NoiseLevelSampler.Flow, 0));
        SampleErrors with = data.Judge(scores.Sample(NoiseLevelSampler.Flow, 4));
        Assert.NotEqual(without, with);
        Assert.True(double.IsFinite(with.Weights + with.Detail + with.Whole));
        Assert.Equal(0, data.Judge(data.Test).Detail, 1e-12);
    }

    [Theory]
    [InlineData("1:1:1:1")]
    [InlineData("1:1:1:1:0")]
    [InlineData("1:1:1:1:-1")]
    [InlineData("1:1:x:1:1")]
    public void Shares_are_five_positive_numbers(string shares)
    {
        string message = Refusal(new() { Shares = shares });
        Assert.Contains($"\"shares\": {shares}: ", message, StringComparison.Ordinal);
        Assert.Contains("5 positive numbers with colons between them", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_knows_the_exact_scores_of_digits() => Assert.Contains(
        "the exact scores of digits are not known",
        Refusal(new() { Data = StageData.Digits, Replacement = StageReplacement.Exact }),
        StringComparison.Ordinal);

    private static string Refusal(LearnedStagesSettings settings)
        => Assert.Throws<InvalidConfigException>(() => ExperimentRegistry.LearnedStages.Identify(settings)).Message;

    private StageScores Learn(LearnedStagesSettings settings) => new(settings, StageData.Of(settings, device), device);
}
