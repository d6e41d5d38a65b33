using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>What every <see cref="GoodnessOfFitTest"/> must do, checked on small normal samples.</summary>
internal static class TestTrials
{
    private const int Replicates = 99;

    /// <summary>A normal density with mean (μ, μ, …) and variance v in every coordinate.</summary>
    public static GaussianMixture Normal(int dimension, double mean = 0, double variance = 1)
        => GaussianMixture.Isotropic(dimension, [1], [.. Enumerable.Repeat(mean, dimension)], [variance]);

    /// <summary>The outcomes of trials with samples from one density that are tested for another.</summary>
    /// <param name="count">N, of all tests; a test is given as many as it says.</param>
    public static TestOutcome[] Run(
        GoodnessOfFitTest test, ITarget model, ITarget source, int count, int trials, int replicates = Replicates, int firstTrial = 0)
    {
        int given = test.GivenSamples(count);
        var outcomes = new TestOutcome[trials];
        var prepared = new ThreadLocal<PreparedTest>(
            () => test.Prepare(CpuDevices.CreateSimd(), given, model.Dimension, replicates));
        Parallel.For(0, trials, index =>
        {
            var seed = new TestSeed(5, (uint)(firstTrial + index));
            TestSamples samples = TestSamples.Of(source.Sample(seed.Stream(StreamPurpose.TestData), given), model);
            outcomes[index] = prepared.Value!(samples, seed);
        });
        return outcomes;
    }

    /// <summary>How many outcomes are rejected at 5 %.</summary>
    public static int Rejections(IEnumerable<TestOutcome> outcomes) => outcomes.Count(outcome => outcome.PValue <= 0.05);

    /// <summary>
    /// Fails if samples of the model are rejected more often, or less often unless that is allowed, than in all but 1 of 10 000 repetitions
    /// of the trials by a test with the level of 5 %.
    /// </summary>
    public static void CheckLevel(
        GoodnessOfFitTest test, int dimension, int count, int trials, bool isConservative = false, int replicates = Replicates)
    {
        GaussianMixture model = Normal(dimension);
        int rejections = Rejections(Run(test, model, model, count, trials, replicates));
        (int lower, int upper) = BinomialIntervals.Counts(0.05, trials, 1 - 1e-4);
        TestContext.Current.TestOutputHelper?.WriteLine($"{test.Name}: {rejections} of {trials} rejected; {lower} to {upper} expected");
        Assert.InRange(rejections, isConservative ? 0 : lower, upper);
    }

    /// <summary>Fails unless a mean of ½ and a variance of 2½ are found in most trials.</summary>
    public static void CheckPower(GoodnessOfFitTest test, int dimension, int count, int trials = 10, int least = 9)
    {
        GaussianMixture model = Normal(dimension);
        Assert.InRange(Rejections(Run(test, model, Normal(dimension, mean: 0.5), count, trials)), least, trials);
        Assert.InRange(Rejections(Run(test, model, Normal(dimension, variance: 2.5), count, trials)), least, trials);
    }

    /// <summary>Fails unless a trial has the same bits whatever the prepared test tested before.</summary>
    public static void CheckBits(GoodnessOfFitTest test, int dimension, int count)
    {
        GaussianMixture model = Normal(dimension);
        int given = test.GivenSamples(count);
        using Device device = CpuDevices.CreateSimd();
        PreparedTest prepared = test.Prepare(device, given, dimension, Replicates);
        TestOutcome[] outcomes = [.. ((uint[])[3, 4, 3]).Select(trial =>
        {
            var seed = new TestSeed(5, trial);
            return prepared(TestSamples.Of(model.Sample(seed.Stream(StreamPurpose.TestData), given), model), seed);
        })];
        Assert.Equal(outcomes[0], outcomes[2]);
        Assert.NotEqual(outcomes[0], outcomes[1]);
        Assert.Equal(outcomes[..2], Run(test, model, model, count, 2, firstTrial: 3));
    }
}
