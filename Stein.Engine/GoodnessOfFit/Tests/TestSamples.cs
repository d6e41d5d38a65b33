using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>Independent samples, and what is known of the model at them.</summary>
/// <param name="Values">x: N×D, row-major.</param>
/// <param name="Scores">∇ log p(x) of the model: N×D, row-major.</param>
/// <param name="Dimension">D.</param>
/// <param name="Model">p, for tests that draw samples of their own from it; null where it cannot be sampled.</param>
internal sealed record TestSamples(double[] Values, double[] Scores, int Dimension, ITarget? Model = null)
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
    /// <exception cref="ArgumentException">There are not, or scores do not have the shape of the samples.</exception>
    public void Check(int count, int dimension)
    {
        SampleMatrix.CheckSameShape(Values, Scores, Dimension, nameof(Scores));
        if (Count != count || Dimension != dimension)
        {
            throw new ArgumentException(
                $"A test of {count} samples in {dimension} dimensions was given {Count} in {Dimension} dimensions.");
        }
    }
}
