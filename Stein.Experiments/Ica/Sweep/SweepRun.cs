using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica.Sweep;

/// <summary>A training, and what every rule makes of it.</summary>
/// <param name="Config">The config of the run.</param>
/// <param name="Oracle">The log-likelihood of the true model on the test points, nats.</param>
/// <param name="LogLikelihoods">The test log-likelihood by each of <see cref="Rules"/>, nats; NaN if the training diverged.</param>
/// <param name="Swing">
/// The standard deviation, nats, of the test log-likelihood about a straight line over the last fifth of the iterations.
/// </param>
internal sealed record SweepRun(IcaSettings Config, double Oracle, IReadOnlyList<double> LogLikelihoods, double Swing)
    : IFromRuns
{
    /// <summary>The setting of a run in which nothing was changed.</summary>
    public const string ReleasedDefaults = "released defaults";

    /// <summary>
    /// The rules by which a training is judged, the script's first. The last two need the training curve alone: an earlier end, and the
    /// highest test log-likelihood of the curve, which nobody who reports a test result may choose by.
    /// </summary>
    public static IReadOnlyList<string> Rules { get; } =
    [
        "last iteration",
        "lowest loss",
        "mean of the last 1000",
        "exponential average",
        "two thirds of the iterations",
        "best on test data",
    ];

    public IEnumerable<string> RunIds { get; private init; } = [];

    public IcaMethod Method { get; } = IcaMethod.Of(Config);

    /// <summary>What was changed, in words; <see cref="ReleasedDefaults"/> for nothing.</summary>
    public string Setting { get; } = SettingOf(Config);

    public int Dimension => Config.Dimension;

    /// <summary>What two runs share if they are compared as a pair.</summary>
    public (uint Seed, ulong? DataSeed) Pair => (Config.Seed, Config.DataSeed);

    /// <summary>The oracle minus the test log-likelihood by a rule, nats.</summary>
    public double Gap(int rule) => Oracle - LogLikelihoods[rule];

    /// <summary>Log-likelihoods by a rule minus those of other runs by theirs, nats, paired by seed and data.</summary>
    public static Summary Paired(IEnumerable<SweepRun> runs, int rule, IEnumerable<SweepRun> others, int otherRule)
    {
        var reference = others.ToDictionary(run => run.Pair);
        return Summary.Of(
        [
            .. from run in runs
               where reference.ContainsKey(run.Pair)
               select run.LogLikelihoods[rule] - reference[run.Pair].LogLikelihoods[otherRule],
        ]);
    }

    /// <summary>What was changed in a config, in words.</summary>
    public static string SettingOf(IcaSettings config)
    {
        IEnumerable<string> changes = IcaMethod.Of(config).Deviations(config);
        if (config.LearningRate != new IcaSettings().LearningRate)
            changes = changes.Append(FormattableString.Invariant($"learning rate {config.LearningRate}"));
        string text = string.Join(", ", changes);
        return text.Length == 0 ? ReleasedDefaults : text;
    }

    /// <summary>Reads a finished run.</summary>
    public static SweepRun Of(StoredRun<IcaSettings> run)
    {
        IcaSettings config = run.Config;
        (int Iteration, double Value)[] curve =
        [
            .. from metric in run.Metrics()
               where metric.Metric == IcaStudy.LogLikelihood.Name
               select (metric.Iteration, metric.Value),
        ];
        double earlier = curve.Last(point => 3L * point.Iteration <= 2L * config.Iterations).Value;
        double[] values =
        [
            run[IcaStudy.LogLikelihood],
            run[IcaStudy.LogLikelihoodBy(EvaluationRule.Best)],
            run[IcaStudy.LogLikelihoodBy(EvaluationRule.Average)],
            run[IcaStudy.LogLikelihoodBy(EvaluationRule.Exponential)],
            earlier,
            curve.Max(point => point.Value),
        ];
        return new(
            config,
            run[IcaStudy.Oracle],
            run.IsDiverged ? [.. values.Select(_ => double.NaN)] : values,
            SwingOf([.. curve.Where(point => 5L * point.Iteration >= 4L * config.Iterations)]))
        {
            RunIds = run.RunIds,
        };
    }

    private static double SwingOf((int Iteration, double Value)[] points)
    {
        if (points.Length < 4)
            return double.NaN;
        double[] x = [.. points.Select(point => (double)point.Iteration)];
        double[] y = [.. points.Select(point => point.Value)];
        (double intercept, double slope) = MathNet.Numerics.LinearRegression.SimpleRegression.Fit(x, y);
        double squares = x.Zip(y, (at, value) => Math.Pow(value - intercept - (slope * at), 2)).Sum();
        return Math.Sqrt(squares / (points.Length - 2));
    }
}
