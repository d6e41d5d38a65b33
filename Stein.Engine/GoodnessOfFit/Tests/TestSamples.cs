using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>Samples, and what is known of the model at them.</summary>
/// <param name="Values">x: N×D, row-major.</param>
/// <param name="Scores">∇ log p(x) of the model: N×D, row-major.</param>
/// <param name="Dimension">D.</param>
/// <param name="Model">p, for tests that draw samples of their own from it; null where it cannot be sampled.</param>
/// <param name="Chains">Null for independent samples, whose order means nothing.</param>
internal sealed record TestSamples(double[] Values, double[] Scores, int Dimension, ITarget? Model = null, ChainRows? Chains = null)
{
    /// <summary>N.</summary>
    public int Count => Values.Length / Dimension;

    /// <summary>Samples with the scores of a model.</summary>
    /// <param name="values">x: N×D, row-major.</param>
    public static TestSamples Of(double[] values, ITarget model)
    {
        var scores = new double[values.Length];
        model.Score(values, scores);
        return new(values, scores, model.Dimension, model);
    }

    /// <summary>The model, for a test that samples it.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ITarget RequiredModel()
        => Model ?? throw new ArgumentException("The test needs samples of the model, which cannot be sampled. Choose another test.");

    /// <summary>The pairs of samples, in units of the last bandwidth.</summary>
    public SteinPairs Pairs(params IReadOnlyList<SteinKernel> kernels) => new(Values, Scores, Dimension, kernels[^1].Bandwidths[^1]);

    /// <summary>
    /// The statistic of the kernel with the smallest p-value, and that p-value with the replicates of chains: a V-statistic and signs that
    /// have the longest memory of all kernels; see <see cref="JointSteinTest"/>.
    /// </summary>
    /// <exception cref="ArgumentException">Samples, scores or kernels cannot be used, or a statistic is not finite.</exception>
    public TestOutcome TestChains(IReadOnlyList<SteinKernel> kernels, int replicates, TestSeed seed)
    {
        var test = JointSteinTest.Compute(
            [.. kernels.Select(kernel => new SteinView(Values, Scores, Dimension, kernel))],
            Chains,
            replicates,
            seed.Stream(StreamPurpose.Bootstrap),
            threads: 1);
        return new(test.Views.MinBy(view => view.PValue)!.Statistic, test.SmallestPValue);
    }

    /// <summary>Some rows, in their order.</summary>
    public TestSamples Rows(int first, int count) => this with
    {
        Values = Values[(first * Dimension)..((first + count) * Dimension)],
        Scores = Scores[(first * Dimension)..((first + count) * Dimension)],
    };

    /// <summary>
    /// The one rule by which tests that are trained divide samples: the first ones train, in number a share of all rounded down but at
    /// least one, and the others are tested. Samples are independent, so that their order means nothing.
    /// </summary>
    /// <param name="share">Between 0 and 1.</param>
    public (TestSamples Training, TestSamples Tested) Split(double share)
    {
        int training = TrainingCount(Count, share);
        return (Rows(0, training), Rows(training, Count - training));
    }

    /// <summary>The number of samples that <see cref="Split"/> trains with.</summary>
    public static int TrainingCount(int count, double share) => Math.Max(1, (int)Math.Floor((share * count) + 1e-9));

    /// <summary>Checks that there are as many samples as a test was prepared for.</summary>
    /// <param name="canBeChains">Whether the test is for chains too.</param>
    /// <exception cref="ArgumentException">There are not, or scores do not have the shape of the samples.</exception>
    public void Check(int count, int dimension, bool canBeChains = false)
    {
        if (Chains is not null && !canBeChains)
            throw new ArgumentException("The test is for independent samples; the memory of a chain would count as a difference.");
        SampleMatrix.CheckSameShape(Values, Scores, Dimension, nameof(Scores));
        if (Count != count || Dimension != dimension)
        {
            throw new ArgumentException(
                $"A test of {count} samples in {dimension} dimensions was given {Count} in {Dimension} dimensions.");
        }
    }
}
