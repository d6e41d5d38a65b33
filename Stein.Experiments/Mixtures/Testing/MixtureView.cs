using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// One way to look at samples and model both: samples of q become samples of another density, and the model that density's counterpart,
/// such that they agree if q = p. Changing one side alone would be another statistic, which is not zero at q = p.
/// </summary>
internal abstract class MixtureView
{
    /// <summary>The factor of its discrepancy in a sum of several.</summary>
    public virtual double Weight => 1;

    /// <summary>σ, for those that add noise; NaN for others.</summary>
    public virtual double Sigma => double.NaN;

    /// <summary>The model's counterpart, as far as its score goes.</summary>
    /// <param name="points">N×D.</param>
    /// <param name="scores">Receives them (N×D).</param>
    public abstract void Score(ReadOnlySpan<double> points, Span<double> scores);

    /// <summary>The samples as they are seen (N×D).</summary>
    /// <param name="samples">N×D, of the truth.</param>
    /// <param name="trial">Which numbers are drawn.</param>
    public abstract double[] See(double[] samples, uint trial);
}

/// <summary>As they are: the kernelised Stein discrepancy itself.</summary>
internal sealed class PlainView(Hypothesis hypothesis) : MixtureView
{
    public override void Score(ReadOnlySpan<double> points, Span<double> scores) => hypothesis.Model.Score(points, scores);

    public override double[] See(double[] samples, uint trial) => samples;
}

/// <summary>
/// With noise of standard deviation σ on both sides: <c>KSD²(q * N(0, σ²I), p * N(0, σ²I))</c>, the model smoothed exactly. Views of
/// several σ have the same normal numbers. The weight in a ladder is σ².
/// </summary>
internal sealed class NoiseView(Hypothesis hypothesis, double sigma, ulong seed) : MixtureView
{
    /// <summary>The standard deviations of the ladder.</summary>
    public static readonly IReadOnlyList<double> Ladder = [0.5, 1, 2, 4, 8, 16];

    private readonly GaussianMixture smoothed = hypothesis.Model.Smoothed(sigma);

    /// <summary>A view for each σ of the ladder.</summary>
    public static IReadOnlyList<MixtureView> OfLadder(Hypothesis hypothesis, MixtureTestSettings config)
        => [.. Ladder.Select(sigma => new NoiseView(hypothesis, sigma, config.Seed))];

    public override double Weight => sigma * sigma;

    public override double Sigma => sigma;

    public override void Score(ReadOnlySpan<double> points, Span<double> scores) => smoothed.Score(points, scores);

    public override double[] See(double[] samples, uint trial)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.SmoothingNoise, trial);
        return Array.ConvertAll(samples, entry => entry + (sigma * stream.NextNormal()));
    }
}

/// <summary>
/// At temperature T on both sides: <c>KSD²(q_T, p_T)</c> with <c>p_T ∝ p^{1/T}</c>, whose score is <c>s_p/T</c>. Samples of q_T are
/// drawn anew, which takes knowing q: the best that tempering could do.
/// </summary>
internal sealed class TemperedView(Hypothesis hypothesis, double temperature, ulong seed) : MixtureView
{
    private readonly TemperedMixture tempered = new(hypothesis.Model, temperature);
    private readonly TemperedMixtureSampler sampler = new(hypothesis.Truth, temperature);

    public override void Score(ReadOnlySpan<double> points, Span<double> scores) => tempered.Score(points, scores);

    public override double[] See(double[] samples, uint trial)
        => sampler.Sample(new PhiloxStream(seed, StreamPurpose.Tempering, trial), samples.Length / hypothesis.Truth.Dimension);
}
