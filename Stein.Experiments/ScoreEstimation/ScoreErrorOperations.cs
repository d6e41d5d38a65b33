using Stein.Engine.Estimators;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>Floating-point operations of a run, roughly: for the order of the runs and the estimate of time.</summary>
internal static class ScoreErrorOperations
{
    /// <summary>What the entries of a Gram matrix cost besides their products: the kernel and the distance.</summary>
    private const double Kernel = 30;

    /// <summary>Steps of conjugate gradients, a typical number.</summary>
    private const double ConjugateGradients = 60;

    /// <summary>Of a truncated spectrum, with what is done on the host.</summary>
    private const double SubspaceIterations = 40;

    /// <summary>Of all trials.</summary>
    public static double Of(ScoreErrorSettings settings)
    {
        (double k, double m) = (settings.Samples, settings.TestPoints);
        double one = Fit(settings, k) + Scores(settings, k, m) + Scores(settings, k, k);
        if (settings.Selection != "held-out")
            return settings.Trials * one;
        int candidates = ScoreEstimators.Find(settings.Estimator).Candidates(settings.Samples, settings.Dimension).Count;
        double judges = k / HeldOutSplit.HeldOutEvery;
        double training = k - judges;
        double divergences = settings.Estimator == "stein-augmented"
            ? judges * training * training * settings.Dimension
            : Scores(settings, training, judges);
        double split = Fit(settings, training) + Scores(settings, training, judges) + divergences;
        return settings.Trials * (one + (candidates * HeldOutSplit.Count(settings.Samples) * split));
    }

    private static double Fit(ScoreErrorSettings settings, double k)
    {
        double d = settings.Dimension;
        double gram = k * k * ((2 * d) + Kernel);
        double steps = double.IsNaN(settings.FixedRegularisation) ? 100 : settings.FixedRegularisation;
        return settings.Estimator switch
        {
            "kde" => k * d,
            "landweber" or "nu" => gram + (steps * 2 * k * k * d),
            "ssge" => gram + Math.Min(25 * k * k * k, SubspaceIterations * 2 * k * k * Math.Max(160, (2.25 * d) + 10)),
            "kef" => gram + (ConjugateGradients * 8 * k * k * d),
            "stein-parametric" => gram + (8.3 * k * k * k),
            _ => gram + (k * k * k / 3) + (2 * k * k * d),
        };
    }

    private static double Scores(ScoreErrorSettings settings, double k, double m)
        => m * k * ((4.0 * settings.Dimension) + Kernel + (settings.Estimator == "stein-augmented" ? 2 * k : 0));
}
