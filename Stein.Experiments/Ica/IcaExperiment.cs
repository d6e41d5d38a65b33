using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ScottPlot;
using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>The ICA table: models trained with KSD, LSD and maxSKSD, at D = 10 to 200.</summary>
internal class IcaExperiment : IcaStudy
{
    /// <summary>Settings common to all rows: if one differs from the paper's, no number is compared with the paper.</summary>
    private static readonly string[] Protocol = ["iterations", "batch", "training_samples", "test_samples", "learning_rate", "base"];

    private static readonly JsonObject Paper = ConfigJson.Write(new IcaSettings());

    public override string Name => "ica";

    public override string Title => "Test log-likelihood of ICA models trained with Stein discrepancies";

    public override string Source => "Gong, Li and Hernández-Lobato, Sliced Kernelized Stein Discrepancy, ICLR 2021; the ICA table";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--dim 10 --method maxsksd --seed 60", "one run; takes seconds"),
        ("--dim 10,20 --method ksd,lsd,maxsksd --seed 60,70,80", "three methods, two dimensions, three seeds; takes minutes"),
        ("--dim 10 --method lsd --probes 0,10", "LSD with the exact trace and with ten probes, and their difference"),
        ("--dim 10 --method ksd --data-seed 1,2,3,4,5", "how much the draw of the data matters"),
        ("--method maxsksd --kernel imq --iterations 3000", "another kernel, fewer iterations"),
        ("--dim 10 --method maxsksd --bandwidth-scale 0.5,1,1.5,2", "how much the bandwidth matters"),
        ("--dim 100 --protocol tuned", "the method that separates the sources; takes seconds"),
        ("--data x.csv --out separated", "separates the signals in a file of your own; stein ica --data --help has its options"),
    ];

    public override IReadOnlyList<NamedProtocol> Protocols { get; } =
    [
        new("paper", "the published one", []),
        new("tuned", "what separates the sources best by Stein discrepancies, the method local", new() { ["method"] = "local" }),
        new(
            "learned",
            "what trains best with a learned critic, LSD in local coordinates with a cosine schedule",
            new() { ["method"] = "lsd-local", ["schedule"] = "cosine" }),
    ];

    /// <summary>The settings of all rows that differ from the paper's, as options: "--iterations 3000 (paper: 15000)".</summary>
    internal static IEnumerable<string> Deviations(IcaSettings settings, params IReadOnlyList<string> except)
    {
        JsonObject given = ConfigJson.Write(settings);
        return from key in Protocol.Except(except)
               where $"{given[key]}" != $"{Paper[key]}"
               select $"--{key.Replace('_', '-')} {given[key]} (paper: {Paper[key]})";
    }

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. Grid(PublishedIca.Dimensions, Seeds.From(60, PublishedIca.Seeds), new()),
            .. Explaining(PublishedIca.Dimensions, Seeds.From(60, PublishedIca.Seeds)),
        ],
        // From the dimension at which KSD is best to one at which it is worst, trained long enough to show it.
        GridScale.Quick => Grid([10, 40, 100], Seeds.From(60, 2), new() { Iterations = 1500 }),
        _ => Grid(
            [2, 3],
            Seeds.From(60, 3),
            new() { Iterations = 400, Batch = 20, TrainingSamples = 500, TestSamples = 100, Hidden = 10, EvaluateEvery = 50 }),
    };

    protected override Report Compose(Results<IcaSettings> results)
    {
        IcaSettings[] plan = [.. results.Plan.Select(run => (IcaSettings)run.Config)];
        string[] deviations = [.. plan.SelectMany(config => Deviations(config)).Distinct()];
        // A verdict assumes that the runs of a row are independent draws of the matrices; several draws of data with one matrix are not.
        bool comparePaper = deviations.Length == 0 && plan.All(config => config.DataSeed is null);
        // Settings that differ between trained rows of the plan but have no column in the table.
        IReadOnlyList<string> differing = results.Where(config => IcaMethod.Of(config).IsTrained).Differing(
            ["method", "dimension", "seed", "data_seed", .. IcaMethod.SettingsInVariants]);
        int expected = results.Plan.GroupBy(run => (RowOf(run), ((IcaSettings)run.Config).Dimension)).Max(row => row.Count());
        return Compose(
            new IcaTable(results.Runs.Select(run => RunOf(RowOf(run.Run), run)), comparePaper, expected, deviations),
            results.Scale is null ? results.Runs.Select(run => Unmixing(RowOf(run.Run), run)) : []);

        IcaRow RowOf(RunConfig run) => IcaRow.Of(
            (IcaSettings)run.Config,
            Settings.Where(setting => differing.Contains(setting.Key) && !setting.IsIdle(run.Canonical)).Select(
                setting => $"{setting.Key.Replace('_', ' ')} {run.Canonical[setting.Key]}"));
    }

    internal static Report Compose(IcaTable table, params IEnumerable<Section> others)
    {
        var text = new IcaTableText(table);
        IEnumerable<Section> sections =
        [
            DataTable.Create("runs", table.Runs,
            [
                new("method", run => run.Row.Id),
                new("dimension", run => run.Dimension),
                new("seed", run => run.Seed),
                new("test_log_likelihood", run => run.TestLogLikelihood),
                new("oracle", run => run.Oracle),
                new("amari_distance", run => run.AmariDistance),
                new("seconds", run => run.Seconds),
                new("data_seed", run => run.DataSeed),
                .. table.Runs.Any(run => run.IsDiverged)
                    ? [new("diverged", run => run.IsDiverged ? 1 : 0)]
                    : (DataColumn<IcaRun>[])[],
            ]),
            DataTable.Create("curves", table.Runs.SelectMany(run => run.Curve.Select(point => (Run: run, Point: point))),
            [
                new("method", item => item.Run.Row.Id),
                new("dimension", item => item.Run.Dimension),
                new("seed", item => item.Run.Seed),
                new("iteration", item => item.Point.Iteration),
                new("test_log_likelihood", item => item.Point.TestLogLikelihood),
                new("loss", item => item.Point.Loss),
                new("oracle", item => item.Run.Oracle),
                new("data_seed", item => item.Run.DataSeed),
            ]) with { IsInJson = false },
            DataTable.Create("table", table.Rows,
            [
                new("method", row => row.Method),
                new("dimension", row => row.Dimension),
                new("seeds", row => row.Seeds),
                .. DataColumn<IcaTableRow>.MeanAndError("test_log_likelihood", row => row.LogLikelihood),
                new("oracle", row => row.Oracle),
                new("gap", row => row.Gap.Mean),
                new("paper", row => row.Paper),
                new("verdict", row => row.Comparison.Verdict),
                new("gap_se", row => row.Gap.StandardError),
                new("comparable", row => row.Comparable),
                new("difference_from_paper", row => row.Comparison.Difference),
                new("difference_from_paper_se", row => row.Comparison.StandardError),
                new("degrees_of_freedom", row => row.Comparison.DegreesOfFreedom),
                .. DataColumn<IcaTableRow>.MeanAndError("amari_distance", row => row.AmariDistance),
                new("seeds_expected", _ => table.SeedsExpected),
                .. table.Rows.Any(row => row.Diverged > 0) ? [new("diverged", row => row.Diverged)] : (DataColumn<IcaTableRow>[])[],
            ]),
            DataTable.Create("differences", table.Differences,
            [
                new("comparison", row => row.Name),
                new("dimension", row => row.Dimension),
                new("seeds", row => row.Difference.Count),
                .. DataColumn<IcaDifferenceRow>.MeanAndError("mean_difference", row => row.Difference),
                new("paper", row => row.Paper),
                new("difference_from_paper", row => row.Comparison.Difference),
                new("difference_from_paper_se", row => row.Comparison.StandardError),
                new("verdict", row => row.Comparison.Verdict),
            ]),
            text.Markdown(),
            text.Latex(),
            .. text.ForTerminal(),
            .. table.Runs.Where(run => run.Curve.Count > 0 && !run.IsDiverged).GroupBy(run => run.Dimension)
                .Select(runs => CurveFigure(runs.Key, [.. runs])),
            ByDimension(
                table,
                "log_likelihood_by_dimension",
                "The points are means of the test log-likelihood over the seeds with their standard errors.",
                new Axis("Test log-likelihood (nats)") { Margin = 0.06 },
                row => row.LogLikelihood,
                row => row.Paper,
                hasOracle: true),
            // The logarithmic scale shows distances to the oracle that absolute values hide.
            ByDimension(
                table,
                "gap_by_dimension",
                "The points are means over the seeds of the oracle minus the test log-likelihood with their standard errors. Gaps that are "
                    + "not positive have no place on a logarithmic scale and are left out.",
                new Axis("Gap to the oracle (nats)") { Margin = 0.06, Scale = Scale.Log10, Ticks = Ticks.Decades },
                row => row.Gap,
                row => row.Comparable + row.Gap.Mean - row.Paper,
                hasOracle: false),
            .. others,
        ];
        return new Report([.. sections.Where(section => section is not DataTable { Rows.Count: 0 })])
        {
            Comparisons = table.Comparisons,
            Deviations = table.Deviations,
        };
    }

    private static IcaSettings[] Grid(IEnumerable<int> dimensions, IEnumerable<uint> seeds, IcaSettings settings) =>
    [
        .. from dimension in dimensions
           from method in IcaMethod.All
           where method.IsInGrid
           from seed in seeds
           select settings with { Dimension = dimension, Method = method.Id, Seed = seed },
    ];

    /// <summary>
    /// A second row of the proposed method, with the bandwidth that explains the published row where the released one does not
    /// (<see cref="Sweep.IcaSettingsSweep"/>).
    /// </summary>
    private static IEnumerable<IcaSettings> Explaining(IEnumerable<int> dimensions, IEnumerable<uint> seeds)
        => from dimension in dimensions
           from seed in seeds
           select new IcaSettings { Dimension = dimension, Method = IcaMethod.Proposed.Id, Seed = seed, BandwidthScale = 1.5 };

    private static IcaRun RunOf(IcaRow row, StoredRun<IcaSettings> run) => new(
        row, run.Config.Dimension, run.Config.Seed, run[LogLikelihood], run[Oracle], run[AmariDistance], run.Seconds, run.Config.DataSeed)
    {
        RunIds = run.RunIds,
        IsDiverged = run.IsDiverged,
        IsCutShort = IsCutShort(run),
        Curve =
        [
            .. from metric in run.Metrics()
               group metric by metric.Iteration into point
               let values = point.ToDictionary(metric => metric.Metric, metric => metric.Value)
               select new IcaCurvePoint(point.Key, values[LogLikelihood.Name], values[Loss.Name]),
        ],
    };

    /// <summary>The trained matrix of a run, in a file that is named after the run.</summary>
    private static TextFile Unmixing(IcaRow row, StoredRun<IcaSettings> run)
    {
        string data = run.Config.DataSeed is { } seed ? $"_data{seed}" : "";
        return new(
            $"unmixing_{FileNames.Word(row.Id)}_D{run.Config.Dimension}_seed{run.Config.Seed}{data}.csv",
            File.ReadAllText(Path.Combine(run.Folder, IcaTraining.UnmixingFile)));
    }

    /// <summary>Test log-likelihood against iteration, with one line per method and a dashed one for the oracle.</summary>
    /// <param name="runs">Runs of one dimension, each with a curve.</param>
    private static Figure CurveFigure(int dim, IReadOnlyList<IcaRun> runs)
    {
        // The first steps can lie hundreds of nats below the rest, so their values need not fit.
        const double ClippedShare = 0.2;
        int last = runs.Max(run => run.Curve[^1].Iteration);
        var curves = runs.GroupBy(run => run.Row)
            .Select((row, index) => new Series(row.Key.Name, StyleOf(row.Key, index), MeanCurve([.. row], last))
            {
                HasMarkers = false,
                Intervals = IntervalShape.Band,
                LineWidth = 2.2f,
                IsInLimits = false,
                LegendRank = index,
            })
            .ToList();
        double oracle = runs.DistinctBy(run => run.Pair).OrderBy(run => run.Pair).Average(run => run.Oracle);
        return new(
            $"curves_D{dim}",
            $"The lines are means of the test log-likelihood over the seeds while training at D = {dim}, the bands one standard error. The "
                + "dashed line is the mean of the oracle, the true model. The first fifth of the training may lie below the figure.",
            new Axis("Iteration")
            {
                Limits = (0, Math.Max(last, 1)),
                Ticks = new Ticks.Numbers { IsWhole = true, Label = Thousands },
            },
            new Axis($"Test log-likelihood (nats), D = {dim}")
            {
                Margin = 0.06,
                Includes =
                [
                    .. from point in curves.SelectMany(curve => curve.Points)
                       where point.X >= ClippedShare * last
                       from value in (double[])[point.Y, point.Low, point.High]
                       select value,
                ],
            },
            [
                // Solid lines first: they stay visible under a dashed line.
                .. curves.OrderBy(curve => curve.Style.Pattern.Intervals.Length),
                new Rule(IcaTable.Oracle, SeriesStyle.Reference, oracle) { LineWidth = 1.6f, LegendRank = curves.Count },
            ]);
    }

    /// <summary>Means over the runs, at the iterations that all of them have: the mean of fewer would jump where a run ends.</summary>
    private static Point[] MeanCurve(IReadOnlyList<IcaRun> runs, int last)
    {
        Point[] means =
        [
            .. from point in runs.SelectMany(run => run.Curve)
               group point.TestLogLikelihood by point.Iteration into step
               where step.Count() == runs.Count
               orderby step.Key
               select Point.Mean(step.Key, Summary.Of([.. step])),
        ];
        // A method without training has one value throughout.
        return means.Length == 1 && last > 0 ? [means[0] with { X = 0 }, means[0] with { X = last }] : means;
    }

    /// <summary>Dimensions are at equal distances: on a linear axis the small ones would crowd. Open markers are the paper's.</summary>
    private static Figure ByDimension(
        IcaTable table,
        string name,
        string caption,
        Axis axis,
        Func<IcaTableRow, Summary> ours,
        Func<IcaTableRow, double> paper,
        bool hasOracle)
    {
        const double Spacing = 0.11;
        int[] dimensions = [.. table.Rows.Select(row => row.Dimension).Distinct().Order()];
        var methods = table.Rows.Where(row => row.Row is not null).GroupBy(row => row.Row!).ToList();
        bool hasPaper = table.Rows.Any(row => double.IsFinite(row.Paper));
        return new(
            name,
            caption + (hasPaper ? " Filled markers are ours, open ones the paper's." : ""),
            new Axis("Dimension D")
            {
                Ticks = Ticks.Names([.. dimensions.Select(dim => $"{dim}")]),
                Limits = (-0.5, dimensions.Length - 0.5),
                HasGrid = false,
            },
            axis,
            [
                .. hasOracle ? [Oracle()] : (Layer[])[],
                .. methods.SelectMany((rows, index) => OfMethod(rows, index)),
                .. hasPaper
                    ? [Markers("open: paper", new(Colors.Black, LinePattern.Solid, MarkerShape.OpenCircle), [], 0) with { LegendRank = 1 }]
                    : (Layer[])[],
            ]);

        Series Oracle() => new(
            IcaTable.Oracle,
            SeriesStyle.Reference,
            [.. table.Rows.Where(row => row.Row is null).Select(row => new Point(Place(row), row.Oracle))])
        {
            HasMarkers = false,
            LineWidth = 1.6f,
            LegendRank = 2,
        };

        Layer[] OfMethod(IGrouping<IcaRow, IcaTableRow> rows, int index)
        {
            SeriesStyle style = StyleOf(rows.Key, index);
            double shift = (index - (0.5 * (methods.Count - 1))) * Spacing;
            return
            [
                Markers(rows.Key.Name, style, rows.Select(row => Point.Mean(Place(row), ours(row))), shift) with { MarkerLineWidth = 2 },
                Markers("", Open(style), rows.Select(row => new Point(Place(row), paper(row))), shift + (0.4 * Spacing)),
            ];
        }

        int Place(IcaTableRow row) => Array.IndexOf(dimensions, row.Dimension);
    }

    private static Series Markers(string name, SeriesStyle style, IEnumerable<Point> points, double shift) => new(name, style, [.. points])
    {
        HasLine = false,
        MarkerSize = 9,
        MarkerLineWidth = 1.6f,
        BarWidth = 1.6f,
        CapSize = 4,
        Shift = shift,
    };

    /// <summary>The style with an open marker.</summary>
    private static SeriesStyle Open(SeriesStyle style) => style with
    {
        Marker = style.Marker switch
        {
            MarkerShape.FilledCircle => MarkerShape.OpenCircle,
            MarkerShape.FilledSquare => MarkerShape.OpenSquare,
            MarkerShape.FilledTriangleUp => MarkerShape.OpenTriangleUp,
            MarkerShape.FilledTriangleDown => MarkerShape.OpenTriangleDown,
            MarkerShape.FilledDiamond => MarkerShape.OpenDiamond,
            _ => style.Marker,
        },
    };

    /// <summary>The style of the method, or for a variant a style that no method has.</summary>
    private static SeriesStyle StyleOf(IcaRow row, int index) => row.Variant.Length == 0 ? row.Method.Style : (index % 2) switch
    {
        0 => new(Color.FromHex("#E69F00"), LinePattern.Solid, MarkerShape.FilledDiamond),
        _ => new(Color.FromHex("#56B4E9"), LinePattern.Dashed, MarkerShape.FilledTriangleDown),
    };

    private static string Thousands(double iteration) => iteration.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u2009');
}
