using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the kernelised Stein discrepancy with a bandwidth from the median distance (Liu, Lee and Jordan, ICML 2016; Chwialkowski,
/// Strathmann and Gretton, ICML 2016); see <see cref="KernelisedSteinTest{TKernel}"/>.
/// </summary>
/// <param name="kernel">Of <see cref="RadialKernels"/>.</param>
/// <param name="rule">
/// <see cref="MedianRule.TwiceMedian"/> makes the median distance the standard deviation of a Gaussian kernel, as in all published scripts.
/// </param>
internal sealed class KernelisedTest(string name, string title, string kernel, MedianRule rule) : GoodnessOfFitTest
{
    public override string Name => name;

    public override string Title => title;

    public override bool TakesChains => true;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        PreparedTest independent = RadialKernels.Visit(kernel, new Preparation(device, count, dimension, replicates, rule));
        return (samples, seed) => samples.Chains is null ? independent(samples, seed) : Chain(samples, seed);

        TestOutcome Chain(TestSamples samples, TestSeed seed)
        {
            samples.Check(count, dimension, canBeChains: true);
            double bandwidth = MedianDistance.Of(samples.Values, dimension) * Math.Sqrt(rule == MedianRule.TwiceMedian ? 2 : 1);
            return samples.TestChains([new(kernel, bandwidth)], replicates, seed);
        }
    }

    private sealed record Preparation(Device Device, int Count, int Dimension, int Replicates, MedianRule Rule)
        : IRadialKernelVisitor<PreparedTest>
    {
        public PreparedTest Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            var weights = new PhiloxStream(0, StreamPurpose.Bootstrap);
            var test = new KernelisedSteinTest<TKernel>(
                new Bootstrap(Device, Count, Replicates, BootstrapWeights.Multinomial, weights));
            DeviceMatrix values = Device.Allocate(Count, Dimension), scores = Device.Allocate(Count, Dimension);
            return (samples, seed) =>
            {
                samples.Check(Count, Dimension);
                Device.Write(values, samples.Values);
                Device.Write(scores, samples.Scores);
                test.Bootstrap.Redraw(seed.Stream(StreamPurpose.Bootstrap));
                test.SetBandwidth(values, Rule);
                return test.Run(values, scores);
            };
        }
    }
}
