using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using static System.FormattableString;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>
/// What experiments with goodness-of-fit tests share: a run is a test of one problem, repeated with new samples. They differ in their grid
/// and in what is published of it.
/// </summary>
internal abstract class GofStudy : Study<GofSettings, GofDraw>
{
    private const int MinPoints = 3;

    private static readonly Quantity<GofDraw> Rejections = new("rejections", draws => draws.Count(draw => draw.IsRejected));
    private static readonly Quantity<GofDraw> Statistic = new("statistic", draws => draws.Average(draw => draw.Statistic));

    public override int ProtocolVersion => 1;

    /// <summary>Shares of rejections to compare with.</summary>
    protected virtual IReadOnlyList<PublishedPower> Published => [];

    protected override string? DrawsFile => null;

    protected override IReadOnlyList<Quantity<GofDraw>> Quantities { get; } = [Rejections, Statistic];

    /// <summary>All tests of cells, those of a cell one after the other, so that they share the samples.</summary>
    protected static IReadOnlyList<GofSettings> Cross(IEnumerable<GofSettings> cells, params IEnumerable<string> tests)
        => [.. from cell in cells from test in tests select cell with { Test = test }];

    protected override void Validate(GofSettings config)
    {
        int min = GoodnessOfFitTests.Find(config.Test).MinSamples;
        if (config.Samples < min)
            throw InvalidConfigException.Value("samples", config.Samples, $"at least {min} if \"test\" is \"{config.Test}\"");
        if (config.Problem == "correlated" && config.Difference >= 1)
            throw InvalidConfigException.Value("difference", config.Difference, "a correlation below 1");
        GofTrial.CheckReplicates(config.Replicates, config.Level);
    }

    protected override double Operations(GofSettings config)
        => config.Trials * GoodnessOfFitTests.Find(config.Test).Operations(
            config.Samples, GofProblem.Of(config).Hypothesis(config).Model.Dimension, config.Replicates);

    protected override string SpeedClass(GofSettings config) => config.Test;

    protected override string Describe(GofSettings config)
        => $"{config.Test}, {config.Problem}, {string.Join(", ", GofScale.Of(config).Select(scale => scale.Text(config)))}";

    protected override int Draws(GofSettings config) => config.Trials;

    protected override IReadOnlyList<Metric> Measure(IReadOnlyList<GofDraw> draws)
        => [new("share_rejected", Rejections.From(draws) / draws.Count)];

    protected override string Status(IReadOnlyList<GofDraw> draws)
        => Invariant($"{draws.Count(draw => draw.IsRejected)} of {draws.Count} rejected");

    protected override Func<int, GofDraw> Prepare(GofSettings config, Device device)
    {
        GoodnessOfFitTest kind = GoodnessOfFitTests.Find(config.Test);
        Func<int, GofHypothesis> hypotheses = GofProblem.HypothesesOf(config);
        int count = kind.GivenSamples(config.Samples);
        PreparedTest test = kind.Prepare(device, count, hypotheses(0).Model.Dimension, config.Replicates);
        Func<int, double[]> samples = TrialSamples.Of(config, count);
        return index => GofTrial.Run(test, samples(index), hypotheses(index).Model, new(config.Seed, (uint)index), config.Level);
    }

    protected override Report Compose(Results<GofSettings> results)
    {
        Cell[] cells = [.. results.Runs.Select(run => new Cell(run, Published.FirstOrDefault(power => power.IsOf(run.Config))))];
        return new(
        [
            Data(cells),
            .. Overview(cells),
            .. Parts(cells).SelectMany(part => Sections(part, results.Remarks)),
        ])
        {
            Comparisons =
            [
                .. from cell in cells
                   where cell.Published is not null
                   select new PublishedComparison(
                       Describe(cell.Config), cell.Power, cell.Published!.Power, cell.Verdict, cell.Verdict == "agrees"),
            ],
        };
    }

    /// <summary>Sections about several problems together.</summary>
    protected virtual IEnumerable<Section> Overview(IReadOnlyList<Cell> cells) => [];

