using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Samples;
using Stein.Experiments.Studies;

namespace Stein.Experiments.HamiltonianFlows;

/// <summary>Trajectories with one estimate of the score.</summary>
internal sealed record HamiltonianFlowSettings
{
    [Description("where the score of the trajectories comes from"), OneOf(typeof(FlowScore))]
    public string Score { get; init; } = FlowScore.Exact;

    [Description("regularisation of the estimator"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Score), typeof(FlowScore))]
    public double Regularisation { get; init; } = 0.01;

    [Description("squared bandwidth over 2·median/ln(K + 1); 25, 16 or 9 as published unless given")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true), OnlyFor(nameof(Score), typeof(FlowScore))]
    public double? BandwidthScale { get; init; }

    [Description("samples K that the score is estimated from"), Range(3, 5000), OnlyFor(nameof(Score), typeof(FlowScore))]
    public int TrainingSamples { get; init; } = 200;

    [Description("trajectories, each from a sample of the density with noise of standard deviation 2 added"), Range(2, 10_000)]
    public int Chains { get; init; } = 200;

    [Description("leapfrog steps"), Range(1, 1_000_000)]
    public int Iterations { get; init; } = 2000;

    [Description("length of a step"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double StepSize { get; init; } = 0.1;

    [Description("steps between two measurements"), Range(1, int.MaxValue)]
    public int MeasureEvery { get; init; } = 100;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>
/// Hamiltonian trajectories through a banana whose score is estimated from 200 samples, beside those with the exact score: the experiment
/// of Li and Turner on kernel-induced Hamiltonian flow.
/// </summary>
internal sealed class HamiltonianFlow : TrainingStudy<HamiltonianFlowSettings>
{
    internal const string SamplesFile = "samples.csv";
    internal const string AutocorrelationFile = "autocorrelation.csv";

    internal static readonly Quantity Acceptance = new("acceptance", "acceptance");
    internal static readonly Quantity Discrepancy = new("ksd", "KSD² across trajectories", 4);
    internal static readonly Quantity Mean = new("mean", "mean of x₁");
    internal static readonly Quantity EffectiveSize = new("effective_samples", "effective samples of x₁", 0);

    private static readonly Quantity[] Quantities = [Acceptance, Discrepancy, Mean, EffectiveSize];

    public override string Name => "hamiltonian-flow";

    public override string Title => "Hamiltonian trajectories with estimated scores";

    public override string Source => "Li and Turner, Gradient estimators for implicit models, ICLR 2018, section 4.1; pictures only";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--score exact,stein-parametric --iterations 500", "with the exact score and with an estimate; takes seconds"),
        ("--score stein-augmented --training-samples 100,200,400", "how many samples the estimate needs"),
    ];

    /// <summary>The density: x₁ ~ N(0, 100), x₂ = ε + 0.03 (x₁² − 100).</summary>
    public static BananaDensity Target { get; } = new();

    protected override IReadOnlyList<HamiltonianFlowSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(10, new()),
        GridScale.Quick => Grid(1, new() { Iterations = 200, Chains = 50, TrainingSamples = 100 }),
        _ => Grid(2, new() { Iterations = 20, Chains = 8, TrainingSamples = 12, MeasureEvery = 10 }),
    };

    protected override string SpeedClass(HamiltonianFlowSettings config) => config.Score;

    protected override double Operations(HamiltonianFlowSettings config)
    {
        double k = config.TrainingSamples;
        double pointwise = config.Score switch { FlowScore.Exact => 20, FlowScore.NonParametric => 4 * k * k, _ => 40 * k };
        return config.Iterations * config.Chains * pointwise;
    }

    protected override string Describe(HamiltonianFlowSettings config) => $"{FlowScore.TitleOf(config)}, seed {config.Seed}";

    protected override int Iterations(HamiltonianFlowSettings config) => config.Iterations;

    protected override Func<int, bool> IsMeasured(HamiltonianFlowSettings config) => iteration => iteration % config.MeasureEvery == 0;

    protected override ITraining Begin(HamiltonianFlowSettings config, Device device) => new Trajectories(config, device);

    protected override Report Compose(Results<HamiltonianFlowSettings> results)
    {
        IReadOnlyList<Condition<HamiltonianFlowSettings>> rows = results.Conditions(config => config with { Seed = 0 });
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<HamiltonianFlowSettings>.SettingColumns(
                    "score", "regularisation", "bandwidth_scale", "training_samples", "step_size", "seed"),
                .. Results<HamiltonianFlowSettings>.QuantityColumns(Quantities),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("seconds", run => run.Seconds),
            ]),
            Table.Create(
                "flows",
                "Hamiltonian trajectories through a banana",
                "Acceptance of a trajectory's last point by the exact density, mean over the trajectories; KSD² (V-statistic) across the "
                    + "accepted last points; mean of x₁ over all points of all trajectories, which is 0; effective samples among the "
                    + $"points of the last tenth. Mean over the seeds, with standard errors.{results.Remarks}",
                rows,
                [
                    new("score", row => FlowScore.TitleOf(row.Config)),
                    .. Quantities.Select(quantity => new TextColumn<Condition<HamiltonianFlowSettings>>(
                        quantity.Title, row => row.WithSeeds(row.Over(quantity).Text(quantity.Decimals)))),
                    new("seconds", row => SignificantText.Number(row.Over(run => run.Seconds).Mean)),
                ]),
            Curves(results, Acceptance, "Share of the points after so many steps that the exact density accepts."),
            Curves(results, Discrepancy, "Squared KSD of the accepted points after so many steps to the density."),
            Curves(results, Mean, "Mean of x₁ over all points until then; it is 0."),
            Autocorrelations(results),
            .. results.By(FlowScore.TitleOf).Select((row, index) => Points(row.Key, index, row.Part)),
        ]);
    }

    private static Figure Curves(Results<HamiltonianFlowSettings> results, Quantity quantity, string caption) => new(
        quantity.Name,
        $"{caption} Mean over the seeds with one standard error.",
        new Axis("Leapfrog steps") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis(quantity.Title),
        results.Curves(FlowScore.TitleOf, quantity));

    private static Figure Autocorrelations(Results<HamiltonianFlowSettings> results) => new(
        "autocorrelation",
        "Autocorrelation of x₁ along a trajectory, mean over the trajectories and seeds with one standard error over the seeds.",
        new Axis("Lag in leapfrog steps") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis("Autocorrelation of x₁"),
        [
            .. results.By(FlowScore.TitleOf).Select((row, index) => new Series(
                row.Key,
                SeriesStyle.Of(index),
                [
                    .. from run in row.Part.Runs
                       from pair in SampleTable.Read(Path.Combine(run.Folder, AutocorrelationFile)).Values.Chunk(2)
                       group pair[1] by pair[0] into lag
                       orderby lag.Key
                       select Point.Mean(lag.Key, Summary.Of([.. lag])),
                ])
            {
                HasMarkers = false,
                Intervals = IntervalShape.Band,
            }),
        ]);

    /// <summary>Accepted last points of the first seed on the ridge of the density.</summary>
    private static Figure Points(string title, int index, Results<HamiltonianFlowSettings> results) => new(
        $"samples_{index + 1}",
        $"Accepted last points of the first seed's trajectories, {title}, and the ridge of the density.",
        new Axis("x₁") { Limits = (-35, 35) },
        new Axis("x₂") { Limits = (-12, 32) },
        [
            new Series(
                "",
                SeriesStyle.Outline,
                [.. Enumerable.Range(-20, 41).Select(x => new Point(x, BananaDensity.Bend * ((x * x) - BananaDensity.Variance)))])
            {
                HasMarkers = false,
                LineWidth = 1,
            },
            new Series(
                title,
                SeriesStyle.Of(index),
                [
                    .. SampleTable.Read(Path.Combine(results.Runs[0].Folder, SamplesFile)).Values.Chunk(2)
                        .Select(point => new Point(point[0], point[1])),
                ])
            {
                HasLine = false,
                MarkerSize = 4,
            },
        ]);

    private static HamiltonianFlowSettings[] Grid(int seeds, HamiltonianFlowSettings settings) =>
    [
        .. from seed in Seeds.From(settings.Seed, seeds)
           from score in FlowScore.Names
           select settings with { Seed = seed, Score = score },
    ];
}
