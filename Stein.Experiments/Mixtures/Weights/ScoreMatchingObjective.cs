namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// The mean of <c>½ s(x)² + s′(x)</c>, the Fisher divergence but for a constant of the samples' law (Hyvärinen, "Estimation of
/// non-normalized statistical models by score matching", JMLR 6, 2005, equation 4).
/// </summary>
/// <param name="samples">x (N).</param>
internal sealed class ScoreMatchingObjective(double[] samples) : WeightObjective
{
    public override (double Value, double Magnitude) Evaluate(in TwoModeParameters parameters, Span<double> gradient)
    {
        gradient.Clear();
        var model = new TwoModeScore(parameters, addedVariance: 0);
        (double value, double magnitude) = (0, 0);
        foreach (double point in samples)
        {
            (double score, double slope) = model.ScoreAndSlope(point);
            value += (0.5 * score * score) + slope;
            magnitude += (0.5 * score * score) + Math.Abs(slope);
            if (!gradient.IsEmpty)
                model.AddDerivatives(gradient, point, score, 1);
        }

        foreach (ref double entry in gradient)
            entry /= samples.Length;
        return (value / samples.Length, magnitude / samples.Length);
    }
}
