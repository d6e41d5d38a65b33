using CsvHelper;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>A finished run with all that was measured while it trained.</summary>
/// <param name="Stored">The run.</param>
/// <param name="Start">Before the first step.</param>
/// <param name="Checkpoints">Afterwards, in order, the last at the end.</param>
internal sealed record FinishedAutoencoder(
    StoredRun<DaeNetworkSettings> Stored, DaeErrors Start, IReadOnlyList<DaeCheckpoint> Checkpoints)
{
    /// <summary>At the end of training.</summary>
    public DaeErrors Last => Checkpoints[^1].Errors;

    /// <summary>The later half of the checkpoints.</summary>
    public IEnumerable<DaeCheckpoint> Later => Checkpoints.Skip(Checkpoints.Count / 2);

    public static FinishedAutoencoder Of(StoredRun<DaeNetworkSettings> run)
    {
        ILookup<int, MetricRow> rows = run.Metrics().ToLookup(row => row.Iteration);
        return new(
            run,
            DaeErrors.Of(rows[0]),
            [.. run.Config.CheckpointIterations().Select(iteration => new DaeCheckpoint(iteration, DaeErrors.Of(rows[iteration])))]);
    }
}

/// <summary>What was measured after so many iterations.</summary>
internal sealed record DaeCheckpoint(int Iteration, DaeErrors Errors);

/// <summary>The seeds of one density and σ.</summary>
/// <param name="Settings">Of all runs but for the seed, which is 0.</param>
/// <param name="Expected">Seeds of the plan.</param>
/// <param name="Runs">Finished, at least one, by seed.</param>
internal sealed record DaeNetworkCell(DaeNetworkSettings Settings, int Expected, IReadOnlyList<FinishedAutoencoder> Runs)
{
    public string Data => Settings.Data;

    public double Sigma => Settings.Sigma;

    /// <summary>"modes, σ = 0.2".</summary>
    public string Title => $"{Data}, σ = {NumberText.Tick(Sigma)}";

    /// <summary>Mean and spread of a number of every run.</summary>
    public Summary Over(Func<FinishedAutoencoder, double> value) => Summary.Of([.. Runs.Select(value)]);

    /// <summary>Mean and spread of a number at the end of training.</summary>
    public Summary AtEnd(Func<DaeErrors, double> value) => Over(run => value(run.Last));

    /// <summary>The cells of finished runs, by density in the order of <see cref="PlanarDensity.Names"/>, then σ.</summary>
    public static IReadOnlyList<DaeNetworkCell> Of(
        IReadOnlyList<RunConfig> plan, IReadOnlyList<StoredRun<DaeNetworkSettings>> runs)
    {
        ILookup<DaeNetworkSettings, RunConfig> planned = plan
            .Where(run => run.Config is DaeNetworkSettings)
            .ToLookup(run => WithoutSeed((DaeNetworkSettings)run.Config));
        string[] names = [.. PlanarDensity.Names];
        return
        [
            .. from run in runs
               group run by WithoutSeed(run.Config) into cell
               orderby Array.IndexOf(names, cell.Key.Data), cell.Key.Sigma
               select new DaeNetworkCell(
                   cell.Key,
                   planned[cell.Key].Count(),
                   [.. cell.OrderBy(run => run.Config.Seed).Select(FinishedAutoencoder.Of)]),
        ];
    }

    private static DaeNetworkSettings WithoutSeed(DaeNetworkSettings settings) => settings with { Seed = 0 };
}

/// <summary>A row of <c>checkpoints.csv</c>: one checkpoint of one run, with the columns of <see cref="DaeErrors"/>.</summary>
/// <param name="Data">A name of <see cref="PlanarDensity.Names"/>.</param>
/// <param name="Sigma">σ.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Iteration">Steps of Adam done.</param>
/// <param name="DenoisingLoss"><see cref="DaeErrors.DenoisingLoss"/>.</param>
/// <param name="ExcessLoss"><see cref="DaeErrors.ExcessLoss"/>.</param>
/// <param name="SmoothedError"><see cref="DaeErrors.SmoothedError"/>.</param>
/// <param name="RelativeSmoothedError"><see cref="DaeErrors.RelativeSmoothedError"/>.</param>
/// <param name="MeanError"><see cref="DaeErrors.MeanError"/>.</param>
/// <param name="MatchedDiscrepancy"><see cref="DaeErrors.MatchedDiscrepancy"/>.</param>
/// <param name="CleanError"><see cref="DaeErrors.CleanError"/>.</param>
/// <param name="RelativeCleanError"><see cref="DaeErrors.RelativeCleanError"/>.</param>
/// <param name="CleanDiscrepancy"><see cref="DaeErrors.CleanDiscrepancy"/>.</param>
/// <param name="IdentityError"><see cref="DaeErrors.IdentityError"/>.</param>
[CsvRecord]
internal sealed partial record DaeCheckpointRow(
    [CsvColumn("data")] string Data,
    [CsvColumn("sigma")] double Sigma,
    [CsvColumn("seed")] uint Seed,
    [CsvColumn("iteration")] int Iteration,
    [CsvColumn("denoising_loss")] double DenoisingLoss,
    [CsvColumn("excess_loss")] double ExcessLoss,
    [CsvColumn("fisher_smoothed")] double SmoothedError,
    [CsvColumn("fisher_smoothed_relative")] double RelativeSmoothedError,
    [CsvColumn("mean_error_smoothed")] double MeanError,
    [CsvColumn("ksd_matched")] double MatchedDiscrepancy,
    [CsvColumn("fisher_clean")] double CleanError,
    [CsvColumn("fisher_clean_relative")] double RelativeCleanError,
    [CsvColumn("ksd_clean")] double CleanDiscrepancy,
    [CsvColumn("identity_error")] double IdentityError)
{
    /// <summary>The rows of a run, its start first.</summary>
    public static IEnumerable<DaeCheckpointRow> Of(FinishedAutoencoder run)
        => run.Checkpoints.Prepend(new DaeCheckpoint(0, run.Start)).Select(checkpoint => Row(run.Stored.Config, checkpoint));

    private static DaeCheckpointRow Row(DaeNetworkSettings settings, DaeCheckpoint checkpoint)
    {
        DaeErrors errors = checkpoint.Errors;
        return new(
            settings.Data,
            settings.Sigma,
            settings.Seed,
            checkpoint.Iteration,
            errors.DenoisingLoss,
            errors.ExcessLoss,
            errors.SmoothedError,
            errors.RelativeSmoothedError,
            errors.MeanError,
            errors.MatchedDiscrepancy,
            errors.CleanError,
            errors.RelativeCleanError,
            errors.CleanDiscrepancy,
            errors.IdentityError);
    }
}
