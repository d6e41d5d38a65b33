using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>The outcome of one training run.</summary>
/// <param name="Seed">Seed of the run; it fixes the mixing matrix and the start, and the data unless they have their own.</param>
/// <param name="TestLogLikelihood">Mean log-likelihood of the test points under the trained model after the last iteration, nats.</param>
/// <param name="Oracle">Mean log-likelihood of the same test points under the true model, nats.</param>
/// <param name="AmariDistance">Amari distance of V·W_true, in [0, 1]; NaN where it was not computed.</param>
/// <param name="Seconds">Wall-clock time of the training, seconds.</param>
/// <param name="DataSeed">Seed of the data where it is not that of the run.</param>
internal sealed record IcaRun(
    IcaRow Row,
    int Dimension,
    long Seed,
    double TestLogLikelihood,
    double Oracle,
    double AmariDistance,
    double Seconds,
    ulong? DataSeed = null)
    : IFromRuns
{
    public IEnumerable<string> RunIds { get; init; } = [];

    /// <summary>Whether the training diverged; then no mean includes the run.</summary>
    public bool IsDiverged { get; init; }

    /// <summary>See <see cref="IcaStudy.IsCutShort"/>.</summary>
    public bool IsCutShort { get; init; }

    /// <summary>By iteration; may be empty.</summary>
    public IReadOnlyList<IcaCurvePoint> Curve { get; init; } = [];

    /// <summary>What two runs share if they are compared as a pair.</summary>
    public (int Dimension, long Seed, ulong? DataSeed) Pair => (Dimension, Seed, DataSeed);
}

/// <summary>One point of a training curve.</summary>
/// <param name="Iteration">Number of iterations done; 0 is the start.</param>
/// <param name="TestLogLikelihood">Mean log-likelihood of the test points, nats.</param>
/// <param name="Loss">The method's own loss at this iteration; NaN where there is none, as at the start.</param>
internal sealed record IcaCurvePoint(int Iteration, double TestLogLikelihood, double Loss);

/// <summary>A method at a dimension, over its seeds. Log-likelihoods in nats; NaN where a number does not exist.</summary>
/// <param name="Row">Null for the oracle.</param>
/// <param name="LogLikelihood">Test log-likelihood over the seeds that are finished.</param>
/// <param name="Oracle">Mean of the oracle over the same seeds.</param>
/// <param name="Gap">Oracle minus test log-likelihood.</param>
/// <param name="AmariDistance">Of V·W_true, in [0, 1].</param>
/// <param name="Paper">The published mean.</param>
/// <param name="Comparable">What the verdict compares with the paper: mean oracle over random matrices minus the gap.</param>
internal sealed record IcaTableRow(
    IcaRow? Row,
    int Dimension,
    Summary LogLikelihood,
    double Oracle,
    Summary Gap,
    Summary AmariDistance,
    double Paper,
    double Comparable,
    PaperComparison Comparison)
{
    /// <summary>Name as in the paper.</summary>
    public string Method => Row?.Name ?? IcaTable.Oracle;

    /// <summary>Number of seeds that are finished.</summary>
    public int Seeds => LogLikelihood.Count;

    /// <summary>Number of finished seeds that diverged; no mean includes them.</summary>
    public int Diverged { get; init; }

    /// <summary>Number of seeds whose search was cut short.</summary>
    public int CutShort { get; init; }
}

/// <summary>A method minus another, paired by seed, nats; NaN where a number does not exist.</summary>
/// <param name="Name">Such as "KSD − maxSKSD-g".</param>
/// <param name="Difference">Of the test log-likelihood, over the seeds that both methods have.</param>
/// <param name="Paper">Difference of the published means.</param>
internal sealed record IcaDifferenceRow(string Name, int Dimension, Summary Difference, double Paper, PaperComparison Comparison);

/// <summary>The table of finished runs, beside the published one.</summary>
internal sealed class IcaTable
{
    /// <summary>The name of the true model, which is the last row of every dimension although it is not trained.</summary>
    public const string Oracle = "oracle";

