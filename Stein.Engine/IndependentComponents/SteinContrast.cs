using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.IndependentComponents;

/// <summary>
/// The Stein operator of a density b applied to one function of one coordinate, <c>F = ψβ + β′</c> with ψ = (log b)′: its mean is 0 for
/// sources with the density b, and as far from 0 as it can be for whitened mixtures, for β is the witness of the kernelised Stein
/// discrepancy of the normal density q = N(0, 1), to which mixtures of many sources tend.
/// </summary>
/// <remarks>
/// <para>
/// With the odd kernel <c>k(t − s) − k(t + s)</c>, <c>k(u) = exp(−u²/h²)</c>, the witness is
/// <c>β(t) = E_q[ψ(z) k_o(t, z) + ∂_z k_o(t, z)] = 2 E_q[(ψ(z) + z) k(t − z)]</c>, since −z is the score of q (integration by parts). It is
/// the same for all coordinates and needs no samples. Odd functions vanish at 0, so that a kink of b there does no harm.
/// </para>
/// <para>
/// b is smooth, <c>log b(z) = −ε log cosh(cz/ε)</c>, with c such that its variance is 1, as that of whitened samples: Laplace's density for
/// ε → 0 and the normal one for ε → ∞. A smooth contrast separates where one with a kink, such as that of the likelihood of Laplace
/// sources, has maxima that are none of the sources.
/// </para>
/// <para>F and F′ are read from a table with cubic interpolation, F″ is the derivative of F′ there; beyond its end they are 0.</para>
/// </remarks>
internal sealed class SteinContrast : SourceContrast
{
    private const double Spacing = 1.0 / 64;

    /// <summary>The end of the table in standard deviations of the witness.</summary>
    private const double End = 6;

    private readonly double smoothness;
    private readonly double slope;
    private readonly double bandwidth;
    private readonly int sign;

    private readonly Lazy<(double[] Values, double[] Slopes, double[] Curvatures)> table;

    /// <param name="smoothness">ε, positive.</param>
    /// <param name="bandwidth">h, in standard deviations of the sources, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not a positive finite number.</exception>
    public SteinContrast(double smoothness, double bandwidth)
        : this(smoothness, bandwidth, sign: 1)
    {
    }

    private SteinContrast(double smoothness, double bandwidth, int sign)
    {
        Require(smoothness, nameof(smoothness), "smoothness");
        Require(bandwidth, nameof(bandwidth), "bandwidth");
        (this.smoothness, this.bandwidth, this.sign) = (smoothness, bandwidth, sign);
        slope = smoothness * Math.Sqrt(HyperbolicSecantVariance(smoothness));
        table = new(Tabulate);
    }

    /// <summary>ε by default.</summary>
    public const double DefaultSmoothness = 8;

    /// <summary>h by default, in standard deviations of the sources.</summary>
    public static readonly double DefaultBandwidth = 10 / Math.Sqrt(2);

    /// <summary>The contrast of these, whose table is made once for all who use it.</summary>
    public static SteinContrast Default { get; } = new(DefaultSmoothness, DefaultBandwidth);

    /// <inheritdoc/>
    public override DeviceContrast? OnDevice => IsClosed ? new DeviceContrast<WhitenedWitnessContrast>() : null;

    private bool IsClosed => sign == 1 && smoothness == DefaultSmoothness && bandwidth == DefaultBandwidth;

    /// <summary>−F: its mean is least for sources with lighter tails than the normal density's.</summary>
    public SteinContrast Negated() => new(smoothness, bandwidth, -sign);

    /// <summary>F, F′ and F″ by quadrature.</summary>
    public (double Value, double Slope, double Curvature) At(double t)
    {
        (double psi, double first, double second) = Score(t);
        (double beta, double beta1, double beta2, double beta3) = Witness(t);
        return (
            sign * ((psi * beta) + beta1),
            sign * ((first * beta) + (psi * beta1) + beta2),
            sign * ((second * beta) + (2 * first * beta1) + (psi * beta2) + beta3));
    }

    /// <summary>ψ, ψ′ and ψ″ of b.</summary>
    public (double Score, double First, double Second) Score(double z)
    {
        double tanh = Math.Tanh(slope * z / smoothness), square = 1 - (tanh * tanh);
        return (
            -slope * tanh,
            -slope * slope / smoothness * square,
            2 * slope * slope * slope / smoothness / smoothness * tanh * square);
    }

