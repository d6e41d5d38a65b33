namespace Stein.Experiments.Mixtures.Weights;

/// <summary>The mean of <c>−log p(x)</c>: maximum likelihood, the baseline, which needs the normalising constant.</summary>
/// <param name="samples">x (N).</param>
internal sealed class LikelihoodObjective(double[] samples) : WeightObjective
{
    public override (double Value, double Magnitude) Evaluate(in TwoModeParameters parameters, Span<double> gradient)
    {
        gradient.Clear();
        (double value, double magnitude) = (0, 0);
        foreach (double point in samples)
        {
            double logDensity = LogDensity(parameters, point, gradient);
            (value, magnitude) = (value - logDensity, magnitude + Math.Abs(logDensity));
        }

        foreach (ref double entry in gradient)
            entry /= samples.Length;
        return (value / samples.Length, magnitude / samples.Length);
    }

    /// <summary>log p(x); subtracts its derivatives from the gradient.</summary>
    private static double LogDensity(in TwoModeParameters parameters, double point, Span<double> gradient)
    {
        (double first, double second) = (point - parameters.FirstMean, point - parameters.SecondMean);
        (double firstPrecision, double secondPrecision) = (Math.Exp(-parameters.FirstLogVariance), Math.Exp(-parameters.SecondLogVariance));

        // log π = −log(1 + e^{−logit}), and both terms less the larger, so that nothing underflows.
        double firstTerm = -Softplus(-parameters.Logit) - (0.5 * (parameters.FirstLogVariance + (firstPrecision * first * first)));
        double secondTerm = -Softplus(parameters.Logit) - (0.5 * (parameters.SecondLogVariance + (secondPrecision * second * second)));
        double logDensity = Math.Max(firstTerm, secondTerm) + Softplus(-Math.Abs(firstTerm - secondTerm)) - (0.5 * Math.Log(2 * Math.PI));
        if (gradient.IsEmpty)
            return logDensity;
        double r = 1 / (1 + Math.Exp(secondTerm - firstTerm));
        gradient[0] -= r - parameters.Weight;
        if (gradient.Length > 1)
        {
            gradient[1] -= r * firstPrecision * first;
            gradient[2] -= (1 - r) * secondPrecision * second;
            gradient[3] -= 0.5 * r * ((firstPrecision * first * first) - 1);
            gradient[4] -= 0.5 * (1 - r) * ((secondPrecision * second * second) - 1);
        }

        return logDensity;
    }

    /// <summary><c>log(1 + e^x)</c>.</summary>
    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