    /// <param name="runs">
    /// Finished runs: at least one in all, and at most one for every row, dimension, seed and data seed.
    /// </param>
    /// <param name="comparePaper">Whether the runs follow the paper's protocol, so that its numbers are shown with verdicts.</param>
    /// <param name="seedsExpected">Seeds of a complete row.</param>
    /// <param name="deviations">Settings that differ from the paper's, as options with the published value.</param>
    public IcaTable(IEnumerable<IcaRun> runs, bool comparePaper, int seedsExpected, params IReadOnlyList<string> deviations)
    {
        (ComparePaper, SeedsExpected, Deviations) = (comparePaper, seedsExpected, deviations);
        Runs = [.. runs.OrderBy(run => run.Row).ThenBy(run => run.Dimension).ThenBy(run => run.Seed).ThenBy(run => run.DataSeed)];
        Rows =
        [
            .. Runs.GroupBy(run => (run.Row, run.Dimension)).Select(group => RowOf(group.Key.Row, [.. group])),
            .. Runs.DistinctBy(run => run.Pair).GroupBy(run => run.Dimension).OrderBy(group => group.Key).Select(
                group => OracleRow([.. group])),
        ];
        Differences = [.. Pairs().SelectMany(pair => DifferencesOf(pair.Row, pair.Reference))];
        Comparisons =
        [
            .. Rows.SelectMany(row => Compared(row.Method, row.Dimension, row.Comparable, row.Paper, row.Comparison)),
            .. Differences.SelectMany(row => Compared(row.Name, row.Dimension, row.Difference.Mean, row.Paper, row.Comparison)),
        ];
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

    /// <summary>Every verdict: the means of the table, and the differences between methods.</summary>
    public IReadOnlyList<PublishedComparison> Comparisons { get; }

    /// <summary>Whether a seed has runs on different data, so that means over runs are means over draws of data as well.</summary>
    public bool HasSeveralDataDraws => Runs.GroupBy(run => run.Seed).Any(group => group.Select(run => run.DataSeed).Distinct().Count() > 1);

    private static PublishedComparison[] Compared(string name, int dim, double ours, double paper, PaperComparison comparison)
    {
        string verdict = comparison.Verdict;
        return verdict == Verdicts.None ? [] : [new($"{name}, D = {dim}", ours, paper, verdict, verdict == Verdicts.Agrees)];
    }

    private static Summary Over(IReadOnlyList<IcaRun> runs, Func<IcaRun, double> value)
        => Summary.Of([.. runs.Where(run => !run.IsDiverged).Select(value)]);

    /// <param name="seeds">One run per seed.</param>
    private static IcaTableRow OracleRow(IReadOnlyList<IcaRun> seeds)
    {
        var oracle = Summary.Of([.. seeds.Select(run => run.Oracle)]);
        var zero = new Summary(seeds.Count, 0, double.NaN);
        return new IcaTableRow(
            Row: null,
            seeds[0].Dimension,
            oracle,
            oracle.Mean,
            Gap: zero,
            AmariDistance: zero,
            Paper: double.NaN,
            Comparable: double.NaN,
            PaperComparison.None);
    }

    private double Paper(IcaRow row, int dim) => ComparePaper ? PublishedIca.TestLogLikelihood(row.Name, dim) : double.NaN;

    private IcaTableRow RowOf(IcaRow row, IReadOnlyList<IcaRun> runs)
    {
        int dim = runs[0].Dimension;
        double paper = Paper(row, dim);
        int diverged = runs.Count(run => run.IsDiverged);
        OracleSpread? spread = double.IsNaN(paper) || diverged == runs.Count ? null : OracleSpread.Of(dim);
        Summary gap = Over(runs, run => run.Oracle - run.TestLogLikelihood);
        return new IcaTableRow(
            row,
            dim,
            Over(runs, run => run.TestLogLikelihood),
            diverged == runs.Count ? double.NaN : runs.Where(run => !run.IsDiverged).Average(run => run.Oracle),
            gap,
            Over(runs, run => run.AmariDistance),
            paper,
            spread is null ? double.NaN : spread.MeanOracle - gap.Mean,
            spread is null ? PaperComparison.None : PaperComparison.OfMean(gap, paper, spread))
        {
            Diverged = diverged,
            CutShort = runs.Count(run => run.IsCutShort),
        };
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
        var references = Runs.Where(run => run.Row == reference && !run.IsDiverged).ToDictionary(run => run.Pair);
        return from run in Runs
               where run.Row == row && !run.IsDiverged && references.ContainsKey(run.Pair)
               group run.TestLogLikelihood - references[run.Pair].TestLogLikelihood by run.Dimension into dimension
               let difference = Summary.Of([.. dimension])
               let paper = Paper(row, dimension.Key) - Paper(reference, dimension.Key)
               select new IcaDifferenceRow(
                   $"{row.Name} − {reference.Name}",
                   dimension.Key,
                   difference,
                   paper,
                   PaperComparison.OfPairedDifference(difference, paper));
    }
}
