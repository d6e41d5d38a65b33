using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;
using Stein.Experiments.Studies;

namespace Stein.Experiments.HamiltonianFlows;

/// <summary>The scores that trajectories follow.</summary>
internal static class FlowScore
{
    public const string Exact = "exact";
    public const string NonParametric = "stein-augmented";

    private static readonly (string Id, string Title, double Scale)[] All =
    [
        (Exact, "exact (HMC)", double.NaN),
        ("kef", "score matching", 25),
        ("stein-parametric", "Stein, parametric", 16),
        (NonParametric, "Stein, non-parametric", 9),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(score => score.Id)];

    /// <summary>The scores that use a setting of estimates, whichever it is.</summary>
    public static IEnumerable<string> NamesThatUse(string property) => Names.Where(name => name != Exact);

    /// <summary>In tables.</summary>
    public static string TitleOf(HamiltonianFlowSettings settings) => All.Single(score => score.Id == settings.Score).Title;

    /// <summary>The score at points (N×2, row-major), exact or estimated from samples (K×2, row-major).</summary>
    /// <exception cref="ScoreEstimationException">The samples do not determine a score.</exception>
    public static Func<double[], double[]> Of(HamiltonianFlowSettings settings, Device device, double[] samples)
    {
        if (settings.Score == Exact)
            return ExactScores;
        double scale = settings.BandwidthScale ?? All.Single(score => score.Id == settings.Score).Scale;
        int count = samples.Length / 2;
        double median = 2 * Math.Pow(SampleMeasures.Unit(device, samples, 2), 2);
        var estimatorSettings = new ScoreEstimatorSettings
        {
            Regularisation = settings.Regularisation,
            Bandwidth = Math.Sqrt(scale * 2 * median / Math.Log(count + 1)),
        };
        ScoreEstimate estimate = ScoreEstimators.Find(settings.Score).Fit(device, samples, 2, estimatorSettings);
        return points => estimate.Scores(points);
    }

    /// <summary>The exact score at points (N×2, row-major).</summary>
    public static double[] ExactScores(double[] points)
    {
        var scores = new double[points.Length];
        ((IDensity)HamiltonianFlow.Target).Score(points, scores);
        return scores;
    }
}
