using Stein.Engine.Random;

namespace Stein.Engine.Targets;

/// <summary>
/// Independent Laplace coordinates, <c>log p = −Σ_d |z_d|</c>, with score <c>−sign(z_d)/c_d</c>, 0 where a coordinate is at its location.
/// </summary>
/// <param name="location">μ (D).</param>
/// <param name="scales">c (D), positive; the variances are 2c², so that <c>c = 1/√2</c> gives variance 1.</param>
internal sealed class ProductLaplace(double[] location, double[] scales) : ProductDensity(location, scales)
{
    /// <inheritdoc/>
    protected override (double LogDensity, double Score) At(double z) => (-Math.Abs(z), -Math.Sign(z));

    /// <inheritdoc/>
    protected override double ScoreDerivative(double z) => 0;

    /// <inheritdoc/>
    protected override double Draw(PhiloxStream stream) => stream.NextLaplace();
}
