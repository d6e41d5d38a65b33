using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Local;

/// <summary>
/// Stein discrepancies in the model's own coordinates: the table of the paper again, with a method that reaches what maximum likelihood
/// reaches, and beside it whoever else separates the sources.
/// </summary>
internal class IcaLocal : IcaStudy
{
    private const string Reference = "mle-truth";

    /// <summary>The dimension of which gain matrices are shown: small enough to see every source.</summary>
    private const int ShownDimension = 20;

    /// <summary>The paper's methods, then those that search over all samples; the local one's rotations alone are a row.</summary>
    private static readonly IcaSettings[] Rows =
    [
        .. from method in (string[])["ksd", "lsd", "maxsksd", "whitening"] select new IcaSettings { Method = method },
        new() { Method = "local", Refine = false },
        new() { Method = "local" },
        .. from method in (string[])["fastica", "fastica-mle", "mle-whitened", Reference] select new IcaSettings { Method = method },
    ];

    public override string Name => "ica-local";

    public override string Title => "ICA by Stein discrepancies in the model's own coordinates, to the gap of maximum likelihood";

    public override string Source => Papers;

    /// <summary>Where the operator and the problem are from.</summary>
    public const string Papers =
        "Barp, Briol, Duncan, Girolami and Mackey, Minimum Stein Discrepancy Estimators, NeurIPS 2019 (diffusion operators); Gong, Li and "
        + "Hernández-Lobato, ICLR 2021 (the problem)";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--dim 100 --method local,fastica,mle-truth --seed 60,70,80", "three methods over all samples; takes seconds"),
        ("--dim 50 --method local --training-samples 1000,2000,4000,8000", "how many samples it takes"),
        ("--dim 50 --method local --smoothness 1,8,64", "how much the smoothness of the witness matters"),
    ];

    protected override bool CountsSources => true;

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. Grid(PublishedIca.Dimensions, 15, new()).Where(
                config => config.Seed < 60 + (10 * PublishedIca.Seeds) || IsSearch(config)),
        ],
        GridScale.Quick => Grid([10, 40], 2, new() { Iterations = 500 }),
        _ => Grid(
            [2, 3],
            2,
            new() { Iterations = 100, Batch = 20, TrainingSamples = 500, TestSamples = 100, Hidden = 10, EvaluateEvery = 50 }),
    };

    protected override Report Compose(Results<IcaSettings> results)
    {
        LocalCondition[] rows =
        [
            .. LocalCondition.Of(results).OrderBy(row => Array.FindIndex(Rows, other => IcaRow.Of(other) == row.Row)).ThenBy(
                row => row.Dimension),
        ];
        Dictionary<(int, uint), double> references = results.Runs.Where(run => run.Config.Method == Reference)
            .ToDictionary(run => (run.Config.Dimension, run.Config.Seed), Gap);
        string cutShort = CutShortNote(rows.Select(row => (row.Row.Name, row.Dimension, row.CutShort, row.Runs.Count)));
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                new("method", run => new LocalCondition(new(run.Config, [run], 1)).Row.Id),
                new("dimension", run => run.Config.Dimension),
                new("seed", run => run.Config.Seed),
                new("training_samples", run => run.Config.TrainingSamples),
                new("gap", run => Gap(run)),
                new("gap_over_mle_from_truth", run => Gap(run) / Of(run)),
                .. Results<IcaSettings>.QuantityColumns(
                    [LogLikelihood, Oracle, AmariDistance, Separated, Equations, Searched, Converged]),
                new("iteration_seconds", run => run.IterationSeconds),
            ]),
            DataTable.Create("table", rows,
            [
                new("method", row => row.Row.Id),
                new("dimension", row => row.Dimension),
                new("seeds", row => row.Runs.Count),
                .. DataColumn<LocalCondition>.MeanAndError("gap", row => row.Gaps),
                new("theoretical_gap", row => row.TheoreticalGap),
                new("smallest_gap", row => row.Runs.Min(Gap)),
                new("largest_gap", row => row.Runs.Max(Gap)),
                new("largest_gap_over_mle_from_truth", row => row.Runs.Max(run => Gap(run) / Of(run))),
                new("fewest_sources_separated", row => row.Runs.Min(run => run[Separated])),
                new("amari_distance", row => row.Over(run => run[AmariDistance]).Mean),
                new("iterations", row => row.Over(run => run[Searched]).Mean),
                new("equations_norm", row => row.Over(run => run[Equations]).Mean),
                new("iteration_seconds", row => row.Over(run => run.IterationSeconds).Mean),
            ]),
            Pivot(
                "gaps",
                "Gap to the oracle, nats",
                "Mean of the oracle's test log-likelihood minus the method's, in nats, with the smallest and the largest over the seeds."
                    + cutShort,
                rows,
                row => SignificantText.Number(row.Gaps.Mean)
                    + (row.Runs.Count == 1 ? ""
                        : $" ({SignificantText.Number(row.Runs.Min(Gap))}–{SignificantText.Number(row.Runs.Max(Gap))})")
                    + CutShortMark(row.CutShort, row.Runs.Count)),
            Pivot(
                "separated",
                "Sources separated, fewest over the seeds",
                "True sources that exactly one row of V has more than twice as much of as of any other: D when all are separated. The "
                    + $"fewest over the seeds.{cutShort}",
                rows,
                row => $"{row.Runs.Min(run => run[Separated]):0}{CutShortMark(row.CutShort, row.Runs.Count)}"),
            Pivot(
                "seconds",
                "Seconds in iterations",
                "Mean over the seeds of the seconds spent in iterations, whitening included, data and measurements not.",
                rows,
                row => SignificantText.Number(row.Over(run => run.IterationSeconds).Mean)),
            .. Figures(results, rows, Of),
        ]);

        double Of(StoredRun<IcaSettings> run) => references.GetValueOrDefault((run.Config.Dimension, run.Config.Seed), double.NaN);
    }

    /// <summary>Whether it is a row that more seeds are done of than the paper did.</summary>
    private static bool IsSearch(IcaSettings config) => IcaMethod.Of(config) is SearchMethod or Whitening;

    private static double Gap(StoredRun<IcaSettings> run) => LocalCondition.GapOf(run);

    private static Table Pivot(string name, string title, string caption, LocalCondition[] rows, Func<LocalCondition, string> cell)
        => Table.Pivot(
            name,
            title,
            caption,
            rows,
            [new TextColumn<LocalCondition>("method", row => row.Row.Name)],
            row => (row.Dimension, row.Samples),
            size => rows.Any(row => row.Dimension == size.Dimension && row.Samples != size.Samples)
                ? $"D = {size.Dimension}, N = {size.Samples}"
                : $"D = {size.Dimension}",
            cell);

    private static IEnumerable<Figure> Figures(
        Results<IcaSettings> results, LocalCondition[] rows, Func<StoredRun<IcaSettings>, double> reference)
    {
        double Ratio(StoredRun<IcaSettings> run) => Gap(run) / reference(run);

        Axis gap = new("Gap to the oracle (nats)") { Scale = Scale.Log10, Ticks = Ticks.Decades };
        if (rows.Select(row => row.Dimension).Distinct().Count() > 1)
        {
            yield return new(
                "gap_by_dimension",
                "The points are means over the seeds of the oracle's test log-likelihood minus the method's, the bars reach from the "
                    + "smallest to the largest. The dashed line is what the asymptotic theory expects of maximum likelihood.",
                new("Dimension D") { Scale = Scale.Log10, Ticks = Ticks.At([.. rows.Select(row => (double)row.Dimension).Distinct()]) },
                gap,
                [
                    .. Series(rows, row => new Point(row.Dimension, row.Gaps.Mean, row.Runs.Min(Gap), row.Runs.Max(Gap))),
                    LocalCondition.Theory(rows, row => row.Dimension),
                ]);
        }

        LocalCondition[] near = [.. rows.Where(row => row.Config.Method != Reference && row.Runs.All(run => Ratio(run) is > 0 and < 3))];
        if (near.Select(row => row.Dimension).Distinct().Count() > 1)
        {
            yield return new(
                "relative_gap_by_dimension",
                "The gap to the oracle as a multiple of that of maximum likelihood from the truth on the same samples: means over the "
                    + "seeds, the bars reach from the smallest to the largest. Rows with a gap of three times that or more are left out.",
                new("Dimension D") { Scale = Scale.Log10, Ticks = Ticks.At([.. near.Select(row => (double)row.Dimension).Distinct()]) },
                new("Gap, as a multiple of maximum likelihood's"),
                [
                    .. Series(near, row => new Point(
                        row.Dimension, row.Over(Ratio).Mean, row.Runs.Min(Ratio), row.Runs.Max(Ratio))),
                    new Rule("", SeriesStyle.Reference, 1),
                ]);
        }

        foreach (IGrouping<int, LocalCondition> dimension in rows.Where(row => row.Dimension >= 100).GroupBy(row => row.Dimension))
        {
            yield return new(
                $"gap_by_seconds_D{dimension.Key}",
                $"Gap to the oracle against the seconds spent in iterations at D = {dimension.Key}, one point per seed.",
                new("Seconds") { Scale = Scale.Log10, Ticks = Ticks.Decades },
                gap,
                [
                    .. dimension.GroupBy(row => row.Row).Select((row, index) => new Series(
                        row.Key.Name,
                        StyleOf(row.Key, index),
                        [.. row.SelectMany(one => one.Runs).Select(run => new Point(run.IterationSeconds, Gap(run)))])
                    {
                        HasLine = false,
                    }),
                ]);
        }

        StoredRun<IcaSettings>[] shown =
        [
            .. from run in results.Runs
               where run.Config is { Dimension: ShownDimension, Seed: 60, Refine: true, Base: BaseDensity.Laplace }
               where run.Config.Method is "whitening" or "maxsksd" or "local"
               select run,
        ];
        if (shown.Length > 1)
            yield return GainMatrices(shown);
    }

    private static IEnumerable<Series> Series(LocalCondition[] rows, Func<LocalCondition, Point> point)
        => rows.GroupBy(row => row.Row).Select((row, index) => new Series(row.Key.Name, StyleOf(row.Key, index), [.. row.Select(point)]));

    private static SeriesStyle StyleOf(IcaRow row, int index)
        => row.Variant.Length == 0 ? row.Method.Style : SeriesStyle.Of(4 + (index % 4));

    /// <summary>|V·W| of the shown runs, rows divided by their largest entry and in the order of its column.</summary>
    private static Figure GainMatrices(StoredRun<IcaSettings>[] shown)
    {
        const double Space = 3;
        Matrix<double> mixing = Matrix<double>.Build.DenseOfRowMajor(
            ShownDimension,
            ShownDimension,
            SquareMatrix.Inverse(PaperMatrices.Draw(60, ShownDimension).Truth.Values, ShownDimension));
        return new(
            "gain_matrices",
            $"|V·W| at D = {ShownDimension}, seed 60: how much of each true source (column) is in each recovered one (row), dark for none, "
                + "as a share of the largest in the row. A separated source has one entry alone; rows are in the order of these.",
            new(""),
            new(""),
            [
                .. shown.OrderByDescending(Gap).SelectMany((run, panel) =>
                {
                    double left = panel * (ShownDimension + Space);
                    return (Layer[])
                    [
                        new PanelFrame(
                            IcaRow.Of(run.Config).Name, new Box(left - 0.5, left + ShownDimension - 0.5, -0.5, ShownDimension - 0.5)),
                        new HeatMap("", [.. Cells(run).Select(cell => cell with { X = cell.X + left })]) { IsGrey = true },
                    ];
                }),
            ])
        {
            IsFrameless = true,
            IsRasterOnly = true,
        };

        IEnumerable<HeatCell> Cells(StoredRun<IcaSettings> run)
        {
            IEnumerable<double[]> lines = File.ReadLines(Path.Combine(run.Folder, IcaTraining.UnmixingFile)).Select(
                line => Array.ConvertAll(line.Split(','), text => double.Parse(text, CultureInfo.InvariantCulture)));
            Matrix<double> gains = (Matrix<double>.Build.DenseOfRowArrays(lines) * mixing).PointwiseAbs();
            Vector<double>[] ordered = [.. gains.EnumerateRows().Select(row => row / row.Maximum()).OrderBy(row => row.MaximumIndex())];
            return HeatMap.Matrix("", Matrix<double>.Build.DenseOfRowVectors(ordered).ToArray(), _ => "").Cells;
        }
    }

    private static IcaSettings[] Grid(IEnumerable<int> dimensions, int seeds, IcaSettings settings) =>
    [
        .. from dimension in dimensions
           from seed in Seeds.From(60, seeds)
           from row in Rows
           select settings with { Dimension = dimension, Seed = seed, Method = row.Method, Refine = row.Refine },
    ];
}
