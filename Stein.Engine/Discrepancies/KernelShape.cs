using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Stein.Engine.Discrepancies;

/// <summary>Whether a kernel of N samples still tells them apart and yet compares them.</summary>
/// <param name="Mean">Of k(x_i, x_j) over i ≠ j, for a kernel with k(x, x) = 1.</param>
/// <param name="LargestShare">The largest eigenvalue of the matrix of all k(x_i, x_j) as a share of their sum.</param>
/// <param name="EffectiveRank">
/// <c>exp(−Σ λ_i log λ_i)/N</c> of the eigenvalues as shares of their sum: 1/N for a constant kernel and 1 for one that is only its
/// diagonal (Roy and Vetterli, "The effective rank", EUSIPCO 2007).
/// </param>
internal sealed record KernelShape(double Mean, double LargestShare, double EffectiveRank)
{
    private const double Diagonal = 0.01, Constant = 0.99;

    /// <summary>What has become of the kernel, in words; null for one that has not collapsed.</summary>
    public string? Collapse => Mean < Diagonal ? "the kernel has collapsed to its diagonal"
        : Mean > Constant ? "the kernel has become constant"
        : null;

    /// <param name="kernel">All k(x_i, x_j) (N×N), at least two samples.</param>
    public static KernelShape Of(double[] kernel)
    {
        int count = (int)Math.Round(Math.Sqrt(kernel.Length));
        double[] shares =
        [
            .. new DenseMatrix(count, count, kernel).Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real / count),
        ];
        double entropy = -shares.Where(share => share > 0).Sum(share => share * Math.Log(share));
        return new((kernel.Sum() - count) / ((double)count * (count - 1)), shares.Max(), Math.Exp(entropy) / count);
    }
}
