namespace Stein.Engine.Particles;

/// <summary>
/// The standard deviation σ of the noise that smooths the target of particles at each step. It decreases geometrically from a large to
/// a small value and then drops to zero; or all values between the two take turns.
/// </summary>
/// <remarks>
/// The particles follow <c>p * N(0, σ² I)</c>, which is exact for a mixture; no noise is added to the particles themselves. While σ is
/// comparable to the distance between the modes, the target has a single mode, and its score depends on the proportions.
/// </remarks>
internal sealed class NoiseSchedule
{
    /// <summary>The last positive σ, a tenth of a mode's standard deviation of 1, unless another is given.</summary>
    public const double Last = 0.1;

    /// <summary>The share of the steps with noise.</summary>
    public const double Share = 0.7;

    /// <summary>The fractional part of the golden ratio: its multiples fill (0, 1) more evenly than random numbers.</summary>
    private const double GoldenRatio = 0.6180339887498949;

    private readonly double first;
    private readonly double ratio;
    private readonly int steps;

    /// <param name="first">σ of step 0, at least <paramref name="last"/>.</param>
    /// <param name="iterations">The number of steps, with and without noise; at least 1.</param>
    /// <param name="last">The last positive σ.</param>
    /// <exception cref="ArgumentOutOfRangeException">σ is too small or not finite, or there are no steps.</exception>
    public NoiseSchedule(double first, int iterations, double last = Last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        if (!(first >= last && double.IsFinite(first) && last > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(first), first, $"The noise cannot begin with standard deviation {first}; it must be finite and at least {last}.");
        }

        (this.first, Final) = (first, last);
        steps = (int)Math.Floor(Share * iterations);
        ratio = steps < 2 ? 1 : Math.Pow(last / first, 1.0 / (steps - 1));
    }

    /// <summary>The last positive σ.</summary>
    public double Final { get; }

    /// <summary>Whether values between both ends take turns, evenly spread on a logarithmic scale, in all steps.</summary>
    public bool IsMixed { get; init; }

    /// <summary>
    /// σ of step t = <paramref name="iteration"/>, counted from 0: <c>σ₀ (σ₁/σ₀)^{t/(T−1)}</c> with the last σ₁ in the first T steps, which
    /// have noise, then 0.
    /// </summary>
    public double At(int iteration)
        => IsMixed ? first * Math.Pow(Final / first, GoldenRatio * iteration % 1)
            : iteration < steps ? first * Math.Pow(ratio, iteration)
            : 0;
}
