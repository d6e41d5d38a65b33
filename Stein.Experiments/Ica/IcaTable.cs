using System.Text.Json.Serialization;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>The outcome of one training run.</summary>
/// <param name="Row">The row of the table that it belongs to.</param>
/// <param name="Seed">Seed of the run; it fixes the mixing matrix and the start, and the data unless they have their own.</param>
/// <param name="TestLogLikelihood">Mean log-likelihood of the test points under the trained model after the last iteration, nats.</param>
/// <param name="Oracle">Mean log-likelihood of the same test points under the true model, nats.</param>
/// <param name="AmariDistance">Amari distance of V·W_true, in [0, 1]; NaN where it was not computed.</param>
/// <param name="Seconds">Wall-clock time of the training, seconds.</param>
/// <param name="DataSeed">Seed of the data where it is not that of the run.</param>
internal sealed record IcaRun(
    IcaRow Row, int Dim, long Seed, double TestLogLikelihood, double Oracle, double AmariDistance, double Seconds, ulong? DataSeed = null)
{
    /// <summary>What two runs that are compared in pairs have in common.</summary>
    public (int Dim, long Seed, ulong? DataSeed) Pair => (Dim, Seed, DataSeed);
}

/// <summary>One row of <c>table.csv</c>: a method at a dimension. Log-likelihoods in nats; NaN where a number does not exist.</summary>
/// <param name="Method">Name as in the paper.</param>
/// <param name="Seeds">Number of seeds n that are finished.</param>
/// <param name="Mean">Mean test log-likelihood over the seeds.</param>
/// <param name="Se">Its standard error, sd/√n; NaN for one seed.</param>
/// <param name="Oracle">Mean of the oracle over the same seeds.</param>
/// <param name="Gap">Mean of oracle minus test log-likelihood over the seeds.</param>
/// <param name="Verdict">"agrees", "higher", "lower" or "–"; see <see cref="PaperComparison.OfMean"/>.</param>
/// <param name="GapSe">Standard error of the gap.</param>
/// <param name="AdjustedMean">What the verdict compares with the paper: mean oracle over random matrices minus the gap.</param>
/// <param name="Difference">Adjusted mean minus the published value.</param>
/// <param name="DifferenceSe">Standard error of the difference, both sides.</param>
/// <param name="DegreesOfFreedom">Of the t quantile behind the verdict.</param>
/// <param name="AmariDistance">Mean Amari distance of V·W_true, in [0, 1].</param>
/// <param name="AmariDistanceSe">Its standard error.</param>
/// <param name="SeedsExpected">Number of seeds of a complete row.</param>
internal sealed record IcaTableRow(
    string Method,
    int Dim,
    int Seeds,
    double Mean,
    double Se,
    double Oracle,
    double Gap,
    double Paper,
    string Verdict,
    double GapSe,
    double AdjustedMean,
    double Difference,
    double DifferenceSe,
    double DegreesOfFreedom,
    double AmariDistance,
    double AmariDistanceSe,
    int SeedsExpected)
{
    /// <summary>Null for the oracle.</summary>
    [JsonIgnore]
    public IcaRow? Row { get; init; }

    [JsonIgnore]
    public bool IsOracle => Row is null;

    /// <summary>"5", or "3 of 5" while seeds are missing.</summary>
    [JsonIgnore]
    public string SeedText => Seeds < SeedsExpected ? $"{Seeds} of {SeedsExpected}" : $"{Seeds}";
}

