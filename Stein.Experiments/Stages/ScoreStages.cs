using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Stages;

/// <summary>A cell: samplings with exact scores but for an error at the levels of noise of one window.</summary>
internal sealed record ScoreStagesSettings
{
    [Description("how samples are made"), OneOf(typeof(StageSampler))]
    public string Sampler { get; init; } = StageSampler.Diffusion;

    [Description("kind of error"), OneOf(typeof(StageError))]
    public string Error { get; init; } = StageError.Field;

    [Description("size ρ of the error in units of the score; 0 for none"), Range(0.0, 100)]
    public double Size { get; init; } = 0.5;

    [Description("window of the error, from 1, the least noise")]
    [Range(1, 100)]
    public int Window { get; init; } = 1;

    [Description("windows of equal ratio that the noise from 0.02 to 30 is divided into"), Range(1, 100)]
    public int Windows { get; init; } = 5;

    [Description("dimension D"), Range(2, 1000), Option("dim")]
    public int Dimension { get; init; } = 2;

    [Description("samples of a draw"), Range(10, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 4000;

    [Description("draws, each with other noise and another field")]
    [Range(1, 10_000)]
    public int Draws { get; init; } = 10;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>
/// "Does the accuracy of the score matter?", and at which stage: a question that the talk leaves open ("important for later stages").
/// Errors of equal budget, by Girsanov's theorem, in one window of noise after another.
/// </summary>
internal sealed class ScoreStages : Study<ScoreStagesSettings, StageDraw>
{
    private static readonly double[] Sizes = [0.1, 0.2, 0.5, 1, 2];

    private static readonly Quantity<StageDraw> Bias = new("weight_bias", draws => draws.Average(draw => draw.WeightError));
    private static readonly Quantity<StageDraw> Weight = new("weight_error", draws => draws.Average(draw => Math.Abs(draw.WeightError)));
    private static readonly Quantity<StageDraw> Detail = new("detail_error", draws => draws.Average(draw => draw.DetailError));

    public override string Name => "score-stages";

    public override string Title => "Errors of the score at one stage of the noise, and what they spoil";

    public override string Source => "Li, Make Stein's method great again for generative modelling?; an open question of the talk";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--window 1,2,3,4,5 --sampler reverse-diffusion,probability-flow --draws 2", "two samplers; takes seconds"),
        ("--error direction --size 0.1,0.2,0.5,1 --window 4 --dim 10", "how the weights of the modes follow the size of the error"),
    ];

    protected override IReadOnlyList<Quantity<StageDraw>> Quantities { get; } =
    [
        Weight,
        Bias,
        Detail,
        new("sliced_distance", draws => draws.Average(draw => draw.SlicedDistance)),
        new("mmd", draws => draws.Average(draw => draw.Discrepancy)),
        new("budget", draws => draws.Average(draw => draw.Budget)),
        new("expected_budget", draws => draws.Average(draw => draw.ExpectedBudget)),
        new("weight_divergence", draws => draws.Average(draw => draw.WeightDivergence)),
    ];

    protected override IReadOnlyList<ScoreStagesSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. Grid([2, 10], Sizes, StageError.Names, new()), .. Grid([50], [0.5], StageError.Names, new())],
        GridScale.Quick => Grid([2], [0.5], [StageError.Field], new() { Samples = 1000, Draws = 2 }),
        _ => Grid([2, 3], [0.5], [StageError.Field, StageError.Noise], new() { Samples = 40, Draws = 2, Windows = 2 }),
    };

    protected override void Validate(ScoreStagesSettings config)
    {
        if (config.Window > config.Windows)
            throw InvalidConfigException.Value("window", config.Window, $"1 to {config.Windows}, the number of windows");
    }

    /// <summary>Without an error its kind and window have no effect.</summary>
    protected override ScoreStagesSettings Normalise(ScoreStagesSettings config) => config.Size == 0
        ? config with { Window = 1, Error = StageError.Field }
        : config;

    protected override double Operations(ScoreStagesSettings config)
        => config.Draws * (config.Sampler == StageSampler.Langevin ? 1000.0 : 200) * config.Samples * config.Dimension * 40;

    protected override string SpeedClass(ScoreStagesSettings config) => config.Sampler;

    protected override string Describe(ScoreStagesSettings config) => config.Size == 0
        ? $"{config.Sampler}, D = {config.Dimension}, no error"
        : $"{config.Sampler}, D = {config.Dimension}, {config.Error} {NumberText.Tick(config.Size)} in window {config.Window}";

    protected override int Draws(ScoreStagesSettings config) => config.Draws;

    protected override Func<int, StageDraw> Prepare(ScoreStagesSettings config, Device device)
        => draw => StageTrial.Run(config, draw, device);

