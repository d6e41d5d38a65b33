using Stein.Engine.Targets;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// What is learned of a mixture of two Gaussians on the line, <c>π N(μ₁, v₁) + (1 − π) N(μ₂, v₂)</c>, in numbers that may be any.
/// </summary>
/// <param name="Logit"><c>log π/(1 − π)</c>.</param>
internal readonly record struct TwoModeParameters(
    double Logit, double FirstMean, double SecondMean, double FirstLogVariance, double SecondLogVariance)
{
    /// <summary>How many there are; the logit is the first.</summary>
    public const int Count = 5;

    /// <summary>π.</summary>
    public double Weight => WeightOf(Logit);

    /// <summary>The weight of the mode that is further left, whichever of the two components has become that.</summary>
    public double LeftWeight => FirstMean <= SecondMean ? Weight : WeightOf(-Logit);

    /// <summary>Modes of variance 1 at ±m.</summary>
    /// <param name="logit"><c>log π/(1 − π)</c> of the mode at −m.</param>
    public static TwoModeParameters Separated(double separation, double logit = 0) => new(logit, -separation, separation, 0, 0);

    /// <summary>Of the numbers in the order of the record.</summary>
    public static TwoModeParameters Of(IList<double> values) => new(values[0], values[1], values[2], values[3], values[4]);

    /// <summary>In the order of the record.</summary>
    public double[] ToArray() => [Logit, FirstMean, SecondMean, FirstLogVariance, SecondLogVariance];

    /// <summary>As the engine's mixture.</summary>
    public GaussianMixture ToMixture() => GaussianMixture.Isotropic(
        1, [Weight, 1 - Weight], [FirstMean, SecondMean], [Math.Exp(FirstLogVariance), Math.Exp(SecondLogVariance)]);

    private static double WeightOf(double logit) => 1 / (1 + Math.Exp(-logit));
}
