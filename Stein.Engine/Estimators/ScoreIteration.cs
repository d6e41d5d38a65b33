using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.State;

namespace Stein.Engine.Estimators;

/// <summary>
/// Landweber iteration, or the ν-method, towards the Stein gradient estimator: the scores S at the samples, and the coefficients of the
/// estimate off them.
/// </summary>
/// <remarks>
/// <para>
/// Landweber: <c>S ← S − (KS + ⟨∇,K⟩)/λ</c> with λ the largest eigenvalue of the Gram matrix K, from S = 0. It is functional gradient
/// descent of a denoising auto-encoder in the kernel's Hilbert space, with step λ⁻¹N/2 on the score; the fixed point is
/// <c>−K⁻¹⟨∇,K⟩</c>. It converges for steps below 2/λ.
/// </para>
/// <para>
/// The ν-method (Engl, Hanke and Neubauer, "Regularization of inverse problems", 1996, section 6.3; for scores Zhou, Shi and Zhu,
/// "Nonparametric score estimators", ICML 2020) with ν = 1: <c>S_t = S_{t−1} + u_t(S_{t−1} − S_{t−2}) − w_t(KS_{t−1} + ⟨∇,K⟩)/λ</c>,
/// <c>u_t = (t−1)(2t−3)(2t+2ν−1)/((t+2ν−1)(2t+4ν−1)(2t+2ν−3))</c>, <c>w_t = 4(2t+2ν−1)(t+ν−1)/((t+2ν−1)(2t+4ν−1))</c>.
/// </para>
/// <para>
/// Off the samples the estimate is <c>s_t(y) = Σ_n k(y, x_n) c_n + β Σ_n ∇_{x_n} k(y, x_n)</c>; c (K×D) and β follow the same
/// recurrence with S and 1 in place of KS + ⟨∇,K⟩. O(K²D) a step; K² + 6KD numbers.
/// </para>
/// </remarks>
/// <typeparam name="TKernel">The radial kernel.</typeparam>
internal sealed class ScoreIteration<TKernel> : IStateful
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

    public ScoreIteration(SampleSet samples, bool isAccelerated)
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

    /// <summary>λ, from below to about six digits.</summary>
    public double LargestEigenvalue { get; }

    /// <summary>S (K×D), as it stands until the next step.</summary>
    public DeviceMatrix Scores => scores;

    /// <summary>c (K×D), as it stands until the next step.</summary>
    public DeviceMatrix Coefficients => coefficients;

    /// <summary>β.</summary>
    public double GradientWeight { get; private set; }

    /// <summary>Steps done.</summary>
    public int Iteration { get; private set; }

    /// <summary>One step.</summary>
    public void Step()
    {
        int t = ++Iteration;
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

    /// <summary>Writes scores, coefficients and the step count; all else follows from the samples.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Iteration);
        writer.Write(GradientWeight);
        writer.Write(previousGradientWeight);
        Parts.SaveAll(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Iteration = reader.ReadInt32();
        GradientWeight = reader.ReadDouble();
        previousGradientWeight = reader.ReadDouble();
        Parts.RestoreAll(reader);
    }

    private IEnumerable<DeviceMatrix> Parts => [Scores, Coefficients, previousScores, previousCoefficients];

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