    protected override Report Compose(Results<ScoreStagesSettings> results)
    {
        Cell[] cells = [.. results.Runs.Select(run => new Cell(run.Config, DrawsOf(run)))];
        return new(
        [
            DataTable.Create("cells", cells,
            [
                new("sampler", cell => cell.Config.Sampler),
                new("error", cell => cell.Config.Size == 0 ? "none" : cell.Config.Error),
                new("size", cell => cell.Config.Size),
                new("window", cell => cell.Config.Size == 0 ? null : cell.Config.Window),
                new("dimension", cell => cell.Config.Dimension),
                new("draws", cell => cell.Draws.Count),
                .. DataColumn<Cell>.MeanAndError("weight_error", cell => cell.Over(draw => Math.Abs(draw.WeightError))),
                .. DataColumn<Cell>.MeanAndError("weight_bias", cell => cell.Over(draw => draw.WeightError)),
                .. DataColumn<Cell>.MeanAndError("detail_error", cell => cell.Over(draw => draw.DetailError)),
                .. DataColumn<Cell>.MeanAndError("sliced_distance", cell => cell.Over(draw => draw.SlicedDistance)),
                .. DataColumn<Cell>.MeanAndError("mmd", cell => cell.Over(draw => draw.Discrepancy)),
                new("budget", cell => cell.Over(draw => draw.Budget).Mean),
                new("expected_budget", cell => cell.Over(draw => draw.ExpectedBudget).Mean),
                new("weight_divergence", cell => cell.Over(draw => draw.WeightDivergence).Mean),
            ]),
            Windows("weights", "Error of the weight of a mode", cell => cell.Over(draw => Math.Abs(draw.WeightError))),
            Windows("details", "Error of the thin coordinate, in standard deviations", cell => cell.Over(draw => draw.DetailError)),
            Table.Create(
                "budgets",
                "Girsanov's bound on the KL divergence of the reverse diffusion",
                "½∫E|e|² dσ² over the exact density, beside ρ² D ln(σ_high/σ_low), which is the same for all windows, and the divergence "
                    + $"of the weights alone. Fields of size 0.5, nats.{results.Remarks}",
                Plain(cells).Where(cell => cell.Config.Sampler == StageSampler.Diffusion),
                [
                    new("D", cell => $"{cell.Config.Dimension}"),
                    new("window", cell => WindowText(cell.Config)),
                    new("bound", cell => SignificantText.Number(cell.Over(draw => draw.Budget).Mean)),
                    new("ρ² D ln ratio", cell => SignificantText.Number(cell.Over(draw => draw.ExpectedBudget).Mean)),
                    new("of the weights", cell => SignificantText.Number(cell.Over(draw => draw.WeightDivergence).Mean)),
                ]),
            Forgetting(results),
            .. StageSampler.Names.Where(name => cells.Any(cell => cell.Config.Sampler == name)).Select(name => Stages(name, cells)),
            .. SizesFigures(cells),
        ]);

        Table Windows(string name, string title, Func<Cell, Summary> value) => Table.Pivot(
            name,
            title,
            "The first column has no error. Windows by their noise; the least is sampled last. Size 0.5. Mean over the draws, with "
                + $"standard errors.{results.Remarks}",
            cells.Where(cell => cell.Config.Size is 0 or 0.5).SelectMany(Repeated),
            [
                new("sampler", cell => cell.Config.Sampler),
                new("error", cell => cell.Config.Error),
                new("D", cell => $"{cell.Config.Dimension}"),
            ],
            cell => cell.Config.Size == 0 ? 0 : cell.Config.Window,
            window => window == 0 ? "none" : WindowText(cells[0].Config with { Window = window }),
            cell => value(cell).Text(3));

        // A sampling without an error is compared with every kind.
        IEnumerable<Cell> Repeated(Cell cell) => cell.Config.Size > 0
            ? [cell]
            : cells.Where(other => other.Config.Size > 0).Select(other => other.Config.Error).Distinct()
                .Select(kind => cell with { Config = cell.Config with { Error = kind } });
    }

    private static IEnumerable<Cell> Plain(IEnumerable<Cell> cells)
        => cells.Where(cell => cell.Config is { Error: StageError.Field, Size: 0.5 });

    private static string WindowText(ScoreStagesSettings config)
    {
        double ratio = Math.Pow(StageTrial.FirstSigma / StageTrial.LastSigma, 1.0 / config.Windows);
        double low = StageTrial.LastSigma * Math.Pow(ratio, config.Window - 1);
        return $"σ {SignificantText.Number(low)} to {SignificantText.Number(low * ratio)}";
    }

