using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>Finished runs of a plan, from the store, as tables and figures need them.</summary>
internal sealed class IcaStoredRuns
{
    /// <summary>A metric and a value: mean log-likelihood of the test points, nats.</summary>
    internal const string LogLikelihood = "test_log_likelihood";

    /// <summary>A metric: the method's own loss on the last batch.</summary>
    internal const string Loss = "loss";

    /// <summary>A value: the log-likelihood of the true model on the same points, nats.</summary>
    internal const string Oracle = "oracle";

    /// <summary>A value: of V·W_true.</summary>
    internal const string AmariDistance = "amari_distance";

    /// <summary>The trained unmixing matrix V.</summary>
    internal const string UnmixingFile = "unmixing.csv";

    private readonly IReadOnlyList<StoredRun<IcaSettings>> stored;

    /// <param name="plan">All runs, finished or not.</param>
    /// <param name="stored">The finished ones among them.</param>
    public IcaStoredRuns(IReadOnlyList<RunConfig> plan, IReadOnlyList<StoredRun<IcaSettings>> stored)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(stored);
        this.stored = stored;
        IcaSettings[] settings = [.. plan.Select(run => (IcaSettings)run.Config)];
        Deviations = [.. settings.SelectMany(IcaProtocol.Deviations).Distinct()];
        // The verdict takes the runs of a row as independent draws of the matrices: several draws of data on one matrix are not.
        ComparePaper = Deviations.Count == 0 && settings.All(run => run.DataSeed is null);
        SeedsExpected = settings.GroupBy(run => (run.RowId, run.Dimension)).Select(row => row.Count()).DefaultIfEmpty(0).Max();
        Runs = [.. stored.Select(Row)];
    }

    /// <summary>What of the settings is not the paper's; see <see cref="IcaProtocol.Deviations"/>.</summary>
    public IReadOnlyList<string> Deviations { get; }

    /// <summary>Whether the plan follows the paper's protocol.</summary>
    public bool ComparePaper { get; }

    /// <summary>The runs that a complete row of the plan has.</summary>
    public int SeedsExpected { get; }

    /// <summary>The rows of <c>runs.csv</c>, in the order of the plan.</summary>
    public IReadOnlyList<IcaRun> Runs { get; }

    /// <summary>The training curves.</summary>
    public IReadOnlyList<IcaCurvePoint> Curves() =>
    [
        .. from run in stored
           from point in run.Metrics().GroupBy(row => row.Iteration)
           select new IcaCurvePoint(
               run.Config.RowId,
               run.Config.Dimension,
               run.Config.Seed,
               point.Key,
               point.Single(row => row.Metric == LogLikelihood).Value,
               point.Single(row => row.Metric == Loss).Value,
               run.Number(Oracle),
               run.Config.DataSeed),
    ];

    /// <summary>Every verdict: the means of the table, and the differences between methods.</summary>
    public IReadOnlyList<PublishedComparison> Comparisons()
    {
        if (!ComparePaper || Runs.Count == 0)
            return [];
        string agrees = Verdict.Agrees.Word();
        return
        [
            .. from row in IcaTable.Rows(Runs, comparePaper: true, SeedsExpected)
               where row.Verdict != Verdict.None.Word()
               select new PublishedComparison($"{row.Method}, D = {row.Dim}", row.AdjustedMean, row.Paper, row.Verdict, row.Verdict == agrees),
            .. from row in IcaDifferences.Rows(Runs, comparePaper: true)
               where row.Verdict != Verdict.None.Word()
               select new PublishedComparison(
                   $"{row.Comparison}, D = {row.Dim}", row.Mean, row.Paper, row.Verdict, row.Verdict == agrees),
        ];
    }

    /// <summary>The rows of <c>runs.csv</c>, <c>table.csv</c> and <c>differences.csv</c>.</summary>
    internal JsonObject Data() => new()
    {
        ["runs"] = JsonSerializer.SerializeToNode(Runs, JsonFormat.Line),
        ["table"] = JsonSerializer.SerializeToNode(IcaTable.Rows(Runs, ComparePaper, SeedsExpected), JsonFormat.Line),
        ["differences"] = JsonSerializer.SerializeToNode(IcaDifferences.Rows(Runs, ComparePaper), JsonFormat.Line),
    };

    /// <summary>Copies the trained matrix of a run under a name that says what it is, and returns the path.</summary>
    internal static string CopyUnmixing(StoredRun<IcaSettings> run, string folder)
    {
        IcaSettings settings = run.Config;
        string data = settings.DataSeed is { } seed ? $"_data{seed}" : "";
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"unmixing_{FileNames.Word(settings.RowId)}_D{settings.Dimension}_seed{settings.Seed}{data}.csv");
        string path = Path.Combine(folder, name);
        AtomicFile.WriteAllText(path, File.ReadAllText(Path.Combine(run.Folder, UnmixingFile)));
        return path;
    }

    private static IcaRun Row(StoredRun<IcaSettings> run) => new(
        run.Config.RowId,
        run.Config.Dimension,
        run.Config.Seed,
        run.Number(LogLikelihood),
        run.Number(Oracle),
        run.Number(AmariDistance),
        run.Seconds,
        run.Config.DataSeed);
}
