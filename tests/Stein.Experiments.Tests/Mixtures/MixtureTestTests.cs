using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Mixtures.Testing;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Mixtures;

/// <summary>The cells of the mixture experiment: the power of their tests, and that they can be interrupted anywhere.</summary>
public sealed class MixtureTestTests
{
    /// <summary>A test of this class fails by chance once in a thousand seeds.</summary>
    private const double Confidence = 0.999;

    public static TheoryData<string> Remedies => [.. MixtureRemedy.Names];

    [Fact]
    public void The_discrepancy_does_not_detect_wrong_proportions_without_noise()
    {
        MixtureTestSettings settings = new() { Trials = 200 };
        (int Lower, int Upper) level = BinomialIntervals.Counts(settings.Level, settings.Trials, Confidence);
        Assert.InRange(Rejections(settings), level.Lower, level.Upper);
        Assert.InRange(Rejections(settings with { Remedy = "noise", Sigma = 4 }), 190, 200);
    }

    [Fact]
    public void Tempering_detects_a_missing_mode_and_not_wrong_proportions()
    {
        MixtureTestSettings settings = new() { Remedy = "temper", Trials = 50 };
        Assert.InRange(Rejections(settings), 0, 15);
        Assert.InRange(Rejections(settings with { Weight = 1 }), 48, 50);
    }

    [Fact]
    public void Tempering_the_model_alone_is_another_statistic_that_is_not_zero_at_the_truth()
    {
        // Stein's identity holds for samples and score of one density. At temperature T the score is that of a wider density, and even
        // samples of the model do not fit it: the test would reject a true hypothesis.
        const int Samples = 400;
        var mixture = GaussianMixture.TwoModes(3);
        var tempered = new TemperedMixture(mixture, 4);
        double[] own = new TemperedMixtureSampler(mixture, 4).Sample(new PhiloxStream(60, StreamPurpose.Tempering), Samples);
        double[] untempered = mixture.Sample(new PhiloxStream(60, StreamPurpose.TrainingData), Samples);
        Assert.True(PValue(own) > 0.05);
        Assert.Equal(1.0 / 300, PValue(untempered), 1e-12);

        double PValue(double[] samples)
        {
            using Device device = CpuDevices.CreateDouble();
            var bootstrap = new Bootstrap(
                device, Samples, 299, BootstrapWeights.Multinomial, new PhiloxStream(60, StreamPurpose.Bootstrap));
            var test = new KernelisedSteinTest<InverseMultiquadricKernel>(bootstrap);
            var scores = new double[Samples];
            tempered.Score(samples, scores);
            DeviceMatrix points = device.Upload(Samples, 1, samples);
            test.SetBandwidth(points, MedianRule.MedianDistance);
            return test.Run(points, device.Upload(Samples, 1, scores)).PValue;
        }
    }

    [Theory]
    [MemberData(nameof(Remedies))]
    public void Under_the_hypothesis_a_test_rejects_as_often_as_its_level_says(string remedy)
    {
        MixtureTestSettings settings =
            new() { Remedy = remedy, Weight = 0.5, Separation = 3, Samples = 100, Trials = 200, Replicates = 199 };
        (int Lower, int Upper) level = BinomialIntervals.Counts(settings.Level, settings.Trials, Confidence);
        // The multinomial bootstrap of a hundred samples may be conservative; it must not reject too often.
        Assert.InRange(Rejections(settings), 0, level.Upper);
    }

    [Theory]
    [MemberData(nameof(Remedies))]
    public void A_run_that_is_saved_and_restored_after_every_test_ends_with_the_same_numbers(string remedy)
    {
        MixtureTestSettings settings = new() { Remedy = remedy, Weight = 1, Separation = 3, Samples = 20, Trials = 6, Replicates = 39 };
        ExperimentChecks.AssertResumable(ExperimentRegistry.Mixture.Identify(settings));
    }

