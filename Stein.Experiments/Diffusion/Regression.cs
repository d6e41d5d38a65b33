using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Diffusion;
using Stein.Engine.Formulas;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using static System.FormattableString;

namespace Stein.Experiments.Diffusion;

/// <summary>One cell: an estimator of a line through samples of which some were moved, with new samples in each trial.</summary>
internal sealed record RegressionSettings
{
    [Description("estimator"), OneOf(typeof(RegressionEstimators)), Option("estimator", "estimators")]
    public string Estimator { get; init; } = "dsm";

    [Description("e of m = (1 + z²)^(−e), z the residual in scales"), Range(0.0, 100.0, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Estimator), "dsm", "dksd")]
    public double Exponent { get; init; } = 1;

    [Description("degrees of freedom ν of the errors, and of the models that are not normal")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double DegreesOfFreedom { get; init; } = 5;

    [Description("samples that are moved"), Range(0, 100_000)]
    public int Outliers { get; init; } = 10;

    [Description("the y that they get, at x from 1 to 2")]
    public double OutlierAt { get; init; } = -10;

    [Description("samples per trial, the moved ones included"), Range(3, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 300;

    [Description("kernel of the discrepancies"), OneOf(typeof(SteinKernels)), OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public string Kernel { get; init; } = "imq";

    [Description("bandwidth h of the kernel, in units of x and y"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public double Bandwidth { get; init; } = 1;

    [Description("number of trials, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 100;

    /// <remarks>Cells that differ in estimator and outliers alone have the same samples before these are moved.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The errors of the estimates from one sample.</summary>
internal sealed record RegressionDraw(double Intercept, double Slope, double Scale);

/// <summary>The estimators: those of a model with the true errors, and of a normal one.</summary>
internal static class RegressionEstimators
{
    public const string LeastSquares = "ls";

    public static IReadOnlyList<string> Names { get; } = [LeastSquares, .. FitEstimators.Names];
}

/// <summary>
/// A line through samples of which some were moved far off, with Student-t errors: their score is bounded, so that no estimate follows
/// outliers without end, and m decides how far it follows.
/// </summary>
internal sealed class Regression : Study<RegressionSettings, RegressionDraw>
{
    /// <summary>Intercept, slope and scale.</summary>
    private static readonly double[] Truth = [1, 2, 1];

    private static readonly EstimationError<RegressionDraw>[] Errors =
    [
        new("rmse_intercept", "intercept", draw => draw.Intercept),
        new("rmse_slope", "slope", draw => draw.Slope),
        new("rmse_scale", "scale", draw => draw.Scale),
    ];

    public override string Name => "diffusion-regression";

    public override string Title => "A line through contaminated samples with Student-t errors, by diffusion Stein discrepancies";

    public override string Source =>
        "Barp et al., Minimum Stein discrepancy estimators, NeurIPS 2019, section 3; Jitkrittum, Kanagawa and Schölkopf, Testing goodness "
        + "of fit of conditional density models with kernels, UAI 2020 (the discrepancy); no numbers";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--estimator ml,sm --outliers 0,80 --trials 5", "outliers pull maximum likelihood, and score matching hardly")];

    protected override IReadOnlyList<Quantity<RegressionDraw>> Quantities { get; } = [.. Errors.Select(error => error.Root)];

    protected override IReadOnlyList<RegressionSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([0, 20, 40, 80], [0.5, 1], new()),
        GridScale.Quick => Grid([0, 20, 40], [1], new() { Samples = 150, Trials = 5 }),
        _ => Grid([0, 5], [1], new() { Samples = 30, Trials = 2 }),
    };

    protected override void Validate(RegressionSettings config) => MovedSamples.Check(config.Outliers, config.Samples);

    protected override double Operations(RegressionSettings config)
        => config.Trials * 100.0 * FitCost.OfStep(config.Estimator, config.Samples, dimension: 3);

    protected override string SpeedClass(RegressionSettings config) => config.Estimator;

    protected override string Describe(RegressionSettings config)
        => $"{EstimatorOf(config)}, {config.Outliers} outliers";

    protected override int Draws(RegressionSettings config) => config.Trials;

    protected override Func<int, RegressionDraw> Prepare(RegressionSettings config, Device device)
    {
        bool isNormal = config.Estimator == RegressionEstimators.LeastSquares;
        FitSettings settings = FitOf(config);
        LocationScaleShape errors = new StudentTShape(config.DegreesOfFreedom);
        return index =>
        {
            using Device precise = CpuDevices.CreateDouble();
            var stream = new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index);
            double[] x = [.. Enumerable.Range(0, config.Samples).Select(n => (4 * stream.NextUniform()) - 2)];
            for (int n = 0; n < config.Outliers; n++)
                x[n] = 1 + (Math.Abs(x[n]) / 2);
            double[] ones = [.. x.SelectMany(value => (double[])[1, value])];
            double[] y = new RegressionModel(errors, ones, columns: 2).Sample(stream, Truth, config.Samples);
            Array.Fill(y, config.OutlierAt, 0, config.Outliers);
            var model = new RegressionModel(isNormal ? new GeneralisedGaussianShape(2) : errors, ones, columns: 2);
            double[] estimate = new ModelFit(precise, model, y, settings).Fit(model.Start(y)).Parameters;

            // The scale of a normal model is another number.
            return new(estimate[0] - Truth[0], estimate[1] - Truth[1], isNormal ? double.NaN : estimate[2] - Truth[2]);
        };
    }

    protected override Report Compose(Results<RegressionSettings> results) => new(
    [
        DataTable.Create(
            "estimates",
            results.Runs,
            [
                .. Results<RegressionSettings>.SettingColumns(
                    "estimator", "exponent", "degrees_of_freedom", "outliers", "outlier_at", "samples", "kernel", "bandwidth", "seed",
                    "trials"),
                .. Results<RegressionSettings>.QuantityColumns(Quantities),
            ]),
        .. Errors.Select(error => Table.Pivot(
            $"errors_{error.Title}",
            $"Root mean squared error of the {error.Title}",
            Caption(results),
            results.Runs,
            [new("estimator", run => EstimatorOf(run.Config))],
            run => run.Config.Outliers,
            outliers => $"{outliers} moved",
            run => error.Text(run[error.Root], DrawsOf(run)))),
        new Figure(
            "slopes",
            Caption(results),
            new Axis("Samples moved") { Margin = 0.03 },
            new Axis("Root mean squared error of the slope") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
            [
                .. results.Runs.GroupBy(run => EstimatorOf(run.Config)).Select((runs, index) => new Series(
                    runs.Key,
                    SeriesStyle.Of(index),
                    [.. runs.OrderBy(run => run.Config.Outliers).Select(run => new Point(run.Config.Outliers, run[Errors[1].Root]))])),
            ]),
    ]);

    private static string EstimatorOf(RegressionSettings config) => config.Estimator == RegressionEstimators.LeastSquares
        ? "least squares"
        : FitEstimators.Title(config.Estimator)
            + (FitEstimators.HasDiffusion(config.Estimator) ? $", e = {NumberText.Tick(config.Exponent)}" : "");

    /// <summary>
    /// m is frozen for the discrepancy too: as a function of the parameters it would be small, and the discrepancy with it, far from all
    /// samples.
    /// </summary>
    private static FitSettings FitOf(RegressionSettings config) => FitEstimators.Settings(
        config.Estimator == RegressionEstimators.LeastSquares ? "ml" : config.Estimator, new QuadraticDiffusion(1, -config.Exponent)) with
    {
        IsFrozen = true,
        Kernel = config.Kernel,
        Bandwidth = config.Bandwidth,
        Statistic = PairStatistic.V,
    };

    private static string Caption(Results<RegressionSettings> results)
        => string.Join(' ', results.Shared(
            config => (config.Trials, config.Samples, config.DegreesOfFreedom, config.OutlierAt),
            of => Invariant($"{of.Trials} samples of {of.Samples} from the line y = 1 + 2x with Student-t errors, ν = ")
                + Invariant($"{of.DegreesOfFreedom} and scale 1, of which some are moved to y = {of.OutlierAt} at x from 1 to 2.")))
            + " m = (1 + z²)^(−e), frozen at the estimate, with the residual z in scales. Least squares has a normal model, all others the "
            + $"true one. Estimates start at least absolute deviations.{results.Remarks}";

    private static IReadOnlyList<RegressionSettings> Grid(int[] outliers, double[] exponents, RegressionSettings settings) =>
    [
        .. from count in outliers
           from config in (RegressionSettings[])
           [
               settings with { Estimator = RegressionEstimators.LeastSquares },
               settings with { Estimator = "ml" },
               settings with { Estimator = "sm" },
               .. exponents.Select(exponent => settings with { Estimator = "dsm", Exponent = exponent }),
               settings with { Estimator = "ksd" },
               .. exponents.Select(exponent => settings with { Estimator = "dksd", Exponent = exponent }),
           ]
           select config with { Outliers = count },
    ];
}
