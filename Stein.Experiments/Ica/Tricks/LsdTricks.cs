using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Tricks;

/// <summary>
/// "Are these tricks directly transferable to learned Stein discrepancies?" asks a slide of the talk about what stabilises generative
/// adversarial networks. Each is done to LSD alone, in the samples' coordinates and in the model's, on the same problems.
/// </summary>
internal sealed class LsdTricks : IcaStudy
{
    /// <summary>LSD as in the ICA table but for a smaller critic, with which a training takes half the time.</summary>
    private static readonly IcaSettings Baseline = new() { Method = "lsd", Hidden = 200 };

    private static readonly string[] Methods = ["lsd", "lsd-local"];

    /// <summary>What the figure of the curves shows of the tricks.</summary>
    private static readonly string[] Drawn =
    [
        Trick.None, "smoothing 0.1", "gradient penalty 0.1", "spectral norm", "critic four times as fast", "model a quarter as fast",
        "5 inner steps", "cosine schedule",
    ];

    public override string Name => "lsd-tricks";

    public override string Title => "Tricks of generative adversarial networks on the learned Stein discrepancy";

    public override string Source =>
        "Li, Make Stein's method great again for generative modelling?; Grathwohl et al., Learning the Stein discrepancy, ICML 2020; "
            + "Gulrajani et al., Improved training of Wasserstein GANs, NeurIPS 2017; Miyato et al., Spectral normalization, ICLR 2018";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        (
            "--dim 20 --method lsd --critic-normalisation none,spectral --iterations 3000 --seed 101,102",
            "with and without spectral norm; takes seconds"),
    ];

    protected override IReadOnlyList<EvaluationRule> OtherRules => [EvaluationRule.Average, EvaluationRule.Exponential];

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([20, 50, 100], 5, Baseline),
        GridScale.Quick => Grid([10], 2, Baseline with { Iterations = 200, Hidden = 50, TrainingSamples = 2000, TestSamples = 1000 }),
        _ => Grid(
            [2],
            2,
            Baseline with { Iterations = 60, Batch = 30, TrainingSamples = 100, TestSamples = 60, Hidden = 4, EvaluateEvery = 20 }),
    };

    protected override void Validate(IcaSettings config)
    {
        base.Validate(config);
        if (!Methods.Contains(config.Method))
            throw InvalidConfigException.Value("method", config.Method, string.Join(" or ", Methods));
        if (config.Evaluation != EvaluationRule.Last)
        {
            throw InvalidConfigException.Because(
                "evaluation", EvaluatedIterate.Describe(config), "every training is judged by every rule here. Leave it out");
        }
    }

    protected override string Describe(IcaSettings config)
        => $"{IcaMethod.Of(config).Name}, {TrickOf(config)}, D = {config.Dimension}, seed {config.Seed}";

    protected override Report Compose(Results<IcaSettings> results)
    {
        TrickRun[] runs = [.. results.Runs.Select(run => new TrickRun(run, TrickOf(run.Config)))];
        TrickVerdict[] verdicts = [.. TrickVerdict.Of(runs)];
        int[] dimensions = [.. runs.Select(run => run.Config.Dimension).Distinct()];
        TrickRow[] rows =
        [
            .. from run in runs
               group run by (run.Coordinates, run.Trick, run.Config.Dimension) into row
               select new TrickRow(row.Key.Coordinates, row.Key.Trick, row.Key.Dimension, [.. row], TrickVerdict.Differences(runs, row)),
        ];
        return new(
        [
            DataTable.Create("runs", runs,
            [
                new("coordinates", run => run.Coordinates),
                new("trick", run => run.Trick),
                new("dimension", run => run.Config.Dimension),
                new("seed", run => run.Config.Seed),
                new("gap", run => run.Gap),
                new("gap_of_mean", run => run.MeanGap),
                new("gap_of_exponential_average", run => run.AveragedGap),
                new("gap_over_training", run => run.Area),
                new("amari_distance", run => run.AmariDistance),
                new("critic_cosine", run => run.Cosine),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("iteration_seconds", run => run.Seconds),
            ]),
            DataTable.Create("tricks", rows,
            [
                new("coordinates", row => row.Coordinates),
                new("trick", row => row.Trick),
                new("dimension", row => row.Dimension),
                new("seeds", row => row.Runs.Count),
                .. DataColumn<TrickRow>.MeanAndError("gap", row => row.Gap),
                .. DataColumn<TrickRow>.MeanAndError("difference_from_control", row => row.Difference),
                new("gap_of_mean", row => row.Mean(run => run.MeanGap)),
                new("gap_of_exponential_average", row => row.Mean(run => run.AveragedGap)),
                new("gap_over_training", row => row.Mean(run => run.Area)),
                new("amari_distance", row => row.Mean(run => run.AmariDistance)),
                new("critic_cosine", row => row.Mean(run => run.Cosine)),
                new("diverged", row => row.Diverged),
                new("iteration_seconds", row => row.Mean(run => run.Seconds)),
            ]),
            DataTable.Create("verdicts", verdicts,
            [
                new("coordinates", verdict => verdict.Coordinates),
                new("trick", verdict => verdict.Name),
                new("control", verdict => verdict.Control),
                new("pairs", verdict => verdict.Last.Logarithms.Count),
                new("ratio", verdict => verdict.Last.Ratio),
                new("ratio_low", verdict => verdict.Last.Interval.Low),
                new("ratio_high", verdict => verdict.Last.Interval.High),
                new("averaged_ratio", verdict => verdict.Averaged.Ratio),
                new("averaged_ratio_low", verdict => verdict.Averaged.Interval.Low),
                new("averaged_ratio_high", verdict => verdict.Averaged.Interval.High),
                new("verdict", verdict => verdict.Last.Verdict),
            ]),
            Table.Create(
                "answers",
                "Does the trick transfer?",
                "The gap to the oracle at the end of a training with the trick, divided by that of its control on the same problem: "
                    + "geometric mean over the problems, with intervals that hold for all rows at once with probability 95 %. "
                    + "\"Averaged\" is the same with the exponential averages of both." + results.Remarks,
                verdicts,
                [
                    new("coordinates", verdict => verdict.Coordinates),
                    new("trick", verdict => verdict.Name),
                    new("ratio of gaps", verdict => verdict.Last.Text),
                    new("averaged", verdict => verdict.Averaged.Text),
                    new("answer", verdict => verdict.Last.Verdict),
                ]),
            Table.Pivot(
                "answers_by_dimension",
                "The ratio of gaps at each dimension",
                "As in the table of answers, from the problems of one dimension, with intervals that hold for the whole table at once."
                    + results.Remarks,
                [
                    .. from dimension in dimensions
                       from verdict in TrickVerdict.Of([.. runs.Where(run => run.Config.Dimension == dimension)], dimensions.Length)
                       select (Verdict: verdict, Dimension: dimension),
                ],
                [new("coordinates", cell => cell.Verdict.Coordinates), new("trick", cell => cell.Verdict.Name)],
                cell => cell.Dimension,
                dimension => $"D = {dimension}",
                cell => cell.Verdict.Last.Text),
            Pivot(
                "gaps",
                "Gap to the oracle, nats (area under the curve)",
                row => $"{NumberText.Fixed(row.Gap.Mean)} ({NumberText.Fixed(row.Mean(run => run.Area))})"),
            Pivot(
                "critics",
                "Cosine of the critic and the best one (Amari distance of the model)",
                row => $"{NumberText.Fixed(row.Mean(run => run.Cosine))} ({NumberText.Fixed(row.Mean(run => run.AmariDistance))})"),
            Pivot(
                "seconds",
                "Seconds in iterations (divergences)",
                row => $"{SignificantText.Number(row.Mean(run => run.Seconds))} ({row.Diverged})"),
            .. runs.GroupBy(run => (run.Coordinates, run.Config.Dimension)).Select(part => Curves(part.Key, [.. part])),
            .. verdicts.GroupBy(verdict => verdict.Coordinates).Select(part => Ratios(part.Key, [.. part])),
            .. runs.GroupBy(run => run.Config.Dimension).Select(part => Cosines(part.Key, [.. part])),
        ]);

        Table Pivot(string name, string title, Func<TrickRow, string> cell) => Table.Pivot(
            name,
            title,
            "Means over the seeds." + results.Remarks,
            rows,
            [new("coordinates", row => row.Coordinates), new("trick", row => row.Trick)],
            row => row.Dimension,
            dimension => $"D = {dimension}",
            cell);
    }

    /// <summary>The name of a config's trick.</summary>
    internal static string TrickOf(IcaSettings config) => Trick.NameOf(
        config with
        {
            DataSeed = config.DataSeed is null ? null : Trick.OtherData(config.Seed),
            Iterations = Baseline.Iterations,
            Batch = Baseline.Batch,
            TrainingSamples = Baseline.TrainingSamples,
            TestSamples = Baseline.TestSamples,
            Hidden = Baseline.Hidden,
            EvaluateEvery = Baseline.EvaluateEvery,
        },
        Baseline);

    /// <summary>The gap while training, for some of the tricks.</summary>
    private static Figure Curves((string Coordinates, int Dimension) key, IReadOnlyList<TrickRun> runs) => new(
        $"curves_{key.Coordinates}_D{key.Dimension}",
        $"The oracle minus the test log-likelihood while training LSD in {key.Coordinates} coordinates at D = {key.Dimension}, "
            + "mean over the seeds with one standard error.",
        new Axis("Iteration") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis($"Gap to the oracle (nats), D = {key.Dimension}") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        [
            .. Drawn.Select((name, index) => new Series(
                name,
                SeriesStyle.Of(index),
                [
                    .. from run in runs
                       where run.Trick == name
                       from point in run.Curve
                       group point.Gap by point.Iteration into step
                       orderby step.Key
                       select Point.Mean(step.Key, Summary.Of([.. step])),
                ])
            {
                HasMarkers = false,
                Intervals = IntervalShape.Band,
            }).Where(series => series.Points.Count > 0),
        ]);

    /// <summary>The ratios of the gaps with their intervals, one row for each trick.</summary>
    private static Figure Ratios(string coordinates, IReadOnlyList<TrickVerdict> verdicts)
    {
        const double Thickness = 0.06, Widest = 10;
        SeriesStyle style = SeriesStyle.Of(0);
        (TrickVerdict Verdict, int Place)[] rows = [.. verdicts.Reverse().Select((verdict, place) => (verdict, place))];
        return new(
            $"ratios_{coordinates}",
            $"The gap to the oracle with a trick, divided by that of its control, in {coordinates} coordinates: geometric mean over the "
                + "problems, with intervals that hold for all rows at once with probability 95 %. They end at a tenth and at ten.",
            new Axis("Ratio of gaps") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
            new Axis("") { Ticks = Ticks.Names([.. rows.Select(row => row.Verdict.Name)]), HasGrid = false },
            [
                new Rule("", SeriesStyle.Reference, 1) { IsVertical = true },
                new Boxes(
                    "",
                    style,
                    [
                        .. from row in rows
                           let interval = row.Verdict.Last.Interval
                           where double.IsFinite(interval.Low)
                           select new Box(
                               Math.Max(interval.Low, 1 / Widest),
                               Math.Min(interval.High, Widest),
                               row.Place - Thickness,
                               row.Place + Thickness),
                    ]),
                new Series("", style, [.. rows.Select(row => new Point(row.Verdict.Last.Ratio, row.Place))]) { HasLine = false },
            ]);
    }

    /// <summary>Whether better critics make better models.</summary>
    private static Figure Cosines(int dimension, IReadOnlyList<TrickRun> runs) => new(
        $"cosines_D{dimension}",
        $"The gap to the oracle at the end against the cosine of the critic and the best one for that model, D = {dimension}, one "
            + "point per run.",
        new Axis("Cosine of the critic and the best critic"),
        new Axis($"Gap to the oracle (nats), D = {dimension}") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        [
            .. runs.GroupBy(run => run.Coordinates).Select((part, index) => new Series(
                $"{part.Key} coordinates", SeriesStyle.Of(index), [.. part.Select(run => new Point(run.Cosine, run.Gap))])
            {
                HasLine = false,
            }),
        ]);

    private static IcaSettings[] Grid(IReadOnlyList<int> dimensions, int seeds, IcaSettings baseline) =>
    [
        .. from seed in Seeds.From(60, seeds)
           from dimension in dimensions
           from method in Methods
           from trick in Trick.All
           select trick.Change(baseline with { Method = method, Dimension = dimension, Seed = seed }),
    ];

    /// <summary>The runs of a trick at one dimension.</summary>
    private sealed record TrickRow(
        string Coordinates, string Trick, int Dimension, IReadOnlyList<TrickRun> Runs, Summary Difference)
        : IFromRuns
    {
        public IEnumerable<string> RunIds => Runs.SelectMany(run => run.RunIds);

        public Summary Gap => Summary.Of([.. Runs.Select(run => run.Gap)]);

        public int Diverged => Runs.Count(run => run.IsDiverged);

        public double Mean(Func<TrickRun, double> value) => Runs.Average(value);
    }
}
