using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica.Tricks;

/// <summary>A training, and what is compared of it. Gaps are the oracle minus the test log-likelihood, nats.</summary>
internal sealed record TrickRun : IFromRuns
{
    /// <summary>A rise of the gap above its lowest value that counts as a divergence, nats.</summary>
    private const double Rise = 5;

    /// <param name="run">The run.</param>
    /// <param name="trick">Its name.</param>
    public TrickRun(StoredRun<IcaSettings> run, string trick)
    {
        (RunIds, Config, Trick, Seconds) = (run.RunIds, run.Config, trick, run.IterationSeconds);
        double oracle = run[IcaStudy.Oracle];
        Gap = oracle - run[IcaStudy.LogLikelihood];
        MeanGap = oracle - run[IcaStudy.LogLikelihoodBy(EvaluationRule.Average)];
        AveragedGap = oracle - run[IcaStudy.LogLikelihoodBy(EvaluationRule.Exponential)];
        AmariDistance = run[IcaStudy.AmariDistance];
        Cosine = run[SteinCriticTraining.Cosine];
        Curve =
        [
            .. from metric in run.Metrics()
               where metric.Metric == IcaStudy.LogLikelihood.Name && metric.Iteration > 0
               select (metric.Iteration, oracle - metric.Value),
        ];
        Area = Curve.Average(point => point.Gap);
        IsDiverged = run.IsDiverged || Gap > Curve.Min(point => point.Gap) + Rise;
    }

    public IEnumerable<string> RunIds { get; }

    public IcaSettings Config { get; }

    public string Trick { get; }

    /// <summary>Of the last iteration.</summary>
    public double Gap { get; }

    /// <summary>Of the mean of the last iterations.</summary>
    public double MeanGap { get; }

    /// <summary>Of the exponential average.</summary>
    public double AveragedGap { get; }

    /// <summary>The mean over the training.</summary>
    public double Area { get; }

    public double AmariDistance { get; }

    /// <summary>See <see cref="SteinCriticTraining.Cosine"/>.</summary>
    public double Cosine { get; }

    public bool IsDiverged { get; }

    /// <summary>In iterations.</summary>
    public double Seconds { get; }

    public IReadOnlyList<(int Iteration, double Gap)> Curve { get; }

    /// <summary>What runs share that are compared as a pair.</summary>
    public (string Method, int Dimension, uint Seed) Problem => (Config.Method, Config.Dimension, Config.Seed);

    /// <summary>"global" if the critic sees the samples, "local" if it sees the sources.</summary>
    public string Coordinates => Config.Method == "lsd" ? "global" : "local";
}
