using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Models;
using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Tricks;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Tricks;

/// <summary>Critics of a model that stays what it is, for which the best critic is known.</summary>
public class SyntheticCriticTests
{
    private const int Steps = 250;

    private static readonly IcaSettings Baseline = new()
    {
        Method = "lsd",
        Dimension = 3,
        Base = BaseDensity.StudentT,
        Batch = 100,
        TrainingSamples = 4000,
        TestSamples = 2000,
        Hidden = 30,
    };

    /// <summary>
    /// The analysis of the experiment, of 1 − cosine in place of the gap: five steps for each batch find the critic better, steps of a
    /// tenth worse, and other draws are no difference.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Known_tricks_are_found_and_a_null_trick_is_not(bool isLocal)
    {
        uint[] seeds = [101, 102, 103, 104, 105, 106];
        double[] baseline = [.. seeds.Select(seed => Error(Baseline with { Seed = seed }, isLocal))];
        Assert.Equal("transfers: the gap becomes smaller", Compare(settings => settings with { InnerSteps = 5 }).Verdict);
        Assert.Equal(
            "does not transfer: the gap becomes larger",
            Compare(settings => settings with { InnerLearningRate = 0.1 * settings.LearningRate }).Verdict);
        PairedRatio other = Compare(settings => settings with { DataSeed = settings.Seed + 1000 });
        Assert.True(other.Interval.Low < 1 && other.Interval.High > 1, other.Text);

        PairedRatio Compare(Func<IcaSettings, IcaSettings> change) => PairedRatio.Of(
            seeds.Select((seed, i) => (Error(change(Baseline with { Seed = seed }), isLocal), baseline[i])), comparisons: 3);
    }

    /// <summary>
    /// At the true model the best critic is 0 with samples of the model in the batch. With a score that is reduced by the share a it is
    /// <c>−a s/(2λ)</c>, so that the training would leave the truth.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Smoothing_of_the_score_is_biased_and_that_of_the_samples_is_not(bool isLocal)
    {
        IcaSettings settings = Baseline with { Seed = 101, Smoothing = 0.5, Lambda = 0.5 };
        double mixture = AtTheTruth(settings).Slope;
        (double slope, double cosine) = AtTheTruth(settings with { SmoothingForm = SmoothingForm.Score });
        Assert.InRange(mixture, -0.05, 0.05);
        Assert.InRange(slope, -0.55, -0.4);
        Assert.InRange(cosine, -1, -0.9);

        // The slope and the cosine of the critic against the score.
        (double Slope, double Cosine) AtTheTruth(IcaSettings config)
        {
            var problem = new IcaProblem(config);
            using Device device = DeviceCatalog.Create("double");
            var model = new IcaModel(device, config.Dimension, config.Batch, config.Base);
            device.Write(model.Unmixing, problem.Matrices.Truth.Values);
            var critic = new SteinCriticTraining(device, model, config, isLocal);
            DeviceMatrix f = device.Allocate(config.Batch, config.Dimension);
            double product = 0, squares = 0, scores = 0;
            Train(critic, problem, device, config, f, () =>
            {
                double[] values = device.Read(f), s = device.Read(isLocal ? model.BaseScores : model.Scores);
                for (int i = 0; i < s.Length; i++)
                {
                    product += values[i] * config.Batch * s[i];
                    squares += Math.Pow(values[i] * config.Batch, 2);
                    scores += s[i] * s[i];
                }
            });
            return (product / scores, product / Math.Sqrt(squares * scores));
        }
    }

    private static double Error(IcaSettings settings, bool isLocal)
    {
        var problem = new IcaProblem(settings);
        using Device device = DeviceCatalog.Create("double");
        var model = new IcaModel(device, settings.Dimension, settings.Batch, settings.Base);
        device.Write(model.Unmixing, problem.Matrices.Initial.Values);
        var critic = new SteinCriticTraining(device, model, settings, isLocal);
        Train(critic, problem, device, settings, device.Allocate(settings.Batch, settings.Dimension), () => { });
        return 1 - critic.Metrics(problem).Single().Value;
    }

    /// <summary>Trains the critic on one batch after the other, and tells of each in the last fifth.</summary>
    private static void Train(
        SteinCriticTraining critic, IcaProblem problem, Device device, IcaSettings settings, DeviceMatrix gradient, Action onStep)
    {
        int size = settings.Batch * settings.Dimension;
        DeviceMatrix batch = device.Allocate(settings.Batch, settings.Dimension);
        for (int step = 0; step < Steps; step++)
        {
            device.Write(batch, problem.Training.AsSpan(step * size % problem.Training.Length, size));
            critic.Step(batch, gradient);
            if (5 * step >= 4 * Steps)
                onStep();
        }
    }
}
