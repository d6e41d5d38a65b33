using Stein.Engine.Mixtures;
using Stein.Engine.Random;

namespace Stein.Experiments.Mixtures;

/// <summary>Independent samples of the density proportional to <c>q^{1/T}</c> for a mixture q on the line and T ≥ 1, exact.</summary>
/// <remarks>
/// Rejection: with s = 1/T ≤ 1, <c>(Σ_k w_k N_k)^s ≤ Σ_k (w_k N_k)^s</c>, and the right side is a mixture too, of <c>N(μ_k, T v_k)</c>
/// with weights proportional to <c>w_k^s v_k^{(1−s)/2}</c>. A sample of it is accepted with the ratio of the two sides, which is
/// <c>1/Σ_k r_k^s</c> for the responsibilities r of q: at least <c>K^{s−1}</c>, and 1 where the modes are apart.
/// </remarks>
internal sealed class TemperedModes
{
    private readonly GaussianMixture mixture;
    private readonly GaussianMixture proposal;
    private readonly double power;

    /// <param name="mixture">q, of dimension 1, all weights positive.</param>
    /// <param name="temperature">T.</param>
    /// <exception cref="ArgumentOutOfRangeException">T is below 1 or not finite, or the dimension is not 1.</exception>
    public TemperedModes(GaussianMixture mixture, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mixture.Dimension, 1);
        if (!(temperature >= 1 && double.IsFinite(temperature)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(temperature), temperature, $"The temperature cannot be {temperature}; it must be finite and at least 1.");
        }

        this.mixture = mixture;
        power = 1 / temperature;
        var weights = new double[mixture.Components];
        var variances = new double[mixture.Components];
        for (int k = 0; k < weights.Length; k++)
        {
            double variance = mixture.Covariances[k].Variance;
            weights[k] = Math.Pow(mixture.Weights[k], power) * Math.Pow(variance, (1 - power) / 2);
            variances[k] = temperature * variance;
        }

        double sum = weights.Sum();
        proposal = GaussianMixture.Isotropic(1, Array.ConvertAll(weights, weight => weight / sum), mixture.Means, variances);
    }

    /// <summary>Draws N samples.</summary>
    /// <param name="stream">Gives the numbers; left behind the last number used.</param>
    /// <param name="count">N.</param>
    public double[] Sample(PhiloxStream stream, int count)
    {
        var samples = new double[count];
        Span<double> responsibilities = stackalloc double[mixture.Components];
        for (int accepted = 0; accepted < count;)
        {
            double proposed = proposal.Sample(stream, 1)[0];
            mixture.Responsibilities([proposed], responsibilities);
            double sum = 0;
            foreach (double responsibility in responsibilities)
                sum += Math.Pow(responsibility, power);
            if (stream.NextUniform() * sum < 1)
                samples[accepted++] = proposed;
        }

        return samples;
    }
}
