using Stein.Engine.Random;

namespace Stein.Engine.Targets;

/// <summary>
/// The Gamma density with shape k and scale θ on the positive numbers, in one dimension: <c>log p = (k − 1) log x − x/θ</c>, with score
/// <c>(k − 1)/x − 1/θ</c>; the log-density is −∞ and the score NaN elsewhere.
/// </summary>
/// <remarks>
/// For k = 1 the density does not vanish at the end of its support, so that Stein's identity has a term of the boundary;
/// see <see cref="BoundedSupport"/>.
/// </remarks>
/// <param name="shape">k, a finite number of 1 or more.</param>
/// <param name="scale">θ, positive.</param>
internal sealed class GammaDensity(double shape, double scale) : ProductDensity([0], [scale])
{
    /// <inheritdoc/>
    protected override (double LogDensity, double Score) At(double z)
        => z > 0 ? (((shape - 1) * Math.Log(z)) - z, ((shape - 1) / z) - 1) : (double.NegativeInfinity, double.NaN);

    /// <inheritdoc/>
    protected override double ScoreDerivative(double z) => z > 0 ? -(shape - 1) / (z * z) : double.NaN;

    /// <inheritdoc/>
    protected override double Draw(PhiloxStream stream) => stream.NextGamma(shape);
}
