using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>
/// The matrix K (N×N) of the inverse multiquadric kernel <c>(1 + (x_i − x_j)²/h²)^{−½}</c> of samples on the line, as <c>L Lᵀ</c> with L
/// N×R, so that <c>sᵀKs</c> costs O(NR) for every s.
/// </summary>
/// <remarks>
/// Cholesky with the largest remaining diagonal entry as pivot (Harbrecht, Peters and Schneider, "On the low-rank approximation by the
/// pivoted Cholesky decomposition", Applied Numerical Mathematics 62, 2012), until none is above <see cref="Tolerance"/>. The kernel is
/// smooth at the scale h, and R is some thirty to fifty whatever N is; O(NR²), and K itself is never made. What is left of K is
/// positive semi-definite with a diagonal below the tolerance, so that <c>sᵀKs</c> is too small by at most <c>N ‖s‖²</c> times it.
/// </remarks>
internal sealed class KernelFactor
{
    /// <summary>The largest diagonal entry of what is left out of K, whose diagonal is 1; rounding is a tenth of that.</summary>
    private const double Tolerance = 1e-14;

    // Rows of Lᵀ: R of length N.
    private readonly List<double[]> columns = [];

    /// <param name="samples">x (N).</param>
    public KernelFactor(double[] samples, double squaredBandwidth)
    {
        var left = new double[samples.Length];
        Array.Fill(left, 1);
        while (columns.Count < samples.Length)
        {
            int pivot = Array.IndexOf(left, left.Max());
            if (!(left[pivot] > Tolerance))
                break;
            double[] column = Array.ConvertAll(
                samples, point => 1 / Math.Sqrt(1 + ((point - samples[pivot]) * (point - samples[pivot]) / squaredBandwidth)));
            foreach (double[] other in columns)
                AddScaled(column, other, -other[pivot]);

            double scale = 1 / Math.Sqrt(left[pivot]);
            for (int i = 0; i < column.Length; i++)
            {
                column[i] *= scale;
                left[i] -= column[i] * column[i];
            }

            left[pivot] = 0;
            columns.Add(column);
        }
    }

    /// <summary><c>sᵀKs</c>.</summary>
    /// <param name="vector">s (N).</param>
    /// <param name="product">Receives Ks (N); may be empty.</param>
    public double Quadratic(ReadOnlySpan<double> vector, Span<double> product)
    {
        product.Clear();
        double sum = 0;
        foreach (double[] column in columns)
        {
            double projection = Dot(column, vector);
            sum += projection * projection;
            AddScaled(product, column, projection);
        }

        return sum;
    }

    // Vectors of four on every machine, also where there are wider ones: the order of summation, and with it the bits, is the same.
    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        ReadOnlySpan<Vector256<double>> leftVectors = MemoryMarshal.Cast<double, Vector256<double>>(left);
        ReadOnlySpan<Vector256<double>> rightVectors = MemoryMarshal.Cast<double, Vector256<double>>(right);
        Vector256<double> sums = Vector256<double>.Zero;
        for (int i = 0; i < leftVectors.Length; i++)
            sums += leftVectors[i] * rightVectors[i];
        double sum = Vector256.Sum(sums);
        for (int i = leftVectors.Length * Vector256<double>.Count; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }

    private static void AddScaled(Span<double> target, ReadOnlySpan<double> source, double factor)
    {
        Span<Vector256<double>> targetVectors = MemoryMarshal.Cast<double, Vector256<double>>(target);
        ReadOnlySpan<Vector256<double>> sourceVectors = MemoryMarshal.Cast<double, Vector256<double>>(source);
        for (int i = 0; i < targetVectors.Length; i++)
            targetVectors[i] += sourceVectors[i] * factor;
        for (int i = targetVectors.Length * Vector256<double>.Count; i < target.Length; i++)
            target[i] += source[i] * factor;
    }
}
