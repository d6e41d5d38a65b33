using MathNet.Numerics.RootFinding;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// The weight that minimises an objective, all else fixed: the minimum over a grid of logits, then the zero of the derivative near it.
/// </summary>
/// <remarks>
/// No tolerance of an optimiser decides where the objective is flat: if no value on the grid is below that at π = ½ by more than rounding,
/// the weight stays there and is called undetermined.
/// </remarks>
internal static class WeightScan
{
    /// <summary>The largest logit of the grid, π = 0.9991.</summary>
    private const double MaxLogit = 7;

    /// <summary>The distance between two logits of the grid.</summary>
    private const double Spacing = 0.25;

    /// <summary>Minimises with modes of variance 1 at ±m.</summary>
    /// <returns>The weight of the mode at −m, and whether the objective determines it.</returns>
    public static (double Weight, bool IsDetermined) Minimise(WeightObjective objective, double separation)
    {
        var half = TwoModeParameters.Separated(separation);
        (double start, double magnitude) = objective.Evaluate(half, []);
        (double best, double value) = (0, start);
        for (double logit = -MaxLogit; logit <= MaxLogit; logit += Spacing)
        {
            double candidate = Value(logit);
            if (candidate < value)
                (best, value) = (logit, candidate);
        }

        // The error that rounding and KernelFactor may cause.
        double rounding = 1e-12 * magnitude;
        bool isDetermined = start - value > rounding;
        (double low, double high) = (Math.Max(best - Spacing, -MaxLogit), Math.Min(best + Spacing, MaxLogit));

        // The minimum may be within one spacing of ½; then the values at the ends are above it.
        if (!isDetermined && best == 0)
            isDetermined = Math.Min(Value(low), Value(high)) - start > rounding;
        if (!isDetermined)
            return (half.Weight, false);
        double found = Brent.TryFindRoot(Derivative, low, high, 1e-12, 100, out double root) ? root : best;
        return ((half with { Logit = found }).Weight, true);

        double Value(double logit) => objective.Evaluate(half with { Logit = logit }, []).Value;

        double Derivative(double logit)
        {
            Span<double> gradient = stackalloc double[1];
            objective.Evaluate(half with { Logit = logit }, gradient);
            return gradient[0];
        }
    }
}
