namespace Stein.Engine.Particles;

/// <summary>
/// The standard deviation σ of the noise with which the target of particles is smoothed, step by step: from a large one down to a small
/// one in equal ratios, then none.
/// </summary>
/// <remarks>
/// The particles follow <c>p * N(0, σ² I)</c>, which is exact for a mixture; they themselves are not noised. While σ is as large as the
/// modes are apart, the target has one mode and its score knows the proportions.
/// </remarks>
internal sealed class NoiseSchedule
{
    /// <summary>The last σ before none, a tenth of a mode's standard deviation of 1.</summary>
    public const double Last = 0.1;

    /// <summary>The share of the steps that have noise.</summary>
    public const double Share = 0.7;

    private readonly double first;
    private readonly double ratio;
    private readonly int steps;

    /// <param name="first">σ of step 0, at least <see cref="Last"/>.</param>
    /// <param name="iterations">All steps, with noise and without; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">σ is too small or not finite, or there is no step.</exception>
    public NoiseSchedule(double first, int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        if (!(first >= Last && double.IsFinite(first)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(first), first, $"The noise cannot begin with standard deviation {first}; it must be finite and at least {Last}.");
        }

        this.first = first;
        steps = (int)Math.Floor(Share * iterations);
        ratio = steps < 2 ? 1 : Math.Pow(Last / first, 1.0 / (steps - 1));
    }

    /// <summary>
    /// σ of the step that follows after <paramref name="iteration"/> steps: <c>σ₀ (0.1/σ₀)^{t/(T−1)}</c> for t &lt; T, then 0.
    /// </summary>
    public double At(int iteration) => iteration < steps ? first * Math.Pow(ratio, iteration) : 0;
}
