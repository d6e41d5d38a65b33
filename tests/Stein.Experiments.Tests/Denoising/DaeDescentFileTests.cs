using System.Globalization;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Denoising.Descent;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Stein.Experiments.Studies;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Denoising;

/// <summary>Descent on samples of somebody's own: the content of the file is part of the run, and there is no true score.</summary>
public sealed class DaeDescentFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;

    public DaeDescentFileTests()
    {
        path = folder.File("mine.csv");
        Write(60);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_run_and_reported_without_a_true_score()
    {
        var store = new RunStore(folder.File("runs"));
        RunConfig[] runs = [Identify(Settings()), Identify(Settings() with { Seed = 70, Samples = 40 })];
        Assert.All(Stores.Run(store, runs), outcome => Assert.Equal((RunStatus.Finished, null), (outcome.Status, outcome.Message)));
        // Reports and resumed plans need the file no more.
        File.Delete(path);
        ReportOutcome report = ExperimentRegistry.DaeDescent.Report(store, new ReportRequest(folder.File("report"), runs, null));
        Assert.Equal(2, report.Finished);
        Assert.Contains(report.Files, file => Path.GetFileName(file) == "curves_mine_N60.png");
        Assert.DoesNotContain(report.Files, file => Path.GetFileName(file).StartsWith("ridge_", StringComparison.Ordinal));
        string[] cells = File.ReadLines(Path.Combine(folder.File("report"), "descent.csv")).ElementAt(1).Split(',');
        Assert.Equal("mine.csv", cells[1]);
        Assert.Contains("", cells);
        Assert.Equal(runs[0], ExperimentRegistry.DaeDescent.Parse(runs[0].Canonical));
    }

    [Fact]
    public void The_samples_are_those_of_the_file_and_falling_discrepancy_is_measured()
    {
        using Device device = CpuDevices.CreateSimd();
        (IReadOnlyList<DescentPoint> points, TrainingResult result) = DaeDescentTests.Run(Settings(), device);
        Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.Second.Ksd < pair.First.Ksd));
        Assert.All(points, point => Assert.Equal(
            (true, true, true),
            (double.IsNaN(point.FisherTest), double.IsNaN(point.FisherSamples), double.IsFinite(point.HeldOutLoss))));
        var stream = new MemoryStream();
        result.Files.Single(file => file.Name == FunctionalDescent.SamplesFile).Write(stream);
        Assert.Equal(File.ReadAllBytes(path), stream.ToArray());
    }

    [Fact]
    public void Other_content_is_another_run()
    {
        RunConfig before = Identify(Settings());
        Assert.Equal(before, Identify(Settings() with { FileSha256 = SampleFile.Read(path).Sha256, Samples = 60 }));
        File.AppendAllText(path, "0.5,0.5\n");
        Assert.NotEqual(before, Identify(Settings()));
    }

    [Fact]
    public void Columns_are_chosen_by_name_and_are_another_run()
    {
        SampleFile all = SampleFile.Read(path);
        string[] rows =
        [
            .. all.Points.Chunk(2).Select(row => string.Create(CultureInfo.InvariantCulture, $"7,{row[1]:R},{row[0]:R}")),
        ];
        string wide = folder.File("wide.csv");
        File.WriteAllLines(wide, ["lp__,b,a", .. rows]);
        Assert.Equal(all.Points, SampleFile.Read(wide, "a,b").Points);
        DaeDescentSettings chosen = Settings() with { File = wide, Columns = "a,b" };
        Assert.NotEqual(Identify(chosen), Identify(chosen with { Columns = "b,a" }));
        Assert.Contains(
            "Choose them by --columns",
            Assert.Throws<InvalidConfigException>(() => Identify(Settings() with { File = wide })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "left out",
            Assert.Throws<InvalidConfigException>(() => Identify(new() { Columns = "a,b" })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Giving_the_file_is_enough()
        => Assert.Equal(Identify(Settings()), Identify(new() { File = path, Steps = 30, TestPoints = 7 }));

    [Fact]
    public void A_run_whose_file_changed_or_vanished_fails_and_says_so()
    {
        RunConfig run = Identify(Settings());
        File.AppendAllText(path, "1.5,2.5\n");
        RunOutcome changed = Assert.Single(Stores.Run(new RunStore(folder.File("changed")), [run]));
        Assert.Equal(RunStatus.Failed, changed.Status);
        Assert.Contains("has changed since the run was planned", changed.Message, StringComparison.Ordinal);
        File.Delete(path);
        RunOutcome vanished = Assert.Single(Stores.Run(new RunStore(folder.File("vanished")), [run]));
        Assert.Equal(RunStatus.Failed, vanished.Status);
        Assert.Contains("mine.csv cannot be read", vanished.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_that_are_all_the_same_are_refused_with_the_reason()
    {
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("1,2\n", 30)));
        RunOutcome outcome = Assert.Single(Stores.Run(new RunStore(folder.File("runs")), [Identify(Settings())]));
        Assert.Equal(RunStatus.Failed, outcome.Status);
        Assert.Contains("all are the same", outcome.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,2\n3,x\n", "line 2", "'x'")]
    [InlineData("1,2\n3,NaN\n", "line 2", "finite")]
    [InlineData("1,2,3\n", "3 columns", "it must have 2")]
    [InlineData("1,2\n3,4\n", "at least 10 samples", "it has 2")]
    public void A_file_that_is_no_list_of_points_is_refused(string content, string where, string what)
    {
        File.WriteAllText(path, content);
        string message = Assert.Throws<InvalidConfigException>(() => Identify(Settings())).Message;
        Assert.All([path, where, what], word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_chosen_bandwidth_follows_the_scale_of_the_samples()
    {
        using Device device = CpuDevices.CreateSimdDouble();
        double[] samples = PlanarDensity.Find("rings").Sample(new PhiloxStream(1, StreamPurpose.TrainingData), 120);
        double bandwidth = BandwidthChoice.Of(device, samples, "rbf", 1);
        Assert.InRange(bandwidth, 0.3, 1.2);
        double scaled = BandwidthChoice.Of(device, [.. samples.Select(value => 1024 * value)], "rbf", 1);
        Assert.Equal(1024 * bandwidth, scaled, 1e-9 * scaled);
    }

    private static RunConfig Identify(DaeDescentSettings settings) => ExperimentRegistry.DaeDescent.Identify(settings);

    private DaeDescentSettings Settings() => new() { Data = "file", File = path, Steps = 30 };

    /// <summary>As a run writes its samples.</summary>
    private void Write(int count)
    {
        double[] samples = PlanarDensity.Find("moons").Sample(new PhiloxStream(3, StreamPurpose.TrainingData), count);
        IEnumerable<string> lines = Enumerable.Range(0, count).Select(row => string.Create(
            CultureInfo.InvariantCulture, $"{samples[2 * row]:R},{samples[(2 * row) + 1]:R}\n"));
        File.WriteAllText(path, "x1,x2\n" + string.Concat(lines));
    }
}
