using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Networks;

/// <summary>
/// A denoising auto-encoder <c>r(x′) = x′ + σ f(x′)</c> with a <see cref="SwishNetwork"/> f, trained to reconstruct x from
/// <c>x′ = x + σε</c>, where ε is standard normal, with the loss <c>E‖r(x′) − x‖²/σ² = E‖f(x′) + ε‖²</c>. Its score is
/// <c>s(x) = (r(x) − x)/σ² = f(x)/σ</c>.
/// </summary>
/// <remarks>
/// <para>
/// The optimal r is <c>r*(x′) = E[x | x′] = x′ + σ²∇log p_σ(x′)</c> with <c>p_σ = p * N(0, σ²I)</c> (Tweedie's formula). Because it is
/// a conditional mean, <c>E‖r(x′) − x‖² − E‖r*(x′) − x‖² = E‖r(x′) − r*(x′)‖² = σ⁴ E_{p_σ}‖s − ∇log p_σ‖²</c>: the excess
/// loss is σ⁴ times the Fisher error of the smoothed density, for every σ and every r (Vincent, "A connection between score matching
/// and denoising autoencoders", Neural Computation 23(7), 2011; for the limit of small σ, Alain and Bengio, "What regularized
/// auto-encoders learn from the data-generating distribution", JMLR 15, 2014).
/// </para>
/// <para>
/// f approximates −E[ε | x′], which is of order 1 for any σ, so that no difference of nearly equal numbers is divided by σ².
/// </para>
/// </remarks>
internal sealed class DenoisingAutoencoder
{
    private readonly Device device;
    private readonly SwishNetwork network;
    private readonly DeviceMatrix residuals;
    private readonly DeviceMatrix perSample;

    /// <summary>Creates an auto-encoder with its own parameters, all 0.</summary>
    /// <param name="samples">N, the number of points per evaluation.</param>
    /// <param name="hidden">H, the width of both hidden layers.</param>
    /// <param name="sigma">σ, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or σ is not positive and finite.</exception>
    public DenoisingAutoencoder(Device device, int samples, int dimension, int hidden, double sigma)
        : this(device, new SwishNetwork(device, samples, dimension, hidden, hidden), samples, dimension, sigma)
    {
    }

    /// <summary>
    /// Creates an auto-encoder for N = <paramref name="samples"/> points per evaluation that shares the parameters and σ of another.
    /// </summary>
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

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>The standard deviation σ of the noise.</summary>
    public double Sigma { get; }

    /// <summary>The parameters to train.</summary>
    public NetworkParameters Parameters => network.Parameters;

    /// <summary>
    /// The derivative of the mean of <see cref="Losses"/> with respect to <see cref="Parameters"/>, set by <see cref="LossGradient"/>.
    /// </summary>
    public NetworkParameters Gradient => network.Gradient;

    /// <summary>f at the points of the last evaluation (N×D).</summary>
    public DeviceMatrix Output => network.Output;

    /// <summary><paramref name="scores"/> (N×D) = <c>f(x)/σ</c> at <paramref name="points"/> (N×D).</summary>
    public void Scores(DeviceMatrix scores, DeviceMatrix points)
    {
        network.Forward(points);
        device.Map<Scaled>(scores, Output, p: 1 / Sigma);
    }

    /// <summary>Computes the loss <c>‖f(x′) + ε‖² = ‖r(x′) − x‖²/σ²</c> of each sample (N).</summary>
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
