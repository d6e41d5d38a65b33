using Stein.Engine.Formulas;
using Stein.Engine.Models;

namespace Stein.Engine.IndependentComponents;

/// <summary>
/// The density p of one source of an ICA model, symmetric about 0 and of a fixed scale: its log-density, its score <c>ψ = (log p)′</c>
/// and ψ′. Immutable.
/// </summary>
internal abstract class SourceDensity : SourceContrast
{
    private const double Log2 = 0.69314718055994530942;
    private static readonly double HalfLog2Pi = 0.5 * Math.Log(2 * Math.PI);

    private readonly Lazy<(double[] Points, double[] Weights)> quadrature;

    private SourceDensity(string name)
    {
        Name = name;
        quadrature = new(MakeQuadrature);
    }

    /// <summary>Laplace(0, 1): <c>log p(z) = −log 2 − |z|</c>; its score is not continuous at 0.</summary>
    public static SourceDensity Laplace { get; } = new LaplaceSource();

    /// <summary>Logistic: <c>p(z) = ¼ sech²(z/2)</c>, <c>ψ(z) = −tanh(z/2)</c>, as in Infomax (Bell and Sejnowski 1995).</summary>
    public static SourceDensity Logistic { get; } = new HyperbolicSource("logistic", exponent: 2, rate: 0.5, logNormaliser: 0);

    /// <summary>
    /// The even mixture of N(1, 1) and N(−1, 1), with excess kurtosis −½: <c>ψ(z) = −z + tanh z</c>, the sub-Gaussian density of the
    /// extended Infomax algorithm (Lee, Girolami and Sejnowski, Neural Computation 11, 1999, equation 2.16).
    /// </summary>
    public static SourceDensity SubGaussian { get; } = new SubGaussianSource();

    /// <summary>Hyperbolic secant: <c>p(z) = sech(z)/π</c>, <c>ψ(z) = −tanh z</c>, the contrast "logcosh" of FastICA.</summary>
    public static SourceDensity HyperbolicSecant { get; } = new HyperbolicSource(
        "hyperbolic-secant", exponent: 1, rate: 1, logNormaliser: Math.Log(Math.PI / 2));

    /// <summary>The name on the command line and in tables.</summary>
    public string Name { get; }

    /// <summary>Whether ψ is continuous.</summary>
    public virtual bool IsSmooth => true;

    /// <summary>Student t with ν degrees of freedom, location 0, scale 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">ν is not a positive finite number.</exception>
    public static SourceDensity StudentT(double degreesOfFreedom)
    {
        if (!(degreesOfFreedom > 0 && double.IsFinite(degreesOfFreedom)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(degreesOfFreedom),
                degreesOfFreedom,
                $"A Student-t cannot have {degreesOfFreedom} degrees of freedom; pass a positive finite number.");
        }

        return new StudentTSource(degreesOfFreedom);
    }

    /// <summary>
    /// Generalised Gaussian: <c>p(z) ∝ exp(−|z|^a)</c>, Laplace's density for a = 1, N(0, ½) for a = 2, sub-Gaussian above.
    /// </summary>
    /// <remarks>
    /// Below a = 2, ψ′ is infinite at 0, and below a = 1, ψ is too; both are taken for 0 there. The information E[ψ²] is finite only above
    /// a = ½.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">a is not a finite number above ½.</exception>
    public static SourceDensity GeneralisedGaussian(double exponent)
    {
        if (!(exponent > 0.5 && double.IsFinite(exponent)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(exponent),
                exponent,
                $"The exponent of a generalised Gaussian cannot be {exponent}; pass a finite number above 0.5.");
        }

        return new GeneralisedGaussianSource(exponent);
    }

    /// <summary>
    /// <c>log p(z) = −√(z² + ε²)</c> up to a constant, which tends to Laplace(0, 1) as ε falls to 0: for the search, not for likelihoods.
    /// </summary>
    public static SourceDensity SmoothedLaplace(double epsilon) => new SmoothedLaplaceSource(epsilon);

    /// <summary>log p(z), in nats.</summary>
    public double LogDensity(double z)
    {
        Span<double> scratch = stackalloc double[2];
        return Evaluate([z], scratch[..1], scratch[1..]);
    }

    /// <summary>ψ(z).</summary>
    public double Score(double z)
    {
        Span<double> scratch = stackalloc double[2];
        Evaluate([z], scratch[..1], scratch[1..]);
        return scratch[0];
    }

    /// <summary>Points and weights of sum 1 for means under the density, by the midpoint rule; not to be changed.</summary>
    public (double[] Points, double[] Weights) Quadrature() => quadrature.Value;

    /// <summary>The square root of the variance, by <see cref="Quadrature"/>.</summary>
    public double StandardDeviation()
    {
        (double[] points, double[] weights) = Quadrature();
        return Math.Sqrt(points.Zip(weights, (z, weight) => weight * z * z).Sum());
    }

    private (double[] Points, double[] Weights) MakeQuadrature()
    {
        const int Half = 1 << 15;
        const double Step = 60.0 / Half;
        double[] points = new double[2 * Half], weights = new double[2 * Half];
        double mass = 0;
        for (int i = 0; i < points.Length; i++)
        {
            points[i] = (i - Half + 0.5) * Step;
            weights[i] = Math.Exp(LogDensity(points[i]));
            mass += weights[i];
        }

        return (points, Array.ConvertAll(weights, weight => weight / mass));
    }

    /// <summary>The logarithm of a product of factors that are at least 1, with few logarithms.</summary>
    private struct LogProduct()
    {
        private const double Large = 1e100;
        private double sum;
        private double product = 1;

