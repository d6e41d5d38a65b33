using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.State;

namespace Stein.Engine.Estimators;

/// <summary>The iteration for a kernel, as documented in <see cref="ScoreIteration"/>.</summary>
internal sealed class KernelScoreIteration<TKernel> : ScoreIteration
    where TKernel : struct, IRadialKernel
{
    private const double Nu = 1;

    /// <summary>
    /// The maximum number of products to find the largest eigenvalue, which in a matrix of positive entries is well separated.
    /// </summary>
    private const int PowerIterations = 50;

    /// <summary>
    /// The relative distance of the eigenvalue's bounds at which the search ends; steps are smaller than necessary by at most this.
    /// </summary>
    private const double EnoughAccuracy = 1e-3;

    /// <summary>
    /// The smallest entry allowed in the vector of the power iteration, relative to the largest one. Otherwise the entry of a sample far
    /// from all others would round to 0.
    /// </summary>
    private const double MinEntry = 1e-6;

    private readonly Device device;
    private readonly bool isAccelerated;
    private readonly DeviceMatrix residuals;
    private DeviceMatrix scores;
    private DeviceMatrix coefficients;
    private DeviceMatrix previousScores;
    private DeviceMatrix previousCoefficients;
    private double previousGradientWeight;

    public KernelScoreIteration(SampleSet samples, bool isAccelerated)
        : base(samples)
    {
        (device, this.isAccelerated) = (samples.Device, isAccelerated);
        Gram = device.Allocate(samples.Count, samples.Count);
        GradientSums = new SampleGram<TKernel>(samples).GradientSums(Gram);
        LargestEigenvalue = BoundLargestEigenvalue();
        scores = Zeros();
        coefficients = Zeros();
        residuals = Zeros();
        previousScores = Zeros();
        previousCoefficients = Zeros();
    }

    /// <summary>The Gram matrix K (K×K).</summary>
    public DeviceMatrix Gram { get; }

    /// <summary>⟨∇,K⟩ (K×D).</summary>
    public DeviceMatrix GradientSums { get; }

    /// <inheritdoc/>
    public override double LargestEigenvalue { get; }

    /// <summary>The weight β of the kernel's gradients.</summary>
    public double GradientWeight { get; private set; }

    /// <inheritdoc/>
    public override double[] ScoresAtSamples() => Samples.Units.PerLength(device.Read(scores));

    /// <inheritdoc/>
    public override ScoreEstimate Estimate()
    {
        DeviceMatrix copy = device.Allocate(coefficients.Rows, coefficients.Columns);
        device.Map<Identity>(copy, coefficients);
        return new KernelExpansion<TKernel>(Samples, Iteration, copy, GradientWeight, device.Read(scores));
    }

    /// <summary>
    /// Computes the estimate of Landweber iteration after the given number of steps at once, independently of the steps done so far.
    /// </summary>
    public ScoreEstimate LandweberEstimate(int steps)
    {
        var polynomial = LandweberPolynomial.Create(steps, device.UnitRoundoff);
        double inverse = 1 / LargestEigenvalue;
        DeviceMatrix sums = Zeros(), weights = Zeros(), term = Zeros(), previous = Zeros();
        device.Map<Identity>(term, GradientSums);
        for (int k = 0; ; k++)
        {
            device.Map<AddScaled>(sums, sums, term, p: -inverse * polynomial.Scores[k]);
            device.Map<AddScaled>(weights, weights, term, p: inverse * inverse * polynomial.Coefficients[k]);
            if (k == polynomial.Scores.Length - 1)
                return new KernelExpansion<TKernel>(Samples, steps, weights, -steps * inverse, device.Read(sums));

            // Chebyshev's recurrence, where 2A − I = I − 2K/λ.
            device.Multiply(residuals, Gram, term);
            Advance(ref term, ref previous, residuals, k == 0 ? 0 : 1, (k == 0 ? -2 : -4) * inverse);
        }
    }

    /// <inheritdoc/>
    public override void Step()
    {
        // A double, because the product of the first two factors would exceed the range of an int from 32 768 steps on.
        double t = ++Iteration;
        double u = isAccelerated
            ? (t - 1) * ((2 * t) - 3) * ((2 * t) + (2 * Nu) - 1)
                / ((t + (2 * Nu) - 1) * ((2 * t) + (4 * Nu) - 1) * ((2 * t) + (2 * Nu) - 3))
            : 0;
        double w = isAccelerated
            ? 4 * ((2 * t) + (2 * Nu) - 1) * (t + Nu - 1) / ((t + (2 * Nu) - 1) * ((2 * t) + (4 * Nu) - 1))
            : 1;
        double step = -w / LargestEigenvalue;
        device.Map<Identity>(residuals, GradientSums);
        device.Multiply(residuals, Gram, scores, beta: 1);
        Advance(ref coefficients, ref previousCoefficients, scores, u, step);
        Advance(ref scores, ref previousScores, residuals, u, step);
        double weight = GradientWeight;
        GradientWeight += (u * (weight - previousGradientWeight)) + step;
        previousGradientWeight = weight;
    }

    /// <inheritdoc/>
    public override void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Samples.Units.Length);
        writer.Write(Iteration);
        writer.Write(GradientWeight);
        writer.Write(previousGradientWeight);
        Parts.SaveAll(writer);
    }

    /// <inheritdoc/>
    public override void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        double length = reader.ReadDouble();
        if (length != Samples.Units.Length)
            throw new InvalidDataException($"scores in units of 1/{length} cannot become those in units of 1/{Samples.Units.Length}");
        Iteration = reader.ReadInt32();
        GradientWeight = reader.ReadDouble();
        previousGradientWeight = reader.ReadDouble();
        Parts.RestoreAll(reader);
    }

    private IEnumerable<DeviceMatrix> Parts => [scores, coefficients, previousScores, previousCoefficients];

    private DeviceMatrix Zeros() => device.Allocate(Samples.Count, Samples.Dimension);

    /// <summary>Sets current to <c>current + u(current − previous) + step·direction</c> and previous to the old current.</summary>
    private void Advance(ref DeviceMatrix current, ref DeviceMatrix previous, DeviceMatrix direction, double u, double step)
    {
        device.Map<Momentum>(previous, current, previous, direction, p: u, q: step);
        (current, previous) = (previous, current);
    }

    /// <summary>
    /// An upper bound of the largest eigenvalue λ of a matrix of positive entries: <c>min_i (Kv)_i/v_i ≤ λ ≤ max_i (Kv)_i/v_i</c> for every
    /// positive v (Collatz and Wielandt), and power iteration makes both bounds converge to λ. The bound must be an upper one, because the
    /// ν-method diverges if λ is too small.
    /// </summary>
    private double BoundLargestEigenvalue()
    {
        int count = Gram.Rows;
        DeviceMatrix vector = device.Allocate(count, 1);
        DeviceMatrix product = device.Allocate(count, 1);
        var v = new double[count];
        Array.Fill(v, 1);
        double bound = double.PositiveInfinity, lower = 0;
        for (int i = 0; i < PowerIterations && bound > (1 + EnoughAccuracy) * lower; i++)
        {
            device.Write(vector, v);
            device.Multiply(product, Gram, vector);
            double[] image = device.Read(product);
            double largest = image.Max();
            double max = 0, min = double.PositiveInfinity;
            for (int row = 0; row < count; row++)
            {
                max = Math.Max(max, image[row] / v[row]);
                min = Math.Min(min, image[row] / v[row]);
                v[row] = Math.Max(image[row] / largest, MinEntry);
            }

            bound = Math.Min(bound, max);
            lower = Math.Max(lower, min);
        }

        // Allows for the rounding of the products.
        return bound * (1 + (count * device.UnitRoundoff));
    }
}
