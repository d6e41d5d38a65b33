using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.MetaSamplers;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using Stein.Experiments.Tests.Studies;
using Xunit;

namespace Stein.Experiments.Tests.MetaSamplers;

public class MetaTrainingTests
{
    private static readonly MetaSamplerSettings Small = new()
    {
        Seed = 101,
        Iterations = 6,
        RestartEvery = 2,
        Unroll = 3,
        Particles = 12,
        TestParticles = 12,
        TestSteps = 4,
        Splits = 1,
    };

    public static TheoryData<string> Methods => ["stein", "kde", "ssge", MetaMethod.Mode, MetaMethod.Langevin];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_training_restored_ends_with_the_same_bits(string method)
    {
        using Device device = DeviceCatalog.Create("simd");
        MetaSamplerSettings settings = Small with { Method = method };
        Interruption.LeavesTheBits(() => Begin(settings, device));
    }

    [Theory]
    [InlineData("stein")]
    [InlineData(MetaMethod.Langevin)]
    public void What_it_became_samples_better_than_the_prior_does(string method)
    {
        using Device device = DeviceCatalog.Create("simd");
        MetaSamplerSettings settings = Small with
        {
            Method = method,
            Iterations = 60,
            RestartEvery = 10,
            Unroll = 10,
            Particles = 30,
            TestParticles = 30,
            TestSteps = 100,
        };
        ITraining training = Begin(settings, device);
        for (int step = 0; step < (method == MetaMethod.Langevin ? LangevinChoice.Candidates.Count : settings.Iterations); step++)
            training.Step();
        Assert.False(training.HasDiverged());
        IReadOnlyList<Metric> values = training.Finish().Values;
        foreach (ClassificationKind kind in ClassificationKind.Tests)
            Assert.InRange(Value(values, MetaSampler.Of(MetaSampler.Prediction, kind)), -0.67, 0);
    }

    /// <summary>The mean over batches of the score of a batch is the score of all data.</summary>
    [Fact]
    public void Scores_of_batches_have_the_score_of_all_data_as_their_mean()
    {
        var task = new ClassificationTask(ClassificationKind.Rings, 101, 1, 0);
        var stream = new PhiloxStream(101, StreamPurpose.Batches);
        double[] point = SamplerTests.Normal(stream, task.Posterior.Dimension);
        double[] exact = SamplerTests.Scores(task.Posterior, point);
        double[][] batches = [.. Enumerable.Range(0, 2000).Select(_ => SamplerTests.Scores(task.Batch(stream, 20), point))];
        for (int d = 0; d < exact.Length; d++)
        {
            double mean = batches.Average(score => score[d]);
            double deviation = Math.Sqrt(batches.Average(score => (score[d] - mean) * (score[d] - mean)) / batches.Length);
            Assert.InRange(mean - exact[d], (-4.5 * deviation) - 1e-9, (4.5 * deviation) + 1e-9);
        }
    }

    /// <summary>The log-likelihood of training and test data together does not depend on the split.</summary>
    [Fact]
    public void Splits_of_one_task_are_of_the_same_data()
    {
        ClassificationTask first = new(ClassificationKind.Moons, 101, 1, 0), second = new(ClassificationKind.Moons, 101, 1, 1);
        double[] origin = new double[first.Posterior.Dimension];

        // With all parameters at 0 every label has the probability ½.
        Assert.Equal(-Math.Log(2), first.Predict(origin).LogLikelihood, 1e-12);
        Assert.Equal(80 * -Math.Log(2), second.Posterior.LogDensity(origin), 1e-10);
        double[] point = SamplerTests.Normal(new PhiloxStream(1, StreamPurpose.Probes), origin.Length);
        double prior = -0.5 * point.Sum(x => x * x);
        Assert.Equal(Whole(first), Whole(second), 1e-9);
        Assert.NotEqual(first.Posterior.LogDensity(point), second.Posterior.LogDensity(point), 1e-3);

        double Whole(ClassificationTask task)
            => (120 * task.Predict(point).LogLikelihood) + ((IDensity)task.Posterior).LogDensity(point) - prior;
    }

    private static ITraining Begin(MetaSamplerSettings settings, Device device)
        => settings.Method == MetaMethod.Langevin ? new LangevinChoice(settings, device) : new MetaTraining(settings, device);

    private static double Value(IReadOnlyList<Metric> values, Quantity quantity)
        => values.Single(metric => metric.Name == quantity.Name).Value;
}
