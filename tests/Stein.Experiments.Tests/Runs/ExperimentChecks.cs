using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

/// <summary>What holds for the runs of every experiment.</summary>
internal static class ExperimentChecks
{
    /// <summary>Does a run at once.</summary>
    public static RunResult Finish(RunConfig config, Device device)
    {
        using IRun run = config.Experiment.Start(config, device);
        while (run.Iteration < run.Iterations)
            run.Step();
        return run.Finish();
    }

    /// <summary>Whether a run that is saved, and restored into a new one, after every iteration ends with the same bits.</summary>
    public static void AssertResumable(RunConfig config)
    {
        using Device device = CpuDevices.CreateSimd();
        string whole = Contents(Finish(config, device));
        byte[] state = [];
        for (int iteration = 0; ; iteration++)
        {
            using IRun part = config.Experiment.Start(config, device);
            if (state.Length > 0)
                part.Restore(new BinaryReader(new MemoryStream(state)));
            Assert.Equal(iteration, part.Iteration);
            part.Step();
            var stream = new MemoryStream();
            part.Save(new BinaryWriter(stream));
            state = stream.ToArray();
            if (part.Iteration < part.Iterations)
                continue;
            Assert.Equal(whole, Contents(part.Finish()));
            return;
        }
    }

    /// <summary>
    /// Makes the reports of the small grid, whose finished runs are among the golden files, of nothing, and of a part. And every grid has
    /// each of its runs once.
    /// </summary>
    /// <returns>The report of the small grid; its files are in <paramref name="folder"/>, in <c>report</c>.</returns>
    public static ReportOutcome AssertReported(Experiment experiment, TemporaryFolder folder)
    {
        var store = new RunStore(folder.File("runs"));
        Stores.ExtractGolden(Stores.GoldenFolder(experiment.Name), store.Root);
        return AssertReported(experiment, folder, store, experiment.Grid(GridScale.Test, Precision.Double));
    }

    /// <inheritdoc cref="AssertReported(Experiment, TemporaryFolder)"/>
    public static ReportOutcome AssertReported(Experiment experiment, TemporaryFolder folder, RunStore store, IReadOnlyList<RunConfig> grid)
    {
        Assert.All(
            Enum.GetValues<GridScale>().Select(scale => experiment.Grid(scale)),
            runs => Assert.Equal(runs.Count, runs.Select(run => run.Id).Distinct().Count()));
        var empty = new RunStore(folder.File("empty"));
        Assert.Empty(experiment.Report(empty, new ReportRequest(folder.File("none"), grid, GridScale.Test)).Files);
        ReportOutcome report = experiment.Report(store, new ReportRequest(folder.File("report"), grid, GridScale.Test));
        Assert.Equal((grid.Count, grid.Count), (report.Finished, report.Expected));
        Assert.All(report.Files, file => Assert.True(new FileInfo(file).Length > 0, file));
        ReportOutcome part = experiment.Report(store, new ReportRequest(folder.File("part"), [.. grid.Take(3)], Scale: null));
        Assert.Equal((3, 3), (part.Finished, part.Expected));
        return report;
    }

    private static string Contents(RunResult result)
    {
        var stream = new MemoryStream();
        foreach (RunFile file in result.Files)
            file.Write(stream);
        return result.Values.ToJsonString() + Convert.ToBase64String(stream.ToArray());
    }
}
