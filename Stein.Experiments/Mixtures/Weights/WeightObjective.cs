namespace Stein.Experiments.Mixtures.Weights;

/// <summary>A function of the parameters of a mixture whose minimum is the estimate, for samples that are fixed.</summary>
internal abstract class WeightObjective
{
    /// <summary>The share of <see cref="Magnitude"/> that rounding and <see cref="KernelFactor"/> may change of a value.</summary>
    public const double RelativeRounding = 1e-12;

    /// <summary>The value.</summary>
    /// <param name="gradient">
    /// Receives the derivatives by the parameters: by all, by the first alone (the logit of the weight), or, if empty, none.
    /// </param>
    public abstract double Evaluate(in TwoModeParameters parameters, Span<double> gradient);

    /// <summary>The sum of the absolute values of the terms of the value: what a change of it is large or small against.</summary>
    public abstract double Magnitude(in TwoModeParameters parameters);
}
