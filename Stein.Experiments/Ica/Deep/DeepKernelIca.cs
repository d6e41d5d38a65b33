using Stein.Engine.Discrepancies;
using Stein.Experiments.Declarations;
using Stein.Experiments.Ica.Local;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Deep;

/// <summary>
/// "Kernel methods ever suitable? Answer (?): deep kernel learning, min over the model, max over the kernel", says a slide of the talk. It is
/// tried on ICA, in the samples' coordinates and in the model's, beside fixed kernels, slices and learned critics.
/// </summary>
internal sealed class DeepKernelIca : IcaStudy
{
    private static readonly DeepKernelNormalisation[] Normalisations = Enum.GetValues<DeepKernelNormalisation>();

    private static readonly IcaSettings[] Rows =
    [
        new() { Method = "ksd" },
        new() { Method = "lsd" },
        new() { Method = "maxsksd" },
        .. from normalisation in Normalisations select new IcaSettings { Method = "deep-ksd", Normalisation = normalisation },
        new() { Method = "local" },
        new() { Method = "lsd-local" },
        .. from normalisation in Normalisations select new IcaSettings { Method = "deep-ksd-local", Normalisation = normalisation },
    ];

    public override string Name => "deep-kernel-ica";

    public override string Title => "ICA by a deep kernel that is trained against the model";

    public override string Source => "Li, Make Stein's method great again for generative modelling?; the ICA problem of Gong, Li and "
        + "Hernández-Lobato, Sliced Kernelized Stein Discrepancy, ICLR 2021";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        (
            "--dim 10 --method ksd,deep-ksd --iterations 3000 --seed 101,102",
            "a fixed and a trained kernel; takes seconds"),
    ];

    protected override bool CountsSources => true;

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([10, 20, 50, 100], 5, new() { Hidden = 200 }),
        GridScale.Quick => Grid([10], 1, new() { Iterations = 1000, Hidden = 50, TrainingSamples = 5000, TestSamples = 1000 }),
        _ => Grid(
            [2],
            2,
            new() { Iterations = 60, Batch = 30, TrainingSamples = 100, TestSamples = 60, Hidden = 4, EvaluateEvery = 20 }),
    };

    protected override Report Compose(Results<IcaSettings> results)
    {
        LocalCondition[] rows = [.. LocalCondition.Of(results)];
        LocalCondition[] kernels = [.. rows.Where(row => IsDeep(row.Config))];
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<IcaSettings>.SettingColumns(["method", "normalisation", "dimension", "seed"]),
                new("gap", run => LocalCondition.GapOf(run)),
                .. Results<IcaSettings>.QuantityColumns([AmariDistance, Separated]),
                new("mean_kernel", run => ShapeOf(run)?.Mean ?? double.NaN),
                new("kernel_largest_share", run => ShapeOf(run)?.LargestShare ?? double.NaN),
                new("kernel_effective_rank", run => ShapeOf(run)?.EffectiveRank ?? double.NaN),
                new("collapse", run => ShapeOf(run)?.Collapse ?? ""),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("iteration_seconds", run => run.IterationSeconds),
            ]),
            Pivot(
                "gaps",
                "Gap to the oracle, nats",
                "The oracle's test log-likelihood minus the method's, mean over the seeds with one standard error; in parentheses the fewest "
                    + "sources that were separated.",
                rows,
                row => $"{row.Gaps.Text()} ({row.Runs.Min(run => run[Separated]):0})"),
            Pivot(
                "amari_distances",
                "Amari distance",
                "From the true matrix, mean over the seeds with one standard error: 0 for separated sources, at most 1.",
                rows,
                row => row.Over(run => run[AmariDistance]).Text()),
            Pivot(
                "kernels",
                "What became of the trained factor of the kernel",
                "Its mean over the pairs of the last batch / the share of the largest eigenvalue of its matrix / the effective rank of that matrix "
                    + "over the number of samples; means over the seeds.",
                kernels,
                row => string.Join(" / ", ((Func<KernelShape, double>[])
                [
                    shape => shape.Mean, shape => shape.LargestShare, shape => shape.EffectiveRank,
                ]).Select(value => NumberText.Fixed(row.Runs.Average(run => value(ShapeOf(run)!)), 3)))),
            new Prose("collapses", "Collapsed kernels", Collapses(kernels)),
            Pivot(
                "seconds",
                "Seconds of a training",
                "Spent in iterations, mean over the seeds.",
                rows,
                row => SignificantText.Number(row.Runs.Average(run => run.IterationSeconds))),
            .. rows.GroupBy(row => row.Dimension).Select(part => Curves(part.Key, [.. part])),
        ]);

        Table Pivot(string name, string title, string caption, LocalCondition[] of, Func<LocalCondition, string> cell) => Table.Pivot(
            name,
            title,
            caption + results.Remarks,
            of,
            [new TextColumn<LocalCondition>("method", row => row.Row.Name)],
            row => row.Dimension,
            dimension => $"D = {dimension}",
            cell);
    }

    private static bool IsDeep(IcaSettings config) => config.Method is "deep-ksd" or "deep-ksd-local";

    /// <summary>That of the trained factor at the end; null for methods without one.</summary>
    private static KernelShape? ShapeOf(StoredRun<IcaSettings> run) => IsDeep(run.Config)
        ? new(run[DeepKernelTraining.MeanKernel], run[DeepKernelTraining.LargestShare], run[DeepKernelTraining.EffectiveRank])
        : null;

    private static string Collapses(IEnumerable<LocalCondition> rows)
    {
        string[] sentences =
        [
            .. from row in rows
               from collapse in row.Runs.Select(run => ShapeOf(run)!.Collapse).OfType<string>().GroupBy(words => words)
               select $"{row.Row.Name} at D = {row.Dimension}, in {collapse.Count()} of {row.Runs.Count} trainings: {collapse.Key}.",
        ];
        return sentences.Length == 0 ? "No kernel has collapsed at the end of its training." : string.Join(" ", sentences);
    }

    /// <summary>The gap over the seconds in which it was reached; of a search over all samples its end.</summary>
    private static Figure Curves(int dimension, LocalCondition[] rows) => new(
        $"curves_D{dimension}",
        $"The oracle minus the test log-likelihood over the seconds spent in iterations at D = {dimension}, mean over the seeds.",
        new Axis("Seconds") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        new Axis($"Gap to the oracle (nats), D = {dimension}") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        [
            .. rows.Select((row, index) => new Series(row.Row.Name, SeriesStyle.Of(index), [.. Curve(row)])
            {
                HasMarkers = !row.Row.Method.IsTrained,
            }),
        ]);

    private static IEnumerable<Point> Curve(LocalCondition row)
    {
        double seconds = row.Runs.Average(run => run.IterationSeconds);
        return !row.Row.Method.IsTrained
            ? [new(seconds, row.Gaps.Mean)]
            : from run in row.Runs
              from metric in run.Metrics()
              where metric.Metric == LogLikelihood.Name && metric.Iteration > 0
              group run[Oracle] - metric.Value by metric.Iteration into step
              orderby step.Key
              select new Point(seconds * step.Key / row.Config.Iterations, step.Average());
    }

    private static IcaSettings[] Grid(IReadOnlyList<int> dimensions, int seeds, IcaSettings problem) =>
    [
        .. from seed in Seeds.From(60, seeds)
           from dimension in dimensions
           from row in Rows
           select problem with { Method = row.Method, Normalisation = row.Normalisation, Dimension = dimension, Seed = seed },
    ];
}
