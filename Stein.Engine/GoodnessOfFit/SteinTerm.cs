using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>The Stein kernel of one pair of samples.</summary>
internal static class SteinTerm
{
    /// <summary><c>u(x_i, x_j)</c>, summed over the bandwidths, O(D).</summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">N×D, row-major.</param>
    public static double Value<TKernel>(double[] samples, double[] scores, int dimension, SteinKernel kernel, int i, int j)
        where TKernel : struct, IRadialKernel
    {
        ReadOnlySpan<double> x = samples.AsSpan(i * dimension, dimension), y = samples.AsSpan(j * dimension, dimension);
        ReadOnlySpan<double> s = scores.AsSpan(i * dimension, dimension), t = scores.AsSpan(j * dimension, dimension);
        double total = 0;
        foreach (double bandwidth in kernel.Bandwidths)
        {
            double square = 0, product = 0, along = 0;
            for (int d = 0; d < x.Length; d++)
            {
                double displacement = (x[d] - y[d]) / bandwidth;
                double score = s[d] * bandwidth, other = t[d] * bandwidth;
                square += displacement * displacement;
                product += score * other;
                along += (score - other) * displacement;
            }

            var rho = new DoubleLane(square);
            DoubleLane value = SteinPairTerm<TKernel>.Kernel(
                rho, rho, new DoubleLane(product), new DoubleLane(along), new DoubleLane(dimension), new DoubleLane(2));
            total += value.Value / bandwidth / bandwidth;
        }

        return total;
    }
}
