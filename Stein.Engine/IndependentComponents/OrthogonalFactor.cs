using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>The orthogonal matrix nearest to a square one, <c>(AAᵀ)^−½ A</c>, its orthogonal polar factor.</summary>
internal static class OrthogonalFactor
{
    private const int MaxIterations = 30;
    private const double Tolerance = 1e-8;

    // Factorisations by several threads need not have the same bits.
    static OrthogonalFactor() => MathNet.Numerics.Control.UseSingleThread();

    /// <summary>The factor of A (K×K, row-major, invertible).</summary>
    /// <remarks>
    /// By the iteration of Newton and Schulz, <c>X ← ½ X (3I − XᵀX)</c>, which has products only. It takes singular values in (0, 1] to 1,
    /// the small ones by a factor 3/2 at a time; A is divided by a bound of its largest, the root of the largest absolute row sum of AᵀA.
    /// Where singular values are too far apart, by a singular value decomposition.
    /// </remarks>
    public static double[] Of(double[] a, int k)
    {
        var x = PaddedMatrix.FromRows(a, k, k);
        PaddedMatrix product = HostProduct.MultiplyLeftTransposed(x, x);
        double bound = Enumerable.Range(0, k).Max(i => Norm(product.Row(i)));
        x = PaddedMatrix.FromRows(Array.ConvertAll(a, value => value / Math.Sqrt(bound)), k, k);
        double last = double.PositiveInfinity;
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            product = HostProduct.MultiplyLeftTransposed(x, x);
            double squares = 0;
            for (int i = 0; i < k; i++)
            {
                Span<double> row = product.Row(i);
                for (int j = 0; j < k; j++)
                {
                    double identity = i == j ? 1 : 0, difference = identity - row[j];
                    squares += difference * difference;
                    row[j] = identity + (0.5 * difference);
                }
            }

            // At the end, only rounding is left.
            double distance = Math.Sqrt(squares);
            if (distance < Tolerance && !(distance < last / 2))
                return x.ToArray();
            last = distance;
            x = HostProduct.Multiply(x, product);
        }

        var factors = Matrix<double>.Build.DenseOfRowMajor(k, k, a).Svd();
        return (factors.U * factors.VT).ToRowMajorArray();
    }

    private static double Norm(ReadOnlySpan<double> row)
    {
        double sum = 0;
        foreach (double value in row)
            sum += Math.Abs(value);
        return sum;
    }
}
