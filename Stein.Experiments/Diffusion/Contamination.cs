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

/// <summary>One cell: an estimator of the location of samples of which some were moved, with new samples in each trial.</summary>
internal sealed record ContaminationSettings
{
    [Description("estimator"), OneOf(typeof(FitEstimators)), Option("estimator", "estimators")]
    public string Estimator { get; init; } = "dksd";

    [Description("exponent a of m = 1/(1 + |x|^a)"), Range(2.0, 100.0), OnlyFor(nameof(Estimator), "dsm", "dksd")]
    public double Exponent { get; init; } = 6;

    [Description("samples that are moved"), Range(0, 100_000)]
    public int Outliers { get; init; } = 10;

    [Description("where they are moved, along the first coordinate")]
    public double OutlierAt { get; init; } = 8;

    [Description("dimension D"), Range(1, 100), Option("dim", "dimension")]
    public int Dimension { get; init; } = 1;

    [Description("k of the density exp(−|x − θ|^k)"), Range(1.0, 100.0, MinimumIsExclusive = true)]
    public double Power { get; init; } = 5;

    [Description("samples per trial, the moved ones included"), Range(2, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 300;

    [Description("kernel of the discrepancies"), OneOf(typeof(SteinKernels)), OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public string Kernel { get; init; } = "imq";

    [Description("bandwidth h of the kernel, in units of the samples"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Estimator), "ksd", "dksd")]
    public double Bandwidth { get; init; } = 1;

    [Description("number of trials, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 100;

    /// <remarks>Cells that differ in estimator and outliers alone have the same samples before these are moved.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The estimate from one sample.</summary>
/// <param name="Along">Its coordinate towards the outliers; the truth is 0.</param>
/// <param name="Distance">Its distance from the truth.</param>
internal sealed record ContaminationDraw(double Along, double Distance);

/// <summary>
/// The location of a light-tailed density from samples of which some were moved far out (Barp et al., NeurIPS 2019, section 4.3). Scores
/// grow as |x|^(k − 1), and so does the influence of outliers unless m falls as fast.
/// </summary>
internal sealed class Contamination : Study<ContaminationSettings, ContaminationDraw>
{
    private static readonly Quantity<ContaminationDraw> Along = new("mean_estimate", draws => draws.Average(draw => draw.Along));
    private static readonly Quantity<ContaminationDraw> Error = new(
        "rmse", draws => RootMeanSquare.Of(draws.Select(draw => draw.Distance)));

    public override string Name => "diffusion-contamination";

    public override string Title => "Location of a light-tailed density from contaminated samples, by diffusion Stein discrepancies";

    public override string Source =>
        "Barp, Briol, Duncan, Girolami and Mackey, Minimum Stein discrepancy estimators, NeurIPS 2019, section 4.3; figures only";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--estimator sm,dsm --outliers 0,80 --trials 5", "outliers pull score matching, and do not pull its diffusion form")];

    protected override IReadOnlyList<Quantity<ContaminationDraw>> Quantities { get; } = [Along, Error];

    protected override IReadOnlyList<ContaminationSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([1, 2, 10], [0, 10, 20, 40, 80], [2, 4, 6], new()),
        GridScale.Quick => Grid([1], [0, 40, 80], [2, 6], new() { Trials = 10 }),
        _ => Grid([1, 2], [0, 5], [6], new() { Samples = 30, Trials = 2 }),
    };

    protected override void Validate(ContaminationSettings config) => MovedSamples.Check(config.Outliers, config.Samples);

    protected override double Operations(ContaminationSettings config)
        => config.Trials * 20.0 * FitCost.OfStep(config.Estimator, config.Samples, config.Dimension);

    protected override string SpeedClass(ContaminationSettings config) => config.Estimator;

    protected override string Describe(ContaminationSettings config)
        => $"{EstimatorOf(config)}, {config.Outliers} outliers, D = {config.Dimension}";

    protected override int Draws(ContaminationSettings config) => config.Trials;

    protected override Func<int, ContaminationDraw> Prepare(ContaminationSettings config, Device device)
    {
        FitSettings settings = FitOf(config);
        return index =>
        {
            using Device precise = CpuDevices.CreateDouble();
            double[] samples = Samples(config, index);
            double[] estimate = new ModelFit(precise, Model(config), samples, settings).Fit(Model(config).Start(samples)).Parameters;
            return new(estimate[0], Math.Sqrt(estimate.Take(config.Dimension).Sum(value => value * value)));
        };
    }

    protected override Report Compose(Results<ContaminationSettings> results)
    {
        var parts = results.By(config => config with { Estimator = "", Exponent = 0, Outliers = 0, Kernel = "", Bandwidth = 0 });
        return new(
        [
            DataTable.Create(
                "estimates",
                results.Runs,
                [
                    .. Results<ContaminationSettings>.SettingColumns(
                        "estimator", "exponent", "outliers", "outlier_at", "dimension", "power", "samples", "kernel", "bandwidth", "seed",
                        "trials"),
                    .. Results<ContaminationSettings>.QuantityColumns(Quantities),
                ]),
            .. parts.SelectMany(part => Sections(part.Part)),
        ]);
    }

    private IEnumerable<Section> Sections(Results<ContaminationSettings> part)
    {
        ContaminationSettings config = part.Runs[0].Config;
        string suffix = Invariant($"D{config.Dimension}");
        string caption = Invariant($"{config.Trials} samples of {config.Samples} from the density exp(−‖x − θ‖^{config.Power}) in D = ")
            + Invariant($"{config.Dimension} with θ = 0, of which some are moved to {config.OutlierAt} on the first axis. ")
            + $"m = 1/(1 + ‖x‖^a). Estimates start at the median.{part.Remarks}";
        yield return Table.Pivot(
            $"estimates_{suffix}",
            $"First coordinate of the estimate, D = {config.Dimension}",
            $"{caption} ± is the standard error of the mean over samples.",
            part.Runs,
            [new("estimator", run => EstimatorOf(run.Config))],
            run => run.Config.Outliers,
            outliers => $"{outliers} moved",
            run => Summary.Of([.. DrawsOf(run).Select(draw => draw.Along)]).Text());
        yield return Table.Pivot(
            $"errors_{suffix}",
            $"Root mean squared distance from the truth, D = {config.Dimension}",
            caption,
            part.Runs,
            [new("estimator", run => EstimatorOf(run.Config))],
            run => run.Config.Outliers,
            outliers => $"{outliers} moved",
            run => SignificantText.Number(run[Error]));
        if (part.Runs.Select(run => run.Config.Outliers).Distinct().Count() > 2)
        {
            yield return new Figure(
                $"estimates_{suffix}",
                caption,
                new Axis($"Samples moved, of {config.Samples}") { Margin = 0.03 },
                new Axis("First coordinate of the estimate") { Margin = 0.05 },
                [
                    .. part.Runs.GroupBy(run => EstimatorOf(run.Config)).Select((runs, index) => new Series(
                        runs.Key,
                        SeriesStyle.Of(index),
                        [
                            .. runs.OrderBy(run => run.Config.Outliers).Select(
                                run => Point.Mean(run.Config.Outliers, Summary.Of([.. DrawsOf(run).Select(draw => draw.Along)]))),
                        ])),
                ]);
        }

        if (config.Dimension == 1)
            yield return InfluenceFigure(part);
    }

    /// <summary>
    /// What a sample at x does to the estimate of the first sample without outliers: (N + 1) times the change where it is added, and the
    /// influence that the derivatives of the loss give.
    /// </summary>
    private static Figure InfluenceFigure(Results<ContaminationSettings> part)
    {
        double[] places = [.. Enumerable.Range(0, 81).Select(i => 0.1 * i)];
        double[] measuredAt = [.. Enumerable.Range(0, 9).Select(i => (double)i)];
        return new Figure(
            "influence",
            "Influence of a sample at x on the estimate from the first sample, without outliers: lines are derived from the loss, markers "
                + $"are (N + 1) times what the estimate moves when the sample is added. The scale is logarithmic beyond 1.{part.Remarks}",
            new Axis("x") { Margin = 0.02 },
            new Axis("Influence, asinh") { Margin = 0.05 },
            [
                .. part.Runs.DistinctBy(run => EstimatorOf(run.Config)).SelectMany((run, index) =>
                {
                    ContaminationSettings config = run.Config with { Outliers = 0 };
                    FitSettings settings = FitOf(config);
                    double[] samples = Samples(config, 0);
                    using Device device = CpuDevices.CreateDouble();
                    ModelFit without = Fit(samples);
                    double[] estimate = without.Fit(Model(config).Start(samples)).Parameters;
                    return (Layer[])
                    [
                        Line("", places, Derived) with { HasMarkers = false },
                        Line(EstimatorOf(config), measuredAt, Measured) with { HasLine = false },
                    ];

                    ModelFit Fit(double[] some) => new(device, Model(config), some, settings);

                    double Derived(double x) => Fit([.. samples, x]).Influences(estimate, curvatureOf: without)[samples.Length, 0];

                    double Measured(double x)
                        => (samples.Length + 1) * (Fit([.. samples, x]).Fit(estimate).Parameters[0] - estimate[0]);

                    Series Line(string label, double[] at, Func<double, double> influence)
                        => new(label, SeriesStyle.Of(index), [.. at.Select(x => new Point(x, Math.Asinh(influence(x))))]);
                }),
            ]);
    }

    private static string EstimatorOf(ContaminationSettings config) => FitEstimators.Title(config.Estimator)
        + (FitEstimators.HasDiffusion(config.Estimator) ? Invariant($", a = {config.Exponent}") : "");

    private static FitSettings FitOf(ContaminationSettings config)
        => FitEstimators.Settings(config.Estimator, new InversePowerDiffusion(config.Exponent)) with
        {
            Kernel = config.Kernel,
            Bandwidth = config.Bandwidth,
            Known = [.. Enumerable.Repeat(double.NaN, config.Dimension), 1],
        };

    private static LocationScaleModel Model(ContaminationSettings config)
        => new(new GeneralisedGaussianShape(config.Power), config.Dimension);

    private static double[] Samples(ContaminationSettings config, int trial)
    {
        double[] truth = [.. new double[config.Dimension], 1];
        double[] samples = Model(config).Sample(
            new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)trial), truth, config.Samples);
        MovedSamples.Move(samples, config.Dimension, config.Outliers, config.OutlierAt);
        return samples;
    }

    private static IReadOnlyList<ContaminationSettings> Grid(
        int[] dimensions, int[] outliers, double[] exponents, ContaminationSettings settings) =>
    [
        .. from dimension in dimensions
           from count in outliers
           from config in (ContaminationSettings[])
           [
               settings with { Estimator = "ml" },
               settings with { Estimator = "sm" },
               .. exponents.Select(exponent => settings with { Estimator = "dsm", Exponent = exponent }),
               settings with { Estimator = "ksd" },
               .. exponents.Select(exponent => settings with { Estimator = "dksd", Exponent = exponent }),
           ]
           select config with { Dimension = dimension, Outliers = count },
    ];
}
