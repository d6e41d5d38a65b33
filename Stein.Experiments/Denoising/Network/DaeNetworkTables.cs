using System.Globalization;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>The tables as people are shown them.</summary>
internal static class DaeNetworkTables
{
    /// <summary>Excess loss over σ⁴ beside the Fisher error it is.</summary>
    public static ReportTable Excess(IReadOnlyList<DaeLadderRow> rows) => new(
        "Excess denoising loss over σ⁴ and the Fisher error of the smoothed density",
        [new("data"), new("σ"), new("excess loss / σ⁴"), new("Fisher error"), new("difference"), new("runs within 1.96 SE")],
        [
            .. rows.Select(row => (string[])
                [
                    row.Data,
                    NumberText.Tick(row.Sigma),
                    NumberText.WithError(row.Excess, row.ExcessSe, 3),
                    NumberText.WithError(row.Smoothed, row.SmoothedSe, 3),
                    NumberText.WithError(row.IdentityDifference, row.IdentityDifferenceSe, 3),
                    $"{Math.Round(row.IdentityWithin * row.Seeds).ToString(CultureInfo.InvariantCulture)} of {row.Seeds}",
                ]),
        ]);

    /// <summary>Errors and KSD² at the end of training; how often each σ was the best of its seed.</summary>
    public static ReportTable Ladder(IReadOnlyList<DaeLadderRow> rows, IReadOnlyList<DaeNetworkCell> cells) => new(
        "Auto-encoders at the end of training",
        [
            new("data"),
            new("σ"),
            new("smoothed error, relative"),
            new("clean error, relative"),
            new("clean error least in"),
            new("matched KSD²"),
            new("of the exact score"),
            new("plain KSD²"),
            new("of the exact score"),
            new("plain KSD² least in"),
        ],
        [
            .. rows.Select(row => (string[])
                [
                    row.Data,
                    NumberText.Tick(row.Sigma),
                    NumberText.WithError(row.RelativeSmoothed, row.RelativeSmoothedSe, 3),
                    NumberText.WithError(row.RelativeClean, row.RelativeCleanSe, 3),
                    LeastIn(cells, row, errors => errors.CleanError),
                    NumberText.WithError(row.Matched, row.MatchedSe, 4),
                    NumberText.WithError(row.ExactMatched, row.ExactMatchedSe, 4),
                    NumberText.WithError(row.CleanKsd, row.CleanKsdSe, 4),
                    NumberText.WithError(row.ExactCleanKsd, row.ExactCleanKsdSe, 4),
                    LeastIn(cells, row, errors => errors.CleanDiscrepancy),
                ]),
        ]);

    /// <summary>Rank correlations over checkpoints; a column a pair of measures.</summary>
    /// <param name="correlations">Of checkpoints.</param>
    /// <param name="ranked">Which checkpoints.</param>
    /// <param name="title">Of the table.</param>
    public static ReportTable Checkpoints(IReadOnlyList<DaeRankCorrelation> correlations, string ranked, string title)
    {
        DaeRankCorrelation[] rows = [.. correlations.Where(row => row.Ranked == ranked)];
        return new(
            title,
            [new("data"), new("σ"), .. DaeRankCorrelation.Pairs.Select(pair => new ReportColumn(pair.Title))],
            [
                .. rows.GroupBy(row => (row.Data, row.Sigma)).Select(cell => (string[])
                    [
                        cell.Key.Data,
                        NumberText.Tick(cell.Key.Sigma),
                        .. DaeRankCorrelation.Pairs.Select(pair => Cell(cell, pair)),
                    ]),
            ]);
    }

    /// <summary>Rank correlations over the σ of the ladder.</summary>
    public static ReportTable Sigmas(IReadOnlyList<DaeRankCorrelation> correlations)
    {
        DaeMeasurePair[] pairs = [.. DaeRankCorrelation.Pairs.Where(pair => !pair.IsLoss)];
        return new(
            "Rank correlations over the σ of the ladder at the end of training",
            [new("data"), new("σ"), .. pairs.Select(pair => new ReportColumn(pair.Title))],
            [
                .. correlations.Where(row => row.Ranked == DaeRankCorrelation.Ladder).GroupBy(row => row.Data).Select(data => (string[])
                    [
                        data.Key,
                        FormattableString.Invariant($"{data.First().Items} values"),
                        .. pairs.Select(pair => Cell(data, pair)),
                    ]),
            ]);
    }