    /// <summary>What is left of a shift at a level of noise, against the theory for a Gaussian mode.</summary>
    private static Table Forgetting(Results<ScoreStagesSettings> results)
    {
        const double Variance = StageMixture.Variance;
        return Table.Create(
            "forgetting",
            "What is left at the end of a shift by one standard deviation at a level of noise",
            "In standard deviations of a mode. For a Gaussian mode of variance v the reverse diffusion leaves √(v/(v + σ²)) and the "
                + $"probability flow everything.{results.Remarks}",
            (double[])[StageTrial.FirstSigma, 10, 3, 1, 0.3, 0.1],
            [
                new("σ", sigma => NumberText.Tick(sigma)),
                new("reverse diffusion", sigma => NumberText.Fixed(StageTrial.Retained(sigma).Diffusion, 3)),
                new("theory", sigma => NumberText.Fixed(Math.Sqrt(Variance / (Variance + (sigma * sigma))), 3)),
                new("probability flow", sigma => NumberText.Fixed(StageTrial.Retained(sigma).Flow, 3)),
            ]);
    }

    /// <summary>For a slide: the window on the axis, and what an error there does to weights and to detail.</summary>
    private static Figure Stages(string sampler, IReadOnlyList<Cell> cells)
    {
        Cell[] own = [.. Plain(cells).Where(cell => cell.Config.Sampler == sampler).OrderBy(cell => cell.Config.Window)];
        return new(
            $"stages_{sampler}",
            $"Errors of equal budget in one window of noise, {sampler}: what they do to the weight of a mode and to the thin coordinate. "
                + "Fields of size 0.5; mean over the draws with one standard error.",
            new Axis("Noise σ of the window") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
            new Axis("Error of the weight, of the thin coordinate (s.d.)") { Includes = [0] },
            [
                .. own.GroupBy(cell => cell.Config.Dimension).SelectMany((part, index) => (Series[])
                [
                    Line($"weight, D = {part.Key}", 2 * index, part, draw => Math.Abs(draw.WeightError)),
                    Line($"detail, D = {part.Key}", (2 * index) + 1, part, draw => draw.DetailError),
                ]),
            ]);

        static Series Line(string label, int style, IEnumerable<Cell> part, Func<StageDraw, double> value)
            => new(label, SeriesStyle.Of(style), [.. part.Select(cell => Point.Mean(Centre(cell.Config), cell.Over(value)))]);

        static double Centre(ScoreStagesSettings config)
            => StageTrial.LastSigma * Math.Pow(StageTrial.FirstSigma / StageTrial.LastSigma, (config.Window - 0.5) / config.Windows);
    }

    /// <summary>How the error grows with its size, from which the exponent can be read.</summary>
    private static IEnumerable<Figure> SizesFigures(IReadOnlyList<Cell> cells)
    {
        (string Name, string Title, Func<StageDraw, double> Value)[] errors =
        [
            ("weight", "Error of the weight", draw => Math.Abs(draw.WeightError)),
            ("detail", "Error of the thin coordinate (s.d.)", draw => draw.DetailError),
        ];
        Cell[] own = [.. cells.Where(cell => cell.Config.Size > 0 && IsDrawn(cell.Config))];
        return own.Length == 0 ? [] :
        [
            .. errors.Select(error => new Figure(
                $"sizes_{error.Name}",
                $"{error.Title} against the size of the error in one window, reverse diffusion at D = 10; mean over the draws with one "
                    + "standard error.",
                new Axis("Size ρ of the error") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
                new Axis(error.Title) { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
                [
                    .. own.GroupBy(cell => cell.Config.Window).OrderBy(part => part.Key).Select((part, index) => new Series(
                        WindowText(part.First().Config),
                        SeriesStyle.Of(index),
                        [.. part.OrderBy(cell => cell.Config.Size).Select(cell => Point.Mean(cell.Config.Size, cell.Over(error.Value)))])),
                ])),
        ];

        static bool IsDrawn(ScoreStagesSettings config)
            => config is { Error: StageError.Field, Sampler: StageSampler.Diffusion, Dimension: 10 };
    }

    /// <summary>All sizes with a smooth field, one size with every other kind, and no error.</summary>
    private static IReadOnlyList<ScoreStagesSettings> Grid(
        int[] dimensions, double[] sizes, IReadOnlyList<string> errors, ScoreStagesSettings settings) =>
    [
        .. from dimension in dimensions
           from sampler in StageSampler.Names
           from size in (double[])[0, .. sizes]
           from error in size == 0.5 ? errors : [StageError.Field]
           from window in size == 0 ? [1] : Enumerable.Range(1, settings.Windows)
           select settings with { Dimension = dimension, Sampler = sampler, Size = size, Error = error, Window = window },
    ];

    private sealed record Cell(ScoreStagesSettings Config, IReadOnlyList<StageDraw> Draws)
    {
        public Summary Over(Func<StageDraw, double> value) => Summary.Of([.. Draws.Select(value)]);
    }
}
