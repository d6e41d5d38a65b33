using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Diffusion;
using Stein.Engine.Graphs;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Diffusion;

/// <summary>One cell: an estimator of location and scale, with new samples in each trial.</summary>
internal sealed record DiffusionFlowSettings
{
    [Description("density"), OneOf(typeof(FlowProblems)), Option("problem", "problems")]
    public string Problem { get; init; } = "student-t";

    [Description("estimator"), OneOf(typeof(FlowEstimators)), Option("estimator", "estimators")]
    public string Estimator { get; init; } = "dsm-flow";

    [Description("samples per trial"), Range(2, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 300;

    [Description("draws from the density with location 0 and scale 1 that the flow is learned from"), Range(10, 1_000_000)]
    [OnlyFor(nameof(Estimator), "dsm-flow", "dsm-normal", "dksd-normal")]
    public int PilotSamples { get; init; } = 2000;

    [Description("terms of the increasing function of each coordinate"), Range(1, 4)]
    [OnlyFor(nameof(Estimator), "dsm-flow", "dsm-normal", "dksd-normal")]
    public int Terms { get; init; } = 1;

    [Description("kernel of the discrepancies"), OneOf(typeof(SteinKernels)), OnlyFor(nameof(Estimator), "ksd", "dksd-normal")]
    public string Kernel { get; init; } = "imq";

    [Description("bandwidth h of the kernel, in units of the samples, or of the space of the flow")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true), OnlyFor(nameof(Estimator), "ksd", "dksd-normal")]
    public double Bandwidth { get; init; } = 1;

    [Description("number of trials, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 100;

    /// <remarks>Cells that differ in the estimator alone have the same samples.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The errors of the estimate from one sample.</summary>
/// <param name="Location">The distance of the location from the truth.</param>
/// <param name="Scale">The error of the scale.</param>
/// <param name="Condition">The condition number of the second derivatives of the loss at the estimate.</param>
internal sealed record DiffusionFlowDraw(double Location, double Scale, double Condition);

/// <summary>The densities; another one is a line here.</summary>
internal static class FlowProblems
{
    private static readonly (string Id, string Title, LocationScaleModel Model, double Width, double Exponent)[] All =
    [
        ("student-t", "Student-t, ν = 5", new(new StudentTShape(5), 1), 5, 0.5),
        ("generalised-gaussian", "exp(−|z|⁵)", new(new GeneralisedGaussianShape(5), 1), 1, -0.75),
        ("bessel", "Bessel, λ = 2½", new(new BesselShape(2), 1), 1, 0.5),
        ("student-t-plane", "Student-t, ν = 5, D = 2", new(new StudentTShape(5), 2), 5, 0.5),
        ("banana", "banana, D = 2", new(new BananaShape(1), 2), 1, -0.5),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(problem => problem.Id)];

    public static string Title(string id) => Find(id).Title;

    public static LocationScaleModel Model(string id) => Find(id).Model;

    /// <summary>m = (1 + ‖z‖²/w)^e with which m² times the derivatives of the score stays bounded far out.</summary>
    public static QuadraticDiffusion ByTails(string id) => new(Find(id).Width, Find(id).Exponent);

    /// <summary>m = 1 + ‖z‖²/w.</summary>
    public static QuadraticDiffusion Quadratic(string id) => new(Find(id).Width);

    private static (string Id, string Title, LocationScaleModel Model, double Width, double Exponent) Find(string id)
        => All.Single(problem => problem.Id == id);
}

/// <summary>The estimators; another one is a line here.</summary>
internal static class FlowEstimators
{
    private static readonly (string Id, string Title, FitLoss Loss, Func<DiffusionFlowSettings, DiffusionCoefficient> Diffusion)[] All =
    [
        ("ml", "maximum likelihood", FitLoss.Likelihood, _ => new UnitDiffusion()),
        ("sm", "score matching", FitLoss.ScoreMatching, _ => new UnitDiffusion()),
        ("dsm-quadratic", "DSM, m = 1 + ‖z‖²/w", FitLoss.ScoreMatching, config => FlowProblems.Quadratic(config.Problem)),
        ("dsm-tails", "DSM, m = (1 + ‖z‖²/w)^e", FitLoss.ScoreMatching, config => FlowProblems.ByTails(config.Problem)),
        ("dsm-normal", "DSM, flow to a normal density", FitLoss.ScoreMatching, config => Learned(config, FlowCriterion.Likelihood)),
        ("dsm-flow", "DSM, flow of least variance", FitLoss.ScoreMatching, config => Learned(config, FlowCriterion.Variance)),
        ("ksd", "KSD", FitLoss.KernelDiscrepancy, _ => new UnitDiffusion()),
        ("dksd-normal", "DKSD, flow to a normal density", FitLoss.KernelDiscrepancy, config => Learned(config, FlowCriterion.Likelihood)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(estimator => estimator.Id)];

    public static string Title(string id) => All.Single(estimator => estimator.Id == id).Title;

    /// <summary>Learns a flow where the estimator has one.</summary>
    public static FitSettings Settings(DiffusionFlowSettings config)
    {
        (_, _, FitLoss loss, Func<DiffusionFlowSettings, DiffusionCoefficient> diffusion) = All.Single(one => one.Id == config.Estimator);

        // m and the kernel are those of one flow, that of the last estimate.
        return new(loss, diffusion(config)) { IsFrozen = true, Kernel = config.Kernel, Bandwidth = config.Bandwidth };
    }

    private static FlowDiffusion Learned(DiffusionFlowSettings config, FlowCriterion criterion)
    {
        LocationScaleModel model = FlowProblems.Model(config.Problem);
        var flow = new Flow(model.Dimension, Couplings: model.Dimension == 1 ? 0 : 2, config.Terms);
        double[] pilot = model.Sample(
            new PhiloxStream(config.Seed, StreamPurpose.Whitening), [.. new double[model.Dimension], 1], config.PilotSamples);
        using Device device = CpuDevices.CreateDouble();
        return new(flow, FlowLearning.Learn(device, model, flow, pilot, criterion));
    }
}

/// <summary>
/// Location and scale by score matching and KSD in the space of a flow that is learned (Gong and Li, 2021), against diffusion coefficients
/// that are chosen by hand. The flow is learned from the model with location 0 and scale 1, and never sees the samples.
/// </summary>
internal sealed class DiffusionFlow : Study<DiffusionFlowSettings, DiffusionFlowDraw>
{
    private static readonly EstimationError<DiffusionFlowDraw> Location = new("rmse_location", "location", draw => draw.Location);
    private static readonly EstimationError<DiffusionFlowDraw> Scale = new("rmse_scale", "scale", draw => draw.Scale);
    private static readonly Quantity<DiffusionFlowDraw> Condition
        = new("median_condition", draws => draws.Select(draw => draw.Condition).Median());

    private static readonly (string Title, Func<DiffusionFlow, StoredRun<DiffusionFlowSettings>, string> Text)[] Columns =
    [
        (Location.Title, (study, run) => Location.Text(run[Location.Root], study.DrawsOf(run), decimals: 3)),
        (Scale.Title, (study, run) => Scale.Text(run[Scale.Root], study.DrawsOf(run), decimals: 3)),
        ("condition", (_, run) => SignificantText.Number(run[Condition])),
    ];

    public override string Name => "diffusion-flow";

    public override string Title => "Location and scale by Stein discrepancies in the space of a learned flow";

    public override string Source =>
        "Gong and Li, Interpreting diffusion score matching using normalizing flow, ICML 2021 workshop INNF+; no numbers";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--problem student-t --estimator sm,dsm-tails,dsm-flow --trials 5", "score matching, a hand-chosen m and a learned one")];

    protected override IReadOnlyList<Quantity<DiffusionFlowDraw>> Quantities { get; } = [Location.Root, Scale.Root, Condition];

    protected override IReadOnlyList<DiffusionFlowSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(FlowProblems.Names, new()),
        GridScale.Quick => Grid(["student-t"], new() { Trials = 10 }),
        _ => Grid(["student-t", "student-t-plane"], new() { Samples = 30, PilotSamples = 100, Trials = 2 }),
    };

    protected override double Operations(DiffusionFlowSettings config)
        => config.Trials * 200.0
            * FitCost.OfStep(config.Estimator, config.Samples, FlowProblems.Model(config.Problem).Dimension);

    protected override string SpeedClass(DiffusionFlowSettings config)
        => $"{config.Estimator} {FlowProblems.Model(config.Problem).Dimension}";

    protected override string Describe(DiffusionFlowSettings config)
        => $"{FlowEstimators.Title(config.Estimator)}, {FlowProblems.Title(config.Problem)}";

    protected override int Draws(DiffusionFlowSettings config) => config.Trials;

    protected override Func<int, DiffusionFlowDraw> Prepare(DiffusionFlowSettings config, Device device)
    {
        LocationScaleModel model = FlowProblems.Model(config.Problem);
        FitSettings settings = FlowEstimators.Settings(config);
        double[] truth = [.. new double[model.Dimension], 1];
        return index =>
        {
            using Device precise = CpuDevices.CreateDouble();
            double[] samples = model.Sample(
                new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index), truth, config.Samples);
            var fit = new ModelFit(precise, model, samples, settings);
            double[] estimate = fit.Fit(model.Start(samples)).Parameters;
            return new(
                Math.Sqrt(estimate[..model.Dimension].Sum(value => value * value)),
                estimate[^1] - 1,
                fit.Curvature(estimate).ConditionNumber());
        };
    }

    protected override Report Compose(Results<DiffusionFlowSettings> results) => new(
    [
        DataTable.Create(
            "estimates",
            results.Runs,
            [
                .. Results<DiffusionFlowSettings>.SettingColumns(
                    "problem", "estimator", "samples", "pilot_samples", "terms", "kernel", "bandwidth", "seed", "trials"),
                .. Results<DiffusionFlowSettings>.QuantityColumns(Quantities),
            ]),
        .. results.By(config => config.Problem).SelectMany(part => Sections(part.Key, part.Part)),
    ]);

    private IEnumerable<Section> Sections(string problem, Results<DiffusionFlowSettings> part)
    {
        QuadraticDiffusion byTails = FlowProblems.ByTails(problem);
        string name = problem.Replace('-', '_');
        yield return Table.Pivot(
            $"errors_{name}",
            $"Root mean squared errors, {FlowProblems.Title(problem)}",
            string.Join(' ', part.Shared(config => (config.Samples, config.Trials), of => $"{of.Trials} samples of {of.Samples}."))
                + $" w = {NumberText.Tick(byTails.DegreesOfFreedom)}, e = {NumberText.Tick(byTails.Exponent)}. The scale is 1; the "
                + "error of a location is its distance from the truth. Condition: the median condition number of the second derivatives "
                + $"of the loss at the estimate. ± is the standard error of the root mean square.{part.Remarks}",
            from run in part.Runs from place in Enumerable.Range(0, Columns.Length) select (Run: run, Place: place),
            [new("estimator", cell => FlowEstimators.Title(cell.Run.Config.Estimator))],
            cell => cell.Place,
            column => Columns[column].Title,
            cell => Columns[cell.Place].Text(this, cell.Run));
        if (FlowProblems.Model(problem).Dimension == 1)
            yield return CoefficientFigure(name, part);
    }

    /// <summary>m over z, divided by m(0).</summary>
    private static Figure CoefficientFigure(string name, Results<DiffusionFlowSettings> part)
    {
        const int Points = 121;
        const double End = 6;
        double[] places = [.. Enumerable.Range(0, Points).Select(i => End * ((2.0 * i / (Points - 1)) - 1))];
        return new(
            $"coefficients_{name}",
            $"The diffusion coefficient of each score matching, {FlowProblems.Title(part.Runs[0].Config.Problem)}, divided by its value at "
                + $"the location.{part.Remarks}",
            new Axis("z") { Margin = 0.02 },
            new Axis("ln m") { Margin = 0.05 },
            [
                .. part.Runs.Where(run => run.Config.Estimator.Contains("sm", StringComparison.Ordinal)).Select((run, index) =>
                {
                    double[] values = Coefficients(run.Config, places);
                    double centre = values[Points / 2];
                    return new Series(
                        FlowEstimators.Title(run.Config.Estimator),
                        SeriesStyle.Of(index),
                        [.. places.Zip(values, (z, m) => new Point(z, Math.Log(m / centre)))])
                    {
                        HasMarkers = false,
                    };
                }),
            ]);
    }

    private static double[] Coefficients(DiffusionFlowSettings config, double[] places)
    {
        var graph = new Graph();
        Node x = graph.Input(places.Length, 1, "x");
        Node m = FlowEstimators.Settings(config).Diffusion.Of(
            FlowProblems.Model(config.Problem), x, [graph.Constant(0), graph.Constant(1)]);
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, m);
        if (m.DependsOn(x))
            device.Write(plan[x], places);
        plan.Run();
        return device.Read(plan[m]);
    }

    private static IReadOnlyList<DiffusionFlowSettings> Grid(IReadOnlyList<string> problems, DiffusionFlowSettings settings) =>
    [
        .. from problem in problems
           from estimator in FlowEstimators.Names
           select settings with { Problem = problem, Estimator = estimator },
    ];
}
