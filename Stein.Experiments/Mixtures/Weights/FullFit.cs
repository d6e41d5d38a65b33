using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Optimization;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>All parameters that minimise an objective near a start: BFGS of Math.NET with exact gradients.</summary>
/// <remarks>
/// The objective is divided by the length of its gradient at the start, so that tolerances and first step mean the same for each of them.
/// The best point that was evaluated is the answer, even if the line search gives up, as it does at the limit of rounding. A weight
/// that does not change the objective stays at its start.
/// </remarks>
internal static class FullFit
{
    /// <summary>Minimises from π = ½, means at ±(m − ½) and variances 3/2, for a truth with means at ±m and variances 1.</summary>
    /// <returns>
    /// The weight of the mode further left, and whether the point is a minimum: the gradient there is at most 10⁻⁴ of the one at the start.
    /// </returns>
    public static (double Weight, bool IsMinimum) Minimise(WeightObjective objective, double separation)
    {
        var start = new TwoModeParameters(0, 0.5 - separation, separation - 0.5, Math.Log(1.5), Math.Log(1.5));
        var gradient = new double[TwoModeParameters.Count];
        objective.Evaluate(start, gradient);
        double scale = Length(gradient);
        (TwoModeParameters best, double lowest, double slope) = (start, double.PositiveInfinity, double.PositiveInfinity);
        try
        {
            new BfgsMinimizer(gradientTolerance: 1e-9, parameterTolerance: 1e-10, functionProgressTolerance: 1e-14, maximumIterations: 500)
                .FindMinimum(ObjectiveFunction.Gradient(Evaluate), new DenseVector(start.ToArray()));
        }
        catch (OptimizationException)
        {
            // The line search found no descent, or the iterations were used up. The gradient shows whether that matters.
        }

        return (best.LeftWeight, slope <= 1e-4 * scale);

        (double Value, Vector<double> Gradient) Evaluate(Vector<double> point)
        {
            TwoModeParameters parameters = TwoModeParameters.Of(point);
            double value = objective.Evaluate(parameters, gradient).Value;
            if (value < lowest)
                (best, lowest, slope) = (parameters, value, Length(gradient));
            return (value / scale, new DenseVector(Array.ConvertAll(gradient, entry => entry / scale)));
        }
    }

    private static double Length(double[] vector) => Math.Sqrt(vector.Sum(entry => entry * entry));
}
