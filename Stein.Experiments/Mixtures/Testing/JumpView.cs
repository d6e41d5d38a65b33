using Stein.Engine.Random;
using Stein.Engine.Samplers;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// After jumps between the model's modes that leave the model as it is, but not other densities (Liu, Duncan and Gandy, "Using
/// perturbation to improve goodness-of-fit tests based on kernelized Stein discrepancy", ICML 2023): samples with wrong proportions
/// become samples with others, and those in the wrong place are scattered.
/// </summary>
internal sealed class JumpView(MixtureProblem problem, ModeJump jump, ulong seed) : MixtureView
{
    /// <summary>How many sizes θ of jumps there are, from ½ to 3/2.</summary>
    public const int Sizes = 21;

    /// <summary>T, jumps of each sample: the published setting.</summary>
    private const int Steps = 10;

    /// <summary>A view for each size, of modes that are searched for, as the source does, and not taken from the model.</summary>
    public static IReadOnlyList<MixtureView> All(MixtureProblem problem, double separation, ulong seed)
    {
        // The source's box, and a larger one where modes are farther.
        double reach = Math.Max(10, 2 * separation);
        ModeSearchResult found = ModeSearch.Find(
            problem.Model, new PhiloxStream(seed, StreamPurpose.ModeSearch), new ModeSearchSettings(-reach, reach));
        return
        [
            .. from index in Enumerable.Range(0, Sizes)
               let scale = 0.5 + ((double)index / (Sizes - 1))
               select new JumpView(problem, new ModeJump(problem.Model, found.Modes, scale), seed),
        ];
    }

    public override void Score(ReadOnlySpan<double> points, Span<double> scores) => problem.Model.Score(points, scores);

    public override double[] See(double[] samples, uint trial)
        => jump.Apply(samples, Steps, new PhiloxStream(seed, StreamPurpose.ModeJumps, trial)).Samples;
}
