using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Local;

/// <summary>How many samples it takes to separate the sources, and how the gap falls with more.</summary>
internal sealed class IcaLocalSamples : IcaStudy
{
    private static readonly string[] Methods = ["local", "fastica", "mle-whitened", "mle-truth"];

    /// <summary>Samples per dimension.</summary>
    private static readonly int[] PerDimension = [10, 15, 20, 25, 30, 40, 60, 100, 200];

    public override string Name => "ica-local-samples";

    public override string Title => "ICA from few samples: the boundary of separation, and the gap against the number of samples";

    public override string Source => IcaLocal.Papers;

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--dim 20,50 --training-samples 500,1000,2000 --method local,fastica --seed 101,102", "two methods; takes seconds")];

    protected override bool CountsSources => true;

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([20, 50, 100, 200], PerDimension, 5, new()),
        GridScale.Quick => Grid([10, 20], [10, 20, 40, 100], 2, new()),
        _ => Grid([2], [50, 100], 2, new() { TestSamples = 100 }),
    };

    protected override Report Compose(Results<IcaSettings> results)
    {
        LocalCondition[] rows = [.. LocalCondition.Of(results)];
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<IcaSettings>.SettingColumns(["method", "dimension", "seed", "training_samples"]),
                new("gap", run => LocalCondition.GapOf(run)),
                .. Results<IcaSettings>.QuantityColumns([AmariDistance, Separated, Searched, Converged]),
                new("iteration_seconds", run => run.IterationSeconds),
            ]),
            .. from dimension in rows.GroupBy(row => row.Dimension)
               select Table.Pivot(
                   $"gaps_D{dimension.Key}",
                   $"Gap to the oracle at D = {dimension.Key}, nats",
                   "Mean over the seeds of the oracle's test log-likelihood minus the method's, in nats; in parentheses the fewest sources "
                       + "that were separated.",
                   dimension,
                   [new TextColumn<LocalCondition>("method", row => row.Row.Name)],
                   row => row.Samples,
                   samples => $"N = {samples}",
                   row => $"{SignificantText.Number(row.Gaps.Mean)} ({row.Runs.Min(run => run[Separated]):0})"),
            .. from dimension in rows.GroupBy(row => row.Dimension)
               where dimension.Select(row => row.Samples).Distinct().Count() > 1
               select GapBySamples(dimension.Key, dimension),
            .. from method in rows.GroupBy(row => row.Row)
               where method.Select(row => row.Dimension).Distinct().Count() > 1
               select Phases(method.Key, [.. method]),
        ]);
    }

    private static Figure GapBySamples(int dimension, IEnumerable<LocalCondition> rows) => new(
        $"gap_by_samples_D{dimension}",
        $"The points are means over the seeds of the gap to the oracle at D = {dimension}, the bars reach from the smallest to the "
            + "largest.",
        new("Training points N") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        new("Gap to the oracle (nats)") { Scale = Scale.Log10, Ticks = Ticks.Decades },
        [
            LocalCondition.Theory(rows, row => row.Samples),
            .. rows.GroupBy(row => row.Row).Select(row => new Series(
                row.Key.Name,
                row.Key.Method.Style,
                [
                    .. row.OrderBy(one => one.Samples).Select(one => new Point(
                        one.Samples, one.Gaps.Mean, one.Runs.Min(LocalCondition.GapOf), one.Runs.Max(LocalCondition.GapOf))),
                ])),
        ]);

    /// <summary>The share of the sources that are separated, over D and N/D.</summary>
    private static Figure Phases(IcaRow method, LocalCondition[] rows) => LocalCondition.SeparatedShares(
        $"phases_{method.Method.Id}",
        $"{method.Name}: the share of the sources that are separated, in per cent, mean over the seeds.",
        rows,
        ("Dimension D", row => row.Dimension),
        ("Training points per dimension, N/D", row => row.Samples / row.Dimension));

    private static IcaSettings[] Grid(IReadOnlyList<int> dimensions, IReadOnlyList<int> ratios, int seeds, IcaSettings settings) =>
    [
        .. from dimension in dimensions
           from ratio in ratios
           from seed in Seeds.From(60, seeds)
           from method in Methods
           select settings with { Dimension = dimension, TrainingSamples = ratio * dimension, Seed = seed, Method = method },
    ];
}
