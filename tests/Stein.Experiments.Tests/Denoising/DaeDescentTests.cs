using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Denoising.Descent;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Denoising;

/// <summary>Functional gradient descent on samples in the plane: what falls, what rises, and what stops it.</summary>
public sealed class DaeDescentTests
{
    public static TheoryData<string> Densities => [.. PlanarDensity.Names];

    [Theory]
    [MemberData(nameof(Densities))]
    public void The_discrepancy_falls_at_every_measured_time_down_to_its_floor_in_single_as_in_double_precision(string density)
    {
        var settings = new DaeDescentSettings { Data = density, Samples = 60, Steps = 5000, TestPoints = 50 };
        using Device single = CpuDevices.CreateSimd();
        using Device precise = CpuDevices.CreateSimdDouble();
        IReadOnlyList<DescentPoint>[] both = [.. new[] { single, precise }.Select(device =>
        {
            (IReadOnlyList<DescentPoint> points, TrainingResult result) = Run(settings, device);
            Assert.Equal(settings.MeasuringTimes(), points.Select(point => point.Time));
            Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.Second.Ksd < pair.First.Ksd, $"{pair}"));
            Assert.InRange(Number(result, FunctionalDescent.Floor), 1e-12, points[^1].Ksd);
            return points;
        })];
        // The rounding of a step is 6·10⁻⁸ of scores that are tens at the end, and it adds up over thousands of steps.
        Assert.All(both[0].Zip(both[1]), pair =>
        {
            Assert.Equal(pair.Second.Ksd, pair.First.Ksd, 1e-3 * pair.Second.Ksd);
            Assert.Equal(pair.Second.FisherTest, pair.First.FisherTest, 1e-2 * pair.Second.FisherTest);
        });
    }

    [Theory]
    [MemberData(nameof(Densities))]
    public void The_error_falls_and_rises_again(string density)
    {
        var settings = new DaeDescentSettings { Data = density, Samples = 300, Steps = 2000, TestPoints = 1000 };
        using Device device = CpuDevices.CreateSimd();
        (IReadOnlyList<DescentPoint> points, TrainingResult result) = Run(settings, device);
        DescentPoint best = points.MinBy(point => point.FisherTest)!;
        Assert.InRange(best.Time, 5, 100);
        DescentPoint stopped = points.Single(point => point.Time == Number(result, FunctionalDescent.StoppingTime));
        Assert.All([points[0], points[^1]], end => Assert.True(
            end.FisherTest > 2 * best.FisherTest && end.FisherTest > 2 * stopped.FisherTest, $"{end} {best} {stopped}"));
    }

    [Theory]
    [InlineData("rbf")]
    [InlineData("imq")]
    public void The_discrepancy_is_that_of_the_engine(string kernel)
    {
        double[] samples = PlanarDensity.Find("modes").Sample(new PhiloxStream(1, StreamPurpose.TrainingData), 70);
        double[] scores = PlanarDensity.Find("rings").Sample(new PhiloxStream(2, StreamPurpose.TrainingData), 70);
        using Device device = CpuDevices.CreateDouble();
        double found = new SampleDiscrepancy(device, samples, kernel, 0.9).Of(scores);
        double expected = RadialKernels.Visit(kernel, new Engine(device, samples, scores, 0.9));
        // The engine's bandwidth has the published code's 10⁻⁹ added to its square.
        Assert.Equal(expected, found, 1e-7 * Math.Abs(expected));
    }

    [Fact]
    public void What_stops_is_the_loss_of_descents_without_the_samples_that_judge_them()
    {
        var settings = new DaeDescentSettings { Samples = 60, Steps = 50, TestPoints = 50, Bandwidth = 0.7 };
        using Device device = CpuDevices.CreateSimdDouble();
        (IReadOnlyList<DescentPoint> points, TrainingResult result) = Run(settings, device);
        double[] samples = PlanarDensity.Find(settings.Data).Sample(new PhiloxStream(settings.Seed, StreamPurpose.TrainingData), 60);
        IReadOnlyList<HeldOutSplit> splits = HeldOutSplit.Create(samples, PlanarDensity.Dimension, settings.Seed);
        Assert.All(splits, split => Assert.Equal((96, 24), (split.Training.Length, split.HeldOut.Length)));

        // At time 0 the score is 0, and so is the loss.
        var losses = new List<double[]> { new double[60] };
        foreach (DescentPoint point in points.Where(point => point.Time > 0))
        {
            var fit = new ScoreEstimatorSettings { Bandwidth = 0.7, Regularisation = point.Time };
            losses.Add([.. splits.SelectMany(split => ScoreEstimators.Find("landweber")
                .Fit(device, split.Training, PlanarDensity.Dimension, fit).ScoreMatchingLosses(split.HeldOut))]);
            double loss = losses[^1].Average();
            Assert.Equal(loss, point.HeldOutLoss, 1e-9 * (1 + Math.Abs(loss)));
        }

        double stopping = Number(result, FunctionalDescent.StoppingTime);
        Assert.Equal(points[HeldOutSelection.SelectSmoothest(losses)].Time, stopping);
        Assert.InRange(stopping, 1, points.MinBy(point => point.HeldOutLoss)!.Time);
    }

    [Fact]
    public void Measuring_times_are_the_same_whatever_the_length()
    {
        Assert.Equal([0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 120], new DaeDescentSettings { Steps = 120 }.MeasuringTimes());
        Assert.Equal([0, 1, 2, 3, 4], new DaeDescentSettings { Steps = 4 }.MeasuringTimes());
        Assert.Equal([10_000, 15_000, 20_000, 30_000], new DaeDescentSettings().MeasuringTimes().Where(time => time >= 10_000));
    }

    [Fact]
    public void A_run_that_is_saved_and_restored_after_every_step_ends_with_the_same_bits()
    {
        var settings = new DaeDescentSettings { Data = "moons", Samples = 30, Steps = 12, TestPoints = 20 };
        ExperimentChecks.AssertResumable(ExperimentRegistry.DaeDescent.Identify(settings));
    }

    [Fact]
    public void A_checkpoint_of_an_older_form_is_refused()
    {
        using Device device = CpuDevices.CreateSimd();
        using var descent = new FunctionalDescent(new() { Samples = 30, Steps = 12, TestPoints = 20 }, device);
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("""[{"point":{"time":0,"discrepancy":0.2,"fisher_test":4},"field":[],"losses":[]}]""");
        stream.Position = 0;
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => descent.Restore(new BinaryReader(stream)));
        Assert.Contains("ksd", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.DaeDescent, folder);
        Assert.Equal(PlanarDensity.Names.Count + 1, report.Tables.Count);
        Assert.Equal(report.Finished + 1, File.ReadLines(Path.Combine(folder.File("report"), "stopping.csv")).Count());
    }

    [Fact]
    public void What_cannot_be_run_is_refused_with_what_is_allowed()
    {
        var valid = new DaeDescentSettings();
        Assert.All(
            new (DaeDescentSettings Settings, string[] Words)[]
            {
                (valid with { Data = "mods" }, ["mods", "modes"]),
                (valid with { Kernel = "rfb" }, ["rfb", "rbf"]),
                (valid with { Samples = 9 }, ["samples", "9", "from 10"]),
                (valid with { Samples = 1_000_000 }, ["samples", "1000000", "to 10000"]),
                (valid with { Steps = 0 }, ["steps", "0", "from 1"]),
                (valid with { TestPoints = 0 }, ["test_points", "0", "from 1"]),
                (valid with { Bandwidth = 0 }, ["bandwidth", "0", "0.000001"]),
                (valid with { Bandwidth = double.NaN }, ["bandwidth", "NaN", "0.000001"]),
                (valid with { Data = "rings", File = "x.csv" }, ["file", "x.csv", "rings"]),
                (valid with { File = " " }, ["file", "path"]),
                (valid with { FileSha256 = new string('0', 64) }, ["file_sha256", "modes"]),
                (valid with { Data = "file" }, ["file", "path"]),
                (valid with { Data = "file", File = "/nowhere/x.csv" }, ["/nowhere/x.csv", "cannot be read"]),
                (valid with { Data = "file", File = "x.csv", FileSha256 = "12" }, ["file_sha256", "12", "64"]),
            },
            bad =>
            {
                string message = Assert.Throws<InvalidConfigException>(() => ExperimentRegistry.DaeDescent.Identify(bad.Settings)).Message;
                Assert.All(bad.Words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            });
    }

    /// <summary>Does a run at once; with what it measured.</summary>
    internal static (IReadOnlyList<DescentPoint> Points, TrainingResult Result) Run(DaeDescentSettings settings, Device device)
    {
        var config = (DaeDescentSettings)ExperimentRegistry.DaeDescent.Identify(settings).Config;
        using var descent = new FunctionalDescent(config, device);
        for (int step = 0; step < config.Steps; step++)
            descent.Step();
        return (descent.Points, descent.Finish());
    }

    private static double Number(TrainingResult result, Quantity quantity)
        => result.Values.Single(value => value.Name == quantity.Name).Value;

    private sealed class Engine(Device device, double[] samples, double[] scores, double bandwidth) : IRadialKernelVisitor<double>
    {
        public double Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            int count = samples.Length / PlanarDensity.Dimension;
            var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, count, PlanarDensity.Dimension, PairStatistic.V);
            discrepancy.Bandwidth.Set([bandwidth]);
            return discrepancy.Value(
                device.Upload(count, PlanarDensity.Dimension, samples), device.Upload(count, PlanarDensity.Dimension, scores));
        }
    }
}
