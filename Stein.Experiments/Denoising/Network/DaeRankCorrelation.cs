using CsvHelper;
using MathNet.Numerics.Statistics;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising;

/// <summary>
/// A row of <c>rank_correlations.csv</c>: whether a measure ranks checkpoints, or the σ of a ladder, as a Fisher error does. Spearman's
/// rank correlation within every seed, its mean over the seeds, and the 95 % percentile-bootstrap interval of the mean over seeds.
/// </summary>
/// <param name="Data">A name of <see cref="PlanarDensity.Names"/>.</param>
/// <param name="Sigma">σ; NaN for a ranking of the σ themselves.</param>
/// <param name="Ranked"><c>all</c> or <c>later</c> checkpoints, or <c>sigma</c> at the end of training.</param>
/// <param name="Measure">What ranks, and after a slash the error it is to rank by.</param>
/// <param name="Items">What is ranked in a seed: that many.</param>
/// <param name="Seeds">Seeds.</param>
/// <param name="Mean">Mean over the seeds.</param>
/// <param name="Low">Of the interval; NaN for one seed.</param>
/// <param name="High">Of the interval; NaN for one seed.</param>
[CsvRecord]
internal sealed partial record DaeRankCorrelation(
    [CsvColumn("data")] string Data,
    [CsvColumn("sigma")] double Sigma,
    [CsvColumn("ranked")] string Ranked,
    [CsvColumn("measure")] string Measure,
    [CsvColumn("items")] int Items,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("mean")] double Mean,
    [CsvColumn("low")] double Low,
    [CsvColumn("high")] double High)
{
    /// <summary>Values of <see cref="Ranked"/>.</summary>
    public const string All = "all", Later = "later", Ladder = "sigma";

    /// <summary>Bootstrap replicates.</summary>
    public const int Replicates = 10_000;

    /// <summary>A rank correlation of fewer is 1 or −1 whatever happens.</summary>
    private const int FewestItems = 3;

    /// <summary>The measures of one run, and the Fisher errors that they are to rank by.</summary>
    public static IReadOnlyList<DaeMeasurePair> Pairs { get; } =
    [
        new("ksd_matched/fisher_smoothed", "matched KSD², smoothed error", Matched, errors => errors.SmoothedError),
        new("ksd_matched/fisher_clean", "matched KSD², clean error", Matched, errors => errors.CleanError),
        new("ksd_clean/fisher_clean", "plain KSD², clean error", errors => errors.CleanDiscrepancy, errors => errors.CleanError),
        new("ksd_matched/mean_error_smoothed", "matched KSD², mean error", Matched, errors => errors.MeanError),
        new("denoising_loss/fisher_smoothed", "loss, smoothed error", Loss, errors => errors.SmoothedError),
        new("denoising_loss/fisher_clean", "loss, clean error", Loss, errors => errors.CleanError),
    ];

    /// <summary>Of the checkpoints of a cell, all and the later half; none where there are too few to rank.</summary>
    public static IEnumerable<DaeRankCorrelation> OfCheckpoints(DaeNetworkCell cell)
    {
        foreach (string ranked in (string[])[All, Later])
        {
            DaeErrors[][] seeds =
            [
                .. cell.Runs.Select(run => (ranked == All ? run.Checkpoints : run.Later).Select(checkpoint => checkpoint.Errors).ToArray()),
            ];
            foreach (DaeRankCorrelation row in Rows(cell.Data, cell.Sigma, ranked, Pairs, seeds))
                yield return row;
        }
    }

    /// <summary>Of the σ of one density at the end of training, in the seeds that have all; losses of different σ do not compare.</summary>
    public static IEnumerable<DaeRankCorrelation> OfLadder(IReadOnlyList<DaeNetworkCell> cells)
    {
        DaeErrors[][] seeds =
        [
            .. from run in cells.SelectMany(cell => cell.Runs)
               group run.Last by run.Stored.Config.Seed into seed
               where seed.Count() == cells.Count
               select seed.ToArray(),
        ];
        return Rows(cells[0].Data, double.NaN, Ladder, [.. Pairs.Where(pair => !pair.IsLoss)], seeds);
    }

    /// <summary>The mean and its 95 % percentile-bootstrap interval, whole seeds drawn again; NaN for one value.</summary>
    public static (double Mean, double Low, double High) Interval(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        if (values.Count < 2)
            return (mean, double.NaN, double.NaN);
        var stream = new PhiloxStream(60, StreamPurpose.Bootstrap);
        var means = new double[Replicates];
        foreach (ref double replicate in means.AsSpan())
        {
            for (int i = 0; i < values.Count; i++)
                replicate += values[stream.NextInt32(values.Count)] / values.Count;
        }

        return (mean, means.Quantile(0.025), means.Quantile(0.975));
    }

    private static double Matched(DaeErrors errors) => errors.MatchedDiscrepancy;

    private static double Loss(DaeErrors errors) => errors.DenoisingLoss;

    private static IEnumerable<DaeRankCorrelation> Rows(
        string data, double sigma, string ranked, IReadOnlyList<DaeMeasurePair> pairs, DaeErrors[][] seeds)
    {
        if (seeds.Length == 0 || seeds[0].Length < FewestItems)
            yield break;
        foreach (DaeMeasurePair pair in pairs)
        {
            (double mean, double low, double high) = Interval(
                [.. seeds.Select(errors => Correlation.Spearman(errors.Select(pair.Measure), errors.Select(pair.Error)))]);
            yield return new(data, sigma, ranked, pair.Name, seeds[0].Length, seeds.Length, mean, low, high);
        }
    }
}

/// <summary>A measure that needs no true score, or not that of the density itself, and the Fisher error it may stand for.</summary>
/// <param name="Name">In tables of numbers.</param>
/// <param name="Title">For people.</param>
/// <param name="Measure">What ranks.</param>
/// <param name="Error">What it is to rank by.</param>
internal sealed record DaeMeasurePair(string Name, string Title, Func<DaeErrors, double> Measure, Func<DaeErrors, double> Error)
{
    /// <summary>Whether it is the loss that ranks.</summary>
    public bool IsLoss => Name.StartsWith("denoising", StringComparison.Ordinal);
}
