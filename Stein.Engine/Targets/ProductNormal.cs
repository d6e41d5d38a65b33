using Stein.Engine.Random;

namespace Stein.Engine.Targets;

/// <summary>Independent normal coordinates: <c>log p = −½ Σ_d z_d²</c>.</summary>
/// <param name="location">The means (D).</param>
/// <param name="scales">The standard deviations (D), positive.</param>
internal sealed class ProductNormal(double[] location, double[] scales) : ProductDensity(location, scales)
{
    /// <inheritdoc/>
    protected override (double LogDensity, double Score) At(double z) => (-0.5 * z * z, -z);

    /// <inheritdoc/>
    protected override double ScoreDerivative(double z) => -1;

    /// <inheritdoc/>
    protected override double Draw(PhiloxStream stream) => stream.NextNormal();
}
