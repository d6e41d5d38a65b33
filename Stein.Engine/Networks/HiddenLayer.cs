using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Networks;

/// <summary>One Swish layer at a batch of N samples: its activation and what its derivatives need.</summary>
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

    /// <summary>A = σ̂(U) (N×H).</summary>
    public DeviceMatrix Activation { get; }

    /// <summary>D = σ̂′(U) (N×H).</summary>
    public DeviceMatrix Slope { get; }

    /// <summary>The derivative of the objective by <see cref="Slope"/> (N×H), filled in where the objective depends on it.</summary>
    public DeviceMatrix SlopeGradient { get; }

    /// <summary>The derivative by <see cref="Activation"/>, filled in from above, and after back-propagation by U.</summary>
    public DeviceMatrix Gradient { get; }

    /// <summary>U = input·weight + bias and A.</summary>
    public void Forward(DeviceMatrix input, DeviceMatrix weight, DeviceMatrix bias)
    {
        device.Multiply(preActivation, input, weight);
        device.Map<AddScaled>(preActivation, preActivation, bias, p: 1);
        device.Map<Sigmoid>(sigmoid, preActivation);
        device.Map<Product>(Activation, preActivation, sigmoid);
    }

    public void ComputeSlope() => device.Map<SwishFirstDerivative>(Slope, preActivation, sigmoid);

    /// <summary><c>Ū = Ā ∘ D</c>.</summary>
    public void BackPropagate() => device.Map<Product>(Gradient, Gradient, Slope);

    /// <summary><c>Ū = Ā ∘ D + D̄ ∘ σ̂″(U)</c>, which uses up <see cref="SlopeGradient"/>.</summary>
    public void BackPropagateWithSlope()
    {
        device.Map<SwishSecondDerivativeTimes>(SlopeGradient, preActivation, sigmoid, SlopeGradient);
        device.Map<AddScaledProduct>(Gradient, SlopeGradient, Gradient, Slope, p: 1);
    }
}
