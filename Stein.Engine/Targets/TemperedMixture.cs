namespace Stein.Engine.Targets;

/// <summary>The tempered mixture <c>p_T ∝ p^{1/T}</c> without its normalising constant; its score is <c>s/T</c>.</summary>
/// <remarks>
/// For well-separated components of equal shape the odds <c>π/(1 − π)</c> become their T-th root: T above 1 raises the weight of a
/// component that is nearly missing, and flattens proportions. For a discrepancy between tempered laws both sides must be tempered.
/// Tempered samples of q come from <see cref="TemperedMixtureSampler"/> if q is a mixture, otherwise from
/// <see cref="Samplers.ImportanceResampling"/> or <see cref="Samplers.LangevinSampler"/>.
/// </remarks>
internal sealed class TemperedMixture : IDensity
{
    /// <summary>Tempers a mixture.</summary>
    /// <param name="temperature">T, positive and finite; 1 leaves the mixture unchanged.</param>
    /// <exception cref="ArgumentOutOfRangeException">T is not a positive finite number.</exception>
    public TemperedMixture(GaussianMixture mixture, double temperature)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        CheckTemperature(temperature, nameof(temperature));
        (Mixture, Temperature) = (mixture, temperature);
    }

    /// <summary>The untempered mixture p.</summary>
    public GaussianMixture Mixture { get; }

    /// <summary>The temperature T.</summary>
    public double Temperature { get; }

    /// <summary>The dimension D.</summary>
    public int Dimension => Mixture.Dimension;

    /// <summary>The log-density <c>(1/T) log p(x)</c> up to a constant, in nats.</summary>
    /// <param name="point">x (D).</param>
    /// <exception cref="ArgumentException">x does not have D coordinates.</exception>
    public double LogDensity(ReadOnlySpan<double> point) => Mixture.LogDensity(point) / Temperature;

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        double logDensity = Mixture.LogDensityAndScore(point, score);
        Divide(score);
        return logDensity / Temperature;
    }

    /// <summary>Computes the score <c>∇ log p_T = s/T</c> at each point. O(NKD), for full covariances O(NKD²).</summary>
    /// <param name="points">N×D, row-major.</param>
    /// <param name="scores">Receives the scores (N×D, row-major); must not overlap the points.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public void Score(ReadOnlySpan<double> points, Span<double> scores)
    {
        Mixture.Score(points, scores);
        Divide(scores);
    }

    /// <exception cref="ArgumentOutOfRangeException">T is not a positive finite number.</exception>
    internal static void CheckTemperature(double temperature, string name)
    {
        if (!(temperature > 0 && double.IsFinite(temperature)))
        {
            throw new ArgumentOutOfRangeException(
                name,
                temperature,
                $"Temperature {temperature} is impossible; it must be a positive finite number. 1 leaves a density unchanged; larger "
                + "temperatures flatten it.");
        }
    }

    private void Divide(Span<double> scores)
    {
        foreach (ref double entry in scores)
            entry /= Temperature;
    }
}
