namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// Stein features of samples at J locations v by the Gaussian kernel, <c>τ_j(x) = k(x, v_j) (s(x) − (x − v_j)/σ²)/√(DJ)</c> with
/// <c>k(x, v) = exp(−‖x − v‖²/(2σ²))</c>; the squared length of their mean is the finite-set Stein discrepancy FSSD², and the objective by
/// which σ and v are chosen is <c>FSSD²/(σ_H1 + γ)</c> (Jitkrittum, Xu, Szabó, Fukumizu and Gretton, "A linear-time kernel
/// goodness-of-fit test", NeurIPS 2017, equations 4 and 5, propositions 2 and 4).
/// </summary>
/// <remarks>
/// A point is <c>(σ, v_1, …, v_J)</c>, 1 + JD numbers. With the mean μ of N features (JD) and <c>a_n = τ_n·μ</c>,
/// <c>FSSD² = (N‖μ‖² − mean‖τ‖²)/(N − 1)</c>, which is unbiased, and <c>σ_H1² = 4 mean a² − 4‖μ‖⁴</c>. With
/// <c>b = σ_H1 + γ</c>, objective o and <c>w = mean a τ</c>, the derivative of o by τ_n is
/// <c>2(μ − τ_n/N)/((N − 1)b) − (4o/(Nbσ_H1))(a_n μ + w − 2‖μ‖²μ)</c>. O(NJD).
/// </remarks>
/// <param name="samples">N samples, at least 2.</param>
/// <param name="locations">J.</param>
/// <param name="regularisation">γ.</param>
internal sealed class FiniteSetFeatures(TestSamples samples, int locations, double regularisation = 1e-4)
{
    private readonly int dimension = samples.Dimension;
    private readonly double scale = 1 / Math.Sqrt(locations * samples.Dimension);
    private readonly double[] kernel = new double[samples.Count * locations];
    private readonly double[] mean = new double[locations * samples.Dimension];

    /// <summary>τ (N×JD, row-major) of the last point.</summary>
    public double[] Features { get; } = new double[samples.Count * locations * samples.Dimension];

    /// <summary>Computes <see cref="Features"/>, and returns FSSD².</summary>
    public double Discrepancy(ReadOnlySpan<double> point)
    {
        double variance = point[0] * point[0];
        int count = samples.Count;
        Array.Clear(mean);
        double squares = 0;
        for (int n = 0; n < count; n++)
        {
            ReadOnlySpan<double> x = samples.Values.AsSpan(n * dimension, dimension), s = samples.Scores.AsSpan(n * dimension, dimension);
            for (int j = 0; j < locations; j++)
            {
                ReadOnlySpan<double> v = point.Slice(1 + (j * dimension), dimension);
                double distance = 0;
                for (int d = 0; d < v.Length; d++)
                    distance += (x[d] - v[d]) * (x[d] - v[d]);
                double k = scale * Math.Exp(-distance / (2 * variance));
                kernel[(n * locations) + j] = k;
                Span<double> features = Features.AsSpan(((n * locations) + j) * dimension, dimension);
                Span<double> sums = mean.AsSpan(j * dimension, dimension);
                for (int d = 0; d < features.Length; d++)
                {
                    double feature = k * (s[d] - ((x[d] - v[d]) / variance));
                    features[d] = feature;
                    sums[d] += feature;
                    squares += feature * feature;
                }
            }
        }

        foreach (ref double entry in mean.AsSpan())
            entry /= count;
        return ((count * Dot(mean, mean)) - (squares / count)) / (count - 1);
    }

    /// <summary>The objective at a point, and its derivative.</summary>
    public double Objective(ReadOnlySpan<double> point, Span<double> gradient)
    {
        double discrepancy = Discrepancy(point), variance = point[0] * point[0], length = Dot(mean, mean), squares = 0;
        int count = samples.Count, width = mean.Length;
        double[] products = new double[count], weighted = new double[width];
        for (int n = 0; n < count; n++)
        {
            ReadOnlySpan<double> features = Features.AsSpan(n * width, width);
            double product = Dot(features, mean);
            products[n] = product;
            squares += product * product;
            for (int i = 0; i < width; i++)
                weighted[i] += product / count * features[i];
        }

        double deviation = Math.Sqrt(Math.Max(0, (4 * squares / count) - (4 * length * length)));
        double unit = deviation + regularisation, objective = discrepancy / unit;
        double byFeature = -2 / (count * (count - 1.0) * unit);
        double byProduct = deviation == 0 ? 0 : -4 * objective / (count * unit * deviation);
        double byMean = (-count * byFeature) - (2 * length * byProduct);
        var featureGradient = new double[width];
        gradient.Clear();
        double byVariance = 0;
        for (int n = 0; n < count; n++)
        {
            ReadOnlySpan<double> allFeatures = Features.AsSpan(n * width, width), x = samples.Values.AsSpan(n * dimension, dimension);
            double factor = byMean + (byProduct * products[n]);
            for (int i = 0; i < width; i++)
                featureGradient[i] = (factor * mean[i]) + (byFeature * allFeatures[i]) + (byProduct * weighted[i]);
            for (int j = 0; j < locations; j++)
            {
                int first = j * dimension;
                ReadOnlySpan<double> by = featureGradient.AsSpan(first, dimension), v = point.Slice(1 + first, dimension);
                Span<double> byLocation = gradient.Slice(1 + first, dimension);
                double k = kernel[(n * locations) + j], alongFeature = Dot(by, allFeatures.Slice(first, dimension));
                double distance = 0, along = 0;
                for (int d = 0; d < v.Length; d++)
                {
                    double difference = x[d] - v[d];
                    distance += difference * difference;
                    along += by[d] * difference;
                    byLocation[d] += ((alongFeature * difference) + (k * by[d])) / variance;
                }

                byVariance += ((alongFeature * distance / 2) + (k * along)) / (variance * variance);
            }
        }

        gradient[0] = 2 * point[0] * byVariance;
        return objective;
    }

    private static double Dot(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        double sum = 0;
        for (int i = 0; i < one.Length; i++)
            sum += one[i] * other[i];
        return sum;
    }
}
