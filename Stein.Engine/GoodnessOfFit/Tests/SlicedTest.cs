using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the sliced kernelised Stein discrepancy (Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021;
/// Gong, Zhang, Li and Hernández-Lobato, "Active slices for sliced Stein discrepancy", ICML 2021) with slices chosen on a share of
/// the samples and tested on the others; see <see cref="SlicedSteinTest{TKernel}"/>.
/// </summary>
internal sealed class SlicedTest(string name, string title, SliceChoice choice) : GoodnessOfFitTest
{
    public override string Name => name;

    public override string Title => title;

    public override bool SamplesModel => choice.Source == SliceSource.Estimated;

    public override int MinSamples => 20;

    /// <summary>The share of samples that choose slices, if these depend on samples.</summary>
    public double Share { get; init; } = 0.2;

    /// <summary>Whether slices are tested on the samples that chose them, all of them, which is wrong.</summary>
    public bool TestsTrainingSamples { get; init; }

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        int training = TestsTrainingSamples ? count : choice.IsTrained ? TestSamples.TrainingCount(count, Share) : 0;
        int tested = TestsTrainingSamples ? count : count - training;
        var weights = new PhiloxStream(0, StreamPurpose.Bootstrap);
        var test = new SlicedSteinTest<GaussianKernel>(
            new Bootstrap(device, tested, replicates, BootstrapWeights.Multinomial, weights), dimension, choice.Count(dimension));
        Func<TestSamples, TestSeed, SliceSet> choose = choice.Prepare(device, training, dimension);
        DeviceMatrix values = device.Allocate(tested, dimension), scores = device.Allocate(tested, dimension);
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            SliceSet slices = choose(samples.Rows(0, training), seed);
            slices.WriteTo(test.SliceDirections, test.TestDirections);
            TestSamples testedSamples = samples.Rows(count - tested, tested);
            device.Write(values, testedSamples.Values);
            device.Write(scores, testedSamples.Scores);
            test.Bootstrap.Redraw(seed.Stream(StreamPurpose.Bootstrap));
            test.SetBandwidths(values);
            return test.Run(values, scores);
        };
    }
}
