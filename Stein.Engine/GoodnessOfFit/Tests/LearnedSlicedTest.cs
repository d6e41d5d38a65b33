using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the sliced Stein discrepancy with learned functions, maxSSD-g or -rg; see <see cref="SlicedWitness"/>. Under the model
/// the Stein terms of samples that did not train have mean 0, so their mean over its standard error is about standard normal, and
/// large values reject.
/// </summary>
/// <remarks>Functions and directions climb from chosen slices. Where they find nothing, f = 0 and the p-value is 1.</remarks>
internal sealed class LearnedSlicedTest(string name, string title, SliceChoice choice) : GoodnessOfFitTest
{
    public override string Name => name;

    public override string Title => title;

    public override bool SamplesModel => choice.Source == SliceSource.Estimated;

    public override int MinSamples => 20;

    /// <summary>The share of samples that train.</summary>
    public double Share { get; init; } = 0.5;

    /// <summary>How the functions are learned.</summary>
    public SlicedWitnessSettings Settings { get; init; } = new();

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        int training = TestSamples.TrainingCount(count, Share);
        var witness = new SlicedWitness(device, training, count - training, dimension, choice.Count(dimension), Settings);
        Func<TestSamples, TestSeed, SliceSet> choose = choice.Prepare(device, training, dimension);
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            (TestSamples trainingSamples, TestSamples tested) = samples.Split(Share);
            witness.Train(
                trainingSamples.Values,
                trainingSamples.Scores,
                choose(trainingSamples, seed),
                seed.Stream(StreamPurpose.CriticInitialisation),
                seed.Stream(StreamPurpose.Batches));
            (double mean, double deviation) = witness.SteinTerms(tested.Values, tested.Scores).MeanStandardDeviation();
            return deviation == 0
                ? new(0, 1)
                : double.IsFinite(mean)
                    ? new(mean, Math.Max(double.Epsilon, Normal.CDF(0, 1, -mean / deviation * Math.Sqrt(tested.Count))))
                    : throw new ArgumentException(
                        $"A statistic of {mean} cannot be tested: samples and scores must be finite numbers, without NaN.");
        };
    }
}