    private static string Cell(IEnumerable<DaeRankCorrelation> rows, DaeMeasurePair pair)
    {
        DaeRankCorrelation row = rows.Single(row => row.Measure == pair.Name);
        string mean = NumberText.Fixed(row.Mean);
        return double.IsNaN(row.Low) ? mean : $"{mean} [{NumberText.Fixed(row.Low)}, {NumberText.Fixed(row.High)}]";
    }

    /// <summary>Of the seeds that have every σ of the density, those in which this one has the least of it.</summary>
    private static string LeastIn(IReadOnlyList<DaeNetworkCell> cells, DaeLadderRow row, Func<DaeErrors, double> value)
    {
        DaeNetworkCell[] ladder = [.. cells.Where(cell => cell.Data == row.Data)];
        FinishedAutoencoder[] best =
        [
            .. from run in ladder.SelectMany(cell => cell.Runs)
               group run by run.Stored.Config.Seed into seed
               where seed.Count() == ladder.Length
               select seed.MinBy(run => value(run.Last)),
        ];
        return FormattableString.Invariant($"{best.Count(run => run.Stored.Config.Sigma == row.Sigma)} of {best.Length}");
    }
}

/// <summary>What a reader has to know of the numbers.</summary>
internal static class DaeNetworkCaptions
{
    /// <summary>How the auto-encoders were trained and measured.</summary>
    /// <param name="cells">Of one protocol, densities and σ aside.</param>
    /// <param name="scale">Of the grid.</param>
    public static string Conditions(IReadOnlyList<DaeNetworkCell> cells, GridScale? scale)
    {
        DaeNetworkSettings settings = cells[0].Settings;
        (int fewest, int most) = (cells.Min(cell => cell.Runs.Count), cells.Max(cell => cell.Runs.Count));
        string seeds = fewest == most ? $"{most}" : $"{fewest} to {most}";
        int missing = cells.Sum(cell => cell.Expected - cell.Runs.Count);
        return
            $"Auto-encoders r(x') = x' + σ f(x') of samples in the plane, f with two hidden Swish layers of {settings.Hidden}, trained by "
            + $"Adam (step {NumberText.Tick(settings.LearningRate)}, decays 0.9 and 0.99) for {settings.Iterations} batches of "
            + $"{settings.Batch} from {settings.TrainingSamples} samples with new noise in every batch. Losses and Fisher errors on "
            + $"{settings.TestSamples} held-out samples, the smoothed ones with noise of the same σ and the score of the exactly smoothed "
            + "density, the clean ones without noise and with the density's own score; KSD² is the U-statistic of "
            + $"{settings.DiscrepancySamples} of them with the {settings.Kernel} kernel, its bandwidth the median distance of the noised "
            + "ones, matched with noise on the samples, plain without. "
            + $"{seeds} {(most == 1 ? "seed" : "seeds")} a cell; in a seed all σ have the same samples. "
            + (missing > 0 ? $"{missing} runs of the plan are missing. " : "")
            + (scale is GridScale.Quick or GridScale.Test ? "This is a reduced grid. " : "");
    }

    public const string Excess =
        "The excess is the held-out loss less that of the best auto-encoder on the same noised samples; over the fourth power of σ its "
        + "expectation is the Fisher error of the smoothed density, whatever the network. Mean ± standard error over seeds; the last "
        + "column has the runs whose difference is within 1.96 of its standard error over their test samples. ";

    public const string Ladder =
        "Relative errors are over those of the score 0. “Least in” counts the seeds in which this σ has the least of that. KSD² of the "
        + "exact score has expectation 0: what it shows is chance. Mean ± standard error over seeds. ";

    public const string Rank =
        "Spearman's rank correlation within a seed between a measure and an error: mean over seeds with its 95 % percentile-bootstrap "
        + "interval over seeds (10 000 replicates; nothing for one seed). The loss is on the test samples of the errors. KSD weighs an "
        + "error of the score the less the shorter the lengths it varies on are beside the bandwidth; the mean error, the squared length "
        + "of the mean difference to the score of the smoothed density, is the part that it weighs most. ";

    /// <summary>Which checkpoints were ranked.</summary>
    public static string Ranked(DaeNetworkCell cell, bool isLater)
    {
        IReadOnlyList<DaeCheckpoint> checkpoints = [.. isLater ? cell.Runs[0].Later : cell.Runs[0].Checkpoints];
        return $"Ranked are the {checkpoints.Count} checkpoints of a run from iteration {checkpoints[0].Iteration} to "
            + $"{checkpoints[^1].Iteration}, a constant factor apart. ";
    }
}
