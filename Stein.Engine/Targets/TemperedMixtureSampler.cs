using Stein.Engine.Random;

namespace Stein.Engine.Targets;

/// <summary>Draws exact, independent samples of the density ∝ <c>p^{1/T}</c> for a mixture p and T ≥ 1, by rejection.</summary>
/// <remarks>
/// With s = 1/T ≤ 1, <c>(Σ_k w_k N_k)^s ≤ Σ_k (w_k N_k)^s</c>. The right-hand side is proportional to a mixture of <c>N(μ_k, TΣ_k)</c>
/// with weights proportional to <c>w_k^s |Σ_k|^{(1−s)/2}</c>. A sample of that mixture is accepted with a probability equal to the
/// ratio of the two sides, which is <c>1/Σ_k r_k^s</c> for the responsibilities r of p. The probability is at least <c>K^{s−1}</c> and
/// near 1 if the modes are well separated.
/// </remarks>
internal sealed class TemperedMixtureSampler
{
    private readonly GaussianMixture mixture;
    private readonly GaussianMixture proposal;
    private readonly double power;
    private readonly double[] responsibilities;

    /// <param name="temperature">T, finite and at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">T is below 1 or not finite.</exception>
    public TemperedMixtureSampler(GaussianMixture mixture, double temperature)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        if (!(temperature >= 1 && double.IsFinite(temperature)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(temperature), temperature, $"The temperature cannot be {temperature}; it must be finite and at least 1.");
        }

        this.mixture = mixture;
        power = 1 / temperature;
        responsibilities = new double[mixture.Components];
        proposal = Proposal(mixture, temperature);
    }

    /// <summary>Draws N samples (N×D, row-major).</summary>
    /// <param name="stream">Supplies the random numbers; ends up after the last number used.</param>
    /// <param name="count">N, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is negative.</exception>
    public double[] Sample(PhiloxStream stream, int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int dimension = mixture.Dimension;
        var samples = new double[count * dimension];
        for (int accepted = 0; accepted < count;)
        {
            double[] proposed = proposal.Sample(stream, 1);
            mixture.Responsibilities(proposed, responsibilities);
            double sum = 0;
            foreach (double responsibility in responsibilities)
                sum += Math.Pow(responsibility, power);
            if (stream.NextUniform() * sum >= 1)
                continue;
            proposed.CopyTo(samples, accepted * dimension);
            accepted++;
        }

        return samples;
    }

    private static GaussianMixture Proposal(GaussianMixture mixture, double temperature)
    {
        int dimension = mixture.Dimension;
        double power = 1 / temperature;
        ReadOnlySpan<GaussianCovariance> covariances = mixture.Covariances;
        var logarithms = new double[covariances.Length];
        var tempered = new GaussianCovariance[covariances.Length];
        for (int k = 0; k < tempered.Length; k++)
        {
            logarithms[k] = (power * Math.Log(mixture.Weights[k])) + ((1 - power) / 2 * covariances[k].LogDeterminant);
            tempered[k] = covariances[k].IsIsotropic
                ? GaussianCovariance.Isotropic(dimension, temperature * covariances[k].Variance)
                : GaussianCovariance.Full(dimension, Array.ConvertAll(covariances[k].ToArray(), entry => temperature * entry));
        }

        double largest = logarithms.Max();
        double[] weights = Array.ConvertAll(logarithms, logarithm => Math.Exp(logarithm - largest));
        double sum = weights.Sum();
        return new GaussianMixture(Array.ConvertAll(weights, weight => weight / sum), mixture.Means, tempered);
    }
}
