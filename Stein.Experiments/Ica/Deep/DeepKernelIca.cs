using Stein.Engine.Discrepancies;
using Stein.Experiments.DeepKernels;
using Stein.Experiments.Ica.Local;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Deep;

/// <summary>
/// min_V max_f KSD with a deep kernel for ICA, in the coordinates of the samples and of the sources, beside a fixed kernel, a learned
/// critic, slices, and the objective that separates.
/// </summary>
internal sealed class DeepKernelIca : IcaLocal
{
    private static readonly IcaSettings[] Rows =
    [
        .. from method in (string[])["whitening", "ksd", "lsd", "maxsksd", "lsd-local", "local", "mle-truth"]
           select new IcaSettings { Method = method },
        .. from method in (string[])["deep-ksd", "deep-ksd-local"]
           from normalisation in Enum.GetValues<DeepKernelNormalisation>()
           select new IcaSettings { Method = method, Normalisation = normalisation },
    ];

    public override string Name => "deep-kernel-ica";

    public override string Title => "ICA by KSD with deep kernels";

    public override string Source => "Li, Make Stein's method great again for generative modelling?; no numbers";

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--dim 10 --method ksd,deep-ksd --normalisation deviation --iterations 1000 --seed 101", "a fixed kernel and a learned one")];

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([10, 20, 50, 100], 5, new()),
        GridScale.Quick => Grid([10], 1, new() { Iterations = 300 }),
        _ => Grid(
            [3],
            2,
            new()
            {
                Iterations = 30,
                Batch = 20,
                TrainingSamples = 500,
                TestSamples = 100,
                Hidden = 10,
                FeatureUnits = 4,
                EvaluateEvery = 10,
            }),
    };

    protected override Report Compose(Results<IcaSettings> results)
    {
        Report report = base.Compose(results);
        LocalCondition[] rows = [.. LocalCondition.Of(results)];
        LocalCondition[] deep = [.. rows.Where(row => double.IsFinite(row.Over(KernelQuantities.Mean).Mean))];
        return deep.Length == 0 ? report : report with
        {
            Sections =
            [
                .. report.Sections,
                Table.Pivot(
                    "kernels",
                    "What becomes of the kernel",
                    "Mean of the trained factor over pairs of different samples of the last batch, effective rank of its matrix as a share "
                        + "of the samples, and in how many runs it collapsed to its diagonal or a constant. Means over the seeds."
                        + results.Remarks,
                    deep,
                    [new TextColumn<LocalCondition>("method", row => row.Row.Name)],
                    row => row.Dimension,
                    dimension => $"D = {dimension}",
                    KernelQuantities.Text),
                .. rows.GroupBy(row => row.Dimension).Select(part => Curves(part.Key, [.. part])),
            ],
        };
    }

    /// <summary>The gap over the seconds in which it was reached; of a method without batches its end.</summary>
    private static Figure Curves(int dimension, LocalCondition[] rows) => new(
        $"seconds_D{dimension}",
        $"The oracle minus the test log-likelihood over the seconds spent in iterations at D = {dimension}, mean over the seeds.",
        new Axis("Seconds") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        new Axis($"Gap to the oracle (nats), D = {dimension}") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        [
            .. rows.Select((row, index) => new Series(IcaRow.Of(row.Config).Name, SeriesStyle.Of(index), [.. Curve(row)])
            {
                HasMarkers = !row.Row.Method.IsTrained,
            }).Where(series => series.Points.Count > 0),
        ]);

    private static IEnumerable<Point> Curve(LocalCondition row)
    {
        double seconds = row.Runs.Average(run => run.IterationSeconds);
        if (!row.Row.Method.IsTrained)
            return seconds > 0 ? [new(seconds, row.Gaps.Mean)] : [];
        return from run in row.Runs
               from metric in run.Metrics()
               where metric.Metric == LogLikelihood.Name && metric.Iteration > 0
               group run[Oracle] - metric.Value by metric.Iteration into step
               orderby step.Key
               select new Point(seconds * step.Key / row.Config.Iterations, step.Average());
    }

    private static IcaSettings[] Grid(IReadOnlyList<int> dimensions, int seeds, IcaSettings settings) =>
    [
        .. from dimension in dimensions
           from seed in Seeds.From(60, seeds)
           from row in Rows
           select settings with { Dimension = dimension, Seed = seed, Method = row.Method, Normalisation = row.Normalisation },
    ];
}