    /// <summary>Whether its test draws samples of the model, of which an RBM's take long.</summary>
    protected static bool SamplesModel(GofSettings cell) => GoodnessOfFitTests.Find(cell.Test).SamplesModel;

    private static DataTable Data(Cell[] cells) => DataTable.Create(
        "powers",
        cells,
        [
            .. Results<GofSettings>.SettingColumns(
                "problem", "test", "dimension", "difference", "hidden", "varies_model", "samples", "replicates", "level", "seed",
                "trials").Of((Cell cell) => cell.Run),
            new("is_null", cell => cell.IsNull),
            .. Results<GofSettings>.QuantityColumns([Rejections]).Of((Cell cell) => cell.Run),
            new("power", cell => cell.Power),
            new("lower", cell => cell.Share.Interval.Low),
            new("upper", cell => cell.Share.Interval.High),
            new("level_agrees", cell => cell.LevelAgrees),
            new("published", cell => cell.Published?.Power ?? double.NaN),
            new("verdict", cell => cell.Verdict),
            .. Results<GofSettings>.QuantityColumns([Statistic]).Of((Cell cell) => cell.Run),
            new("seconds_per_test", cell => cell.Seconds),
        ]);

    /// <summary>
    /// The cells of a problem that differ in one number, for each number in which some do; then those of all problems that differ from no
    /// other of theirs in a single number.
    /// </summary>
    private static IEnumerable<Part> Parts(Cell[] cells)
    {
        Part[] parts =
        [
            .. from problem in cells.GroupBy(cell => (cell.Problem, cell.Config.VariesModel))
               let name = problem.Key.Problem.Name + (problem.Key.VariesModel ? "_varied" : "")
               let title = problem.Key.Problem.Title + (problem.Key.VariesModel ? ", a new one in each test" : "")
               let scales = GofScale.Of(problem.First().Config)
               from scale in scales
               from part in problem.GroupBy(cell => Texts(scales.Where(other => other != scale), cell))
               where part.Select(cell => scale.Value(cell.Config)).Distinct().Count() > 1
               select new Part($"{name}_{scale.Name}_{part.Key}", $"{title}, {part.Key}", scale, [.. part]),
        ];
        return
        [
            .. parts,
            .. cells.Except(parts.SelectMany(part => part.Cells))
                .GroupBy(cell => Texts(GofScale.Sizes(cell.Config), cell))
                .Select(part => new Part($"problems_{part.Key}", part.Key, null, [.. part])),
        ];

        static string Texts(IEnumerable<GofScale> scales, Cell cell) => string.Join(", ", scales.Select(scale => scale.Text(cell.Config)));
    }

    /// <summary>A table of powers and of times, and a figure where a number has several values.</summary>
    private static IEnumerable<Section> Sections(Part part, string remarks)
    {
        Cell[] cells = part.Cells;
        string name = FileNames.Word(part.Name);
        string caption = Protocol(cells) + remarks;
        Table table = Pivot("power", "Tests that reject, in per cent", caption + " Brackets give the 95 % interval of Clopper and Pearson. "
            + "Where the samples come from the model ↑ and ↓ mark counts outside the central 95 % of the binomial distribution whose "
            + "probability is the level." + (cells.Any(cell => cell.Published is not null)
                ? " Behind the slash: what was published, with ! where the difference is more than chance explains."
                : ""), cell => cell.PowerText(withInterval: true));
        Table brief = Pivot("", "", "", cell => cell.PowerText(withInterval: false));
        yield return table.Columns.Count <= 4 ? table : table with { ShortRows = brief.Rows };
        if (!cells.All(cell => cell.Problem.IsSlow))
        {
            yield return Pivot(
                "milliseconds",
                "Milliseconds per test",
                caption,
                cell => cell.Problem.IsSlow ? "" : NumberText.Fixed(1000 * cell.Seconds, 1));
        }

        if (part.Scale is not { } scale)
            yield break;
        double[] places = [.. cells.Select(cell => scale.Value(cell.Config)).Distinct().Order()];
        if (places.Length < MinPoints)
            yield break;
        yield return new Figure(
            $"power_{name}",
            $"Share of tests that reject, with its 95 % interval (Clopper and Pearson). {caption}",
            new Axis(scale.Label) { Margin = 0.03, Ticks = Ticks.At(places) },
            new Axis("Share rejected") { Limits = (-0.02, 1.02) },
            [
                new Rule("level", SeriesStyle.Reference, cells[0].Config.Level),
                .. cells.GroupBy(cell => cell.Title).Select((test, index) => new Series(
                    test.Key,
                    SeriesStyle.Of(index),
                    [.. test.Select(cell => cell.Share.At(scale.Value(cell.Config))).OrderBy(point => point.X)])),
            ]);

        Table Pivot(string what, string title, string text, Func<Cell, string> cell) => Table.Pivot(
            $"{what}_{name}",
            $"{title}: {part.Title}",
            text,
            cells,
            [new("test", item => item.Title)],
            part.Column,
            column => column.Header,
            cell,
            missing: "");
    }

