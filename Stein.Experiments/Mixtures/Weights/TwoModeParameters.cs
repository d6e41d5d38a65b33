namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// The parameters of a mixture of two Gaussians on the line, <c>π N(μ₁, v₁) + (1 − π) N(μ₂, v₂)</c>, as unconstrained numbers.
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

    /// <summary>Modes of variance 1 and equal weight at ±m.</summary>
    public static TwoModeParameters Separated(double separation) => new(0, -separation, separation, 0, 0);

    /// <summary>Of the numbers in the order of the record.</summary>
    public static TwoModeParameters Of(IList<double> values) => new(values[0], values[1], values[2], values[3], values[4]);

    /// <summary>In the order of the record.</summary>
    public double[] ToArray() => [Logit, FirstMean, SecondMean, FirstLogVariance, SecondLogVariance];

    private static double WeightOf(double logit) => 1 / (1 + Math.Exp(-logit));
}