    /// <summary><c>E[F′(z) z − F″(z)]</c> for sources with a density: how the contrast bends at a separated source.</summary>
    /// <param name="density">Scaled to variance 1.</param>
    public double CurvatureAt(SourceDensity density)
    {
        (double[] points, double[] weights) = density.Quadrature();
        double deviation = density.StandardDeviation();
        // Both factors are even, and the points are in ascending order.
        int half = points.Length / 2;
        double[] scaled = Array.ConvertAll(points[half..], z => z / deviation);
        double[] first = new double[scaled.Length], second = new double[scaled.Length];
        if (IsClosed)
        {
            for (int i = 0; i < scaled.Length; i++)
            {
                (_, DoubleLane slope, DoubleLane curvature) = WhitenedWitnessContrast.At(DoubleLane.Constant(scaled[i]), default);
                (first[i], second[i]) = (slope.Value, curvature.Value);
            }
        }
        else
        {
            Evaluate(scaled, first, second);
        }

        double sum = 0;
        for (int i = 0; i < half; i++)
            sum += weights[half + i] * ((first[i] * scaled[i]) - second[i]);
        return 2 * sum;
    }

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<double> z, Span<double> slopes, Span<double> curvatures)
    {
        (double[] f, double[] f1, double[] f2) = table.Value;
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
        {
            double place = Math.Abs(z[i]) / Spacing;
            if (!(place < f.Length - 1))
            {
                (slopes[i], curvatures[i]) = (0, 0);
                continue;
            }

            int cell = (int)place;
            double x = place - cell, y = 1 - x;
            double h00 = y * y * (1 + (2 * x)), h01 = x * x * (1 + (2 * y)), h10 = x * y * y * Spacing, h11 = -x * x * y * Spacing;
            sum += (h00 * f[cell]) + (h01 * f[cell + 1]) + (h10 * f1[cell]) + (h11 * f1[cell + 1]);
            double first = (h00 * f1[cell]) + (h01 * f1[cell + 1]) + (h10 * f2[cell]) + (h11 * f2[cell + 1]);
            slopes[i] = z[i] < 0 ? -first : first;
            curvatures[i] = (6 * x * y * (f1[cell + 1] - f1[cell]) / Spacing)
                + (y * (1 - (3 * x)) * f2[cell]) + (x * ((3 * x) - 2) * f2[cell + 1]);
        }

        return sum;
    }

    /// <summary>F, F′ and F″ at the multiples of the spacing.</summary>
    private (double[] Values, double[] Slopes, double[] Curvatures) Tabulate()
    {
        int count = (int)Math.Ceiling(End * Math.Sqrt((bandwidth * bandwidth) + 2) / Spacing) + 1;
        double[] values = new double[count], slopes = new double[count], curvatures = new double[count];
        for (int i = 0; i < count; i++)
            (values[i], slopes[i], curvatures[i]) = At(i * Spacing);
        return (values, slopes, curvatures);
    }

    /// <summary>
    /// β and its first three derivatives. The trapezoidal rule converges faster than any power of its step for such integrands.
    /// </summary>
    private (double, double, double, double) Witness(double t)
    {
        const int Half = 200;
        const double Step = 10.0 / Half;
        double sum = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        for (int i = -Half; i <= Half; i++)
        {
            double z = i * Step, r = (t - z) / bandwidth;
            double weight = 2 * Step * Math.Exp((-0.5 * z * z) - (r * r)) / Math.Sqrt(2 * Math.PI) * (Score(z).Score + z);
            sum += weight;
            sum1 += weight * -2 * r / bandwidth;
            sum2 += weight * ((4 * r * r) - 2) / (bandwidth * bandwidth);
            sum3 += weight * ((-8 * r * r * r) + (12 * r)) / (bandwidth * bandwidth * bandwidth);
        }

        return (sum, sum1, sum2, sum3);
    }

    /// <summary>The variance of the density proportional to <c>sech^ε</c>.</summary>
    private static double HyperbolicSecantVariance(double exponent)
    {
        const int Half = 1 << 14;
        double step = 40 * Math.Max(1, 1 / exponent) / Half, mass = 0, variance = 0;
        for (int i = -Half; i <= Half; i++)
        {
            double z = Math.Abs(i * step);
            double weight = Math.Exp(-exponent * (z + Math.Log((1 + Math.Exp(-2 * z)) / 2)));
            mass += weight;
            variance += weight * z * z;
        }

        return variance / mass;
    }

    private static void Require(double value, string name, string what)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"The {what} cannot be {value}; it must be a positive finite number.");
    }
}
