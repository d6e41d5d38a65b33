using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// A transformation of samples and model: samples of q become samples of another density, and the model that density's counterpart, such
/// that the two agree if q = p. Changing one side alone would give another statistic, which is not zero at q = p.
/// </summary>
/// <param name="Model">The model's counterpart.</param>
/// <param name="Transform">
/// Turns samples of the truth (N×D) into samples of the other density; the number of the trial decides which numbers are drawn.
/// </param>
/// <param name="Weight">The factor of its discrepancy in a sum.</param>
/// <param name="Sigma">σ, for those that add noise; NaN for others.</param>
internal sealed record MixtureView(
    IDensity Model, Func<double[], uint, double[]> Transform, double Weight = 1, double Sigma = double.NaN)
{
    /// <summary>How many sizes θ of jumps there are, from ½ to 3/2.</summary>
    public const int JumpSizes = 21;

    /// <summary>The standard deviations of the ladder.</summary>
    public static readonly IReadOnlyList<double> Ladder = [0.5, 1, 2, 4, 8, 16];

    /// <summary>Samples and model as they are: the kernelised Stein discrepancy itself.</summary>
    public static MixtureView Plain(Hypothesis hypothesis) => new(hypothesis.Model, (samples, _) => samples);

    /// <summary>
    /// Noise of standard deviation σ on both sides: <c>KSD²(q * N(0, σ²I), p * N(0, σ²I))</c>, the model smoothed exactly. Views of
    /// several σ have the same normal numbers. The weight in a ladder is σ².
    /// </summary>
    public static MixtureView Noise(Hypothesis hypothesis, ulong seed, double sigma) => new(
        hypothesis.Model.Smoothed(sigma),
        (samples, trial) =>
        {
            var stream = new PhiloxStream(seed, StreamPurpose.SmoothingNoise, trial);
            return Array.ConvertAll(samples, entry => entry + (sigma * stream.NextNormal()));
        },
        sigma * sigma,
        sigma);

    /// <summary>A view for each σ of the ladder.</summary>
    public static IEnumerable<MixtureView> Noises(Hypothesis hypothesis, MixtureTestSettings config)
        => Ladder.Select(sigma => Noise(hypothesis, config.Seed, sigma));

    /// <summary>
    /// Temperature T on both sides: <c>KSD²(q_T, p_T)</c> with <c>p_T ∝ p^{1/T}</c>, whose score is <c>s_p/T</c>. Samples of q_T are
    /// drawn anew, which requires knowing q: the best that tempering could achieve.
    /// </summary>
    public static MixtureView Tempered(Hypothesis hypothesis, ulong seed, double temperature)
    {
        var sampler = new TemperedMixtureSampler(hypothesis.Truth, temperature);
        return new(
            new TemperedMixture(hypothesis.Model, temperature),
            (samples, trial) => sampler.Sample(
                new PhiloxStream(seed, StreamPurpose.Tempering, trial), samples.Length / hypothesis.Truth.Dimension));
    }

    /// <summary>
    /// Jumps between the model's modes that leave the model unchanged, but not other densities (Liu, Duncan and Gandy, "Using
    /// perturbation to improve goodness-of-fit tests based on kernelized Stein discrepancy", ICML 2023): samples with wrong proportions
    /// become samples with others, and those in the wrong place are scattered. A view for each size. Ten jumps, and modes that are
    /// searched for and not taken from the model, as in the source.
    /// </summary>
    public static IEnumerable<MixtureView> Jumps(Hypothesis hypothesis, MixtureTestSettings config)
    {
        // The source's box, and a larger one where modes are farther.
        double reach = Math.Max(10, 2 * config.Separation);
        ModeSearchResult found = ModeSearch.Find(
            hypothesis.Model, new PhiloxStream(config.Seed, StreamPurpose.ModeSearch), new ModeSearchSettings(-reach, reach));
        return
            from index in Enumerable.Range(0, JumpSizes)
            let jump = new ModeJump(hypothesis.Model, found.Modes, scale: 0.5 + ((double)index / (JumpSizes - 1)))
            select new MixtureView(hypothesis.Model, (samples, trial)
                => jump.Apply(samples, steps: 10, new PhiloxStream(config.Seed, StreamPurpose.ModeJumps, trial)).Samples);
    }
}
