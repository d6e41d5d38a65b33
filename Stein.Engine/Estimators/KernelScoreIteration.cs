using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.State;

namespace Stein.Engine.Estimators;

/// <summary>The iteration for a kernel; what it is stands at <see cref="ScoreIteration"/>.</summary>
/// <typeparam name="TKernel">The radial kernel.</typeparam>
internal sealed class KernelScoreIteration<TKernel> : ScoreIteration
    where TKernel : struct, IRadialKernel
{
    private const double Nu = 1;

    /// <summary>Products that find the largest eigenvalue: the all-positive matrix has one far above the others.</summary>
    private const int PowerIterations = 50;

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
        LargestEigenvalue = PowerIteration();
        scores = Zeros();
        coefficients = Zeros();
        residuals = Zeros();
        previousScores = Zeros();
        previousCoefficients = Zeros();

        DeviceMatrix Zeros() => device.Allocate(samples.Count, samples.Dimension);
    }

    /// <summary>K (K×K).</summary>
    public DeviceMatrix Gram { get; }

    /// <summary>⟨∇,K⟩ (K×D).</summary>
    public DeviceMatrix GradientSums { get; }

    /// <inheritdoc/>
    public override double LargestEigenvalue { get; }

    /// <summary>β.</summary>
    public double GradientWeight { get; private set; }

    /// <inheritdoc/>
    public override double[] ScoresAtSamples() => device.Read(scores);

    /// <inheritdoc/>
    public override ScoreEstimate Estimate()
    {
        DeviceMatrix copy = device.Allocate(coefficients.Rows, coefficients.Columns);
        device.Map<Identity>(copy, coefficients);
        return new KernelExpansion<TKernel>(Samples, Iteration, copy, GradientWeight, ScoresAtSamples());
    }

    /// <inheritdoc/>
    public override void Step()
    {
        // Not an int: the product of two grows beyond one from 32 768 steps on.
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
        writer.Write(Iteration);
        writer.Write(GradientWeight);
        writer.Write(previousGradientWeight);
        Parts.SaveAll(writer);
    }

    /// <inheritdoc/>
    public override void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Iteration = reader.ReadInt32();
        GradientWeight = reader.ReadDouble();
        previousGradientWeight = reader.ReadDouble();
        Parts.RestoreAll(reader);
    }

    private IEnumerable<DeviceMatrix> Parts => [scores, coefficients, previousScores, previousCoefficients];

    /// <summary>The new current is <c>current + u(current − previous) + step·direction</c>, the new previous the old current.</summary>
    private void Advance(ref DeviceMatrix current, ref DeviceMatrix previous, DeviceMatrix direction, double u, double step)
    {
        device.Map<Momentum>(previous, current, previous, direction, p: u, q: step);
        (current, previous) = (previous, current);
    }

    private double PowerIteration()
    {
        DeviceMatrix vector = device.Allocate(Gram.Rows, 1);
        DeviceMatrix product = device.Allocate(Gram.Rows, 1);
        var ones = new double[Gram.Rows];
        Array.Fill(ones, 1 / Math.Sqrt(ones.Length));
        device.Write(vector, ones);
        double norm = 0;
        for (int i = 0; i < PowerIterations; i++)
        {
            device.Multiply(product, Gram, vector);
            norm = Math.Sqrt(device.Read(product).Sum(value => value * value));
            device.Map<Scaled>(vector, product, p: 1 / norm);
        }

        return norm;
    }
}
