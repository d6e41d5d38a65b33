using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Networks;

/// <summary>One Swish layer for a batch of N samples, with the intermediate values needed for derivatives.</summary>
internal sealed class HiddenLayer
{
    private readonly Device device;
    private readonly DeviceMatrix preActivation;
    private readonly DeviceMatrix sigmoid;

    public HiddenLayer(Device device, int samples, int width)
    {
        this.device = device;
        preActivation = device.Allocate(samples, width);
        sigmoid = device.Allocate(samples, width);
        Activation = device.Allocate(samples, width);
        Slope = device.Allocate(samples, width);
        SlopeGradient = device.Allocate(samples, width);
        Gradient = device.Allocate(samples, width);
    }

    /// <summary>The activation A = σ̂(U) (N×H).</summary>
    public DeviceMatrix Activation { get; }

    /// <summary>The slope D = σ̂′(U) (N×H).</summary>
    public DeviceMatrix Slope { get; }

    /// <summary>The derivative of the objective with respect to <see cref="Slope"/> (N×H), set if the objective depends on it.</summary>
    public DeviceMatrix SlopeGradient { get; }

    /// <summary>
    /// The derivative with respect to <see cref="Activation"/>, set by the layer above, and after back-propagation the derivative with
    /// respect to the pre-activation U.
    /// </summary>
    public DeviceMatrix Gradient { get; }

    /// <summary>Computes U = input·weight + bias and A.</summary>
    public void Forward(DeviceMatrix input, DeviceMatrix weight, DeviceMatrix bias)
    {
        device.Multiply(preActivation, input, weight);
        device.Map<AddScaled>(preActivation, preActivation, bias, p: 1);
        device.Map<Sigmoid>(sigmoid, preActivation);
        device.Map<Product>(Activation, preActivation, sigmoid);
    }

    public void ComputeSlope() => device.Map<SwishFirstDerivative>(Slope, preActivation, sigmoid);

    /// <summary>Computes <c>Ū = Ā ∘ D</c>.</summary>
    public void BackPropagate() => device.Map<Product>(Gradient, Gradient, Slope);

    /// <summary>Computes <c>Ū = Ā ∘ D + D̄ ∘ σ̂″(U)</c> and overwrites <see cref="SlopeGradient"/>.</summary>
    public void BackPropagateWithSlope()
    {
        device.Map<SwishSecondDerivativeTimes>(SlopeGradient, preActivation, sigmoid, SlopeGradient);
        device.Map<AddScaledProduct>(Gradient, SlopeGradient, Gradient, Slope, p: 1);
    }
}