    /// <summary>The problems, the size of the tests, and how many there are.</summary>
    private static string Protocol(Cell[] cells)
    {
        string problems = string.Join(" ", cells.Select(cell => cell.Problem).Distinct().Select(
            problem => $"{char.ToUpperInvariant(problem.Title[0])}{problem.Title[1..]}: {problem.Sentence}"));
        return $"{problems} Each cell has {Values(config => config.Trials)} tests of {Values(config => config.Samples)} samples at level "
            + $"{NumberText.Tick(cells[0].Config.Level)}.";

        string Values(Func<GofSettings, int> value)
            => string.Join(" or ", cells.Select(cell => value(cell.Config)).Distinct().Order());
    }

    /// <summary>Cells of one table.</summary>
    /// <param name="Title">What they have in common.</param>
    /// <param name="Scale">The number in which they differ besides the test; null where columns are problems.</param>
    private sealed record Part(string Name, string Title, GofScale? Scale, Cell[] Cells)
    {
        /// <summary>The column of a cell, with its place among the others.</summary>
        public (double Place, string Header) Column(Cell cell) => Scale is { } scale
            ? (scale.Value(cell.Config), scale.Text(cell.Config))
            : (GofProblem.Names.ToList().IndexOf(cell.Problem.Name), cell.Problem.Title);
    }

    /// <summary>A finished run with what is derived from it.</summary>
    protected sealed record Cell(StoredRun<GofSettings> Run, PublishedPower? Published) : IFromRuns
    {
        public IEnumerable<string> RunIds => Run.RunIds;

        public GofSettings Config => Run.Config;

        public GofProblem Problem { get; } = GofProblem.Of(Run.Config);

        public string Title => GoodnessOfFitTests.Find(Config.Test).Title;

        /// <summary>Whether the samples come from the model.</summary>
        public bool IsNull { get; } = GofProblem.Of(Run.Config).Hypothesis(Run.Config).Holds;

        /// <summary>The tests that reject: an estimate of the level where <see cref="IsNull"/>.</summary>
        public RejectionShare Share { get; } = new((int)Run[Rejections], Run.Config.Trials);

        public double Power => Share.Value;

        /// <summary>Whether the count agrees with the level; empty unless the model is true.</summary>
        public string LevelAgrees => IsNull ? Share.AgreementWith(Config.Level) : "";

        /// <summary>Of the published share; empty where there is none.</summary>
        public string Verdict => Published?.Verdict(Power, Config.Trials) ?? "";

        /// <summary>Of one test, its samples included; NaN where these take longer, and are drawn once for several tests.</summary>
        public double Seconds => Problem.IsSlow ? double.NaN : Run.IterationSeconds / Config.Trials;

        /// <summary>The power in per cent, with the interval, the verdict on the level, and what was published.</summary>
        public string PowerText(bool withInterval)
            => Share.Text(withInterval)
                + (IsNull ? Share.MarkOf(Config.Level) : "")
                + (Published is null ? "" : Invariant($" / {100 * Published.Power:0.#}") + (Verdict == "agrees" ? "" : " !"));
    }
}
