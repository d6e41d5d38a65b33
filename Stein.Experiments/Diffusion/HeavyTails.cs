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
using static System.FormattableString;

namespace Stein.Experiments.Diffusion;

/// <summary>One cell: an estimator of location and scale of Student-t samples, with new samples in each trial.</summary>
internal sealed record HeavyTailsSettings
{
    [Description("estimator"), OneOf(typeof(HeavyTailEstimators)), Option("estimator", "estimators")]
    public string Estimator { get; init; } = "dksd";

    [Description("degrees of freedom ν of samples and model"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double DegreesOfFreedom { get; init; } = 5;

    [Description("location of the samples")]
    public double Location { get; init; } = 25;

    [Description("scale of the samples"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double Scale { get; init; } = 10;

    [Description("samples per trial"), Range(2, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 300;

    [Description("kernel of the discrepancies"), OneOf(typeof(SteinKernels)), OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public string Kernel { get; init; } = "imq";

    [Description("bandwidth h of the kernel, in units of the samples"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public double Bandwidth { get; init; } = 10;

    [Description("number of trials, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 100;

    /// <remarks>Cells that differ in the estimator alone have the same samples.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The errors of the estimates from one sample.</summary>
/// <param name="Location">Of the location alone, the scale known, from a start at the truth.</param>
/// <param name="JointLocation">Of the location, estimated with the scale from median and median absolute deviation.</param>
/// <param name="JointScale">Of that scale.</param>
/// <param name="Reached">
/// A 1 for each start from which the estimate of the location alone ends within 3/10 of a scale of the truth, else a 0.
/// </param>
internal sealed record HeavyTailsDraw(double Location, double JointLocation, double JointScale, string Reached);

/// <summary>The estimators; another one is a line here.</summary>
internal static class HeavyTailEstimators
{
    private static readonly (string Id, string Title, Func<double, FitSettings> Settings)[] All =
    [
        ("ml", "maximum likelihood", _ => new(FitLoss.Likelihood, new UnitDiffusion())),
        ("sm", "score matching", _ => new(FitLoss.ScoreMatching, new UnitDiffusion())),
        ("ksd", "KSD", _ => new(FitLoss.KernelDiscrepancy, new UnitDiffusion())),
        ("dsm-root", "DSM, m² = 1 + z²/ν, frozen", degrees => new(FitLoss.ScoreMatching, new QuadraticDiffusion(degrees, 0.5))),
        ("dsm", "DSM, m = 1 + z², frozen", _ => new(FitLoss.ScoreMatching, new QuadraticDiffusion(1))),
        ("dksd", "DKSD, m = 1 + z²", _ => new(FitLoss.KernelDiscrepancy, new QuadraticDiffusion(1))),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(estimator => estimator.Id)];

    public static string Title(string id) => All.Single(estimator => estimator.Id == id).Title;

    public static FitSettings Settings(HeavyTailsSettings config) => All.Single(estimator => estimator.Id == config.Estimator)
        .Settings(config.DegreesOfFreedom) with
    {
        Kernel = config.Kernel,
        Bandwidth = config.Bandwidth,
    };
}

/// <summary>
/// Location and scale of a Student-t density by score matching, KSD and their diffusion forms (Barp et al., NeurIPS 2019, section 4.2): the
/// errors, and the starts from which the minimum is found. A score that falls to 0 far out leaves losses flat there; m = 1 + z² undoes it.
/// </summary>
internal sealed class HeavyTails : Study<HeavyTailsSettings, HeavyTailsDraw>
{
    /// <summary>Where the search for the location starts.</summary>
    private static readonly double[] Starts = [-200, -150, -100, -50, 0, 25, 50, 100, 150, 200, 250];

    private static readonly EstimationError<HeavyTailsDraw>[] Errors =
    [
        new("rmse_location", "location alone", draw => draw.Location),
        new("rmse_joint_location", "location, with the scale", draw => draw.JointLocation),
        new("rmse_joint_scale", "scale", draw => draw.JointScale),
    ];

    private static readonly Quantity<HeavyTailsDraw>[] Basins =
    [
        .. Starts.Select((start, index) => new Quantity<HeavyTailsDraw>(
            $"reached_from_{start}".Replace('-', 'm'), draws => draws.Average(draw => draw.Reached[index] == '1' ? 1.0 : 0))),
    ];

    public override string Name => "diffusion-heavy-tails";

    public override string Title => "Location and scale of a Student-t density by diffusion Stein discrepancies";

    public override string Source =>
        "Barp, Briol, Duncan, Girolami and Mackey, Minimum Stein discrepancy estimators, NeurIPS 2019, section 4.2; figures only";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--estimator ksd,dksd --trials 5", "a heavy tail hides the minimum of KSD from far starts, and not that of diffusion KSD")];

    protected override IReadOnlyList<Quantity<HeavyTailsDraw>> Quantities { get; } =
        [.. Errors.Select(error => error.Root), .. Basins];

    protected override IReadOnlyList<HeavyTailsSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(new()),
        GridScale.Quick => Grid(new() { Trials = 2 }),
        _ => Grid(new() { Samples = 30, Trials = 2 }),
    };

    protected override double Operations(HeavyTailsSettings config)
        => config.Trials * Starts.Length * 30.0 * FitCost.OfStep(config.Estimator, config.Samples, dimension: 1);

    protected override string SpeedClass(HeavyTailsSettings config) => config.Estimator;

    protected override string Describe(HeavyTailsSettings config)
        => Invariant($"{HeavyTailEstimators.Title(config.Estimator)}, n = {config.Samples}");

    protected override int Draws(HeavyTailsSettings config) => config.Trials;

    protected override Func<int, HeavyTailsDraw> Prepare(HeavyTailsSettings config, Device device)
    {
        LocationScaleModel model = Model(config);
        FitSettings joint = HeavyTailEstimators.Settings(config), alone = joint with { Known = [double.NaN, config.Scale] };
        return index =>
        {
            using Device precise = CpuDevices.CreateDouble();
            double[] samples = Samples(config, index);
            var location = new ModelFit(precise, model, samples, alone);
            double[] both = new ModelFit(precise, model, samples, joint).Fit(model.Start(samples)).Parameters;
            return new(
                location.Fit([config.Location, config.Scale]).Parameters[0] - config.Location,
                both[0] - config.Location,
                both[1] - config.Scale,
                string.Concat(Starts.Select(start => IsNear(location.Fit([start, config.Scale]).Parameters[0]) ? '1' : '0')));
        };

        bool IsNear(double estimate) => Math.Abs(estimate - config.Location) < 0.3 * config.Scale;
    }

    protected override Report Compose(Results<HeavyTailsSettings> results)
    {
        string caption = string.Join(' ', results.Shared(
            config => (config.DegreesOfFreedom, config.Location, config.Scale, config.Samples, config.Trials),
            of => Invariant($"{of.Trials} samples of {of.Samples} values {of.Location} + {of.Scale} t with {of.DegreesOfFreedom} degrees ")
                + "of freedom; z is a value minus location over scale."))
            + " DSM is diffusion score matching, DKSD the diffusion KSD. Frozen: m has the parameters of the last estimate, until that "
            + $"moves no more.{results.Remarks}";
        return new(
        [
            DataTable.Create(
                "estimators",
                results.Runs,
                [
                    .. Results<HeavyTailsSettings>.SettingColumns(
                        "estimator", "degrees_of_freedom", "location", "scale", "samples", "kernel", "bandwidth", "seed", "trials"),
                    .. Results<HeavyTailsSettings>.QuantityColumns(Quantities),
                ]),
            Table.Pivot(
                "errors",
                "Root mean squared errors",
                $"{caption} The location alone starts at the truth, with the scale known; both together at median and median deviation. "
                    + "± is the standard error of the root mean square.",
                from run in results.Runs from place in Enumerable.Range(0, Errors.Length) select (Run: run, Place: place),
                [new("estimator", cell => HeavyTailEstimators.Title(cell.Run.Config.Estimator))],
                cell => cell.Place,
                column => Errors[column].Title,
                cell => Errors[cell.Place].Text(cell.Run[Errors[cell.Place].Root], DrawsOf(cell.Run))),
            Table.Pivot(
                "basins",
                "Starts from which the location is found, in per cent of the samples",
                $"{caption} The scale is known. Found: within 3/10 of a scale.",
                from run in results.Runs from place in Enumerable.Range(0, Starts.Length) select (Run: run, Place: place),
                [new("estimator", cell => HeavyTailEstimators.Title(cell.Run.Config.Estimator))],
                cell => cell.Place,
                column => NumberText.Tick(Starts[column]),
                cell => NumberText.Fixed(100 * cell.Run[Basins[cell.Place]], 0)),
            LossFigure(results),
        ]);
    }

    /// <summary>The losses of the first sample over the location.</summary>
    private static Figure LossFigure(Results<HeavyTailsSettings> results)
    {
        const int Points = 226;
        HeavyTailsSettings first = results.Runs[0].Config;
        double[] locations = [.. Enumerable.Range(0, Points).Select(i => Starts[0] + (2.0 * i))];
        return new(
            "losses",
            "Losses of the first sample over the location, the scale known, each from 0 at its smallest to 1 at its largest value; m that "
                + $"is frozen has the true location.{results.Remarks}",
            new Axis("Location"),
            new Axis("Loss") { Limits = (-0.05, 1.05) },
            [
                new Rule("truth", SeriesStyle.Reference, first.Location) { IsVertical = true },
                .. results.Runs.DistinctBy(run => run.Config.Estimator).Select((run, index) =>
                {
                    using Device device = CpuDevices.CreateDouble();
                    double[] truth = [run.Config.Location, run.Config.Scale];
                    var fit = new ModelFit(device, Model(run.Config), Samples(run.Config, 0), HeavyTailEstimators.Settings(run.Config));
                    double[] losses = [.. locations.Select(location => fit.At([location, run.Config.Scale], truth).Loss)];
                    (double low, double high) = (losses.Min(), losses.Max());
                    return new Series(
                        HeavyTailEstimators.Title(run.Config.Estimator),
                        SeriesStyle.Of(index),
                        [.. locations.Zip(losses, (location, loss) => new Point(location, (loss - low) / (high - low)))])
                    {
                        HasMarkers = false,
                    };
                }),
            ]);
    }

    private static LocationScaleModel Model(HeavyTailsSettings config) => new(new StudentTShape(config.DegreesOfFreedom), 1);

    private static double[] Samples(HeavyTailsSettings config, int trial) => Model(config).Sample(
        new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)trial), [config.Location, config.Scale], config.Samples);

    private static IReadOnlyList<HeavyTailsSettings> Grid(HeavyTailsSettings settings)
        => [.. HeavyTailEstimators.Names.Select(estimator => settings with { Estimator = estimator })];
}
