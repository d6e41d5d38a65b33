using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using static System.FormattableString;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// One cell: goodness-of-fit tests of samples against a mixture. The defaults are a difference that the kernelised Stein discrepancy does
/// not detect: modes at ±5, with proportions 0.7 : 0.3 in the samples and 0.5 : 0.5 in the model.
/// </summary>
internal sealed record MixtureTestSettings
{
    [Description("model, and how the samples differ from it"), OneOf(typeof(MixtureProblem))]
    public string Problem { get; init; } = "modes";

    [Description("distance m of each mode from the origin; for shift and scale, the size of the difference from the model")]
    [Range(0.0, double.MaxValue)]
    public double Separation { get; init; } = 5;

    [Description("weight of the first mode in the samples"), Range(0.0, 1.0)]
    [OnlyFor(nameof(Problem), "modes", "three-modes", "unequal-scales")]
    public double Weight { get; init; } = 0.7;

    [Description("dimension D"), Range(1, 1000), Option("dim", "dimension")]
    public int Dimension { get; init; } = 1;

    [Description("how samples and model are changed before the test"), OneOf(typeof(MixtureRemedy))]
    public string Remedy { get; init; } = "none";

    [Description("standard deviation of the noise"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Remedy), "noise")]
    public double Sigma { get; init; } = 4;

    [Description("temperature T"), Range(1.0, double.MaxValue), OnlyFor(nameof(Remedy), "temper")]
    public double Temperature { get; init; } = 16;

    [Description("samples per test"), Range(2, 20_000), Option("n", "samples")]
    public int Samples { get; init; } = 400;

    [Description("number of tests, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 500;

    [Description("bootstrap replicates per test"), Range(1, 100_000)]
    public int Replicates { get; init; } = 300;

    [Description("weights of the bootstrap"), AllowedValues("multinomial", "wild")]
    public string Bootstrap { get; init; } = "multinomial";

    [Description("kernel of KSD"), OneOf(typeof(SteinKernels))]
    public string Kernel { get; init; } = "imq";

    [Description("level of the tests; a test rejects if its p-value is at most the level")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Level { get; init; } = 0.05;

    /// <remarks>Cells that differ in the remedy alone have the same samples.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The result of one test.</summary>
/// <param name="Statistic">The discrepancy, or the combination of several that the remedy tests.</param>
/// <param name="IsRejected">Whether its p-value is at most the level.</param>
/// <param name="Sigma">The σ that the remedy chose; NaN if it does not choose one.</param>
internal sealed record MixtureTestDraw(double Statistic, bool IsRejected, double Sigma);

/// <summary>
/// Goodness-of-fit tests by the kernelised Stein discrepancy of mixtures with separated modes and wrong weights, and the remedies.
/// </summary>
internal sealed class MixtureTest : Study<MixtureTestSettings, MixtureTestDraw>
{
    /// <summary>Tests of a cell that serves the mean of the statistic alone, and not the share of rejections.</summary>
    private const int CurveTrials = 50;

    /// <summary>Tests of a cell under the hypothesis, enough to distinguish a level of 5 % from one of 6 %.</summary>
    private const int NullTrials = 2000;

    private const int MinPoints = 3;

    private static readonly MixtureTestSettings Default = new();
    private static readonly MixtureRemedy[] LadderRules = [MixtureRemedy.Ladder, MixtureRemedy.Selected, MixtureRemedy.Maximum];

    private static readonly Quantity<MixtureTestDraw> Rejections = new("rejections", draws => draws.Count(draw => draw.IsRejected));
    private static readonly Quantity<MixtureTestDraw> Statistic = new("statistic", Mean);
    private static readonly Quantity<MixtureTestDraw> StatisticError = new("statistic_standard_error", StandardError);

    /// <summary>The geometric mean of the σ that a rule chose.</summary>
    private static readonly Quantity<MixtureTestDraw> ChosenSigma =
        new("chosen_sigma", draws => Math.Pow(2, draws.Average(draw => Math.Log2(draw.Sigma))));

    public override string Name => "mixture";

    public override string Title => "Power of Stein goodness-of-fit tests against wrong mixing weights, and the gain and cost of remedies";

    public override string Source =>
        "Wenliang and Kanagawa, Blindness of score-based methods to isolated components and mixing proportions, 2020";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--remedy none,noise,temper --sigma 1,2,4,8", "noise of four strengths, and tempering"),
        ("--remedy none,noise --weight 0.5,0.7,1", "level, wrong proportions, a missing mode"),
        ("--remedy ladder,selected,maximum --dim 1,2,10,50", "rules that choose σ from the data alone"),
        ("--problem shift --separation 0.1,0.2,0.3 --remedy none,noise", "the cost of noise if there is only one mode"),
    ];

    protected override string? DrawsFile => null;

    protected override IReadOnlyList<Quantity<MixtureTestDraw>> Quantities { get; } = [Rejections, Statistic, StatisticError, ChosenSigma];

    protected override IReadOnlyList<MixtureTestSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
            [.. new[] { PowerGrid(), CurveGrid(), DimensionGrid(), ProblemGrid(), CostGrid() }.SelectMany(cells => cells).Distinct()],
        GridScale.Quick =>
        [
            .. from separation in (double[])[3, 5]
               from remedy in FewRemedies()
               from weight in (double[])[0.5, 0.7, 1]
               select remedy with { Separation = separation, Weight = weight, Trials = 100 },
        ],
        _ =>
        [
            .. from remedy in FewRemedies()
               from weight in (double[])[0.5, 1]
               select remedy with { Separation = 3, Weight = weight, Samples = 24, Trials = 10, Replicates = 39 },
            new() { Problem = "shift", Separation = 0.5, Samples = 24, Trials = 10, Replicates = 39, Dimension = 2 },
        ],
    };

    protected override void Validate(MixtureTestSettings config)
    {
        if (MixtureProblem.Of(config) == MixtureProblem.Scale && config.Separation == 0)
            throw InvalidConfigException.Value("separation", config.Separation, "a positive number: the standard deviation of the samples");
        int min = MixtureRemedy.Of(config).Rule.MinSamples;
        if (config.Samples < min)
            throw InvalidConfigException.Value("samples", config.Samples, $"at least {min} if \"remedy\" is \"{config.Remedy}\"");
        if (1.0 / (config.Replicates + 1) > config.Level)
        {
            throw InvalidConfigException.Value("replicates", config.Replicates, Invariant(
                $"at least {Math.Ceiling(1 / config.Level) - 1}: with fewer no p-value is as small as the level {config.Level}"));
        }
    }

    /// <summary>Pair terms, distances and their median for every view of the samples, and the product of the bootstrap.</summary>
    protected override double Operations(MixtureTestSettings config)
    {
        MixtureRemedy remedy = MixtureRemedy.Of(config);
        (double pairs, double bootstraps) = remedy.Rule.Cost(remedy.ViewCount);
        return config.Trials * ((double)config.Samples * config.Samples)
            * ((pairs * (60 + (6 * config.Dimension))) + (bootstraps * 2 * config.Replicates));
    }

    protected override string Describe(MixtureTestSettings config)
    {
        string weight = MixtureProblem.Of(config).ModelWeight is null ? "" : Invariant($", weight {config.Weight:0.###}");
        return Invariant($"{config.Problem}, D = {config.Dimension}, separation {config.Separation}{weight}, ")
            + MixtureRemedy.Of(config).TitleOf(config);
    }

    protected override int Draws(MixtureTestSettings config) => config.Trials;

    protected override IReadOnlyList<Metric> Measure(IReadOnlyList<MixtureTestDraw> draws)
        => [new("share_rejected", Rejections.From(draws) / draws.Count), new("mean_statistic", Mean(draws))];

    protected override string Status(IReadOnlyList<MixtureTestDraw> draws)
        => Invariant($"{draws.Count(draw => draw.IsRejected)} of {draws.Count} rejected");

    protected override Func<int, MixtureTestDraw> Prepare(MixtureTestSettings config, Device device)
    {
        Hypothesis hypothesis = MixtureProblem.Of(config).Hypothesis(config);
        MixtureRemedy remedy = MixtureRemedy.Of(config);
        SampleTest test = remedy.Rule.Prepare(device, config, [.. remedy.Views(hypothesis, config)]);
        return index =>
        {
            var stream = new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index);
            double[] samples = hypothesis.Truth.Sample(stream, config.Samples);
            try
            {
                (TestOutcome outcome, double sigma) = test(samples, (uint)index);
                return new(outcome.Statistic, outcome.PValue <= config.Level, sigma);
            }
            catch (ArgumentException exception)
            {
                throw new RunFailedException($"the samples of trial {index} cannot be tested: {exception.Message}", index + 1, exception);
            }
        };
    }

    protected override Report Compose(Results<MixtureTestSettings> results)
    {
        // Tests that differ in more than the cell have tables and figures of their own.
        IReadOnlyList<string> keys = results.Differing(
            "problem", "dimension", "separation", "weight", "remedy", "sigma", "temperature", "trials");
        Cell[] cells = [.. results.Runs.Select(run => new Cell(run, Results<MixtureTestSettings>.Variant(run.Run, keys)))];

        // Cells of the curves have too few tests for a share of rejections.
        Cell[] tested = results.Scale == GridScale.Paper ? [.. cells.Where(cell => cell.Config.Trials != CurveTrials)] : cells;
        return new(
        [
            Data(cells),
            .. tested.GroupBy(cell => cell.Name).Select(part => PowerTable([.. part])),
            .. RuleTable(tested),
            .. HeatMaps(tested),
            .. Curves(cells, tested),
            .. results.Scale is null ? [] : BlindScores.Figures(),
        ]);
    }

    private static double Mean(IReadOnlyList<MixtureTestDraw> draws) => draws.Sum(draw => draw.Statistic) / draws.Count;

    private static double StandardError(IReadOnlyList<MixtureTestDraw> draws)
    {
        double mean = Mean(draws);
        double squares = draws.Sum(draw => draw.Statistic * draw.Statistic);
        double variance = Math.Max(0, squares - (draws.Count * mean * mean)) / (draws.Count - 1);
        return Math.Sqrt(variance / draws.Count);
    }

    /// <summary>Power over separations and σ or T, for three weights of the sample; the first of them is the null.</summary>
    private static IEnumerable<MixtureTestSettings> PowerGrid() =>
        from separation in (double[])[1, 2, 3, 4, 5, 6, 8, 10]
        // Jumps cost ten times as much as the others.
        let jumps = separation is 3 or 5 or 8 ? [MixtureRemedy.Perturb, MixtureRemedy.PerturbSelected] : Array.Empty<MixtureRemedy>()
        from remedy in (MixtureTestSettings[])[.. Remedies(), .. ((double[])[2, 4, 8, 16, 32]).Select(Temper), .. jumps.Select(With)]
        from weight in (double[])[0.5, 0.7, 1]
        select WithTrials(remedy with { Separation = separation, Weight = weight });

    /// <summary>The discrepancy itself over the weight of the sample.</summary>
    private static IEnumerable<MixtureTestSettings> CurveGrid() =>
        from separation in (double[])[2, 5, 8]
        from remedy in (MixtureTestSettings[])[Default, Noise(1), Noise(2), Noise(4), Noise(8), Temper(4), Temper(16)]
        from step in Enumerable.Range(0, 11)
        select remedy with { Separation = separation, Weight = step / 10.0, Trials = CurveTrials };

    private static IEnumerable<MixtureTestSettings> DimensionGrid() =>
        from dimension in (int[])[1, 2, 10, 50]
        from remedy in Remedies()
        from weight in (double[])[0.5, 0.7, 1]
        select WithTrials(remedy with { Dimension = dimension, Weight = weight });

    /// <summary>More modes, and modes of unequal widths, so that the best σ is not the separation.</summary>
    private static IEnumerable<MixtureTestSettings> ProblemGrid() =>
        from problem in (string[])["three-modes", "unequal-scales"]
        from separation in (double[])[5, 8]
        from remedy in Remedies()
        let config = remedy with { Problem = problem, Separation = separation }
        let nullWeight = MixtureProblem.Of(config).ModelWeight!.Value
        from weight in (double[])[nullWeight, nullWeight + 0.2, 1]
        select WithTrials(config with { Weight = weight });

    /// <summary>The cost of remedies where KSD needs none: one mode.</summary>
    private static IEnumerable<MixtureTestSettings> CostGrid() =>
        from problem in ((string Name, double[] Separations)[])[("shift", [0, 0.1, 0.2, 0.3]), ("scale", [1, 1.1, 1.2, 1.4])]
        from separation in problem.Separations
        from remedy in (MixtureTestSettings[])[.. Remedies(), Temper(4), Temper(16)]
        select WithTrials(remedy with { Problem = problem.Name, Separation = separation });

    private static IEnumerable<MixtureTestSettings> Remedies()
        => [Default, .. MixtureView.Ladder.Select(Noise), .. LadderRules.Select(With)];

    private static IEnumerable<MixtureTestSettings> FewRemedies() => [Default, Noise(4), Temper(16), .. LadderRules.Select(With)];

    private static MixtureTestSettings With(MixtureRemedy remedy) => new() { Remedy = remedy.Name };

    private static MixtureTestSettings Noise(double sigma) => With(MixtureRemedy.Noise) with { Sigma = sigma };

    private static MixtureTestSettings Temper(double temperature) => With(MixtureRemedy.Temper) with { Temperature = temperature };

    private static MixtureTestSettings WithTrials(MixtureTestSettings config)
        => MixtureProblem.Of(config).Hypothesis(config).Holds ? config with { Trials = NullTrials } : config;

    private static DataTable Data(Cell[] cells) => DataTable.Create(
        "tests",
        cells,
        [
            .. Results<MixtureTestSettings>.SettingColumns(
                "problem", "dimension", "separation", "weight", "remedy", "sigma", "temperature", "samples", "kernel", "bootstrap",
                "replicates", "level", "seed", "trials").Of((Cell cell) => cell.Run),
            new("is_null", cell => cell.IsNull),
            .. Results<MixtureTestSettings>.QuantityColumns([Rejections]).Of((Cell cell) => cell.Run),
            new("power", cell => cell.Power),
            new("lower", cell => cell.Share.Interval.Low),
            new("upper", cell => cell.Share.Interval.High),
            new("agrees", cell => cell.Agrees),
            .. Results<MixtureTestSettings>.QuantityColumns([Statistic, StatisticError, ChosenSigma]).Of((Cell cell) => cell.Run),
        ]);

    /// <summary>One row per remedy, one column per separation.</summary>
    private static Table PowerTable(Cell[] cells)
    {
        Cell first = cells[0];
        string weight = double.IsNaN(first.Weight) ? "" : Invariant($", samples' weight {first.Weight:0.###}");
        string what = cells.All(cell => cell.IsNull) ? "Rejections under the hypothesis" : "Power";
        string variant = first.Variant.Length == 0 ? "" : $" ({first.Variant})";
        Table table = Pivot(withIntervals: true);

        // On a terminal there is room for the intervals of a few columns only.
        return table.Columns.Count <= 4 ? table : table with { ShortRows = Pivot(withIntervals: false).Rows };

        Table Pivot(bool withIntervals) => Table.Pivot(
            $"power_{first.Name}",
            Invariant($"{what} in per cent at level {first.Config.Level:0.###}: {first.Config.Problem}, D = {first.Config.Dimension}")
                + $"{weight}{variant}",
            $"{Protocol(cells)} Brackets give the 95 % interval of Clopper and Pearson. Under the hypothesis ↑ and ↓ mark counts of "
                + "rejections outside the central 95 % of the binomial distribution whose probability is the level. "
                + "Tempered tests use samples of the tempered truth itself, which requires knowing the truth.",
            cells,
            [new("remedy", cell => cell.Title)],
            cell => cell.Config.Separation,
            separation => $"{first.Problem.Symbol} = {NumberText.Tick(separation)}",
            cell => cell.PowerText(withIntervals),
            missing: "");
    }

    /// <summary>The problem, the size of the tests, how many there are, and their kernel.</summary>
    private static string Protocol(IReadOnlyList<Cell> cells)
    {
        MixtureTestSettings config = cells[0].Config;
        string trials = string.Join(" or ", cells.Select(cell => cell.Config.Trials).Distinct().Order());
        return $"{cells[0].Problem.Sentence} Each cell has {trials} tests, each with {config.Samples} samples and {config.Replicates} "
            + $"{config.Bootstrap} bootstrap replicates. The kernel is {config.Kernel} with the median distance as bandwidth.";
    }

    /// <summary>Rules that choose σ from the samples alone, compared with the σ that has the highest power in hindsight.</summary>
    private static IEnumerable<Table> RuleTable(Cell[] cells)
    {
        (ILookup<MixtureRemedy, Cell> ByRemedy, Cell Best)[] rows =
        [
            .. from place in cells.Where(cell => !cell.IsNull)
                   .GroupBy(cell => (cell.Name, cell.Config.Separation))
               let remedies = place.ToLookup(cell => cell.Remedy)
               let noises = remedies[MixtureRemedy.Noise].OrderByDescending(cell => cell.Power).ThenBy(cell => cell.Config.Sigma)
               where noises.Count() > 1 && LadderRules.Any(remedies.Contains)
               select (remedies, noises.First()),
        ];
        if (rows.Length == 0)
            yield break;
        yield return Table.Create(
            "rules",
            "Rules for σ: power in per cent",
            "Power in per cent of tests with noise. The best σ is the one of the ladder with the highest power in hindsight (the smallest "
                + "of several). Ladder is the test of the sum over σ with weights σ². Selected chooses σ by the ratio of signal to noise "
                + "on one half of the samples and tests the other half; the next column is the geometric mean of the chosen σ. Largest "
                + "uses all samples and tests the largest statistic of the ladder, each in units of the spread of its replicates.",
            rows,
            new("problem", row => row.Best.Config.Problem),
            new("D", row => $"{row.Best.Config.Dimension}"),
            new("m", row => NumberText.Tick(row.Best.Config.Separation)),
            new("weight", row => double.IsNaN(row.Best.Weight) ? "" : NumberText.Fixed(row.Best.Weight)),
            new("KSD", row => PowerOf(row.ByRemedy[MixtureRemedy.None])),
            new("best\nσ", row => NumberText.Tick(row.Best.Config.Sigma)),
            new("at\nbest σ", row => PowerOf([row.Best])),
            new("ladder", row => PowerOf(row.ByRemedy[MixtureRemedy.Ladder])),
            new("selected", row => PowerOf(row.ByRemedy[MixtureRemedy.Selected])),
            new("its\nσ", row => Text(row.ByRemedy[MixtureRemedy.Selected], cell => cell.Run[ChosenSigma])),
            new("largest", row => PowerOf(row.ByRemedy[MixtureRemedy.Maximum])));

        static string PowerOf(IEnumerable<Cell> cells) => Text(cells, cell => 100 * cell.Power);

        static string Text(IEnumerable<Cell> cells, Func<Cell, double> value)
            => cells.Select(cell => NumberText.Fixed(value(cell), 1)).FirstOrDefault("");
    }

    /// <summary>Power over the separation and the strength of a remedy.</summary>
    private static IEnumerable<Figure> HeatMaps(Cell[] cells) =>
        from remedy in (MixtureRemedy[])[MixtureRemedy.Noise, MixtureRemedy.Temper]
        from part in cells.Where(cell => cell.Remedy == remedy && cell.Problem.ModelWeight is not null).GroupBy(cell => cell.Name)
        let separations = part.Select(cell => cell.Config.Separation).Distinct().Order().ToArray()
        let strengths = part.Select(cell => remedy.Strength!.Value.Of(cell.Config)).Distinct().Order().ToArray()
        where separations.Length > 1 && strengths.Length > 1
        let first = part.First()
        select new Figure(
            $"power_{remedy.Name}_{first.Name}",
            Invariant($"Share of tests that reject, in per cent. The samples' weight of the first mode is {first.Weight:0.###}. ")
                + Protocol([.. part]),
            Names(first.Problem.SeparationLabel, separations),
            Names(remedy.Strength!.Value.Label, strengths),
            [
                new HeatMap("share of tests that reject, in per cent", [
                    .. part.Select(cell => new HeatCell(
                        Array.IndexOf(separations, cell.Config.Separation),
                        Array.IndexOf(strengths, remedy.Strength!.Value.Of(cell.Config)),
                        cell.Power,
                        Invariant($"{100 * cell.Power:0}"))),
                ]),
            ]);

    private static Axis Names(string label, double[] values) => new(label)
    {
        Limits = (-0.5, values.Length - 0.5),
        Ticks = Ticks.Names([.. values.Select(NumberText.Tick)]),
        HasGrid = false,
    };

    /// <summary>
    /// The discrepancy over the sample's weight, of the remedies that test the discrepancy of one view; and power over the dimension, and
    /// over the effect where there is one mode.
    /// </summary>
    private static IEnumerable<Figure> Curves(Cell[] cells, Cell[] tested) =>
    [
        .. from part in cells.Where(cell => cell.Remedy.ViewCount == 1 && cell.Problem.ModelWeight is not null)
               .GroupBy(cell => (cell.Place, cell.Config.Separation, cell.Config.Trials, cell.Variant))
           where part.Select(cell => cell.Weight).Distinct().Count() > MinPoints
           let first = part.First()
           select Lines(
               $"discrepancy_{first.Place}_separation{NumberText.Tick(first.Config.Separation)}{first.Suffix}",
               $"Mean of the statistic with its standard error at m = {NumberText.Tick(first.Config.Separation)}. {Protocol([.. part])}",
               part,
               new Axis("Weight of the first mode in the samples"),
               "Discrepancy (U-statistic)",
               cell => cell.StatisticAt(cell.Weight)),
        .. from part in tested.Where(cell => cell.Problem == MixtureProblem.Modes)
               .GroupBy(cell => (cell.Config.Separation, cell.Weight, cell.Variant))
           let dimensions = part.Select(cell => (double)cell.Config.Dimension).Distinct().Order().ToArray()
           where dimensions.Length >= MinPoints
           let first = part.First()
           select Lines(
               Invariant($"power_by_dimension_separation{first.Config.Separation}_weight{first.Weight:0.###}{first.Suffix}"),
               "Share of tests that reject, with its 95 % interval (Clopper and Pearson). "
                   + Invariant($"The samples' weight of the first mode is {first.Weight:0.###}, ")
                   + $"and m = {NumberText.Tick(first.Config.Separation)}. {Protocol([.. part])}",
               part.GroupBy(cell => cell.Title).Where(remedy => remedy.Count() > 1).SelectMany(remedy => remedy),
               new Axis("Dimension D") { Scale = Scale.Log10, Ticks = Ticks.At(dimensions) },
               "Share rejected",
               cell => cell.PowerAt(cell.Config.Dimension)),
        .. from part in tested.Where(cell => cell.Problem.ModelWeight is null)
               .GroupBy(cell => (cell.Place, cell.Variant))
           where part.Select(cell => cell.Config.Separation).Distinct().Count() >= MinPoints
           let first = part.First()
           select Lines(
               $"cost_{first.Place}{first.Suffix}",
               $"Share of tests that reject, with its 95 % interval (Clopper and Pearson). {Protocol([.. part])}",
               part,
               new Axis(first.Problem.SeparationLabel),
               "Share rejected",
               cell => cell.PowerAt(cell.Config.Separation)),
    ];

    /// <summary>One line per remedy.</summary>
    private static Figure Lines(string name, string caption, IEnumerable<Cell> cells, Axis x, string y, Func<Cell, Point> point) => new(
        name,
        caption,
        x with { Margin = 0.03 },
        new Axis(y),
        [
            .. cells.GroupBy(cell => cell.Title).Select((remedy, index) => new Series(
                remedy.Key, SeriesStyle.Of(index), [.. remedy.Select(point).OrderBy(place => place.X)])),
        ]);

    /// <summary>A finished run with what is derived from it.</summary>
    /// <param name="Variant">The settings of the tests themselves in which cells differ; empty if there are none.</param>
    private sealed record Cell(StoredRun<MixtureTestSettings> Run, string Variant) : IFromRuns
    {
        public IEnumerable<string> RunIds => Run.RunIds;

        public MixtureTestSettings Config => Run.Config;

        public MixtureProblem Problem { get; } = MixtureProblem.Of(Run.Config);

        public MixtureRemedy Remedy { get; } = MixtureRemedy.Of(Run.Config);

        public string Title => Remedy.TitleOf(Config);

        /// <summary>Problem and dimension as part of a file name.</summary>
        public string Place { get; } = $"{FileNames.Word(Run.Config.Problem)}_D{Run.Config.Dimension}";

        /// <summary>Problem, dimension, weight and variant as part of a file name.</summary>
        public string Name => double.IsNaN(Weight) ? $"{Place}{Suffix}" : Invariant($"{Place}_weight{Weight:0.###}{Suffix}");

        /// <summary>The samples' weight of the first mode; NaN if there is only one mode.</summary>
        public double Weight => Problem.ModelWeight is null ? double.NaN : Config.Weight;

        public string Suffix => Variant.Length == 0 ? "" : $"_{FileNames.Word(Variant)}";

        /// <summary>Whether the samples come from the model.</summary>
        public bool IsNull { get; } = MixtureProblem.Of(Run.Config).Hypothesis(Run.Config).Holds;

        /// <summary>The tests that reject: an estimate of the level where <see cref="IsNull"/>.</summary>
        public RejectionShare Share { get; } = new((int)Run[Rejections], Run.Config.Trials);

        public double Power => Share.Value;

        /// <summary>Whether the count agrees with the level; empty unless the model is true.</summary>
        public string Agrees => IsNull ? Share.AgreementWith(Config.Level) : "";

        public Point StatisticAt(double x)
            => new(x, Run[Statistic], Run[Statistic] - Run[StatisticError], Run[Statistic] + Run[StatisticError]);

        public Point PowerAt(double x) => Share.At(x);

        /// <summary>The power in per cent; under the hypothesis with an arrow if it does not agree with the level.</summary>
        public string PowerText(bool withInterval) => Share.Text(withInterval) + (IsNull ? Share.MarkOf(Config.Level) : "");
    }
}
