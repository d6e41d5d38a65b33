namespace Stein.Engine.Targets;

/// <summary>The tempered mixture <c>p_T ∝ p^{1/T}</c>, without its normalising constant: score <c>s/T</c>.</summary>
/// <remarks>
/// Of well-separated components of equal shape the odds <c>π/(1 − π)</c> become their T-th root: T above 1 lifts a component that
/// is nearly missing, and flattens proportions. A discrepancy between tempered laws needs both sides tempered: samples of q come
/// tempered from <see cref="TemperedMixtureSampler"/> where q is a mixture, else from <see cref="Samplers.ImportanceResampling"/> or
/// <see cref="Samplers.LangevinSampler"/>.
/// </remarks>
internal sealed class TemperedMixture : IDensity
{
    /// <summary>Tempers a mixture.</summary>
    /// <param name="temperature">T, positive and finite; 1 changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">T is not a positive finite number.</exception>
    public TemperedMixture(GaussianMixture mixture, double temperature)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        CheckTemperature(temperature, nameof(temperature));
        (Mixture, Temperature) = (mixture, temperature);
    }

    /// <summary>p.</summary>
    public GaussianMixture Mixture { get; }

    /// <summary>T.</summary>
    public double Temperature { get; }

    /// <summary>D.</summary>
    public int Dimension => Mixture.Dimension;

    /// <summary><c>(1/T) log p(x)</c>: the log-density up to a constant, in nats.</summary>
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

    /// <summary>The score <c>∇ log p_T = s/T</c> at each point. O(NKD), for full covariances O(NKD²).</summary>
    /// <param name="points">N×D, row-major.</param>
    /// <param name="scores">Receives them (N×D, row-major); not the points' own memory.</param>
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
                $"Temperature {temperature} is impossible; it must be a positive finite number. 1 leaves a density as it is, more "
                + "flattens it.");
        }
    }

    private void Divide(Span<double> scores)
    {
        foreach (ref double entry in scores)
            entry /= Temperature;
    }
}
