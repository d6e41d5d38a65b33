using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Samplers;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Stages;

/// <summary>A cell: samplings with exact scores but for an error at the levels of noise of one window.</summary>
internal sealed record ScoreStagesSettings
{
    [Description("how samples are made"), OneOf(typeof(NoiseLevelSampler))]
    public string Sampler { get; init; } = NoiseLevelSampler.Diffusion;

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

    /// <summary>The window, as in <c>σ 0.02 to 0.0863</c>.</summary>
    public string WindowText() => $"σ {Edge(Window - 1)} to {Edge(Window)}";

    private string Edge(int edge) => SignificantText.Number(StageTrial.Edge(edge, Windows));
}

/// <summary>
/// "Does the accuracy of the score matter?", and at which stage: a question that the talk leaves open ("important for later stages").
/// Errors of equal budget, by Girsanov's theorem, in one window of noise after another.
/// </summary>
internal sealed class ScoreStages : Study<ScoreStagesSettings, StageDraw>
{
    private static readonly double[] Sizes = [0.1, 0.2, 0.5, 1, 2];


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
        new("weight_error", draws => draws.Average(StageMeasure.Weight.Value)),
        new("weight_bias", draws => draws.Average(draw => draw.WeightError)),
        new("detail_error", draws => draws.Average(StageMeasure.Detail.Value)),
        new("sliced_distance", draws => draws.Average(draw => draw.SlicedDistance)),
        new("mmd", draws => draws.Average(draw => draw.Discrepancy)),
        new("budget", draws => draws.Average(draw => draw.Budget)),
        new("expected_budget", draws => draws.Average(draw => draw.ExpectedBudget)),
        new("weight_divergence", draws => draws.Average(draw => draw.WeightDivergence)),
        new("divergence", draws => draws.Average(draw => draw.Divergence)),
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
        => 40.0 * config.Draws * NoiseLevelSampler.Evaluations(config.Sampler, StageTrial.Steps) * config.Samples * config.Dimension;

    protected override string SpeedClass(ScoreStagesSettings config) => config.Sampler;

    protected override string Describe(ScoreStagesSettings config) => config.Size == 0
        ? $"{config.Sampler}, D = {config.Dimension}, no error"
        : $"{config.Sampler}, D = {config.Dimension}, {config.Error} {NumberText.Tick(config.Size)} in window {config.Window}";

    protected override int Draws(ScoreStagesSettings config) => config.Draws;

    protected override Func<int, StageDraw> Prepare(ScoreStagesSettings config, Device device)
        => draw => StageTrial.Run(config, draw, device);

    /// <summary>The first draw in the plane, for the pictures.</summary>
    protected override IReadOnlyList<RunFile> Files(ScoreStagesSettings config, Device device) => StagePictures.AreOf(config)
        ? [RunSamples.File(StagePictures.SamplesFile, StageTrial.Sample(config, 0), config.Dimension)]
        : [];

