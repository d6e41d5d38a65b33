using Stein.Engine.IndependentComponents;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Local;

/// <summary>The runs of a method, with all its settings, on one kind of problem.</summary>
internal sealed record LocalCondition(Condition<IcaSettings> Condition)
    : Condition<IcaSettings>(Condition.Config, Condition.Runs, Condition.Expected)
{
    /// <summary>Its method, and every setting that differs from the paper's.</summary>
    public IcaRow Row { get; } = IcaRow.Of(Condition.Config, IcaExperiment.Deviations(Condition.Config, except: ["training_samples"]));

    public int Dimension => Config.Dimension;

    public int Samples => Config.TrainingSamples;

    /// <summary>Oracle minus test log-likelihood, nats.</summary>
    public Summary Gaps => Over(GapOf);

    /// <summary>How many of its searches were cut short.</summary>
    public int CutShort => Runs.Count(IcaStudy.IsCutShort);

    /// <summary>
    /// The gap that the asymptotic theory expects, in nats, once the sources are found; NaN for methods that it does not cover.
    /// </summary>
    public double TheoreticalGap
    {
        get
        {
            var theory = new AsymptoticEfficiency(SearchMethod.DensityOf(Config));
            AsymptoticError? error = Config switch
            {
                { Method: "local", Refine: false } => theory.Rotation(new SteinContrast(Config.Smoothness, Config.WitnessBandwidth)),
                { Method: "fastica" } => theory.Rotation(SourceDensity.HyperbolicSecant),
                { Method: "local" or "fastica-mle" or "mle-whitened" or "mle-truth" } => theory.MaximumLikelihood(),
                _ => null,
            };
            return error is null ? double.NaN : theory.GapWithKink(error, Dimension, Samples, isMeanEstimated: false);
        }
    }

    /// <summary>Oracle minus test log-likelihood, nats.</summary>
    public static double GapOf(StoredRun<IcaSettings> run) => run[IcaStudy.Oracle] - run[IcaStudy.LogLikelihood];

    /// <summary>A line with the theoretical gaps of maximum likelihood.</summary>
    public static Series Theory(IEnumerable<LocalCondition> rows, Func<LocalCondition, double> x) => new(
        "maximum likelihood, theory",
        SeriesStyle.Reference,
        [
            .. from row in rows
               where row.Config.Method == "mle-truth"
               orderby x(row)
               select new Point(x(row), row.TheoreticalGap),
        ])
    {
        HasMarkers = false,
    };

    /// <summary>The share of the sources that are separated, mean over the seeds, by two settings.</summary>
    /// <param name="name">Of the figure.</param>
    /// <param name="caption">Of the figure.</param>
    /// <param name="rows">The conditions, at most one for each pair of values.</param>
    /// <param name="x">What the axis at the bottom shows, and its value of a condition.</param>
    /// <param name="y">The same of the axis on the left.</param>
    public static Figure SeparatedShares(
        string name,
        string caption,
        IReadOnlyList<LocalCondition> rows,
        (string Label, Func<LocalCondition, double> Value) x,
        (string Label, Func<LocalCondition, double> Value) y)
    {
        double[] columns = [.. rows.Select(x.Value).Distinct().Order()], lines = [.. rows.Select(y.Value).Distinct().Order()];
        return new(
            name,
            caption,
            Names(x.Label, columns),
            Names(y.Label, lines),
            [
                new HeatMap("sources separated, in per cent",
                [
                    .. from row in rows
                       let share = row.Over(run => run[IcaStudy.Separated] / row.Dimension).Mean
                       select new HeatCell(
                           Array.IndexOf(columns, x.Value(row)), Array.IndexOf(lines, y.Value(row)), share, $"{100 * share:0}"),
                ]),
            ]);

        static Axis Names(string label, double[] values) => new(label)
        {
            Ticks = Ticks.Names([.. values.Select(NumberText.Tick)]),
            HasGrid = false,
            Limits = (-0.5, values.Length - 0.5),
        };
    }

    /// <summary>The conditions of the finished runs.</summary>
    public static IEnumerable<LocalCondition> Of(Results<IcaSettings> results)
        => results.Conditions(config => config with { Seed = 0, DataSeed = null }).Select(condition => new LocalCondition(condition));
}
