using Stein.Engine.LinearAlgebra;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>
/// Active slices by the kernel-smoothed difference <c>E_q[k(x, y) δ(x)]</c>, which Stein's identity gives from samples of q and the scores
/// of p alone: <c>(1/N) Σ_i [k(x_i, y) s_i + ∇_{x_i} k(x_i, y)]</c> with <c>k = exp(−a‖x − y‖²)</c>.
/// </summary>
/// <remarks>
/// As published, r takes the bandwidth <c>h = 4√(m/2)</c> and g half of it, with m the lower median of the squared distances of the first
/// <see cref="MedianSamples"/> samples, and the gradients of g are sums, not means, over the samples. O(N²D) operations for r and for
/// each g, on the host in double precision.
/// </remarks>
internal sealed class KernelSmoothedSlices : ActiveSlices
{
    /// <summary>The number of samples of which the published code takes the median.</summary>
    public const int MedianSamples = 100;

    private readonly PaddedMatrix scores;
    private readonly GaussianPairs narrow;
    private readonly double[] samples;

    /// <param name="samples">x: N×D, row-major, N at least 2.</param>
    /// <param name="scores">s, those of p at the samples: N×D, row-major.</param>
    /// <exception cref="ArgumentException">The shapes differ, or all samples are equal.</exception>
    public KernelSmoothedSlices(double[] samples, double[] scores, int dimension)
    {
        SampleMatrix.CheckSameShape(samples, scores, dimension, nameof(scores));
        (this.samples, Dimension) = (samples, dimension);
        this.scores = PaddedMatrix.FromRows(scores, scores.Length / dimension, dimension);
        double median = MedianDistance.Of(samples.AsSpan(0, Math.Min(samples.Length, MedianSamples * dimension)), dimension);
        Bandwidth = Math.Sqrt(2) * median;
        narrow = new(samples, dimension, InverseSquare(Bandwidth));
    }

    public override int Dimension { get; }

    /// <summary>h of the kernel for g; that for r is twice as wide.</summary>
    public double Bandwidth { get; }

    public override PaddedMatrix Differences()
    {
        double a = InverseSquare(2 * Bandwidth);
        var wide = new GaussianPairs(samples, Dimension, a);
        PaddedMatrix smoothed = wide.Smooth(scores);
        PaddedMatrix displacements = wide.Displacements((_, _, k) => k);
        for (int j = 0; j < smoothed.Rows; j++)
        {
            Span<double> row = smoothed.Row(j);
            ReadOnlySpan<double> displacement = displacements.Row(j);
            for (int d = 0; d < row.Length; d++)
                row[d] = (row[d] + (2 * a * displacement[d])) / smoothed.Rows;
        }

        return smoothed;
    }

    /// <remarks><c>∇_y Σ_i k (s_i·r − 2a u)</c> with <c>u = (x_i − y)·r</c> is <c>2a Σ_i k [(x_i − y)(s_i·r − 2a u) + r]</c>.</remarks>
    public override PaddedMatrix Gradients(ReadOnlySpan<double> r)
    {
        double twice = 2 * InverseSquare(Bandwidth);
        double[] projected = narrow.Project(r), along = GaussianPairs.Project(scores, r);
        PaddedMatrix gradients = narrow.Displacements((j, i, k) => -twice * k * (along[i] - (twice * (projected[i] - projected[j]))));
        for (int j = 0; j < gradients.Rows; j++)
        {
            Span<double> row = gradients.Row(j);
            for (int d = 0; d < row.Length; d++)
                row[d] += twice * narrow.RowSums[j] * r[d];
        }

        return gradients;
    }

    /// <summary>As published: <c>1/(h² + 1e−9)</c>.</summary>
    private static double InverseSquare(double bandwidth) => 1 / ((bandwidth * bandwidth) + 1e-9);
}
