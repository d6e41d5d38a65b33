using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Networks;

/// <summary>
/// A network f: D → D with two hidden Swish layers, <c>f(x) = W₃ σ̂(W₂ σ̂(W₁x + b₁) + b₂) + b₃</c>, <c>σ̂(u) = u/(1 + e^−u)</c>,
/// evaluated at N points at a time, and the gradient of objectives that depend on its values.
/// </summary>
/// <remarks>
/// A point takes <c>2(DH₁ + H₁H₂ + H₂D)</c> operations forward and twice as many backward; memory is O(N(D + H₁ + H₂)). Several
/// networks may share parameters, for example one for a batch and one for a test set.
/// </remarks>
internal sealed class SwishNetwork
{
    private readonly Device device;

    /// <summary>Creates a network with its own parameters, all 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public SwishNetwork(Device device, int samples, int dimension, int hidden1, int hidden2)
        : this(device, samples, new NetworkParameters(device, dimension, hidden1, hidden2))
    {
    }

    /// <summary>Creates a network for N = <paramref name="samples"/> points with existing parameters, which it shares.</summary>
    /// <exception cref="ArgumentOutOfRangeException">N is below 1.</exception>
    public SwishNetwork(Device device, int samples, NetworkParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(parameters);
        (this.device, Parameters) = (device, parameters);
        (int dimension, int hidden1, int hidden2) = (parameters.Weight1.Rows, parameters.Weight1.Columns, parameters.Weight2.Columns);
        Gradient = new NetworkParameters(device, dimension, hidden1, hidden2);
        Layer1 = new HiddenLayer(device, samples, hidden1);
        Layer2 = new HiddenLayer(device, samples, hidden2);
        Output = device.Allocate(samples, dimension);
        OutputGradient = device.Allocate(samples, dimension);
    }

    /// <summary>The parameters W₁, b₁, W₂, b₂, W₃, b₃.</summary>
    public NetworkParameters Parameters { get; }

    /// <summary>The derivative of the objective with respect to <see cref="Parameters"/>, set by <see cref="BackPropagate"/>.</summary>
    public NetworkParameters Gradient { get; }

    /// <summary>f at the points (N×D), set by <see cref="Forward"/>.</summary>
    public DeviceMatrix Output { get; }

    /// <summary>
    /// The derivative of the objective with respect to <see cref="Output"/> (N×D), to be set before <see cref="BackPropagate"/>.
    /// </summary>
    public DeviceMatrix OutputGradient { get; }

    /// <summary>The first hidden layer, for objectives that depend on its slopes.</summary>
    internal HiddenLayer Layer1 { get; }

    /// <summary>The second hidden layer.</summary>
    internal HiddenLayer Layer2 { get; }

    /// <summary>Computes <see cref="Output"/> at <paramref name="samples"/> (N×D).</summary>
    public void Forward(DeviceMatrix samples)
    {
        Layer1.Forward(samples, Parameters.Weight1, Parameters.Bias1);
        Layer2.Forward(Layer1.Activation, Parameters.Weight2, Parameters.Bias2);
        device.Multiply(Output, Layer2.Activation, Parameters.WeightOut);
        device.Map<AddScaled>(Output, Output, Parameters.BiasOut, p: 1);
    }

    /// <summary>
    /// Sets <see cref="Gradient"/> from <see cref="OutputGradient"/>, for an objective that depends only on the output.
    /// </summary>
    /// <param name="samples">The points (N×D) of the last <see cref="Forward"/>.</param>
    public void BackPropagate(DeviceMatrix samples)
    {
        ComputeSlopes();
        Propagate(samples, withSlopes: false);
    }

    /// <summary>Computes the slopes σ̂′ of both layers at the points of the last <see cref="Forward"/>.</summary>
    internal void ComputeSlopes()
    {
        Layer1.ComputeSlope();
        Layer2.ComputeSlope();
    }

    /// <summary>
    /// Like <see cref="BackPropagate"/>, but for an objective that also depends on the slopes and directly on the weights: adds to the
    /// <see cref="Gradient"/> with respect to the weights and back-propagates the derivatives with respect to the slopes. Call
    /// <see cref="ComputeSlopes"/> first.
    /// </summary>
    internal void BackPropagateWithSlopes(DeviceMatrix samples) => Propagate(samples, withSlopes: true);

    private void Propagate(DeviceMatrix samples, bool withSlopes)
    {
        double beta = withSlopes ? 1 : 0;
        device.Multiply(Gradient.WeightOut, Layer2.Activation, OutputGradient, transposeLeft: true, beta: beta);
        device.SumColumns<Identity>(Gradient.BiasOut, OutputGradient);
        device.Multiply(Layer2.Gradient, OutputGradient, Parameters.WeightOut, transposeRight: true);
        PropagateLayer(Layer2, withSlopes);
        device.Multiply(Gradient.Weight2, Layer1.Activation, Layer2.Gradient, transposeLeft: true, beta: beta);
        device.SumColumns<Identity>(Gradient.Bias2, Layer2.Gradient);
        device.Multiply(Layer1.Gradient, Layer2.Gradient, Parameters.Weight2, transposeRight: true);
        PropagateLayer(Layer1, withSlopes);
        device.Multiply(Gradient.Weight1, samples, Layer1.Gradient, transposeLeft: true, beta: beta);
        device.SumColumns<Identity>(Gradient.Bias1, Layer1.Gradient);
    }

    private static void PropagateLayer(HiddenLayer layer, bool withSlopes)
    {
        if (withSlopes)
            layer.BackPropagateWithSlope();
        else
            layer.BackPropagate();
    }
}