/// <summary>One row of <c>differences.csv</c>: a method minus another, paired by seed, nats; NaN where a number does not exist.</summary>
/// <param name="Comparison">Such as "KSD − maxSKSD-g".</param>
/// <param name="Seeds">Number of seeds that both methods have.</param>
/// <param name="Mean">Mean of the paired differences of the test log-likelihood.</param>
/// <param name="Se">Its standard error; NaN for one seed.</param>
/// <param name="Paper">Difference of the published means.</param>
/// <param name="Difference">Ours minus the paper's.</param>
/// <param name="DifferenceSe">Standard error of that, both sides.</param>
/// <param name="Verdict">"agrees", "higher", "lower" or "–"; see <see cref="PaperComparison.OfPairedDifference"/>.</param>
internal sealed record IcaDifferenceRow(
    string Comparison, int Dim, int Seeds, double Mean, double Se, double Paper, double Difference, double DifferenceSe, string Verdict);

/// <summary>The table of finished runs, beside the published one.</summary>
internal sealed class IcaTable
{
    /// <summary>The truth itself: the last row of every dimension, although it is not trained.</summary>
    public const string Oracle = "oracle";

    private static readonly string NoVerdict = Verdict.None.Word();

    /// <param name="runs">
    /// Finished runs, at least one, of each row, dimension, seed and data seed at most one; rows, dimensions and seeds may be missing.
    /// </param>
    /// <param name="comparePaper">Whether the runs follow the paper's protocol, so that its numbers are shown with verdicts.</param>
    /// <param name="seedsExpected">Seeds of a complete row.</param>
    /// <param name="deviations">What is not the paper's, as options with the published value.</param>
    public IcaTable(IEnumerable<IcaRun> runs, bool comparePaper, int seedsExpected, params IReadOnlyList<string> deviations)
    {
        (ComparePaper, SeedsExpected, Deviations) = (comparePaper, seedsExpected, deviations);
        Runs = [.. runs.OrderBy(run => run.Row).ThenBy(run => run.Dim).ThenBy(run => run.Seed).ThenBy(run => run.DataSeed)];
        Rows =
        [
            .. Runs.GroupBy(run => (run.Row, run.Dim)).Select(group => RowOf(group.Key.Row, [.. group])),
            .. Runs.GroupBy(run => run.Dim).OrderBy(group => group.Key).Select(group => OracleRow([.. group.DistinctBy(run => run.Pair)])),
        ];
        Differences = [.. Pairs().SelectMany(pair => DifferencesOf(pair.Row, pair.Reference))];
    }

    /// <summary>The runs by row, dimension and seed: the order in which they come changes no sum.</summary>
    public IReadOnlyList<IcaRun> Runs { get; }

    public bool ComparePaper { get; }

    public int SeedsExpected { get; }

    public IReadOnlyList<string> Deviations { get; }

    /// <summary>Methods in the order of the paper, each by dimension; the oracle last.</summary>
    public IReadOnlyList<IcaTableRow> Rows { get; }

    /// <summary>
    /// KSD − maxSKSD-g, LSD − maxSKSD-g, and every variant minus the method it varies, at every dimension where both have a seed in
    /// common.
    /// </summary>
    public IReadOnlyList<IcaDifferenceRow> Differences { get; }

    /// <summary>Whether a seed has runs on different data: a mean over runs is then one over data draws as well.</summary>
    public bool HasSeveralDataDraws => Runs.GroupBy(run => run.Seed).Any(group => group.Select(run => run.DataSeed).Distinct().Count() > 1);

    /// <summary>The number of verdicts.</summary>
    public int Verdicts => Rows.Count(row => row.Verdict != NoVerdict) + Differences.Count(row => row.Verdict != NoVerdict);

    /// <summary>Every verdict: the means of the table, and the differences between methods.</summary>
    public IReadOnlyList<PublishedComparison> Comparisons() =>
    [
        .. from row in Rows
           where row.Verdict != NoVerdict
           select Compare(row.Method, row.Dim, row.AdjustedMean, row.Paper, row.Verdict),
        .. from row in Differences
           where row.Verdict != NoVerdict
           select Compare(row.Comparison, row.Dim, row.Mean, row.Paper, row.Verdict),
    ];

    private static PublishedComparison Compare(string what, int dim, double ours, double paper, string verdict)
        => new($"{what}, D = {dim}", ours, paper, verdict, verdict == Verdict.Agrees.Word());

