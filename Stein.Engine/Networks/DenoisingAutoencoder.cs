using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Networks;

/// <summary>
/// A denoising auto-encoder <c>r(x′) = x′ + σ f(x′)</c> with a <see cref="SwishNetwork"/> f, trained to bring back x from
/// <c>x′ = x + σε</c>, ε standard normal: <c>E‖r(x′) − x‖²/σ² = E‖f(x′) + ε‖²</c>. Its score is <c>s(x) = (r(x) − x)/σ² = f(x)/σ</c>.
/// </summary>
/// <remarks>
/// <para>
/// The best r is <c>r*(x′) = E[x | x′] = x′ + σ²∇log p_σ(x′)</c> with <c>p_σ = p * N(0, σ²I)</c> (Tweedie's formula), and being a
/// conditional mean it leaves <c>E‖r(x′) − x‖² − E‖r*(x′) − x‖² = E‖r(x′) − r*(x′)‖² = σ⁴ E_{p_σ}‖s − ∇log p_σ‖²</c>: the excess
/// loss is σ⁴ times the Fisher error of the smoothed density, for every σ and every r. (Vincent, "A connection between score matching
/// and denoising autoencoders", Neural Computation 23(7), 2011; Alain and Bengio, "What regularized auto-encoders learn from the
/// data-generating distribution", JMLR 15, 2014, is its limit of small σ.)
/// </para>
/// <para>
/// f stands for −E[ε | x′], of order 1 whatever σ, so that no difference of nearly equal numbers is divided by σ².
/// </para>
/// </remarks>
internal sealed class DenoisingAutoencoder
{
    private readonly Device device;
    private readonly SwishNetwork network;
    private readonly DeviceMatrix residuals;
    private readonly DeviceMatrix perSample;

    /// <summary>An auto-encoder with parameters of its own, all 0.</summary>
    /// <param name="samples">N, the points it is given at a time.</param>
    /// <param name="hidden">H, the width of both hidden layers.</param>
    /// <param name="sigma">σ, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or σ is not positive and finite.</exception>
    public DenoisingAutoencoder(Device device, int samples, int dimension, int hidden, double sigma)
        : this(device, new SwishNetwork(device, samples, dimension, hidden, hidden), samples, dimension, sigma)
    {
    }

    /// <summary>An auto-encoder for N = <paramref name="samples"/> points at a time that shares parameters and σ with another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">N is below 1.</exception>
    public DenoisingAutoencoder(Device device, int samples, DenoisingAutoencoder other)
        : this(device, new SwishNetwork(device, samples, RequireOther(other).Parameters), samples, other.Dimension, other.Sigma)
    {
    }

    private DenoisingAutoencoder(Device device, SwishNetwork network, int samples, int dimension, double sigma)
    {
        if (!(sigma > 0 && double.IsFinite(sigma)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sigma), sigma, $"A denoising auto-encoder cannot have noise σ = {sigma}; it must be a positive finite number.");
        }

        (this.device, this.network, Dimension, Sigma) = (device, network, dimension, sigma);
        residuals = device.Allocate(samples, dimension);
        perSample = device.Allocate(samples, 1);
    }

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>σ, the standard deviation of the noise.</summary>
    public double Sigma { get; }

    /// <summary>What is trained.</summary>
    public NetworkParameters Parameters => network.Parameters;

    /// <summary>The derivative of <see cref="Losses"/>' mean by <see cref="Parameters"/>, set by <see cref="LossGradient"/>.</summary>
    public NetworkParameters Gradient => network.Gradient;

    /// <summary>f at the points (N×D) of the last call.</summary>
    public DeviceMatrix Output => network.Output;

    /// <summary><paramref name="scores"/> (N×D) = <c>f(x)/σ</c> at <paramref name="points"/> (N×D).</summary>
    public void Scores(DeviceMatrix scores, DeviceMatrix points)
    {
        network.Forward(points);
        device.Map<Scaled>(scores, Output, p: 1 / Sigma);
    }

    /// <summary><c>‖f(x′) + ε‖² = ‖r(x′) − x‖²/σ²</c> of each sample (N).</summary>
    /// <param name="noised">x′ = x + σε (N×D).</param>
    /// <param name="noise">ε (N×D).</param>
    public double[] Losses(DeviceMatrix noised, DeviceMatrix noise)
    {
        network.Forward(noised);
        device.Map<AddScaled>(residuals, Output, noise, p: 1);
        device.SumRows<Square>(perSample, residuals);
        return device.Read(perSample);
    }

    /// <summary>Sets <see cref="Gradient"/> to the derivative of the mean of <c>‖f(x′) + ε‖²</c> over the samples.</summary>
    /// <param name="noised">x′ = x + σε (N×D).</param>
    /// <param name="noise">ε (N×D).</param>
    public void LossGradient(DeviceMatrix noised, DeviceMatrix noise)
    {
        network.Forward(noised);
        device.Map<AddScaled>(network.OutputGradient, Output, noise, p: 1);
        device.Map<Scaled>(network.OutputGradient, network.OutputGradient, p: 2.0 / Output.Rows);
        network.BackPropagate(noised);
    }

    private static DenoisingAutoencoder RequireOther(DenoisingAutoencoder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other;
    }
}
