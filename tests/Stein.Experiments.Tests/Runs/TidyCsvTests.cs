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
        RunConfig run = walk.Identify(new WalkConfig { Length = 2, MeasureEvery = 1, Scale = 0, Kind = StepKind.HeavyTailed });
        Stores.Run(store, [run]);
        TidyCsv.Write(folder.File("tidy.csv"), walk, store.List(walk));
        Assert.Equal(
            $"""
            run,seed,length,scale,kind,measure_every,data_seed,fails_at,iteration,metric,value
            {run.Id},60,2,0,heavy-tailed,1,,,0,position,0
            {run.Id},60,2,0,heavy-tailed,1,,,0,speed,
            {run.Id},60,2,0,heavy-tailed,1,,,1,position,0
            {run.Id},60,2,0,heavy-tailed,1,,,1,speed,0
            {run.Id},60,2,0,heavy-tailed,1,,,2,position,0
            {run.Id},60,2,0,heavy-tailed,1,,,2,speed,0

            """,
            File.ReadAllText(folder.File("tidy.csv")),
            ignoreLineEndingDifferences: true);
    }
}
