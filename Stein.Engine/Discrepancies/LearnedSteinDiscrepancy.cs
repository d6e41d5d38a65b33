using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Networks;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The learned Stein discrepancy: <c>δ = mean_n (s_n·f(x_n) + tr J_f(x_n))</c> for a critic f, which is trained to maximise
/// <c>δ − λ mean_n ‖f(x_n)‖²</c> (Grathwohl et al., "Learning the Stein discrepancy for training and evaluating
/// energy-based models without sampling", ICML 2020). The critic has two hidden Swish layers.
/// </summary>
/// <remarks>
/// <para>
/// The trace of the Jacobian is exact: with D₁, D₂ the slopes of the two layers at each sample (N×H),
/// <c>tr J = rowsum(D₂ ∘ (D₁ Mᵀ))</c>, <c>M = W₂ ∘ (W₁ Q W₃)ᵀ</c> and Q the identity. Hutchinson's estimate with K
/// probes ε shared by the batch, <c>(1/K) Σ εᵀJε</c>, is the same formula with <c>Q = (1/K) Σ εεᵀ</c>. The trace is exact
/// until <see cref="SetProbes"/> is called.
/// </para>
/// <para>
/// Reverse mode of the trace, τ = 1/N: <c>D̄₂ = τ D₁Mᵀ</c>, <c>D̄₁ = τ D₂M</c>, <c>M̄ᵀ = τ D₁ᵀD₂</c>,
/// <c>W̄₂ᵀ += M̄ᵀ ∘ P</c> with <c>P = W₁QW₃</c>, <c>P̄ = M̄ᵀ ∘ W₂ᵀ</c>, <c>W̄₁ᵀ += (QW₃)P̄ᵀ</c>, <c>W̄₃ᵀ += P̄ᵀW₁ Q</c>; D̄ enters
/// the pre-activations through σ̂″.
/// </para>
/// </remarks>
public sealed class LearnedSteinDiscrepancy : ISteinCritic
{
    private readonly Device device;
    private readonly SwishNetwork critic;
    private readonly DeviceMatrix traceTerms;
    private readonly DeviceMatrix path;
    private readonly DeviceMatrix mask;
    private readonly DeviceMatrix maskGradient;
    private readonly DeviceMatrix pathGradient;
    private readonly DeviceMatrix probedOut;
    private readonly DeviceMatrix probedOutGradient;
    private readonly DeviceMatrix perSample;
    private readonly DeviceMatrix perSampleTrace;
    private readonly DeviceMatrix probeProduct;
    private bool probing;

    /// <summary>Creates the discrepancy of N = <paramref name="samples"/> samples in D = <paramref name="dimension"/> dimensions.</summary>
    public LearnedSteinDiscrepancy(Device device, int samples, int dimension, int hidden1 = 300, int hidden2 = 300, double lambda = 1)
    {
        this.device = device;
        Lambda = lambda;
        critic = new SwishNetwork(device, samples, dimension, hidden1, hidden2);
        traceTerms = device.Allocate(samples, hidden2);
        path = device.Allocate(hidden1, hidden2);
        mask = device.Allocate(hidden1, hidden2);
        maskGradient = device.Allocate(hidden1, hidden2);
        pathGradient = device.Allocate(hidden1, hidden2);
        probedOut = device.Allocate(hidden2, dimension);
        probedOutGradient = device.Allocate(hidden2, dimension);
        perSample = device.Allocate(samples, 1);
        perSampleTrace = device.Allocate(samples, 1);
        probeProduct = device.Allocate(dimension, dimension);
    }

    /// <summary>The weight λ of the penalty on ‖f‖².</summary>
    public double Lambda { get; }

    public NetworkParameters Parameters => critic.Parameters;

    /// <summary>The derivative of the critic's objective with respect to its parameters, set by <see cref="CriticGradient"/>.</summary>
    public NetworkParameters Gradient => critic.Gradient;

    /// <summary>f at the samples (N×D), set by <see cref="Evaluate"/>.</summary>
    public DeviceMatrix Output => critic.Output;

    IStateful ISteinCritic.State => Parameters;

    IReadOnlyList<DeviceMatrix> ISteinCritic.Weights => Parameters.All;

    IReadOnlyList<DeviceMatrix> ISteinCritic.WeightGradients => Gradient.All;

    void ISteinCritic.Initialise(PhiloxStream stream) => Parameters.Initialise(stream);

    void ISteinCritic.CriticGradient(DeviceMatrix samples, DeviceMatrix scores) => CriticGradient(samples, scores);

    void ISteinCritic.Advance()
    {
    }

    /// <summary>Replaces the exact trace by Hutchinson's estimate with these probes (K×D), from now on.</summary>
    public void SetProbes(DeviceMatrix probes)
    {
        probing = true;
        device.Multiply(probeProduct, probes, probes, transposeLeft: true, alpha: 1.0 / probes.Rows);
    }