    protected override Report Compose(Results<ScoreStagesSettings> results)
    {
        StageCell[] cells = [.. results.Runs.Select(run => new StageCell(run.Config, DrawsOf(run), run.Folder) { RunIds = run.RunIds })];
        StageOrder[] orders = StageOrder.Of(cells);
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
                .. DataColumn<StageCell>.MeanAndError("weight_error", cell => cell.Over(StageMeasure.Weight.Value)),
                .. DataColumn<StageCell>.MeanAndError("weight_bias", cell => cell.Over(draw => draw.WeightError)),
                .. DataColumn<StageCell>.MeanAndError("detail_error", cell => cell.Over(StageMeasure.Detail.Value)),
                .. DataColumn<StageCell>.MeanAndError("sliced_distance", cell => cell.Over(draw => draw.SlicedDistance)),
                .. DataColumn<StageCell>.MeanAndError("mmd", cell => cell.Over(draw => draw.Discrepancy)),
                new("budget", cell => cell.Over(draw => draw.Budget).Mean),
                new("expected_budget", cell => cell.Over(draw => draw.ExpectedBudget).Mean),
                .. DataColumn<StageCell>.MeanAndError("weight_divergence", cell => cell.Over(draw => draw.WeightDivergence)),
                .. DataColumn<StageCell>.MeanAndError("divergence", cell => cell.Over(draw => draw.Divergence)),
            ]),
            Windows("weights", "Error of the weight of a mode", StageMeasure.Weight.Value),
            Windows("details", "Error of the thin coordinate, in standard deviations", StageMeasure.Detail.Value),
            Windows("sliced", "Sliced Wasserstein-1 distance", draw => draw.SlicedDistance),
            Windows("mmd", "Squared MMD", draw => draw.Discrepancy),
            DataTable.Create("differences", orders.SelectMany(order => order.Differences),
            [
                new("error_of", difference => difference.Measure.Name),
                new("sampler", difference => difference.Larger.Config.Sampler),
                new("error", difference => difference.Larger.Config.Error),
                new("dimension", difference => difference.Larger.Config.Dimension),
                new("larger", difference => difference.Larger.Config.Window),
                new("smaller", difference => difference.Smaller.Config.Window),
                new("difference", difference => difference.Values.Mean),
                new("half_interval", difference => difference.Half),
            ]),
            Table.Create(
                "orders",
                "In which window an error does most harm",
                "Windows by the mean of the error, the largest first; 1 has the least noise. Neighbours are told apart (>) where the 95 % "
                    + "interval of their difference in the same draws, by Student's t and for all comparisons of the table at once, "
                    + $"excludes 0, and otherwise not (≈). Size {StageCell.PlainSize}; intervals are in differences.csv.{results.Remarks}",
                orders,
                [
                    new("error of", order => order.Measure.Name),
                    new("sampler", order => order.Cells[0].Config.Sampler),
                    new("error", order => order.Cells[0].Config.Error),
                    new("D", order => $"{order.Cells[0].Config.Dimension}"),
                    new("windows", order => order.Text),
                ]),
            Exponents(),
            Table.Create(
                "budgets",
                "Girsanov's bound on the KL divergence of the reverse diffusion, and its slack",
                "The bound ½∫E|e|² dσ² over the exact density, beside ρ² D ln(σ_high/σ_low), which is the same for all windows; and what "
                    + "the divergence is at least, from the weights of the modes alone and from weights and thin coordinate (of exact "
                    + "samples about 0.005). The slack is what the bound allows and these do not show: one minus the ratio of the last "
                    + $"to the bound. Fields of size {StageCell.PlainSize}, nats.{results.Remarks}",
                cells.Where(cell => cell.IsPlain && cell.Config.Sampler == NoiseLevelSampler.Diffusion),
                [
                    new("D", cell => $"{cell.Config.Dimension}"),
                    new("window", cell => cell.Config.WindowText()),
                    new("bound", cell => SignificantText.Number(Bound(cell))),
                    new("ρ² D ln ratio", cell => SignificantText.Number(cell.Over(draw => draw.ExpectedBudget).Mean)),
                    new("ratio", cell => NumberText.Fixed(Bound(cell) / cell.Over(draw => draw.ExpectedBudget).Mean)),
                    new("of the weights", cell => Divergence(cell, draw => draw.WeightDivergence)),
                    new("and the thin coordinate", cell => Divergence(cell, draw => draw.Divergence)),
                    new("slack", cell => NumberText.Fixed(1 - (cell.Over(draw => draw.Divergence).Mean / Bound(cell)))),
                ]),
            Forgetting(results),
            .. StageFigures.Of(cells),
            .. StagePictures.Draw(cells),
        ]);

        Table Windows(string name, string title, Func<StageDraw, double> value) => Table.Pivot(
            name,
            title,
            $"The first column has no error. Windows by their noise; the least is sampled last. Size {StageCell.PlainSize}. Mean over the "
                + $"draws, with standard errors.{results.Remarks}",
            cells.Where(cell => cell.Config.Size is 0 or StageCell.PlainSize).SelectMany(Repeated),
            [
                new("sampler", cell => cell.Config.Sampler),
                new("error", cell => cell.Config.Error),
                new("D", cell => $"{cell.Config.Dimension}"),
            ],
            cell => cell.Config.Size == 0 ? 0 : cell.Config.Window,
            window => window == 0 ? "none" : (cells[0].Config with { Window = window }).WindowText(),
            cell => cell.Over(value).Text(3));

        // A sampling without an error is compared with every kind.
        IEnumerable<StageCell> Repeated(StageCell cell) => cell.Config.Size > 0
            ? [cell]
            : cells.Where(other => other.Config.Size > 0).Select(other => other.Config.Error).Distinct()
                .Select(kind => cell with { Config = cell.Config with { Error = kind } });

        Table Exponents() => Table.Pivot(
            "exponents",
            "How the effect of an error grows with its size",
            "The exponent b of effect ∝ ρ^b, fitted to the effects of fields of size 0.1 to 0.5, with the half of its 95 % interval by the "
                + "jackknife over the draws. The effect is the root of the mean over the draws of the squared difference of the weight "
                + "with and without the error, or of the difference of the squared errors of the thin coordinate. No number where an "
                + $"effect is not larger than twice its standard error.{results.Remarks}",
            StageExponent.Of(cells),
            [
                new("effect on", exponent => exponent.Measure.Name),
                new("sampler", exponent => exponent.Config.Sampler),
                new("D", exponent => $"{exponent.Config.Dimension}"),
            ],
            exponent => exponent.Config.Window,
            window => (cells[0].Config with { Window = window }).WindowText(),
            exponent => exponent.Text);

        static double Bound(StageCell cell) => cell.Over(draw => draw.Budget).Mean;

        static string Divergence(StageCell cell, Func<StageDraw, double> value)
        {
            Summary summary = cell.Over(value);
            return SignificantText.WithError(summary.Mean, summary.StandardError);
        }
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

    /// <summary>All sizes with a smooth field, one size with every other kind, and no error.</summary>
    private static IReadOnlyList<ScoreStagesSettings> Grid(
        int[] dimensions, double[] sizes, IReadOnlyList<string> errors, ScoreStagesSettings settings) =>
    [
        .. from dimension in dimensions
           from sampler in NoiseLevelSampler.Names
           from size in (double[])[0, .. sizes]
           from error in size == StageCell.PlainSize ? errors : [StageError.Field]
           from window in size == 0 ? [1] : Enumerable.Range(1, settings.Windows)
           select settings with { Dimension = dimension, Sampler = sampler, Size = size, Error = error, Window = window },
    ];
}
