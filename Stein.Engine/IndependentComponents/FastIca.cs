using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Stein.Engine.IndependentComponents;

/// <summary>Symmetric FastICA with the contrast log cosh, on whitened samples.</summary>
/// <remarks>
/// A. Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", IEEE Transactions on Neural Networks 10,
/// 1999: <c>V⁺ = E[g(z) xᵀ] − diag(E[g′(z)]) V</c> with g = tanh, then <c>V ← (V⁺V⁺ᵀ)^−½ V⁺</c>.
/// </remarks>
internal static class FastIca
{
    // Factorisations by several threads need not have the same bits.
    static FastIca() => MathNet.Numerics.Control.UseSingleThread();

    /// <summary>Iterates until no row turns by more than the tolerance.</summary>
    /// <param name="moments">Of whitened samples.</param>
    /// <param name="start">An orthogonal V (K×K, row-major).</param>
    /// <param name="tolerance">Of 1 − |cos| of the angle by which a row turns in an iteration.</param>
    /// <returns>An orthogonal V, how much a row turned in the last iteration, and the number of iterations.</returns>
    public static (double[] Unmixing, double Change, int Iterations) Run(
        SourceMoments moments, double[] start, double tolerance, int maxIterations, CancellationToken cancellation = default)
    {
        int k = moments.Sources;
        SourceDensity[] densities = [.. Enumerable.Repeat(SourceDensity.HyperbolicSecant, k)];
        Matrix<double> unmixing = Matrix<double>.Build.DenseOfRowMajor(k, k, start);
        double change = double.PositiveInfinity;
        int iteration = 0;
        while (change > tolerance && iteration < maxIterations)
        {
            SourceStatistics statistics = moments.Compute(unmixing.ToRowMajorArray(), densities, hasCurvature: false, cancellation);
            // The score is −g: the signs cancel in what follows.
            Matrix<double> product = Matrix<double>.Build.DenseOfRowMajor(k, k, statistics.SlopeProduct);
            product.SetDiagonal(product.Diagonal() - DenseVector.OfArray(statistics.MeanCurvatures));
            Matrix<double> next = Orthogonal(product * unmixing);
            change = Enumerable.Range(0, k).Max(i => Math.Abs(1 - Math.Abs(next.Row(i) * unmixing.Row(i))));
            unmixing = next;
            iteration++;
        }

        return (unmixing.ToRowMajorArray(), change, iteration);
    }

    /// <summary>The orthogonal matrix nearest to A: <c>(AAᵀ)^−½ A</c>.</summary>
    private static Matrix<double> Orthogonal(Matrix<double> a)
    {
        var factors = a.Svd();
        return factors.U * factors.VT;
    }
}
