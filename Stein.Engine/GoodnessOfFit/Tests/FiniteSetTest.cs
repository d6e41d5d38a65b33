using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the finite-set Stein discrepancy, in linear time (Jitkrittum, Xu, Szabó, Fukumizu and Gretton, "A linear-time kernel
/// goodness-of-fit test", NeurIPS 2017; github.com/wittawatj/kernel-gof): FSSD-rand, whose locations are drawn, and FSSD-opt, whose
/// locations and bandwidth are trained. See <see cref="FiniteSetFeatures"/>.
/// </summary>
/// <remarks>
/// <para>
/// Locations are drawn from the normal distribution with the mean and covariance of the samples, and <c>σ</c> is the median distance;
/// the authors' <c>job_fssdJ5q_med</c>. FSSD-opt takes both from the training samples, and σ² as the best of
/// <c>median² · 2^(−3, −1.5, 0, 1.5, 3)</c>; at most 40 steps of L-BFGS within bounds follow: σ² from 0.1 to 10⁴, and locations at most
/// ten standard deviations outside of the training samples' range in each coordinate; <c>job_fssdJ5q_opt</c> of
/// <c>ex2_prob_params.py</c>. Instead of the authors' sum 10⁻⁶ I, which keeps their covariance positive definite, a location is
/// <c>x̄ + Σ_n w_n (x_n − x̄)/√(N − 1)</c> with normal w, which has the same distribution for any covariance.
/// </para>
/// <para>
/// γ = 10⁻⁴, added to the deviation, and the tolerance of 10⁻⁸ are those of CRAN's steinsampling, whose replication of the paper's figure 2
/// is what is published. kernel-gof maximises <c>FSSD²/√(σ_H1² + 10⁻²)</c> up to 10⁻⁴ instead. As its features have a factor 1/√(DJ),
/// 10⁻² then outweighs σ_H1², and FSSD² alone is maximised.
/// </para>
/// <para>
/// Under the hypothesis <c>N FSSD²</c> tends to <c>Σ_i λ_i(z_i² − 1)</c> with the eigenvalues λ of the covariance C of the features and
/// normal z (theorem 3 of the paper; their <c>FSSDH0SimCovObs</c>). It is simulated as <c>zᵀCz − tr C</c>, which has the same distribution
/// and needs no eigenvalues, with the covariance of the tested samples.
/// </para>
/// </remarks>
/// <param name="trains">Whether σ and locations are trained; if not, all samples are tested.</param>
/// <param name="locations">J.</param>
/// <param name="trainingShare">The share of samples that trains.</param>
internal sealed class FiniteSetTest(string name, string title, bool trains, int locations = 5, double trainingShare = 0.2)
    : GoodnessOfFitTest
{
    private const double MinVariance = 0.1;
    private const double MaxVariance = 1e4;
    private const double Margin = 10;
    private const double Tolerance = 1e-8;
    private const int Steps = 40;

    private static readonly double[] VarianceFactors = [.. new[] { -3, -1.5, 0, 1.5, 3 }.Select(power => Math.Pow(2, power))];

    public override string Name => name;

    public override string Title => title;

    public override int MinSamples => trains ? (int)Math.Ceiling(2 / trainingShare) : 2;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        int trained = trains ? TestSamples.TrainingCount(count, trainingShare) : count, tested = trains ? count - trained : count;
        var median = new SampleMedian(device, trained, dimension);
        int width = locations * dimension;
        DeviceMatrix features = device.Allocate(tested, width), covariance = device.Allocate(width, width);
        DeviceMatrix products = device.Allocate(replicates, width), forms = device.Allocate(replicates, 1);
        var normals = new NormalMatrix(device, replicates, width);
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            TestSamples training = samples, others = samples;
            if (trains)
                (training, others) = samples.Split(trainingShare);
            double[] point = Draw(training, Math.Sqrt(median.Squared(training.Values)), seed.Stream(StreamPurpose.Slices));
            if (trains)
                point = Train(training, point);
            var last = new FiniteSetFeatures(others, locations);
            double statistic = tested * last.Discrepancy(point);
            double size = Centre(last.Features, width);
            device.Write(features, last.Features);
            device.Multiply(covariance, features, features, transposeLeft: true, alpha: 1.0 / (tested - 1));
            normals.Draw(seed.Stream(StreamPurpose.Bootstrap));
            device.Multiply(products, normals.Values, covariance);
            device.SumRows<Product>(forms, products, normals.Values);
            double trace = last.Features.Sum(feature => feature * feature) / (tested - 1);
            double[] simulated = [.. device.Read(forms).Select(form => size * size * (form - trace))];
            return new(statistic, Bootstrap.PValue(statistic, simulated));
        };
    }

    /// <summary>The point (σ, v_1, …, v_J) from which training starts.</summary>
    private double[] Draw(TestSamples samples, double deviation, PhiloxStream stream)
    {
        int dimension = samples.Dimension;
        double[] mean = [.. Column(samples, column => column.Average())];
        double[] point = [deviation, .. Enumerable.Repeat(mean, locations).SelectMany(entries => entries)];
        double factor = 1 / Math.Sqrt(samples.Count - 1);
        for (int j = 0; j < locations; j++)
        {
            Span<double> location = point.AsSpan(1 + (j * dimension), dimension);
            for (int n = 0; n < samples.Count; n++)
            {
                double weight = factor * stream.NextNormal();
                ReadOnlySpan<double> x = samples.Values.AsSpan(n * dimension, dimension);
                for (int d = 0; d < x.Length; d++)
                    location[d] += weight * (x[d] - mean[d]);
            }
        }

        return point;
    }

    private double[] Train(TestSamples training, double[] start)
    {
        var features = new FiniteSetFeatures(training, locations);
        var slopes = new double[start.Length];
        double[] best = VarianceFactors
            .Select(factor => (double[])[Math.Sqrt(factor) * start[0], .. start.Skip(1)])
            .MaxBy(point => features.Objective(point, slopes))!;
        double[] outside = [.. Column(training, column =>
        {
            double mean = column.Average();
            return Margin * Math.Sqrt(column.Average(value => (value - mean) * (value - mean)));
        })];
        double[] lower = [.. Column(training, column => column.Min()).Zip(outside, (end, margin) => end - margin)];
        double[] upper = [.. Column(training, column => column.Max()).Zip(outside, (end, margin) => end + margin)];
        return BoxMinimizer.Minimize(
            (point, gradient) =>
            {
                double value = -features.Objective(point, gradient);
                foreach (ref double entry in gradient)
                    entry = -entry;
                return value;
            },
            best,
            [Math.Sqrt(MinVariance), .. Enumerable.Repeat(lower, locations).SelectMany(bounds => bounds)],
            [Math.Sqrt(MaxVariance), .. Enumerable.Repeat(upper, locations).SelectMany(bounds => bounds)],
            Tolerance,
            Steps).Point;
    }

    /// <summary>
    /// Subtracts the mean of each column and divides all by the largest magnitude, which is returned: single precision must not lose the
    /// squares of features far from all samples.
    /// </summary>
    private static double Centre(double[] features, int width)
    {
        var mean = new double[width];
        for (int i = 0; i < features.Length; i++)
            mean[i % width] += features[i];
        double size = 0;
        for (int i = 0; i < features.Length; i++)
        {
            features[i] -= mean[i % width] * width / features.Length;
            size = Math.Max(size, Math.Abs(features[i]));
        }

        if (size == 0)
            return 0;
        foreach (ref double feature in features.AsSpan())
            feature /= size;
        return size;
    }

    private static IEnumerable<double> Column(TestSamples samples, Func<IEnumerable<double>, double> of)
        => Enumerable.Range(0, samples.Dimension).Select(
            d => of(Enumerable.Range(0, samples.Count).Select(n => samples.Values[(n * samples.Dimension) + d])));
}
