using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
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
    public static void CheckPower(GoodnessOfFitTest test, int dimension, int count)
    {
        CheckPower(test, Normal(dimension, mean: 0.5), count);
        CheckPower(test, Normal(dimension, variance: 2.5), count);
    }

    /// <summary>Fails unless samples of some density are told from the standard normal one in nine of ten trials.</summary>
    public static void CheckPower(GoodnessOfFitTest test, ITarget source, int count, int replicates = Replicates)
    {
        const int Trials = 10, Least = 9;
        TestOutcome[] outcomes = Run(test, Normal(source.Dimension), source, count, Trials, replicates);
        Assert.InRange(Rejections(outcomes), Least, Trials);
    }

    /// <summary>Fails unless the same samples and seed give the same outcome, whatever was tested before.</summary>
    public static void CheckRepeats(GoodnessOfFitTest test, GaussianMixture model)
    {
        using Device device = CpuDevices.CreateSimd();
        int dimension = model.Dimension;
        PreparedTest prepared = test.Prepare(device, 60, dimension, 50);
        TestSamples first = TestSamples.Of(new Draw(541).Normal(60 * dimension, 1.3), model);
        TestSamples other = TestSamples.Of(new Draw(542).Normal(60 * dimension, 4), model);
        TestOutcome outcome = prepared(first, new(5, 1));
        Assert.NotEqual(outcome, prepared(other, new(5, 1)));
        Assert.Equal(outcome, prepared(first, new(5, 1)));
        Assert.Equal(outcome, test.Prepare(device, 60, dimension, 50)(first, new(5, 1)));
        Assert.InRange(outcome.PValue, double.Epsilon, 1);
    }

    /// <summary>Fails unless as few samples as a test allows can be tested, and those that are not numbers cannot.</summary>
    public static void CheckFewest(GoodnessOfFitTest test, GaussianMixture model)
    {
        using Device device = CpuDevices.CreateSimd();
        PreparedTest prepared = test.Prepare(device, test.MinSamples, model.Dimension, 20);
        double[] values = new Draw(543).Normal(test.MinSamples * model.Dimension);
        Assert.InRange(prepared(TestSamples.Of(values, model), new(6, 0)).PValue, double.Epsilon, 1);
        values[^1] = double.NaN;
        Assert.ThrowsAny<ArgumentException>(() => prepared(TestSamples.Of(values, model), new(6, 0)));
    }

    /// <summary>Samples with their scores under the standard normal density.</summary>
    /// <param name="change">What is done to each normal number.</param>
    public static TestSamples Samples(int trial, int count, int dimension, Func<double, double>? change = null)
    {
        GaussianMixture model = Normal(dimension);
        double[] values = model.Sample(new PhiloxStream(101, StreamPurpose.TrainingData, (uint)trial), count);
        return TestSamples.Of(change is null ? values : Array.ConvertAll(values, value => change(value)), model);
    }
}