    /// <summary>Computes <see cref="Output"/> at <paramref name="samples"/> (N×D).</summary>
    public void Evaluate(DeviceMatrix samples) => critic.Forward(samples);

    /// <summary>Evaluates the critic and returns <c>s_n·f(x_n)</c> and <c>tr J(x_n)</c> of each sample (N).</summary>
    public (double[] ScoreProducts, double[] Traces) PerSample(DeviceMatrix samples, DeviceMatrix scores)
    {
        Evaluate(samples);
        ComputeTrace();
        device.SumRows<Product>(perSample, scores, Output);
        device.SumRows<Product>(perSampleTrace, critic.Layer2.Slope, traceTerms);
        return (device.Read(perSample), device.Read(perSampleTrace));
    }

    /// <summary>Evaluates the critic and returns δ, without the penalty.</summary>
    public double Value(DeviceMatrix samples, DeviceMatrix scores)
    {
        (double[] products, double[] traces) = PerSample(samples, scores);
        return products.Zip(traces, (product, trace) => product + trace).Average();
    }

    /// <summary>
    /// <c>mean_n ‖f(x_n)‖² + D·10⁻⁶</c>, the penalty as published, at the last evaluation. Training needs only its gradient; the value
    /// is for comparison with the published code.
    /// </summary>
    internal double Penalty()
    {
        device.SumRows<Square>(perSample, Output);
        return device.Read(perSample).Average() + (Output.Columns * 1e-6);
    }

    /// <summary>
    /// Sets <see cref="Gradient"/> to the derivative of <c>δ − λ mean‖f‖²</c> with respect to the critic's parameters.
    /// </summary>
    /// <param name="samples">The samples (N×D).</param>
    /// <param name="scores">The model's scores at the samples (N×D).</param>
    /// <param name="penalised">Whether to include the penalty; without it the derivative is that of δ.</param>
    public void CriticGradient(DeviceMatrix samples, DeviceMatrix scores, bool penalised = true)
    {
        Evaluate(samples);
        ComputeTrace();
        BackPropagateTrace();
        BackPropagateOutput(samples, scores, penalised ? Lambda : 0);
    }

    /// <summary>Evaluates the critic; <paramref name="gradient"/> (N×D) = the derivative f/N of δ with respect to the scores.</summary>
    public void ScoreGradient(DeviceMatrix gradient, DeviceMatrix samples)
    {
        Evaluate(samples);
        device.Map<Scaled>(gradient, Output, p: 1.0 / samples.Rows);
    }

    /// <summary>Computes the slopes, P, Mᵀ and D₁Mᵀ.</summary>
    private void ComputeTrace()
    {
        critic.ComputeSlopes();
        if (probing)
            device.Multiply(probedOut, Parameters.WeightOut, probeProduct);
        device.Multiply(path, Parameters.Weight1, probing ? probedOut : Parameters.WeightOut, transposeLeft: true, transposeRight: true);
        device.Map<Product>(mask, Parameters.Weight2, path);
        device.Multiply(traceTerms, critic.Layer1.Slope, mask);
    }

    /// <summary>Computes the trace's part of the gradient with respect to the weights and the slopes.</summary>
    private void BackPropagateTrace()
    {
        double tau = 1.0 / Output.Rows;
        device.Map<Scaled>(critic.Layer2.SlopeGradient, traceTerms, p: tau);
        device.Multiply(critic.Layer1.SlopeGradient, critic.Layer2.Slope, mask, transposeRight: true, alpha: tau);
        device.Multiply(maskGradient, critic.Layer1.Slope, critic.Layer2.Slope, transposeLeft: true, alpha: tau);
        device.Map<Product>(pathGradient, maskGradient, Parameters.Weight2);
        device.Map<Product>(Gradient.Weight2, maskGradient, path);
        device.Multiply(
            Gradient.Weight1, probing ? probedOut : Parameters.WeightOut, pathGradient, transposeLeft: true, transposeRight: true);
        DeviceMatrix outGradient = probing ? probedOutGradient : Gradient.WeightOut;
        device.Multiply(outGradient, pathGradient, Parameters.Weight1, transposeLeft: true, transposeRight: true);
        if (probing)
            device.Multiply(Gradient.WeightOut, probedOutGradient, probeProduct);
    }

    /// <summary>Adds the part of <c>s·f − λ‖f‖²</c> and back-propagates both parts through the layers.</summary>
    private void BackPropagateOutput(DeviceMatrix samples, DeviceMatrix scores, double lambda)
    {
        double tau = 1.0 / Output.Rows;
        device.Map<AddScaled>(critic.OutputGradient, scores, Output, p: -2 * lambda);
        device.Map<Scaled>(critic.OutputGradient, critic.OutputGradient, p: tau);
        critic.BackPropagateWithSlopes(samples);
    }
}
