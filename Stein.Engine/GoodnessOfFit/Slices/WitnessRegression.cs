using MathNet.Numerics.Statistics;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>
/// The function of a slice (r, g) that is optimal for <c>E_q[r·s_p f(g·x) + (r·g) f′(g·x) − λ f(g·x)²]</c>, for a known score of q:
/// <c>f*(y) = E_q[r·(s_p(x) − s_q(x)) | g·x = y]/(2λ)</c>, by Stein's identity for q and pointwise maximisation. The conditional mean is
/// a local linear regression in one dimension with a Gaussian window (Fan and Gijbels, "Local polynomial modelling and its
/// applications", 1996, section 2.2), whose bandwidth has the least error of leaving one out.
/// </summary>
internal sealed class WitnessRegression
{
    /// <summary>The largest number of samples that are left out in turn.</summary>
    private const int MaxLeftOut = 300;

    /// <summary>Bandwidths in units of the standard deviation times N^(−1/5).</summary>
    private static readonly double[] Factors = [0.03, 0.06, 0.12, 0.25, 0.5, 1, 2];

    private readonly double[] along;
    private readonly double[] targets;
    private readonly double bandwidth;

    /// <param name="along">g·x (N).</param>
    /// <param name="differences"><c>r·(s_p(x) − s_q(x))</c> (N).</param>
    /// <param name="penalty">λ.</param>
    public WitnessRegression(double[] along, double[] differences, double penalty)
    {
        this.along = along;
        targets = [.. differences.Select(difference => difference / (2 * penalty))];
        double rule = along.StandardDeviation() * Math.Pow(along.Length, -0.2);
        int[] left = SampleMatrix.EvenlySpaced(Math.Min(along.Length, MaxLeftOut), along.Length);
        bandwidth = Factors.Select(factor => factor * rule).MinBy(
            width => left.Sum(i => Math.Pow(At(along[i], width, i) - targets[i], 2)));
    }

    /// <summary>f*(y) in O(N).</summary>
    public double At(double y) => At(y, bandwidth, -1);

    /// <param name="y">Where.</param>
    /// <param name="width">The bandwidth.</param>
    /// <param name="without">The sample left out; −1 for none.</param>
    private double At(double y, double width, int without)
    {
        double s0 = 0, s1 = 0, s2 = 0, t0 = 0, t1 = 0;
        double nearest = double.PositiveInfinity, there = 0;
        for (int i = 0; i < along.Length; i++)
        {
            if (i == without)
                continue;
            double offset = (along[i] - y) / width;
            double weight = Math.Exp(-0.5 * offset * offset);
            s0 += weight;
            s1 += weight * offset;
            s2 += weight * offset * offset;
            t0 += weight * targets[i];
            t1 += weight * offset * targets[i];
            if (Math.Abs(offset) < nearest)
                (nearest, there) = (Math.Abs(offset), targets[i]);
        }

        // Where the window holds too few samples for a line it is their mean, and where it holds none, the nearest of all.
        double determinant = (s0 * s2) - (s1 * s1);
        return determinant > 1e-6 * s0 * s0 ? ((s2 * t0) - (s1 * t1)) / determinant : s0 > 1e-12 ? t0 / s0 : there;
    }
}
