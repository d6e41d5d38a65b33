using System.IO.Compression;
using Stein.Experiments.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class TidyCsvTests
{
    [Fact]
    public void Has_a_row_for_each_run_iteration_and_metric()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        var walk = new WalkExperiment();
        RunConfig[] runs =
        [
            walk.Identify(new WalkConfig { Length = 2, MeasureEvery = 2, Scale = 0, Kind = StepKind.HeavyTailed }),
            walk.Identify(new WalkConfig { Length = 1, MeasureEvery = 2, Scale = 0, DataSeed = 7 }),
        ];
        Stores.Run(store, runs);
        TidyCsv.Write(folder.File("tidy.csv.gz"), walk, runs.Select(run => store.Find(run)!));
        using var tidy = new StreamReader(new GZipStream(File.OpenRead(folder.File("tidy.csv.gz")), CompressionMode.Decompress));
        // Of the keys, those that differ between the runs.
        Assert.Equal(
            $"""
            run,length,kind,data_seed,iteration,metric,value
            {runs[0].Id[..16]},2,heavy-tailed,,0,position,0
            {runs[0].Id[..16]},2,heavy-tailed,,0,speed,
            {runs[0].Id[..16]},2,heavy-tailed,,2,position,0
            {runs[0].Id[..16]},2,heavy-tailed,,2,speed,0
            {runs[1].Id[..16]},1,normal,7,0,position,0
            {runs[1].Id[..16]},1,normal,7,0,speed,
            {runs[1].Id[..16]},1,normal,7,1,position,0
            {runs[1].Id[..16]},1,normal,7,1,speed,0

            """,
            tidy.ReadToEnd(),
            ignoreLineEndingDifferences: true);
    }
}
