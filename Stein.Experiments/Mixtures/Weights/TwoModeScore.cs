namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// Score of a mixture of two Gaussians on the line at a point, its derivative along the line, and the derivatives of both by the five
/// parameters of <see cref="TwoModeParameters"/>.
/// </summary>
/// <remarks>
/// <para>
/// With <c>w_k = 1/(v_k + σ²)</c>, the scores of the components <c>a_k = −w_k (x − μ_k)</c>, their difference <c>Δ = a₁ − a₂</c> and
/// the responsibility of the first, <c>r = 1/(1 + e^{−z})</c> with
/// <c>z = logit π + ½ log(w₁/w₂) − ½ w₁(x − μ₁)² + ½ w₂(x − μ₂)²</c>, the score is <c>s = r a₁ + (1 − r) a₂</c>. As
/// <c>dz/dx = Δ</c>, <c>s′ = −r w₁ − (1 − r) w₂ + r(1 − r)Δ²</c>.
/// </para>
/// <para>
/// A parameter changes s through z and through a_k. The weight enters through z alone: it matters only where r is neither 0 nor 1.
/// </para>
/// </remarks>
internal readonly struct TwoModeScore
{
    private readonly double firstPrecision;
    private readonly double secondPrecision;
    private readonly double firstVariance;
    private readonly double secondVariance;
    private readonly double firstMean;
    private readonly double secondMean;
    private readonly double constant;

    /// <param name="addedVariance">σ², the variance of the noise the mixture is smoothed with; 0 for none.</param>
    public TwoModeScore(in TwoModeParameters parameters, double addedVariance)
    {
        (firstMean, secondMean) = (parameters.FirstMean, parameters.SecondMean);
        (firstVariance, secondVariance) = (Math.Exp(parameters.FirstLogVariance), Math.Exp(parameters.SecondLogVariance));
        firstPrecision = 1 / (firstVariance + addedVariance);
        secondPrecision = 1 / (secondVariance + addedVariance);
        constant = parameters.Logit + (0.5 * Math.Log(firstPrecision / secondPrecision));
    }

    /// <summary>s and s′ at x.</summary>
    public (double Score, double Slope) ScoreAndSlope(double point)
    {
        (double r, double first, double second) = At(point);
        double difference = first - second;
        double slope = (r * (1 - r) * difference * difference) - (r * firstPrecision) - ((1 - r) * secondPrecision);
        return ((r * first) + ((1 - r) * second), slope);
    }

    /// <summary>Adds <c>α ∂s/∂θ + β ∂s′/∂θ</c> at x to a gradient.</summary>
    /// <param name="gradient">By the first parameter alone, the logit, or by all five.</param>
    public void AddDerivatives(Span<double> gradient, double point, double score, double slope)
    {
        (double r, double first, double second) = At(point);
        double difference = first - second;
        double both = r * (1 - r);

        // By z: for s it is r(1 − r)Δ; for s′ it is the effect of r on each of its three terms.
        double byZ = both * ((score * difference)
            + (slope * (secondPrecision - firstPrecision + ((1 - (2 * r)) * difference * difference))));
        gradient[0] += byZ;
        if (gradient.Length == 1)
            return;

        // By a₁ and a₂; z changes by dz/dμ₁ = −a₁ and dz/dv₁ = ½(a₁² − w₁), with the other sign for the second component.
        double byFirst = (score * r) + (2 * slope * both * difference);
        double bySecond = (score * (1 - r)) - (2 * slope * both * difference);
        gradient[1] += (byFirst * firstPrecision) - (byZ * first);
        gradient[2] += (bySecond * secondPrecision) + (byZ * second);
        gradient[3] += firstVariance * ((slope * r * firstPrecision * firstPrecision) - (byFirst * first * firstPrecision)
            + (byZ * 0.5 * ((first * first) - firstPrecision)));
        gradient[4] += secondVariance * ((slope * (1 - r) * secondPrecision * secondPrecision) - (bySecond * second * secondPrecision)
            - (byZ * 0.5 * ((second * second) - secondPrecision)));
    }

    /// <summary>r, a₁ and a₂ at x.</summary>
    private (double Responsibility, double First, double Second) At(double point)
    {
        (double first, double second) = (point - firstMean, point - secondMean);
        double z = constant - (0.5 * ((firstPrecision * first * first) - (secondPrecision * second * second)));
        return (1 / (1 + Math.Exp(-z)), -firstPrecision * first, -secondPrecision * second);
    }
}
