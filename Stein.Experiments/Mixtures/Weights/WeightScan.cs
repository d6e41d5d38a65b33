using MathNet.Numerics.RootFinding;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// The weight that minimises an objective, all else fixed: the least of a grid of logits, then the zero of the derivative beside it.
/// </summary>
/// <remarks>
/// No tolerance of an optimiser decides where the objective is flat: if nothing on the grid is below the value at π = ½ by more than
/// rounding, the weight stays there and is called undetermined.
/// </remarks>
internal static class WeightScan
{
    /// <summary>The largest logit of the grid, as in π = 0.9991; the answer is at most that.</summary>
    public const double LargestLogit = 7;

    /// <summary>Between two logits of the grid.</summary>
    public const double Spacing = 0.25;

    private const int Half = (int)(LargestLogit / Spacing);

    /// <summary>Minimises.</summary>
    /// <param name="parameters">Means and variances; the logit is not used.</param>
    /// <returns>The logit, and whether anything told it from 0.</returns>
    public static (double Logit, bool IsDetermined) Minimise(WeightObjective objective, TwoModeParameters parameters)
    {
        double start = objective.Evaluate(parameters with { Logit = 0 }, []);
        (double best, double value) = (0, start);
        for (int index = -Half; index <= Half; index++)
        {
            double candidate = objective.Evaluate(parameters with { Logit = index * Spacing }, []);
            if (candidate < value)
                (best, value) = (index * Spacing, candidate);
        }

        double rounding = WeightObjective.RelativeRounding * objective.Magnitude(parameters with { Logit = 0 });
        bool isDetermined = start - value > rounding;
        (double low, double high) = (Math.Max(best - Spacing, -LargestLogit), Math.Min(best + Spacing, LargestLogit));
        if (!isDetermined && best == 0)
        {
            // The minimum may be within a spacing of ½, and then it is found if the ends are above it.
            double ends = Math.Min(
                objective.Evaluate(parameters with { Logit = low }, []), objective.Evaluate(parameters with { Logit = high }, []));
            isDetermined = ends - start > rounding;
        }

        if (!isDetermined)
            return (0, false);
        return Brent.TryFindRoot(Derivative, low, high, 1e-12, 100, out double root) ? (root, true) : (best, true);

        double Derivative(double logit)
        {
            Span<double> gradient = stackalloc double[1];
            objective.Evaluate(parameters with { Logit = logit }, gradient);
            return gradient[0];
        }
    }
}
