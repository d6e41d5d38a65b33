using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Diffusion;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Diffusion;

/// <summary>One cell: an estimator of the location of samples of a Bessel density, with new samples in each trial.</summary>
internal sealed record RoughSettings
{
    [Description("estimator"), OneOf(typeof(RoughEstimators)), Option("estimator", "estimators")]
    public string Estimator { get; init; } = "ksd";

    [Description("order of the Bessel density less one half: 0 is the roughest, Laplace in one dimension"), Range(0, 2)]
    public int HalfOrder { get; init; }

    [Description("dimension D"), Range(1, 100), Option("dim", "dimension")]
    public int Dimension { get; init; } = 1;

    [Description("samples per trial"), Range(2, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 300;

    [Description("kernel of the discrepancies"), OneOf(typeof(SteinKernels)), OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public string Kernel { get; init; } = "imq";

    [Description("bandwidth h of the kernel, in units of the samples"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public double Bandwidth { get; init; } = 1;

    [Description("number of trials, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 100;

    /// <remarks>Cells that differ in the estimator alone have the same samples.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The estimate from one sample.</summary>
/// <param name="Distance">From the truth; not a number where the loss does not exist.</param>
internal sealed record RoughDraw(double Distance);

/// <summary>The estimators; another one is a line here.</summary>
internal static class RoughEstimators
{
    private static readonly (string Id, string Title, FitSettings Settings)[] All =
    [
        ("ml", "maximum likelihood", new(FitLoss.Likelihood, new UnitDiffusion())),
        ("sm", "score matching", new(FitLoss.ScoreMatching, new UnitDiffusion())),
        ("ksd", "KSD", new(FitLoss.KernelDiscrepancy, new UnitDiffusion())),
        ("dksd", "DKSD, m = 1 + ‖z‖²", new(FitLoss.KernelDiscrepancy, new QuadraticDiffusion(1))),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(estimator => estimator.Id)];

    public static string Title(string id) => All.Single(estimator => estimator.Id == id).Title;

    public static FitSettings Settings(RoughSettings config) => All.Single(estimator => estimator.Id == config.Estimator).Settings with
    {
        Kernel = config.Kernel,
        Bandwidth = config.Bandwidth,
        Known = [.. Enumerable.Repeat(double.NaN, config.Dimension), 1],
    };
}

/// <summary>
/// The location of a rough density (Barp et al., NeurIPS 2019, section 4.1). The score of a Laplace density jumps, and its derivative,
/// which score matching needs, is 0 wherever it exists: there is no loss. Discrepancies need only the score.
/// </summary>
internal sealed class Rough : Study<RoughSettings, RoughDraw>
{
    private static readonly Quantity<RoughDraw> Error = new(
        "rmse", draws => RootMeanSquare.Of(draws.Select(draw => draw.Distance)));

    public override string Name => "diffusion-rough";

    public override string Title => "Location of a rough density by Stein discrepancies";

    public override string Source =>
        "Barp, Briol, Duncan, Girolami and Mackey, Minimum Stein discrepancy estimators, NeurIPS 2019, section 4.1; figures only";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--estimator ml,sm,ksd --half-order 0,1 --trials 5", "score matching has no loss for a Laplace density")];

    protected override IReadOnlyList<Quantity<RoughDraw>> Quantities { get; } = [Error];

    protected override IReadOnlyList<RoughSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([1, 2, 5], [0, 1, 2], new()),
        GridScale.Quick => Grid([1], [0, 1], new() { Trials = 10 }),
        _ => Grid([1], [0, 1], new() { Samples = 30, Trials = 2 }),
    };

    protected override double Operations(RoughSettings config)
        => config.Trials * 20.0 * FitCost.OfStep(config.Estimator, config.Samples, config.Dimension);

    protected override string SpeedClass(RoughSettings config) => config.Estimator;

    protected override string Describe(RoughSettings config)
        => $"{RoughEstimators.Title(config.Estimator)}, order {config.HalfOrder} + ½, D = {config.Dimension}";

    protected override int Draws(RoughSettings config) => config.Trials;

    protected override Func<int, RoughDraw> Prepare(RoughSettings config, Device device)
    {
        var model = new LocationScaleModel(new BesselShape(config.HalfOrder), config.Dimension);
        FitSettings settings = RoughEstimators.Settings(config);
        double[] truth = [.. new double[config.Dimension], 1];
        return index =>
        {
            double[] samples = model.Sample(
                new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index), truth, config.Samples);
            if (settings.Loss == FitLoss.ScoreMatching && !model.HasScoreDerivative)
                return new(double.NaN);
            using Device precise = CpuDevices.CreateDouble();
            double[] estimate = new ModelFit(precise, model, samples, settings).Fit(model.Start(samples)).Parameters;
            return new(Math.Sqrt(estimate.Take(config.Dimension).Sum(value => value * value)));
        };
    }

    protected override Report Compose(Results<RoughSettings> results) => new(
    [
        DataTable.Create(
            "estimates",
            results.Runs,
            [
                .. Results<RoughSettings>.SettingColumns(
                    "estimator", "half_order", "dimension", "samples", "kernel", "bandwidth", "seed", "trials"),
                .. Results<RoughSettings>.QuantityColumns(Quantities),
            ]),
        Table.Pivot(
            "errors",
            "Root mean squared distance of the estimated location from the truth",
            string.Join(' ', results.Shared(config => (config.Trials, config.Samples), of => $"{of.Trials} samples of {of.Samples} from "
                + "‖x‖^λ K_λ(‖x‖), which has a cusp at its centre for λ = ½ and is the smoother the larger λ. – where the derivative of "
                + "the score, which the loss needs, does not exist.")) + results.Remarks,
            results.Runs,
            [new("estimator", run => RoughEstimators.Title(run.Config.Estimator))],
            run => (run.Config.Dimension, run.Config.HalfOrder),
            column => $"D = {column.Dimension}, λ = {column.HalfOrder}½".Replace("0½", "½"),
            run => SignificantText.Number(run[Error])),
    ]);

    private static IReadOnlyList<RoughSettings> Grid(int[] dimensions, int[] orders, RoughSettings settings) =>
    [
        .. from dimension in dimensions
           from order in orders
           from estimator in RoughEstimators.Names
           select settings with { Dimension = dimension, HalfOrder = order, Estimator = estimator },
    ];
}
