using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using Cell = Stein.Experiments.Runs.StoredRun<Stein.Experiments.ScoreEstimation.ScoreErrorSettings>;
using CellQuantity = Stein.Experiments.Studies.Quantity<Stein.Experiments.ScoreEstimation.ScoreErrorDraw>;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>The config of one cell: the error of an estimator of the score of a known density, over many draws.</summary>
internal sealed record ScoreErrorSettings
{
    [Description("density whose score is estimated"), OneOf(typeof(ScoreTarget))]
    public string Target { get; init; } = "gauss";

    [Description("dimension D"), Range(1, 10_000), Option("dim", "dimension")]
    public int Dimension { get; init; } = 10;

    [Description("number K of samples per estimate"), Range(2, 100_000), Option("samples", "n")]
    public int Samples { get; init; } = 200;

    [Description("number of further points of the density at which the estimate is evaluated"), Range(1, 1_000_000)]
    public int TestPoints { get; init; } = 1024;

    [Description("how the score is estimated"), OneOf(typeof(ScoreEstimators))]
    public string Estimator { get; init; } = "stein";

    [Description("kernel of the estimator"), OneOf(typeof(SteinKernels))]
    public string Kernel { get; init; } = "rbf";

    [Description("bandwidth of the kernel; by default the estimator's rule"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? Bandwidth { get; init; }

    [Description("how the regularisation is chosen: by the estimator's rule, on held-out samples in every draw, or given")]
    [AllowedValues("rule", "held-out", "given")]
    public string Selection { get; init; } = "rule";

    [Description("regularisation of the estimator, such as a ridge or a number of steps"), OnlyFor(nameof(Selection), "given")]
    public double? Regularisation { get; init; }

    [Description("number of draws of samples and points, which are the same for all estimators"), Range(1, 100_000)]
    public int Trials { get; init; } = 10;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    /// <summary>The regularisation of every draw, given or by rule; NaN where it is selected.</summary>
    [JsonIgnore]
    public double FixedRegularisation => Selection switch
    {
        "rule" => ScoreEstimators.Find(Estimator).DefaultRegularisation(Samples, Dimension),
        "given" => Regularisation ?? double.NaN,
        _ => double.NaN,
    };
}

/// <summary>The result of one draw of samples.</summary>
/// <param name="Trial">The number of the draw, from 0.</param>
/// <param name="InSample">The relative error at the samples (<see cref="ScoreTarget.RelativeError"/>); NaN without an estimate.</param>
/// <param name="OutOfSample">The relative error at the test points; NaN without an estimate.</param>
internal sealed record ScoreErrorDraw(
    int Trial,
    [property: JsonPropertyName("in_sample_error")] double InSample,
    [property: JsonPropertyName("out_of_sample_error")] double OutOfSample,
    double Regularisation,
    double Bandwidth)
{
    /// <summary>Whether there is no estimate, for example because equations are singular to rounding.</summary>
    [JsonIgnore]
    public bool IsFailed => double.IsNaN(OutOfSample);
}

/// <summary>
/// The error of score estimators where the score is known, over dimensions, sample sizes and regularisations. The regularisations follow
/// the estimator's rule, are selected on held-out samples, or are given.
/// </summary>
internal sealed class ScoreError : Study<ScoreErrorSettings, ScoreErrorDraw>
{
    /// <summary>
    /// The largest K at which the ridge of <c>stein-augmented</c> is selected on held-out samples: the divergences that this takes cost
    /// O(K²D) operations per point.
    /// </summary>
    private const int MaxSamplesOfAugmentedSelection = 1000;

    /// <summary>Means above this are outside the figures: ten times as wrong as a score of zero.</summary>
    private const double MaxError = 10;

    private const string RelativeErrorText =
        "The relative error is the squared distance of the estimated score from the true one over the squared length of the true one, both "
        + "summed over points: 0 for the true score, 1 for a score of zero.";

    private static readonly CellQuantity Failed = new("failed", draws => draws.Count(draw => draw.IsFailed));
    private static readonly CellQuantity Regularisation = Of("regularisation", draw => draw.Regularisation, Statistics.Median);
    private static readonly CellQuantity InSample = Of("in_sample_error", draw => draw.InSample, Statistics.Mean);
    private static readonly CellQuantity InSampleDeviation = Of("in_sample_sd", draw => draw.InSample, Statistics.StandardDeviation);
    private static readonly CellQuantity OutOfSample = Of("out_of_sample_error", draw => draw.OutOfSample, Statistics.Mean);
    private static readonly CellQuantity OutOfSampleDeviation =
        Of("out_of_sample_sd", draw => draw.OutOfSample, Statistics.StandardDeviation);

    /// <summary>In tables and figures. <c>stein-u</c>, which no grid has, is last, so that the others have distinct colours.</summary>
    private static readonly List<string> Order = [.. ScoreEstimators.Names.OrderBy(name => name == "stein-u")];

    private static readonly Variable Dimension = new("dimension", "Dimension D", "D", config => config.Dimension);
    private static readonly Variable Samples = new("samples", "Samples K", "K", config => config.Samples);

    /// <summary>The style of the true score and of the error of a score of zero; no estimator has its colour.</summary>
    internal static readonly SeriesStyle Truth = SeriesStyle.Reference with { Color = ScottPlot.Color.FromHex("#404040") };

    public override string Name => "score-error";

    public override string Title => "Errors of score estimators over dimensions, sample sizes and ridges, where the score is known";

    public override string Source => "Li and Turner, Gradient estimators for implicit models, ICLR 2018";

    public override int ProtocolVersion => 2;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--estimator stein,ssge,kef --dim 1,10,100", "three estimators by their rules, over dimensions"),
        ("--target banana --dim 2 --selection rule,held-out --samples 50,200,1000", "rules and held-out samples on a banana"),
        ("--estimator stein-augmented --selection given --regularisation 0.01,0.1,1,10,100", "a sweep of the ridge"),
    ];

    protected override string DrawsFile => "errors.csv";

    protected override IReadOnlyList<CellQuantity> Quantities { get; } =
    [
        Failed,
        Regularisation,
        Of("regularisation_low", draw => draw.Regularisation, Enumerable.Min),
        Of("regularisation_high", draw => draw.Regularisation, Enumerable.Max),
        Of("bandwidth", draw => draw.Bandwidth, Enumerable.Average),
        InSample,
        InSampleDeviation,
        OutOfSample,
        OutOfSampleDeviation,
        Of("out_of_sample_median", draw => draw.OutOfSample, Statistics.Median),
    ];

    protected override IReadOnlyList<(string Name, Func<ScoreErrorDraw, double> Value)> Metrics { get; } =
        [(InSample.Name, draw => draw.InSample), (OutOfSample.Name, draw => draw.OutOfSample)];

    protected override IReadOnlyList<ScoreErrorSettings> Configs(GridScale scale)
    {
        IEnumerable<ScoreErrorSettings> all = scale switch
        {
            GridScale.Paper =>
            [
                .. FixedRegularisations(),
                .. Selected(Dimensions([1, 2, 5, 10, 20, 50, 100, 200], new())),
                .. Selected(Dimensions([2, 4, 8, 16, 32, 64], new() { Target = "grid", Samples = 128 })),
                .. Selected(SampleSizes([50, 100, 200, 500, 1000, 2000], new() { Dimension = 10 })),
                .. Selected(SampleSizes([50, 100, 200, 500, 1000, 2000], new() { Target = "grid", Dimension = 32 })),
                .. Selected(SampleSizes([50, 100, 200, 500, 1000, 2000], new() { Target = "banana", Dimension = 2 })),
                .. Swept(Dimensions([1, 2, 10, 50, 100], new()), [0.001, 0.0032, 0.01, 0.032, 0.1, 0.32, 1, 3.2, 10, 32, 100]),
            ],
            GridScale.Quick => Small([1, 10, 50], [50, 100, 200], [1, 50], new() { Samples = 100, Trials = 3 }),
            _ => Small([1, 3], [20, 30], [1, 3], new() { Samples = 30, TestPoints = 50, Trials = 2 }),
        };
        return [.. all.Select(Normalise).Distinct()];

        static IEnumerable<ScoreErrorSettings> Small(int[] dimensions, int[] sizes, int[] swept, ScoreErrorSettings config) =>
        [
            .. Selected(Dimensions(dimensions, config)),
            .. Selected(SampleSizes(sizes, config with { Target = "banana", Dimension = 2 })),
            .. Swept(Dimensions(swept, config), [0.01, 0.1, 1, 10, 100]),
        ];
    }

    /// <summary>A given regularisation that equals the rule's makes the same run as the rule.</summary>
    protected override ScoreErrorSettings Normalise(ScoreErrorSettings config)
    {
        if (config.Selection != "given")
            return config;
        ScoreErrorSettings rule = config with { Selection = "rule", Regularisation = null };
        return config.Regularisation == rule.FixedRegularisation ? rule : config;
    }

    protected override void Validate(ScoreErrorSettings config)
    {
        bool isGiven = config.Selection == "given";
        (int minDimension, int minSamples) = (ScoreTarget.MinDimension(config.Target), HeldOutSplit.MinSamples);
        ScoreEstimator estimator = ScoreEstimators.Find(config.Estimator);
        Require(
            config.Dimension >= minDimension, "dimension", config.Dimension,
            $"a whole number from {minDimension} on where \"target\" is \"{config.Target}\"");
        Require(
            config.Samples >= minSamples || config.Selection != "held-out", "samples", config.Samples,
            $"a whole number from {minSamples} on where \"selection\" is \"held-out\"");
        Require(
            isGiven == (config.Regularisation is not null), "regularisation", config.Regularisation,
            isGiven ? $"the {estimator.RegularisationName}, as \"selection\" is \"given\"" : "left out, unless \"selection\" is \"given\"");
        if (config.Regularisation is { } regularisation && estimator.ProblemWith(regularisation) is { } problem)
            throw InvalidConfigException.Because("regularisation", regularisation, problem);
        if (KernelSmoothness.ProblemWith(config.Kernel, estimator.KernelDerivatives, $"the estimator {estimator.Name}") is { } lack)
            throw InvalidConfigException.Because("kernel", config.Kernel, lack);

        static void Require(bool holds, string key, object? value, string allowed)
        {
            if (!holds)
                throw InvalidConfigException.Value(key, value ?? "nothing", allowed);
        }
    }

    /// <summary>The estimate of every draw and its scores; with selection, those of every candidate in every split as well.</summary>
    protected override double Operations(ScoreErrorSettings config)
    {
        (double k, double m) = (config.Samples, config.TestPoints);
        double one = FitOperations(config, k) + ScoreOperations(config, k, m) + ScoreOperations(config, k, k);
        if (config.Selection != "held-out")
            return config.Trials * one;
        int candidates = ScoreEstimators.Find(config.Estimator).Candidates(config.Samples, config.Dimension).Count;
        double judges = k / HeldOutSplit.HeldOutEvery;
        double training = k - judges;
        double divergences = config.Estimator == "stein-augmented"
            ? judges * training * training * config.Dimension
            : ScoreOperations(config, training, judges);
        double split = FitOperations(config, training) + ScoreOperations(config, training, judges) + divergences;
        return config.Trials * (one + (candidates * HeldOutSplit.Count(config.Samples) * split));
    }

    protected override string Describe(ScoreErrorSettings config)
    {
        string selection = config.Selection == "given" ? NumberText.Tick(config.FixedRegularisation) : config.Selection;
        return $"{config.Estimator} ({selection}), {config.Target}, D = {config.Dimension}, K = {config.Samples}";
    }

    protected override string SpeedClass(ScoreErrorSettings config) => config.Estimator;

    protected override int Draws(ScoreErrorSettings config) => config.Trials;

    protected override int MeasureEvery(ScoreErrorSettings config) => 1;

    protected override string Status(IReadOnlyList<ScoreErrorDraw> draws)
        => $"relative error {NumberText.Fixed(draws[^1].OutOfSample, 3)}";

    protected override Func<int, ScoreErrorDraw> Prepare(ScoreErrorSettings config, Device device) => index => Draw(config, device, index);

    /// <summary>Draws samples, estimates and judges.</summary>
    /// <remarks>Samples, test points and vertices have their own streams, a substream per draw: all estimators get the same.</remarks>
    internal static ScoreErrorDraw Draw(ScoreErrorSettings config, Device device, int index)
    {
        ITarget target = ScoreTarget.Create(config.Target, config.Dimension, config.Seed, (uint)index);
        double[] samples = target.Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index), config.Samples);
        double[] test = target.Sample(new PhiloxStream(config.Seed, StreamPurpose.TestData, (uint)index), config.TestPoints);
        ScoreEstimator estimator = ScoreEstimators.Find(config.Estimator);
        var options = new ScoreEstimatorSettings { Kernel = config.Kernel, Bandwidth = config.Bandwidth };
        double regularisation = config.FixedRegularisation;
        try
        {
            if (config.Selection == "held-out")
            {
                // Every draw has its own seed, so that the samples held out are not the same rows each time.
                uint seed = unchecked(config.Seed + (uint)index);
                regularisation = HeldOutSelection.Choose(
                    estimator, device, samples, config.Dimension, options, seed, HeldOutFolds.Random).Regularisation;
            }

            ScoreEstimate estimate = estimator.Fit(device, samples, config.Dimension, options with { Regularisation = regularisation });
            return new(
                index,
                target.RelativeError(samples, estimate.ScoresAtSamples()),
                target.RelativeError(test, estimate.Scores(test)),
                regularisation,
                estimate.Bandwidth);
        }
        catch (ScoreEstimationException)
        {
            // A result like any other: where an estimator fails is what the experiment is about. The report counts failures.
            return new(index, double.NaN, double.NaN, regularisation, double.NaN);
        }
    }

    protected override Report Compose(Results<ScoreErrorSettings> results) => new(
    [
        DataTable.Create("score_errors", results.Runs,
        [
            .. Results<ScoreErrorSettings>.SettingColumns("target", "dimension", "samples", "test_points", "estimator", "kernel"),
            new("given_bandwidth", cell => cell.Config.Bandwidth),
            .. Results<ScoreErrorSettings>.SettingColumns("selection", "trials", "seed"),
            .. Results<ScoreErrorSettings>.QuantityColumns(Quantities),
        ]),
        .. results.Protocols(config => (config.TestPoints, config.Kernel, config.Bandwidth, config.Trials, config.Seed)).SelectMany(
            protocol => (IEnumerable<Section>)
            [
                .. Comparisons(protocol.Part.Runs, Dimension, Samples, protocol.Suffix),
                .. Comparisons(protocol.Part.Runs, Samples, Dimension, protocol.Suffix),
                .. Sweeps(protocol.Part.Runs, protocol.Suffix),
            ]),
        .. ScoreCurve.Sections(),
    ]);

    /// <summary>Estimators by their rule and by held-out samples, over one of dimension and sample size while the other is fixed.</summary>
    private static IEnumerable<Section> Comparisons(IEnumerable<Cell> all, Variable varied, Variable other, string suffix)
    {
        foreach (var panel in all.Where(cell => cell.Config.Selection != "given")
            .GroupBy(cell => (cell.Config.Target, Other: other.Of(cell.Config))))
        {
            Cell[] cells = [.. panel.OrderBy(cell => Order.IndexOf(cell.Config.Estimator)).ThenByDescending(cell => cell.Config.Selection)];
            double[] values = [.. cells.Select(cell => (double)varied.Of(cell.Config)).Distinct().Order()];
            if (values.Length == 1)
                continue;
            string name = $"by_{varied.Name}_{panel.Key.Target}_{other.Symbol}{panel.Key.Other}";
            string fixedPart = $"{panel.Key.Target}, {other.Symbol} = {panel.Key.Other}";
            yield return Table.Pivot(
                name + suffix,
                $"Relative error out of sample, {fixedPart}",
                ComparisonCaption(cells, varied.Symbol, fixedPart),
                cells,
                [new("estimator", cell => cell.Config.Estimator), new("regularisation", SelectionText)],
                cell => varied.Of(cell.Config),
                value => $"{varied.Symbol} = {value}",
                Text);
            foreach (var selection in cells.GroupBy(cell => cell.Config.Selection).OrderByDescending(selection => selection.Key))
            {
                yield return ErrorFigure(
                    $"{name}_{selection.Key}{suffix}",
                    $"The figure shows the relative error out of sample over {varied.Symbol} ({fixedPart}), with regularisations "
                        + (selection.Key == "rule" ? "by the estimators' rules. " : "selected on held-out samples. ")
                        + FigureCaption(cells),
                    $"{varied.Label} ({fixedPart}; regularisation {SelectionText(selection.First())})",
                    values,
                    [
                        .. from cell in selection
                           group cell by cell.Config.Estimator into line
                           let points = line.Select(cell => Point.Mean(varied.Of(cell.Config), OutOf(cell)))
                           select new Series(line.Key, StyleOf(line.Key), [.. points.OrderBy(point => point.X)]),
                    ]);
            }
        }

        static string SelectionText(Cell cell) => cell.Config.Selection == "rule" ? "by rule" : "held-out";
    }

    /// <summary>The error of one estimator over its regularisation, with a line for each dimension and a ring where its rule is.</summary>
    private static IEnumerable<Section> Sweeps(IEnumerable<Cell> cells, string suffix)
    {
        const int MinRegularisations = 5;
        foreach (var panel in cells.GroupBy(cell => (cell.Config.Target, cell.Config.Samples, cell.Config.Estimator)))
        {
            Sweep[] sweeps =
            [
                .. from cell in panel
                   group cell by cell.Config.Dimension into dimension
                   let given = dimension.Where(cell => cell.Config.Selection == "given").OrderBy(cell => cell[Regularisation]).ToArray()
                   where given.Length >= MinRegularisations
                   orderby dimension.Key
                   select new Sweep(dimension.Key, given, dimension.FirstOrDefault(cell => cell.Config.Selection == "rule")),
            ];
            if (sweeps.Length == 0)
                continue;
            (string target, int samples, string estimator) = panel.Key;
            string name = $"sweep_{estimator}_{target}_K{samples}";
            string fixedPart = $"{estimator}, {target}, K = {samples}";
            yield return Table.Create(
                name + suffix,
                $"Best regularisation and the rule's, {fixedPart}",
                SweepCaption(sweeps, fixedPart),
                sweeps.Where(sweep => sweep.Estimated.Any()),
                new("D", sweep => $"{sweep.Dimension}"),
                new("best", sweep => NumberText.Tick(sweep.Best[Regularisation])),
                new("error at the best", sweep => Text(sweep.Best)),
                new("error in sample at the best", sweep => In(sweep.Best).Text(3)),
                new("best in sample", sweep => NumberText.Tick(sweep.Estimated.MinBy(cell => cell[InSample])![Regularisation])),
                new("rule", sweep => sweep.Rule is { } rule ? Digits(rule[Regularisation]) : NumberText.Missing),
                new("error at the rule", sweep => sweep.Rule is { } rule ? Text(rule) : NumberText.Missing));
            yield return SweepFigure(name, "out of sample", OutOf);
            yield return SweepFigure($"{name}_in_sample", "in sample", In);

            Figure SweepFigure(string figure, string where, Func<Cell, Summary> error)
            {
                string regularisation = ScoreEstimators.Find(estimator).RegularisationName;
                return ErrorFigure(
                    figure + suffix,
                    $"The figure shows the relative error {where} over the {regularisation} ({fixedPart}); rings mark the rule's values. "
                        + FigureCaption([.. sweeps.SelectMany(sweep => sweep.All)]),
                    $"{char.ToUpperInvariant(regularisation[0])}{regularisation[1..]} ({fixedPart}; error {where})",
                    [.. Enumerable.Range(-9, 19).Select(power => Math.Pow(10, power))],
                    [.. sweeps.Select((sweep, index) => new Series(
                        $"D = {sweep.Dimension}", SeriesStyle.Of(index), [.. sweep.Given.Select(At)]))],
                    [.. sweeps.Select(sweep => sweep.Rule is { } rule ? At(rule) : (Point?)null)]);

                Point At(Cell cell) => Point.Mean(cell[Regularisation], error(cell));
            }
        }
    }

    /// <summary>Relative errors on logarithmic axes, and that of a score of zero.</summary>
    /// <param name="rings">A point of each line that is marked by a ring, or null; none where no line has one.</param>
    private static Figure ErrorFigure(
        string name, string caption, string label, double[] ticks, IReadOnlyList<Series> lines, params IReadOnlyList<Point?> rings)
    {
        const double Margin = 0.04;
        Point[] points = [.. lines.SelectMany(line => line.Points), .. rings.OfType<Point>()];
        double width = (1 + (2 * Margin)) * Math.Log10(points.Max(point => point.X) / points.Min(point => point.X));
        var ring = new Series("by rule", new(ScottPlot.Colors.Black, ScottPlot.LinePattern.Solid, ScottPlot.MarkerShape.OpenCircle), [])
        {
            HasLine = false,
            MarkerSize = 16,
            MarkerLineWidth = 2.4f,
            IsInLimits = false,
            LegendRank = 1,
        };
        return new(
            name,
            caption,
            new Axis(label)
            {
                Scale = Scale.Log10,
                Ticks = Ticks.At(ticks),
                Margin = Margin,
                Includes = [.. points.Select(point => point.X)],
            },
            new Axis("Relative error")
            {
                Scale = Scale.Log10,
                Ticks = Ticks.OneTwoFive,
                Includes =
                [
                    0.1,
                    1.5,
                    .. from point in points
                       let mean = Math.Min(point.Y, MaxError)
                       from end in (double[])[mean, mean * Math.Max(0.1, point.Low / point.Y)]
                       select end,
                ],
            },
            [
                new Rule("score of zero", Truth, 1) { LegendRank = 2 },
                .. lines.Select((line, index) => line with
                {
                    // Apart by a share of the axis, so that error bars do not cover one another.
                    Shift = 0.0035 * width * (index - (0.5 * (lines.Count - 1))),
                    IsInLimits = false,
                }),
                .. from item in rings.Zip(lines)
                   where item.First is not null
                   let style = item.Second.Style with { Marker = ring.Style.Marker }
                   select ring with { Label = "", Style = style, Points = [item.First!.Value with { Low = double.NaN }] },
                .. rings.Any(point => point is not null) ? (Layer[])[ring] : [],
            ]);
    }

    private static string ComparisonCaption(IReadOnlyList<Cell> cells, string varied, string fixedPart)
    {
        string augmented = cells.Any(cell => cell.Config.Estimator == "stein-augmented")
            ? $" The ridge of stein-augmented is selected only up to K = {MaxSamplesOfAugmentedSelection}, as the cost grows with K cubed."
            : "";
        return $"{TargetText(cells)} The columns differ in {varied}; the rest is fixed: {fixedPart}. {RelativeErrorText} "
            + $"{Conditions(cells)} The regularisation ({Kinds(cells, estimator => estimator.RegularisationName)}) follows the rule of the "
            + "estimator or is selected anew in every draw: it is then the smoothest of the estimator's candidates, the rule's among them, "
            + $"whose score-matching loss on a held-out fifth of the samples ({Splits(cells)}) is at most one standard error of the "
            + $"difference above the smallest loss.{augmented} "
            + $"Means above {NumberText.Tick(MaxError)} are outside the figures."
            + (cells.Any(cell => cell.Config.Estimator == "stein-u") ? "" : " stein-u with a ridge larger by 1 is stein, and has no row.")
            + Failures(cells);
    }

    private static string SweepCaption(IReadOnlyList<Sweep> sweeps, string fixedPart)
    {
        Cell[] cells = [.. sweeps.SelectMany(sweep => sweep.All)];
        double[] given = [.. sweeps.SelectMany(sweep => sweep.Given).Select(cell => cell[Regularisation]).Distinct().Order()];
        return $"{TargetText(cells)} The {EstimatorsOf(cells).Single().RegularisationName} takes {given.Length} values from "
            + $"{NumberText.Tick(given[0])} to {NumberText.Tick(given[^1])} at every dimension; the rest is fixed: {fixedPart}. The best "
            + $"of these values has the smallest mean error. {RelativeErrorText} {Conditions(cells)}{Failures(cells)}";
    }

    private static string FigureCaption(IReadOnlyList<Cell> cells)
        => $"Means above {NumberText.Tick(MaxError)} are outside the figure. {TargetText(cells)} {RelativeErrorText} "
            + Conditions(cells);

    private static string Conditions(IReadOnlyList<Cell> cells)
    {
        ScoreErrorSettings config = cells[0].Config;
        string bandwidth = config.Bandwidth is { } given
            ? $"bandwidth {NumberText.Tick(given)}"
            : $"a squared bandwidth by rule: {Kinds(cells, estimator => RuleText(estimator.BandwidthRule))}";
        return $"Errors out of sample are at {config.TestPoints} further points of the target. Values are means ± standard errors over "
            + $"{config.Trials} draws of samples and points, which are the same for all estimators, with seed {config.Seed}. The kernel is "
            + $"{config.Kernel}, with {bandwidth}.";

        static string RuleText(BandwidthRule rule) => rule switch
        {
            BandwidthRule.Median => "the median squared distance",
            BandwidthRule.TwiceMedian => "twice the median squared distance",
            _ => "Silverman's rule",
        };
    }

    private static string TargetText(IReadOnlyList<Cell> cells) => cells[0].Config.Target switch
    {
        "grid" => "The target is a mixture of D Gaussians of variance 1 and equal weight at random vertices of the unit cube, "
            + "chosen anew in every draw.",
        "banana" => $"The target is a banana: x1 has variance {BananaDensity.Variance}, x2 is standard normal plus {BananaDensity.Bend} "
            + $"(x1² − {BananaDensity.Variance}).",
        _ => "The target is the standard normal density.",
    };

    /// <summary>The number of splits, and from which K on if it depends on K.</summary>
    private static string Splits(IReadOnlyList<Cell> cells)
    {
        var counts = cells.Select(cell => cell.Config.Samples).Distinct().Order().GroupBy(HeldOutSplit.Count).ToList();
        return counts.Count == 1
            ? $"splits: {counts[0].Key}"
            : "splits: " + string.Join(", ", counts.Select(group => $"{group.Key} from K = {group.First()} on"));
    }

    private static string Failures(IReadOnlyList<Cell> cells) => cells.Any(cell => cell[Failed] > 0)
        ? " A number of draws in parentheses means that the other draws gave no estimate and are not in the mean."
        : "";

    /// <summary>The kinds of something, each with its estimators: "ridge for stein, kef; number of iterations for nu".</summary>
    private static string Kinds(IReadOnlyList<Cell> cells, Func<ScoreEstimator, string> kind) => string.Join(
        "; ", EstimatorsOf(cells).GroupBy(kind).Select(group => $"{group.Key} for {string.Join(", ", group.Select(one => one.Name))}"));

    private static IEnumerable<ScoreEstimator> EstimatorsOf(IReadOnlyList<Cell> cells)
        => ScoreEstimators.All.Where(estimator => cells.Any(cell => cell.Config.Estimator == estimator.Name));

    internal static SeriesStyle StyleOf(string estimator) => SeriesStyle.Of(Order.IndexOf(estimator));

    /// <summary>Three significant digits.</summary>
    internal static string Digits(double value) => NumberText.Tick(double.Parse($"{value:G3}", CultureInfo.InvariantCulture));

    /// <summary>Mean ± standard error out of sample, and the number of draws if some gave no estimate.</summary>
    private static string Text(Cell cell)
    {
        Summary error = OutOf(cell);
        // For large errors the size matters, not the digits.
        string text = error.Mean >= 100
            ? NumberText.WithError(Math.Round(error.Mean), Math.Ceiling(error.StandardError), 0)
            : error.Text(3);
        return cell[Failed] == 0 ? text : $"{text} ({error.Count} of {cell.Config.Trials})";
    }

    private static Summary In(Cell cell) => Over(cell, InSample, InSampleDeviation);

    private static Summary OutOf(Cell cell) => Over(cell, OutOfSample, OutOfSampleDeviation);

    /// <summary>Over the draws with an estimate.</summary>
    private static Summary Over(Cell cell, Quantity mean, Quantity deviation)
        => new(cell.Config.Trials - (int)cell[Failed], cell[mean], cell[deviation]);

    /// <summary>A statistic over the draws with an estimate, if there is one.</summary>
    private static CellQuantity Of(string name, Func<ScoreErrorDraw, double> value, Func<double[], double> statistic)
        => new(name, draws =>
        {
            double[] values = [.. draws.Where(draw => !draw.IsFailed).Select(value)];
            return values.Length == 0 ? double.NaN : statistic(values);
        });

    private static IEnumerable<ScoreErrorSettings> Dimensions(int[] dimensions, ScoreErrorSettings config)
        => dimensions.Select(dimension => config with { Dimension = dimension });

    private static IEnumerable<ScoreErrorSettings> SampleSizes(int[] sizes, ScoreErrorSettings config)
        => sizes.Select(samples => config with { Samples = samples });

    /// <summary>Regularisations that do not depend on K; that of <c>kde</c> makes its bandwidth Scott's, to four decimals.</summary>
    private static IEnumerable<ScoreErrorSettings> FixedRegularisations()
        => from cell in (ScoreErrorSettings[])
           [
               .. Dimensions([1, 10, 100], new()),
               .. Dimensions([32, 64], new() { Target = "grid", Samples = 128 }),
               new() { Target = "banana", Dimension = 2 },
           ]
           from estimator in ((string Name, double[] Regularisations)[])
           [
               ("kde", [Math.Round(Math.Pow((cell.Dimension + 2) / 4.0, 1.0 / (cell.Dimension + 4)), 4)]),
               ("stein-augmented", [0.01, 0.1, 1, 10]),
               ("ssge", [0.95, 0.99]),
               ("landweber", [10, 100]),
               ("nu", [5, 20]),
           ]
           from regularisation in estimator.Regularisations
           select cell with { Estimator = estimator.Name, Selection = "given", Regularisation = regularisation };

    /// <summary>
    /// Every estimator by its rule and by held-out samples, except <c>stein-u</c>: its diagonal of zeros takes 1 from the ridge, so at
    /// ridge 1 + η, as its rule and its candidates have it, it equals <c>stein</c> at η.
    /// </summary>
    private static IEnumerable<ScoreErrorSettings> Selected(IEnumerable<ScoreErrorSettings> cells)
        => from cell in cells
           from estimator in ScoreEstimators.Names
           from selection in (string[])["rule", "held-out"]
           where estimator != "stein-u"
           where !(estimator == "stein-augmented" && selection == "held-out" && cell.Samples > MaxSamplesOfAugmentedSelection)
           select cell with { Estimator = estimator, Selection = selection };

    private static IEnumerable<ScoreErrorSettings> Swept(IEnumerable<ScoreErrorSettings> cells, double[] ridges)
        => from cell in cells
           from estimator in (string[])["stein", "stein-augmented"]
           from ridge in ridges
           select cell with { Estimator = estimator, Selection = "given", Regularisation = ridge };

    /// <summary>Roughly, with 30 operations for the kernel and the distance of a pair, and typical numbers of iterations.</summary>
    private static double FitOperations(ScoreErrorSettings config, double k)
    {
        double d = config.Dimension;
        double gram = k * k * ((2 * d) + 30);
        double steps = double.IsNaN(config.FixedRegularisation) ? 100 : config.FixedRegularisation;
        return config.Estimator switch
        {
            "kde" => k * d,
            "landweber" or "nu" => gram + (steps * 2 * k * k * d),
            "ssge" => gram + Math.Min(25 * k * k * k, 40 * 2 * k * k * Math.Max(160, (2.25 * d) + 10)),
            "kef" => gram + (60 * 8 * k * k * d),
            "stein-parametric" => gram + (8.3 * k * k * k),
            _ => gram + (k * k * k / 3) + (2 * k * k * d),
        };
    }

    private static double ScoreOperations(ScoreErrorSettings config, double k, double m)
        => m * k * ((4.0 * config.Dimension) + 30 + (config.Estimator == "stein-augmented" ? 2 * k : 0));

    /// <summary>What a comparison varies or fixes.</summary>
    private sealed record Variable(string Name, string Label, string Symbol, Func<ScoreErrorSettings, int> Of);

    /// <summary>The regularisations of one dimension: those that are given, ascending, and the rule's, if it was run.</summary>
    private sealed record Sweep(int Dimension, IReadOnlyList<Cell> Given, Cell? Rule) : IFromRuns
    {
        public IEnumerable<string> RunIds => All.SelectMany(cell => cell.RunIds);

        public IEnumerable<Cell> All => Rule is null ? Given : Given.Append(Rule);

        /// <summary>Those given that have an estimate.</summary>
        public IEnumerable<Cell> Estimated => Given.Where(cell => double.IsFinite(cell[OutOfSample]));

        public Cell Best => Estimated.MinBy(cell => cell[OutOfSample])!;
    }
}
