using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>
/// Active slices (Gong, Zhang, Li and Hernández-Lobato, "Active slices for sliced Stein discrepancy", ICML 2021): directions in which a
/// model differs from samples, found without optimisation, as eigenvectors. With <c>δ(x) = ∇ log p(x) − ∇ log q(x)</c>, the directions
/// r are the leading eigenvectors of <c>E_q[δδᵀ]</c>, and the direction g that belongs to r is the leading one of <c>E_q[vvᵀ]</c>
/// with <c>v = ∇(δ·r)</c>. The density q of the samples is not known; implementations differ by what stands for δ.
/// </summary>
internal abstract class ActiveSlices
{
    /// <summary>D.</summary>
    public abstract int Dimension { get; }

    /// <summary>The directions r in descending order.</summary>
    public PrincipalDirections ScoreDirections() => PrincipalDirections.Of(Differences());

    /// <summary>The directions g that belong to r, in descending order.</summary>
    /// <param name="r">D.</param>
    public PrincipalDirections SampleDirections(ReadOnlySpan<double> r) => PrincipalDirections.Of(Gradients(r));

    /// <summary>A slice for each of the given r, with the leading g.</summary>
    /// <param name="r">R×D, unit vectors.</param>
    public SliceSet For(double[] r)
    {
        var g = new double[r.Length];
        for (int start = 0; start < r.Length; start += Dimension)
            SampleDirections(r.AsSpan(start, Dimension)).First.CopyTo(g, start);
        return new(Dimension, r, g);
    }

    /// <summary>The slices of the k leading r, each with the leading g.</summary>
    /// <param name="k">From 1 to D.</param>
    public SliceSet Leading(int k) => For(ScoreDirections().Rows[..(k * Dimension)]);

    /// <summary>δ at the samples, or what stands for it (N×D).</summary>
    public abstract PaddedMatrix Differences();

    /// <summary>The derivatives of <c>δ·r</c> by the samples, or of what stands for it (N×D).</summary>
    public abstract PaddedMatrix Gradients(ReadOnlySpan<double> r);
}