    [Theory]
    [MemberData(nameof(Remedies))]
    public void Single_and_double_precision_agree(string remedy)
    {
        MixtureTestSettings settings = new() { Remedy = remedy, Separation = 3, Samples = 50, Trials = 5, Replicates = 99 };
        double single = Run(settings, CpuDevices.CreateSimd()).Values["statistic"]!.GetValue<double>();
        double exact = Run(settings, CpuDevices.CreateDouble()).Values["statistic"]!.GetValue<double>();
        Assert.True(Math.Abs(single - exact) <= 1e-3 * Math.Max(0.1, Math.Abs(exact)), $"{single} against {exact}");
    }

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.Mixture, folder);
        Assert.Equal(report.Finished + 1, File.ReadLines(Path.Combine(folder.File("report"), "tests.csv")).Count());
        Assert.Equal(3, report.Tables.Count);
        string latex = File.ReadAllText(Path.Combine(folder.File("report"), "power_modes_D1_weight1.tex"));
        Assert.Contains(@"\bottomrule", latex, StringComparison.Ordinal);
    }

    [Fact]
    public void Tests_of_another_kind_have_tables_of_their_own()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        var usual = new MixtureTestSettings { Trials = 2 };
        RunConfig[] runs =
        [
            ExperimentRegistry.Mixture.Identify(usual),
            ExperimentRegistry.Mixture.Identify(usual with { Samples = 24, Kernel = "rbf" }),
        ];
        Stores.Run(store, runs);
        ReportOutcome report = ExperimentRegistry.Mixture.Report(store, new ReportRequest(folder.File("report"), runs, Scale: null));
        Assert.Equal(2, report.Tables.Count);
        Assert.Contains("(kernel=rbf, samples=24)", report.Tables[1].Title, StringComparison.Ordinal);
        string[] names =
            [.. report.Files.Select(file => Path.GetFileName(file)).Where(name => name.EndsWith(".md", StringComparison.Ordinal))];
        Assert.Equal(
            ["power_modes_D1_weight0.7_kernel-imq-samples-400.md", "power_modes_D1_weight0.7_kernel-rbf-samples-24.md"],
            names.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("modes", 5, 0.5, true)]
    [InlineData("modes", 5, 0.7, false)]
    [InlineData("three-modes", 5, 1.0 / 3, true)]
    [InlineData("unequal-scales", 5, 0.5, true)]
    [InlineData("shift", 0, 0.7, true)]
    [InlineData("shift", 0.1, 0.7, false)]
    [InlineData("scale", 1, 0.7, true)]
    public void A_problem_states_whether_the_hypothesis_holds(string name, double separation, double weight, bool isNull)
    {
        var config = new MixtureTestSettings { Problem = name, Separation = separation, Weight = weight };
        Hypothesis hypothesis = MixtureProblem.Of(config).Hypothesis(config);
        Assert.Equal(isNull, hypothesis.Holds);
        double[] points = [-4, -1, 0, 2, 5];
        double difference = points.Max(point => Math.Abs(hypothesis.Model.LogDensity([point]) - hypothesis.Truth.LogDensity([point])));
        Assert.True(isNull ? difference < 1e-12 : difference > 1e-3, $"{difference}");
    }

    [Fact]
    public void What_cannot_be_run_is_refused_with_what_is_allowed()
    {
        var valid = new MixtureTestSettings();
        Assert.All(
            new (MixtureTestSettings Settings, string Message)[]
            {
                (valid with { Problem = "mode" }, "Did you mean \"modes\"?"),
                (valid with { Separation = double.NaN }, "\"separation\": NaN: it must be a number that is not negative"),
                (valid with { Problem = "scale", Separation = 0 }, "it must be a positive number"),
                (valid with { Weight = -0.1 }, "\"weight\": -0.1: it must be a number from 0 to 1"),
                (valid with { Temperature = 0 }, "\"temperature\": 0: it must be a number of at least 1"),
                (valid with { Sigma = -1 }, "\"sigma\": -1: it must be a positive number"),
                (valid with { Samples = 1 }, "\"samples\": 1: it must be a whole number from 2"),
                (valid with { Remedy = "selected", Samples = 3 }, "\"samples\": 3: it must be at least 4"),
                (valid with { Replicates = 18 }, "\"replicates\": 18: it must be at least 19"),
                (valid with { Level = 1 }, "\"level\": 1: it must be a number between 0 and 1"),
            },
            bad => Assert.Contains(
                bad.Message,
                Assert.Throws<InvalidConfigException>(() => ExperimentRegistry.Mixture.Identify(bad.Settings)).Message,
                StringComparison.Ordinal));
    }

    private static double Rejections(MixtureTestSettings settings)
        => Run(settings, CpuDevices.CreateSimd()).Values["rejections"]!.GetValue<double>();

    private static RunResult Run(MixtureTestSettings settings, Device device)
    {
        using (device)
            return ExperimentChecks.Finish(ExperimentRegistry.Mixture.Identify(settings), device);
    }
}