        public readonly double Value => sum + Math.Log(product);

        public void Multiply(double factor)
        {
            product *= factor;
            if (product > Large)
            {
                sum += Math.Log(product);
                product = 1;
            }
        }
    }

    private sealed class LaplaceSource() : SourceDensity("laplace")
    {
        public override bool IsSmooth => false;

        public override DeviceContrast OnDevice { get; } = new DeviceContrast<DensityContrast<LaplaceDensity>>();

        public override double Evaluate(ReadOnlySpan<double> z, Span<double> scores, Span<double> derivatives)
        {
            double sum = 0;
            for (int i = 0; i < z.Length; i++)
            {
                sum += Math.Abs(z[i]);
                scores[i] = z[i] > 0 ? -1 : z[i] < 0 ? 1 : 0;
            }

            derivatives.Clear();
            return (-Log2 * z.Length) - sum;
        }
    }

    private sealed class SmoothedLaplaceSource(double epsilon) : SourceDensity("smoothed-laplace")
    {
        public override DeviceContrast OnDevice { get; } = new DeviceContrast<SmoothedLaplaceContrast>(epsilon * epsilon);

        public override double Evaluate(ReadOnlySpan<double> z, Span<double> scores, Span<double> derivatives)
        {
            double sum = 0, square = epsilon * epsilon;
            for (int i = 0; i < z.Length; i++)
            {
                double size = Math.Sqrt((z[i] * z[i]) + square);
                sum += size;
                scores[i] = -z[i] / size;
                derivatives[i] = -square / (size * size * size);
            }

            return -sum;
        }
    }

    /// <summary><c>log p(z) = −a log(2 cosh bz) − log C</c>, <c>ψ(z) = −ab tanh bz</c>.</summary>
    private sealed class HyperbolicSource(string name, double exponent, double rate, double logNormaliser) : SourceDensity(name)
    {
        public override DeviceContrast? OnDevice { get; }
            = exponent == 1 && rate == 1 ? new DeviceContrast<HyperbolicSecantContrast>() : null;

        public override double Evaluate(ReadOnlySpan<double> z, Span<double> scores, Span<double> derivatives)
        {
            double sum = 0, slope = exponent * rate;
            var product = new LogProduct();
            for (int i = 0; i < z.Length; i++)
            {
                double size = Math.Abs(z[i]);
                double e = Math.Exp(-2 * rate * size);
                double tanh = (1 - e) / (1 + e);
                sum += slope * size;
                product.Multiply(1 + e);
                scores[i] = -Math.CopySign(slope * tanh, z[i]);
                derivatives[i] = -4 * slope * rate * e / ((1 + e) * (1 + e));
            }

            return -sum - (exponent * product.Value) - (logNormaliser * z.Length);
        }
    }

    private sealed class SubGaussianSource() : SourceDensity("sub-gaussian")
    {
        public override double Evaluate(ReadOnlySpan<double> z, Span<double> scores, Span<double> derivatives)
        {
            double sum = 0;
            var product = new LogProduct();
            for (int i = 0; i < z.Length; i++)
            {
                double size = Math.Abs(z[i]);
                double e = Math.Exp(-2 * size);
                double tanh = (1 - e) / (1 + e);
                sum += size - (0.5 * ((size * size) + 1));
                product.Multiply(1 + e);
                scores[i] = -z[i] + Math.CopySign(tanh, z[i]);
                derivatives[i] = -tanh * tanh;
            }

            return sum + product.Value - ((HalfLog2Pi + Log2) * z.Length);
        }
    }

    private sealed class StudentTSource(double freedom) : SourceDensity("student-t")
    {
        private readonly double logNormaliser = MathNet.Numerics.SpecialFunctions.GammaLn((freedom + 1) / 2)
            - MathNet.Numerics.SpecialFunctions.GammaLn(freedom / 2) - (0.5 * Math.Log(freedom * Math.PI));

        public override DeviceContrast? OnDevice { get; } = freedom == IcaData.StudentTDegreesOfFreedom
            ? new DeviceContrast<DensityContrast<StudentTDensity>>()
            : null;

        public override double Evaluate(ReadOnlySpan<double> z, Span<double> scores, Span<double> derivatives)
        {
            var product = new LogProduct();
            for (int i = 0; i < z.Length; i++)
            {
                double square = z[i] * z[i];
                double denominator = freedom + square;
                product.Multiply(1 + (square / freedom));
                scores[i] = -(freedom + 1) * z[i] / denominator;
                derivatives[i] = (freedom + 1) * (square - freedom) / (denominator * denominator);
            }

            return (logNormaliser * z.Length) - (0.5 * (freedom + 1) * product.Value);
        }
    }

    private sealed class GeneralisedGaussianSource(double exponent) : SourceDensity("generalised-gaussian")
    {
        private readonly double logNormaliser = Log2 + MathNet.Numerics.SpecialFunctions.GammaLn(1 + (1 / exponent));

        public override bool IsSmooth => exponent > 1;

        public override double Evaluate(ReadOnlySpan<double> z, Span<double> scores, Span<double> derivatives)
        {
            double sum = 0;
            for (int i = 0; i < z.Length; i++)
            {
                double size = Math.Abs(z[i]);
                double power = size == 0 && exponent < 2 ? 0 : Math.Pow(size, exponent - 2);
                sum += power * size * size;
                scores[i] = -exponent * power * z[i];
                derivatives[i] = -exponent * (exponent - 1) * power;
            }

            return -sum - (logNormaliser * z.Length);
        }
    }
}
