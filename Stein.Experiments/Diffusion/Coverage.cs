using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
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

/// <summary>One cell: an estimator of location and scale with its standard errors, for new samples in each trial.</summary>
internal sealed record CoverageSettings
{
    [Description("density of samples and model"), OneOf(typeof(CoverageModels))]
    public string Model { get; init; } = "student-t";

    [Description("degrees of freedom ν"), Range(0.0, double.MaxValue, MinimumIsExclusive = true), OnlyFor(nameof(Model), "student-t")]
    public double DegreesOfFreedom { get; init; } = 5;

    [Description("k of the density exp(−|z|^k)"), Range(1.0, 100.0, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Model), "generalised-gaussian")]
    public double Power { get; init; } = 4;

    [Description("estimator"), OneOf(typeof(FitEstimators)), Option("estimator", "estimators")]
    public string Estimator { get; init; } = "ksd";

    [Description("exponent e of m = (1 + z²)^e"), Range(-100.0, 100.0), OnlyFor(nameof(Estimator), "dsm", "dksd")]
    public double Exponent { get; init; } = -0.5;

    [Description("U- or V-statistic: without and with the pairs of samples with themselves"), OnlyFor(nameof(Estimator), "ksd", "dksd")]
    [AddedLater]
    public PairStatistic Statistic { get; init; } = PairStatistic.U;

    [Description("samples per trial"), Range(2, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 300;

    [Description("number of trials, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 2000;

    /// <remarks>Cells that differ in the estimator alone have the same samples.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>An estimate and its standard errors; the truth is 0 and 1.</summary>
internal sealed record CoverageDraw(double Location, double LocationError, double Scale, double ScaleError);

/// <summary>The densities whose score has the derivative that standard errors need.</summary>
internal static class CoverageModels
{
    public static IReadOnlyList<string> Names { get; } = ["student-t", "generalised-gaussian"];

    public static LocationScaleModel Of(CoverageSettings config)
        => new(config.Model == "student-t" ? new StudentTShape(config.DegreesOfFreedom) : new GeneralisedGaussianShape(config.Power), 1);

    /// <summary>In tables.</summary>
    public static string Title(CoverageSettings config) => config.Model == "student-t"
        ? Invariant($"Student t, ν = {config.DegreesOfFreedom}")
        : Invariant($"exp(−|z|^{config.Power})");
}

/// <summary>
/// How often the intervals of ±1.96 standard errors of <see cref="ModelFit"/> cover the truth, which they should in 95 % of trials.
/// </summary>
internal sealed class Coverage : Study<CoverageSettings, CoverageDraw>
{
    private const double Nominal = 0.95;

    private static readonly Covered[] Parameters =
    [
        new("location", draw => draw.Location, draw => draw.LocationError),
        new("scale", draw => draw.Scale - 1, draw => draw.ScaleError),
    ];

    public override string Name => "diffusion-coverage";

    public override string Title => "Coverage of the intervals from sandwich standard errors of minimum Stein discrepancy estimates";

    public override string Source =>
        "Huber, The behavior of maximum likelihood estimates under nonstandard conditions, 1967; Barp et al., NeurIPS 2019, section 3.1";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--estimator ml,ksd --n 100 --trials 100", "intervals for location and scale of Student-t samples")];

    protected override IReadOnlyList<Quantity<CoverageDraw>> Quantities { get; } =
        [.. Parameters.SelectMany(parameter => (Quantity<CoverageDraw>[])[parameter.Count, parameter.Ratio])];

    protected override IReadOnlyList<CoverageSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([100, 300], new()),
        GridScale.Quick => Grid([100], new() { Trials = 25 }),
        _ => Grid([20], new() { Trials = 3 }),
    };

    protected override double Operations(CoverageSettings config)
        => config.Trials * 30.0 * FitCost.OfStep(config.Estimator, config.Samples, dimension: 1);

    protected override string SpeedClass(CoverageSettings config) => config.Estimator;

    protected override string Describe(CoverageSettings config)
        => $"{EstimatorOf(config)}, {CoverageModels.Title(config)}, n = {config.Samples}";

    protected override int Draws(CoverageSettings config) => config.Trials;

    protected override Func<int, CoverageDraw> Prepare(CoverageSettings config, Device device)
    {
        LocationScaleModel model = CoverageModels.Of(config);
        FitSettings settings = FitOf(config);
        return index =>
        {
            using Device precise = CpuDevices.CreateDouble();
            double[] samples = model.Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index), [0, 1], config.Samples);
            var fit = new ModelFit(precise, model, samples, settings);
            double[] estimate = fit.Fit(model.Start(samples)).Parameters, errors = fit.StandardErrors(estimate);
            return new(estimate[0], errors[0], estimate[1], errors[1]);
        };
    }

    protected override Report Compose(Results<CoverageSettings> results)
    {
        Cell[] cells = [.. from run in results.Runs from parameter in Parameters select new Cell(run, parameter)];
        return new(
        [
            DataTable.Create(
                "coverage",
                cells,
                [
                    .. Results<CoverageSettings>.SettingColumns(
                            "model", "degrees_of_freedom", "power", "estimator", "exponent", "statistic", "samples", "seed", "trials")
                        .Of((Cell cell) => cell.Run),
                    new("parameter", cell => cell.Parameter.Name),
                    new("coverage", cell => cell.Share.Value),
                    new("lower", cell => cell.Share.Interval.Low),
                    new("upper", cell => cell.Share.Interval.High),
                    new("verdict", cell => cell.Share.AgreementWith(Nominal)),
                    new("error_ratio", cell => cell.Run[cell.Parameter.Ratio]),
                ]),
            .. Parameters.Select(parameter => Table.Pivot(
                $"coverage_{parameter.Name}",
                $"Intervals that cover the {parameter.Name}, in per cent",
                string.Join(' ', results.Shared(config => config.Trials, trials => $"{trials} samples each."))
                    + " Intervals are ±1.96 standard errors. Brackets give the 95 % interval of Clopper and Pearson; ↓ and ↑ mark counts "
                    + "outside the central 95 % of the binomial distribution of 0.95. Behind the slash: the standard deviation of the "
                    + "estimates, in root mean squared standard errors. U and V: without and with the pairs of samples with themselves. "
                    + "m = (1 + z²)^e; DSM has it frozen at the estimate."
                    + results.Remarks,
                cells.Where(cell => cell.Parameter == parameter),
                [new("estimator", cell => EstimatorOf(cell.Run.Config))],
                cell => (Place: CoverageModels.Names.ToList().IndexOf(cell.Run.Config.Model), cell.Run.Config.Samples,
                    Title: CoverageModels.Title(cell.Run.Config)),
                column => $"{column.Title}, n = {column.Samples}",
                cell => cell.Text)),
        ]);
    }

    private static string EstimatorOf(CoverageSettings config) => FitEstimators.Title(config.Estimator)
        + (config.Estimator is "ksd" or "dksd" ? $", {config.Statistic}" : "")
        + (FitEstimators.HasDiffusion(config.Estimator) ? $", e = {NumberText.Tick(config.Exponent)}" : "");

    private static FitSettings FitOf(CoverageSettings config)
        => FitEstimators.Settings(config.Estimator, new QuadraticDiffusion(1, config.Exponent)) with { Statistic = config.Statistic };

    /// <summary>
    /// The estimators with m = 1; with an m so small far out that no sample moves them far, as in <c>stein diffusion --data</c>; and for
    /// heavy tails with the m of diffusion-heavy-tails.
    /// </summary>
    private static IReadOnlyList<CoverageSettings> Grid(int[] counts, CoverageSettings settings) =>
    [
        .. from count in counts
           from model in (CoverageSettings[])[settings, settings with { Model = "generalised-gaussian" }]
           let cell = model with { Samples = count }
           let exponents = cell.Model == "student-t" ? (double[])[-0.5, 1] : [-(cell.Power - 1) / 2]
           from config in (CoverageSettings[])
           [
               cell with { Estimator = "ml" },
               cell with { Estimator = "sm" },
               .. exponents.Select(exponent => cell with { Estimator = "dsm", Exponent = exponent }),
               .. from statistic in Enum.GetValues<PairStatistic>()
                  from discrepancy in (CoverageSettings[])
                  [
                      cell with { Estimator = "ksd" },
                      .. exponents.Select(exponent => cell with { Estimator = "dksd", Exponent = exponent }),
                  ]
                  select discrepancy with { Statistic = statistic },
           ]
           select config,
    ];

    /// <summary>A parameter that an interval covers or not.</summary>
    /// <param name="Deviation">The estimate minus the truth.</param>
    private sealed record Covered(string Name, Func<CoverageDraw, double> Deviation, Func<CoverageDraw, double> StandardError)
    {
        private static readonly double Width = Normal.InvCDF(0, 1, 0.5 + (Nominal / 2));

        public Quantity<CoverageDraw> Count { get; } = new(
            $"covered_{Name}", draws => draws.Count(draw => Math.Abs(Deviation(draw)) <= Width * StandardError(draw)));

        public Quantity<CoverageDraw> Ratio { get; } = new(
            $"error_ratio_{Name}",
            draws => draws.Select(Deviation).StandardDeviation()
                / RootMeanSquare.Of(draws.Select(StandardError)));
    }

    private sealed record Cell(StoredRun<CoverageSettings> Run, Covered Parameter) : IFromRuns
    {
        public IEnumerable<string> RunIds => Run.RunIds;

        public RejectionShare Share { get; } = new((int)Run[Parameter.Count], Run.Config.Trials);

        public string Text
            => Share.Text(withInterval: true) + Share.MarkOf(Nominal) + $" / {NumberText.Fixed(Run[Parameter.Ratio])}";
    }
}
