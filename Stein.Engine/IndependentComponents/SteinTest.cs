using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Test functions f_ij of all pairs of sources, in direction i, with which Stein's identity <c>M_ij = E[ψ(z_i) f_ij + ∂f_ij/∂z_i] = 0</c>
/// holds for independent sources with scores ψ.
/// </summary>
internal abstract class SteinTest
{
    /// <summary>Replaces sources and scores of samples by factors a_j and s_i with <c>M_ij = E[s_i a_j] + δ_ij E[t_i]</c>.</summary>
    /// <param name="sources">z (K×N at least); receives a.</param>
    /// <param name="scores">ψ(z); receives s.</param>
    /// <param name="divergences">Receives t.</param>
    /// <param name="count">N.</param>
    public abstract void Apply(PaddedMatrix sources, PaddedMatrix scores, PaddedMatrix divergences, int count);

    /// <summary>The Gauss–Newton step at independent sources.</summary>
    /// <param name="density">Of all sources.</param>
    public abstract GaussNewtonStep Step(SourceDensity density);
}

/// <summary>
/// <c>f_ij = h(z_j)</c> with <c>h(z) = z exp(−z²/2b²)</c>, which is about z for samples near 0, at most <c>b/√e</c>, and returns to 0 for
/// those far away.
/// </summary>
internal sealed class BoundedTest : SteinTest
{
    /// <param name="bound">b, positive, in units of z.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not a positive finite number.</exception>
    public BoundedTest(double bound)
    {
        if (!(bound > 0 && double.IsFinite(bound)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(bound), bound, $"The bound cannot be {bound}; it must be a positive finite number.");
        }

        Bound = bound;
    }

    /// <summary>b.</summary>
    public double Bound { get; }

    /// <summary>h(z) and h′(z).</summary>
    public (double Value, double Slope) At(double z)
    {
        double square = z * z / (Bound * Bound), weight = Math.Exp(-0.5 * square);
        return (z * weight, (1 - square) * weight);
    }

    /// <inheritdoc/>
    public override void Apply(PaddedMatrix sources, PaddedMatrix scores, PaddedMatrix divergences, int count)
    {
        for (int i = 0; i < sources.Rows; i++)
        {
            Span<double> z = sources.Row(i)[..count], slopes = divergences.Row(i);
            for (int n = 0; n < z.Length; n++)
                (z[n], slopes[n]) = At(z[n]);
        }
    }

    /// <inheritdoc/>
    public override GaussNewtonStep Step(SourceDensity density) => GaussNewtonStep.Of(density, At);
}

/// <summary>
/// <c>f_ij = w(‖z‖²) z_j</c>, with w = 1 up to one squared length and 0 from another on: samples far away in any direction have no
/// influence, and the identity still holds exactly, which it does not where such samples are left out.
/// </summary>
internal sealed class WeightedTest : SteinTest
{
    private readonly double inner;
    private readonly double outer;

    /// <param name="inner">The squared length up to which w is 1.</param>
    /// <param name="outer">The squared length from which on w is 0; w falls from 1 as a polynomial of third degree.</param>
    /// <exception cref="ArgumentOutOfRangeException">The second is not above the first, or the first is negative.</exception>
    public WeightedTest(double inner, double outer)
    {
        if (!(inner >= 0 && outer > inner && double.IsFinite(outer)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(outer), outer, $"The weight cannot fall from {inner} to {outer}; pass two ascending numbers that are not negative.");
        }

        (this.inner, this.outer) = (inner, outer);
    }

    /// <summary>w(q) and w′(q).</summary>
    public (double Value, double Slope) At(double q)
    {
        double x = Math.Clamp((q - inner) / (outer - inner), 0, 1);
        return (1 - (x * x * (3 - (2 * x))), -6 * x * (1 - x) / (outer - inner));
    }

    /// <inheritdoc/>
    public override void Apply(PaddedMatrix sources, PaddedMatrix scores, PaddedMatrix divergences, int count)
    {
        var lengths = new double[count];
        for (int i = 0; i < sources.Rows; i++)
        {
            Span<double> z = sources.Row(i);
            for (int n = 0; n < lengths.Length; n++)
                lengths[n] += z[n] * z[n];
        }

        (double Value, double Slope)[] weights = Array.ConvertAll(lengths, At);
        for (int i = 0; i < sources.Rows; i++)
        {
            Span<double> z = sources.Row(i), psi = scores.Row(i), divergence = divergences.Row(i);
            for (int n = 0; n < weights.Length; n++)
            {
                (double weight, double slope) = weights[n];
                psi[n] = (weight * psi[n]) + (2 * slope * z[n]);
                divergence[n] = weight;
            }
        }
    }

    /// <summary>That of <c>f_ij = z_j</c>: the weight is 1 for nearly all samples of the model.</summary>
    public override GaussNewtonStep Step(SourceDensity density) => GaussNewtonStep.Linear(density);
}
