using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Mixtures.Weights;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Mixtures;

/// <summary>Weights learned from samples: which objectives recover them, and that the objectives and gradients are correct.</summary>
public sealed class MixtureWeightTests
{
    public static TheoryData<string> Objectives => [.. WeightMethod.Names];

    [Theory]
    [InlineData("score-matching")]
    [InlineData("ksd")]
    [InlineData("noise")]
    [InlineData("ladder")]
    [InlineData("mle")]
    public void Every_objective_recovers_the_weight_of_near_modes(string objective)
    {
        var settings = new MixtureWeightSettings { Objective = objective, Separation = 1.5, Sigma = 1.5, Samples = 4000 };
        WeightDraw trial = MixtureWeight.Draw(settings, 0);
        Assert.True(trial.IsDetermined);
        Assert.InRange(trial.Weight, 0.75, 0.85);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(10)]
    public void The_ladder_is_near_maximum_likelihood_at_every_separation(double separation)
    {
        WeightDraw trial = MixtureWeight.Draw(new MixtureWeightSettings { Separation = separation }, 0);
        Assert.InRange(trial.Weight - trial.MaximumLikelihood, -0.02, 0.02);
    }

    [Fact]
    public void An_objective_that_does_not_determine_the_weight_is_reported()
    {
        var settings = new MixtureWeightSettings { Objective = "ksd", Separation = 10, Samples = 500 };
        WeightDraw undetermined = MixtureWeight.Draw(settings, 0);
        Assert.False(undetermined.IsDetermined);
        Assert.Equal(0.5, undetermined.Weight);
        WeightDraw determined = MixtureWeight.Draw(settings with { Objective = "ladder" }, 0);
        Assert.True(determined.RelativeGradient > 1e6 * undetermined.RelativeGradient);
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(4.0, 1.0)]
    [InlineData(0.0, 3.0)]
    public void The_quadratic_form_is_the_discrepancy_of_the_engine(double addedVariance, double temperature)
    {
        const int Count = 101;
        var parameters = new TwoModeParameters(0.7, -2.2, 1.7, 0.2, -0.3);
        double[] samples = GaussianMixture.TwoModes(2, 0.8).Sample(new PhiloxStream(1, StreamPurpose.TrainingData), Count);
        (double found, double magnitude) = new SteinObjective(samples, addedVariance, temperature).Evaluate(parameters, []);

        var scores = new double[Count];
        GaussianMixture model = GaussianMixture.Isotropic(
            1,
            [parameters.Weight, 1 - parameters.Weight],
            [parameters.FirstMean, parameters.SecondMean],
            [Math.Exp(parameters.FirstLogVariance), Math.Exp(parameters.SecondLogVariance)]);
        model.Smoothed(Math.Sqrt(addedVariance)).Score(samples, scores);
        using Device device = CpuDevices.CreateDouble();
        var discrepancy = new KernelisedSteinDiscrepancy<InverseMultiquadricKernel>(device, Count, 1, PairStatistic.U);
        DeviceMatrix points = device.Upload(Count, 1, samples);
        discrepancy.SetSamples(points);
        DeviceMatrix distances = device.Allocate(Count, Count);
        device.SquaredDistances(distances, points);
        discrepancy.Bandwidth.Set(MedianRule.MedianDistance, distances);
        double expected = discrepancy.Value(points, device.Upload(Count, 1, Array.ConvertAll(scores, score => score / temperature)));
        Assert.Equal(expected, found, 1e-9 * magnitude);
    }

    [Theory]
    [MemberData(nameof(Objectives))]
    public void Gradients_agree_with_finite_differences(string name)
    {
        const double Step = 1e-5;
        var settings = new MixtureWeightSettings { Objective = name, Separation = 2, Samples = 80, Ladder = [1, 4], Temperature = 3 };
        WeightObjective objective = WeightMethod.Of(settings).Objective(WeightSample.Draw(settings, 0));
        double[] point = [0.4, -1.8, 2.3, 0.2, -0.1];
        var gradient = new double[TwoModeParameters.Count];
        (_, double size) = objective.Evaluate(TwoModeParameters.Of(point), gradient);
        var first = new double[1];
        objective.Evaluate(TwoModeParameters.Of(point), first);
        Assert.Equal(gradient[0], first[0], 1e-10 * size);
        for (int index = 0; index < point.Length; index++)
        {
            double difference = (At(index, Step) - At(index, -Step)) / (2 * Step);
            Assert.Equal(difference, gradient[index], 1e-7 * size);
        }

        double At(int index, double shift)
        {
            double[] moved = [.. point];
            moved[index] += shift;
            return objective.Evaluate(TwoModeParameters.Of(moved), []).Value;
        }
    }

    [Theory]
    [InlineData("weight")]
    [InlineData("full")]
    public void A_run_that_is_saved_and_restored_after_every_draw_ends_with_the_same_bits(string model)
    {
        var settings = new MixtureWeightSettings { Model = model, Samples = 60, Trials = 3, Separation = 3 };
        ExperimentChecks.AssertResumable(ExperimentRegistry.MixtureWeight.Identify(settings));
    }

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.MixtureWeight, folder);
        Assert.Equal(report.Finished + 1, File.ReadLines(Path.Combine(folder.File("report"), "weights.csv")).Count());
        Assert.Equal(4, report.Tables.Count);
    }

    [Fact]
    public void What_cannot_be_run_is_refused_with_what_is_allowed()
    {
        var valid = new MixtureWeightSettings();
        Assert.All(
            new (MixtureWeightSettings Settings, string[] Words)[]
            {
                (valid with { Objective = "kds" }, ["kds", "ksd"]),
                (valid with { Model = "ful" }, ["ful", "full"]),
                (valid with { Weight = 1 }, ["weight", "1", "from 0.01 to 0.99"]),
                (valid with { Separation = 0 }, ["separation", "0", "above 0"]),
                (valid with { Temperature = 0.5 }, ["temperature", "0.5", "from 1"]),
                (valid with { Ladder = [] }, ["ladder", "0 numbers"]),
                (valid with { Ladder = [1, -1] }, ["ladder", "-1"]),
                (valid with { Samples = 1 }, ["samples", "1", "a whole number from 2"]),
            },
            bad =>
            {
                string message = Assert.Throws<InvalidConfigException>(
                    () => ExperimentRegistry.MixtureWeight.Identify(bad.Settings)).Message;
                Assert.All(bad.Words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            });
    }
}
