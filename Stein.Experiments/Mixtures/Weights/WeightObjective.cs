namespace Stein.Experiments.Mixtures.Weights;

/// <summary>A function of the parameters of a mixture whose minimum is the estimate, for samples that are fixed.</summary>
internal abstract class WeightObjective
{
    /// <summary>
    /// The value, and the sum of the absolute values of its terms, the scale of rounding errors in the value.
    /// </summary>
    /// <param name="gradient">
    /// Receives the derivatives by the parameters: by all, by the first alone (the logit of the weight), or, if empty, none.
    /// </param>
    public abstract (double Value, double Magnitude) Evaluate(in TwoModeParameters parameters, Span<double> gradient);
}

/// <summary>The sum of several objectives, each of which includes its own factor.</summary>
internal sealed class LadderObjective(IReadOnlyList<WeightObjective> rungs) : WeightObjective
{
    public override (double Value, double Magnitude) Evaluate(in TwoModeParameters parameters, Span<double> gradient)
    {
        gradient.Clear();
        Span<double> part = stackalloc double[gradient.Length];
        (double value, double magnitude) = (0, 0);
        foreach (WeightObjective rung in rungs)
        {
            (double ownValue, double ownMagnitude) = rung.Evaluate(parameters, part);
            (value, magnitude) = (value + ownValue, magnitude + ownMagnitude);
            for (int i = 0; i < part.Length; i++)
                gradient[i] += part[i];
        }

        return (value, magnitude);
    }
}
