using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Optimization;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>All parameters that minimise an objective near a start: BFGS of Math.NET with exact gradients.</summary>
/// <remarks>
/// The objective is divided by the length of its gradient at the start, so that tolerances and first step mean the same for every one.
/// The best point that was evaluated is the answer, also where the line search gives up, as it does at the limit of rounding. In a
/// direction in which the objective is flat, nothing is done: a weight that it does not see stays where it began.
/// </remarks>
internal static class FullFit
{
    private const double GradientTolerance = 1e-9;
    private const double ParameterTolerance = 1e-10;
    private const double ProgressTolerance = 1e-14;
    private const int MaximumIterations = 500;

    /// <summary>The mean of each mode begins that much nearer to the other than it is.</summary>
    private const double MeanOffset = 0.5;

    /// <summary>The variance that both modes begin with; it is 1.</summary>
    private const double StartVariance = 1.5;

    /// <summary>Where fits begin: π = ½, means at ±(m − ½), variances 1.5.</summary>
    public static TwoModeParameters Start(double separation) => new(
        0, MeanOffset - separation, separation - MeanOffset, Math.Log(StartVariance), Math.Log(StartVariance));

    /// <summary>Minimises.</summary>
    /// <param name="start">Where to begin.</param>
    /// <returns>The best point, and whether it is a minimum: the gradient there at most 10⁻⁴ of the one at the start.</returns>
    public static (TwoModeParameters Parameters, bool IsMinimum) Minimise(WeightObjective objective, TwoModeParameters start)
    {
        var gradient = new double[TwoModeParameters.Count];
        objective.Evaluate(start, gradient);
        double scale = Length(gradient);
        (TwoModeParameters best, double least, double slope) = (start, double.PositiveInfinity, double.PositiveInfinity);
        IObjectiveFunction function = ObjectiveFunction.Gradient(Evaluate);
        try
        {
            new BfgsMinimizer(GradientTolerance, ParameterTolerance, ProgressTolerance, MaximumIterations)
                .FindMinimum(function, new DenseVector(start.ToArray()));
        }
        catch (OptimizationException)
        {
            // The line search found no descent, or the iterations were used up: whether that matters, the gradient says.
        }

        return (best, slope <= 1e-4 * scale);

        (double Value, Vector<double> Gradient) Evaluate(Vector<double> point)
        {
            TwoModeParameters parameters = TwoModeParameters.Of(point);
            double value = objective.Evaluate(parameters, gradient);
            if (value < least)
                (best, least, slope) = (parameters, value, Length(gradient));
            return (value / scale, new DenseVector(Array.ConvertAll(gradient, entry => entry / scale)));
        }
    }

    private static double Length(double[] vector)
    {
        double sum = 0;
        foreach (double entry in vector)
            sum += entry * entry;
        return Math.Sqrt(sum);
    }
}
