using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.Samplers;

/// <summary>Samples after jumps between modes.</summary>
/// <param name="Samples">N×D, row-major, in the order of the original samples.</param>
/// <param name="AcceptanceRate">The share of proposed jumps that were accepted; NaN if none was proposed.</param>
internal sealed record ModeJumpResult(double[] Samples, double AcceptanceRate);

/// <summary>
/// Jumps between the modes of p that leave p invariant: an ordered pair (i, j) of different modes is drawn uniformly, the proposal is
/// <c>x' = θμ_j + C_j^{1/2} C_i^{−1/2} (x − θμ_i)</c>, and it is accepted with probability <c>min(1, p(x')|det|/p(x))</c>,
/// <c>|det| = (det C_j/det C_i)^{1/2}</c>.
/// </summary>
/// <remarks>
/// <para>Source: Liu, Duncan and Gandy, "Using perturbation to improve goodness-of-fit tests based on kernelized Stein discrepancy",
/// ICML 2023. The map of the pair (j, i) is the inverse of that of (i, j), and both are drawn equally often, so p is invariant for
/// all θ, modes and covariances, while other laws change. A sample with wrong proportions moves towards the right ones, to an extent
/// that depends on the number of steps.</para>
/// <para>Square roots are symmetric. With a single mode there are no pairs, and samples are not changed.</para>
/// </remarks>
internal sealed class ModeJump
{
    private readonly IDensity density;
    private readonly double[][] locations;
    private readonly double[][] roots;
    private readonly double[][] inverseRoots;
    private readonly double[] logDeterminants;

    /// <summary>Computes the roots of the covariances.</summary>
    /// <param name="density">p, up to a constant.</param>
    /// <param name="modes">The modes to jump between, at least one, usually found by <see cref="ModeSearch"/>.</param>
    /// <param name="scale">θ, finite: 1 jumps from mode to mode, and the source tries 0.5 to 1.5.</param>
    /// <exception cref="ArgumentException">There are no modes, or the dimension of one is not that of the density.</exception>
    /// <exception cref="ArgumentOutOfRangeException">θ is not finite.</exception>
    public ModeJump(IDensity density, IReadOnlyList<Mode> modes, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(density);
        ArgumentNullException.ThrowIfNull(modes);
        if (modes.Count == 0)
            throw new ArgumentException("There are no modes; pass at least one.", nameof(modes));
        if (!double.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"The scale of the modes cannot be {scale}; it must be finite.");
        for (int i = 0; i < modes.Count; i++)
        {
            if (modes[i].Location.Length != density.Dimension || modes[i].Covariance.Dimension != density.Dimension)
            {
                throw new ArgumentException(
                    $"Mode {i} has a location of {modes[i].Location.Length} numbers and a covariance of dimension "
                    + $"{modes[i].Covariance.Dimension}; the density has dimension {density.Dimension}.",
                    nameof(modes));
            }
        }

        this.density = density;
        Scale = scale;
        locations = [.. modes.Select(mode => mode.Location.Select(entry => scale * entry).ToArray())];
        roots = [.. modes.Select(mode => Root(mode.Covariance, inverse: false))];
        inverseRoots = [.. modes.Select(mode => Root(mode.Covariance, inverse: true))];
        logDeterminants = [.. modes.Select(mode => mode.Covariance.LogDeterminant)];
    }

    /// <summary>The scale θ.</summary>
    public double Scale { get; }

    /// <summary>The number of modes.</summary>
    public int Modes => locations.Length;

    /// <summary>
    /// Moves each sample by T jumps, sample by sample, so that the first rows do not depend on how many follow. A jump takes one
    /// evaluation of the log-density and O(D²) operations.
    /// </summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="steps">T, at least 0.</param>
    /// <param name="stream">Supplies the random numbers; ends up after the last number used.</param>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">T is negative.</exception>
    public ModeJumpResult Apply(ReadOnlySpan<double> samples, int steps, PhiloxStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        int rows = SampleMatrix.Rows(samples, density.Dimension, nameof(samples));
        SampleMatrix.CheckAtLeast(steps, 0, "The number of jumps", nameof(steps));
        double[] moved = samples.ToArray();
        long proposed = Modes > 1 ? (long)rows * steps : 0;
        if (proposed == 0)
            return new(moved, double.NaN);

        long accepted = 0;
        var standard = new double[density.Dimension];
        var proposal = new double[density.Dimension];
        for (int n = 0; n < rows; n++)
        {
            Span<double> sample = moved.AsSpan(n * density.Dimension, density.Dimension);
            double logDensity = density.LogDensity(sample);
            for (int step = 0; step < steps; step++)
            {
                int pair = stream.NextInt32(Modes * (Modes - 1));
                int from = pair / (Modes - 1);
                int to = pair % (Modes - 1);
                to += to >= from ? 1 : 0;
                Propose(sample, from, to, standard, proposal);
                double proposedLogDensity = density.LogDensity(proposal);
                double logRatio = proposedLogDensity - logDensity + (0.5 * (logDeterminants[to] - logDeterminants[from]));

                // The ratio is NaN if both densities are zero; the jump is then rejected.
                if (!(Math.Log(stream.NextOpenUniform()) < logRatio))
                    continue;
                proposal.CopyTo(sample);
                logDensity = proposedLogDensity;
                accepted++;
            }
        }

        return new(moved, (double)accepted / proposed);
    }

    private static double[] Root(GaussianCovariance covariance, bool inverse)
    {
        int dimension = covariance.Dimension;
        var decomposition = new DenseMatrix(dimension, dimension, covariance.ToArray()).Evd(Symmetricity.Symmetric);
        double power = inverse ? -0.5 : 0.5;
        var values = DenseVector.Create(dimension, i => Math.Pow(decomposition.EigenValues[i].Real, power));
        Matrix<double> vectors = decomposition.EigenVectors;
        return (vectors * DiagonalMatrix.OfDiagonal(dimension, dimension, values) * vectors.Transpose()).ToRowMajorArray();
    }

    private static void Multiply(double[] matrix, ReadOnlySpan<double> vector, Span<double> product)
    {
        for (int row = 0; row < product.Length; row++)
        {
            double sum = 0;
            for (int column = 0; column < vector.Length; column++)
                sum += matrix[(row * vector.Length) + column] * vector[column];
            product[row] = sum;
        }
    }

    private void Propose(ReadOnlySpan<double> sample, int from, int to, double[] standard, double[] proposal)
    {
        for (int d = 0; d < proposal.Length; d++)
            proposal[d] = sample[d] - locations[from][d];
        Multiply(inverseRoots[from], proposal, standard);
        Multiply(roots[to], standard, proposal);
        for (int d = 0; d < proposal.Length; d++)
            proposal[d] += locations[to][d];
    }
}
