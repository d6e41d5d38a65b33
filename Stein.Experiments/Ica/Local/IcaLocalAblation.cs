using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Local;

/// <summary>
/// Which choices of the local method matter: smoothness and bandwidth of the witness together, the others one at a time; and a critic that
/// is learned in its place.
/// </summary>
internal sealed class IcaLocalAblation : IcaStudy
{
    private static readonly IcaSettings Local = new() { Method = "local" };

    /// <summary>Smoothness and bandwidth; the default bandwidth among them.</summary>
    private static readonly double[] Smoothnesses = [0.1, 0.5, 2, 8, 32, 128];
    private static readonly double[] Bandwidths = [0.5, 1, 2, 4, new IcaSettings().WitnessBandwidth, 14, 28];

    private static readonly IcaSettings[] Others =
    [
        new() { Method = "whitening" },
        new() { Method = "lsd-local" },
        Local with { Refine = false },
        .. from floor in (double[])[0.05, 0.1, 0.2, 1] select Local with { MinCurvature = floor },
        .. from tolerance in (double[])[0.1, 1e-3] select Local with { TurnTolerance = tolerance },
    ];

    public override string Name => "ica-local-ablation";

    public override string Title => "Choices of the local method for ICA: what separates the sources, and what does not matter";

    public override string Source => IcaLocal.Papers;

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--dim 50 --method local --smoothness 0.1,8 --witness-bandwidth 1,7 --seed 101,102", "four witnesses; takes seconds")];

    protected override bool CountsSources => true;

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. ((int[])[50, 100]).SelectMany(dimension => Grid(3, new() { Dimension = dimension }))],
        GridScale.Quick => [.. Grid(1, new() { Dimension = 20, TrainingSamples = 5000, Iterations = 500 })],
        _ => [.. Grid(1, new() { Dimension = 2, TrainingSamples = 500, TestSamples = 100 }).Where((_, index) => index % 8 == 0)],
    };

    protected override Report Compose(Results<IcaSettings> results)
    {
        LocalCondition[] rows = [.. LocalCondition.Of(results)];
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<IcaSettings>.SettingColumns(
                [
                    "method", "dimension", "seed", "training_samples", "smoothness", "witness_bandwidth", "min_curvature", "turn_tolerance",
                ]),
                new("refine", run => run.Config.Refine ? 1 : 0),
                new("gap", run => LocalCondition.GapOf(run)),
                .. Results<IcaSettings>.QuantityColumns([AmariDistance, Separated, Searched, Converged]),
                new("iteration_seconds", run => run.IterationSeconds),
            ]),
            Table.Pivot(
                "gaps",
                "Gap to the oracle, nats",
                "Mean over the seeds of the oracle's test log-likelihood minus the method's, in nats; in parentheses the fewest sources "
                    + "that were separated.",
                rows,
                [new TextColumn<LocalCondition>("settings", row => row.Row.Name)],
                row => row.Dimension,
                dimension => $"D = {dimension}",
                row => $"{SignificantText.Number(row.Gaps.Mean)} ({row.Runs.Min(run => run[Separated]):0})"),
            Table.Pivot(
                "iterations",
                "Iterations",
                "Iterations until the method ended by itself or reached its limit, rotations and refinement together, mean over the seeds.",
                [.. rows.Where(row => row.Config.Method == Local.Method)],
                [new TextColumn<LocalCondition>("settings", row => row.Row.Name)],
                row => row.Dimension,
                dimension => $"D = {dimension}",
                row => $"{row.Runs.Average(run => run[Searched]):0}"),
            .. from part in rows.Where(row => IsOfTheGrid(row.Config)).GroupBy(row => row.Dimension)
               where part.Count() > 1
               select SeparatedShares(part.Key, [.. part]),
        ]);
    }

    private static bool IsOfTheGrid(IcaSettings config) => config is { Method: "local", Refine: true }
        && config.MinCurvature == new IcaSettings().MinCurvature && config.TurnTolerance == new IcaSettings().TurnTolerance;

    /// <summary>The share of the sources that are separated, by smoothness and bandwidth.</summary>
    private static Figure SeparatedShares(int dimension, LocalCondition[] rows) => LocalCondition.SeparatedShares(
        $"separated_D{dimension}",
        $"Share of the sources that are separated at D = {dimension}, in per cent, mean over the seeds, by the smoothness of the "
            + "density and the bandwidth of the kernel of the witness.",
        rows,
        ("Bandwidth h (standard deviations)", row => row.Config.WitnessBandwidth),
        ("Smoothness ε", row => row.Config.Smoothness));

    private static IEnumerable<IcaSettings> Grid(int seeds, IcaSettings problem) =>
    [
        .. from seed in Seeds.From(60, seeds)
           from row in (IEnumerable<IcaSettings>)
           [
               .. from smoothness in Smoothnesses
                  from bandwidth in Bandwidths
                  select Local with { Smoothness = smoothness, WitnessBandwidth = bandwidth },
               .. Others,
           ]
           select problem with
           {
               Method = row.Method,
               Seed = seed,
               Smoothness = row.Smoothness,
               WitnessBandwidth = row.WitnessBandwidth,
               MinCurvature = row.MinCurvature,
               TurnTolerance = row.TurnTolerance,
               Refine = row.Refine,
           },
    ];
}