    private double Paper(IcaRow row, int dim) => ComparePaper ? PublishedIca.TestLogLikelihood(row.Name, dim) : double.NaN;

    private IcaTableRow RowOf(IcaRow row, IReadOnlyList<IcaRun> runs)
    {
        int dim = runs[0].Dim;
        var logLikelihood = Summary.Of([.. runs.Select(run => run.TestLogLikelihood)]);
        double[] gaps = [.. runs.Select(run => run.Oracle - run.TestLogLikelihood)];
        var gap = Summary.Of(gaps);
        var amari = Summary.Of([.. runs.Select(run => run.AmariDistance)]);
        double paper = Paper(row, dim);
        OracleSpread? spread = double.IsNaN(paper) ? null : OracleSpread.Of(dim);
        PaperComparison comparison = spread is null ? PaperComparison.None : PaperComparison.OfMean(gaps, paper, spread);
        return new IcaTableRow(
            row.Name,
            dim,
            runs.Count,
            logLikelihood.Mean,
            logLikelihood.StandardError,
            runs.Average(run => run.Oracle),
            gap.Mean,
            paper,
            comparison.Verdict.Word(),
            gap.StandardError,
            spread is null ? double.NaN : spread.MeanOracle - gap.Mean,
            comparison.Difference,
            comparison.StandardError,
            comparison.DegreesOfFreedom,
            amari.Mean,
            amari.StandardError,
            SeedsExpected)
        {
            Row = row,
        };
    }

    /// <param name="seeds">A run of each seed.</param>
    private IcaTableRow OracleRow(IReadOnlyList<IcaRun> seeds)
    {
        var oracle = Summary.Of([.. seeds.Select(run => run.Oracle)]);
        return new IcaTableRow(
            Oracle,
            seeds[0].Dim,
            seeds.Count,
            oracle.Mean,
            oracle.StandardError,
            oracle.Mean,
            Gap: 0,
            Paper: double.NaN,
            NoVerdict,
            GapSe: double.NaN,
            AdjustedMean: double.NaN,
            Difference: double.NaN,
            DifferenceSe: double.NaN,
            DegreesOfFreedom: double.NaN,
            AmariDistance: 0,
            AmariDistanceSe: double.NaN,
            SeedsExpected);
    }

    private IEnumerable<(IcaRow Row, IcaRow Reference)> Pairs() =>
    [
        .. from method in IcaMethod.All
           where method is { IsBaseline: false, IsInGrid: true } && method != IcaMethod.Proposed
           select (new IcaRow(method), new IcaRow(IcaMethod.Proposed)),
        .. from row in Runs.Select(run => run.Row).Distinct()
           where row.Variant.Length > 0
           select (row, row with { Variant = "" }),
    ];

    private IEnumerable<IcaDifferenceRow> DifferencesOf(IcaRow row, IcaRow reference)
    {
        var references = Runs.Where(run => run.Row == reference).ToDictionary(run => run.Pair);
        return from dimension in Runs.Where(run => run.Row == row && references.ContainsKey(run.Pair)).GroupBy(run => run.Dim)
               let differences = dimension.Select(run => run.TestLogLikelihood - references[run.Pair].TestLogLikelihood).ToArray()
               select Difference(row, reference, dimension.Key, differences);
    }

    private IcaDifferenceRow Difference(IcaRow row, IcaRow reference, int dim, double[] differences)
    {
        var summary = Summary.Of(differences);
        double paper = Paper(row, dim) - Paper(reference, dim);
        PaperComparison comparison = PaperComparison.OfPairedDifference(differences, paper);
        return new IcaDifferenceRow(
            $"{row.Name} − {reference.Name}",
            dim,
            differences.Length,
            summary.Mean,
            summary.StandardError,
            paper,
            comparison.Difference,
            comparison.StandardError,
            comparison.Verdict.Word());
    }
}
