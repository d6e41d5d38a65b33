using Stein.Engine.Random;
using Stein.Engine.Samplers;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// After jumps between the model's modes that leave the model as it is, but not other densities (Liu, Duncan and Gandy, "Using
/// perturbation to improve goodness-of-fit tests based on kernelized Stein discrepancy", ICML 2023): samples with wrong proportions
/// become samples with others, and those in the wrong place are scattered.
/// </summary>
internal sealed class JumpView(Hypothesis hypothesis, ModeJump jump, ulong seed) : MixtureView
{
    /// <summary>How many sizes θ of jumps there are, from ½ to 3/2.</summary>
    public const int Sizes = 21;

    /// <summary>T, jumps of each sample: the published setting.</summary>
    private const int Steps = 10;

    /// <summary>A view for each size, of modes that are searched for, as the source does, and not taken from the model.</summary>
    public static IReadOnlyList<MixtureView> OfAllSizes(Hypothesis hypothesis, MixtureTestSettings config)
    {
        // The source's box, and a larger one where modes are farther.
        double reach = Math.Max(10, 2 * config.Separation);
        ModeSearchResult found = ModeSearch.Find(
            hypothesis.Model, new PhiloxStream(config.Seed, StreamPurpose.ModeSearch), new ModeSearchSettings(-reach, reach));
        return
        [
            .. from index in Enumerable.Range(0, Sizes)
               let scale = 0.5 + ((double)index / (Sizes - 1))
               select new JumpView(hypothesis, new ModeJump(hypothesis.Model, found.Modes, scale), config.Seed),
        ];
    }

    public override void Score(ReadOnlySpan<double> points, Span<double> scores) => hypothesis.Model.Score(points, scores);

    public override double[] See(double[] samples, uint trial)
        => jump.Apply(samples, Steps, new PhiloxStream(seed, StreamPurpose.ModeJumps, trial)).Samples;
}
