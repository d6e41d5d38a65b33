using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The two-sample test by the maximum mean discrepancy of the samples from as many samples of the model, by the Gaussian kernel with the
/// median distance of all as standard deviation (Gretton et al., JMLR 2012); see <see cref="MaximumMeanDiscrepancy{TKernel}"/>. It needs no
/// score.
/// </summary>
internal sealed class MeanDiscrepancyTest(string name, string title) : GoodnessOfFitTest
{
    public override string Name => name;

    public override string Title => title;

    public override bool SamplesModel => true;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        var discrepancy = new MaximumMeanDiscrepancy<GaussianKernel>(device, count, dimension);
        var bootstrap = new Bootstrap(
            device, count, replicates, BootstrapWeights.Multinomial, new PhiloxStream(0, StreamPurpose.Bootstrap));
        DeviceMatrix values = device.Allocate(count, dimension), others = device.Allocate(count, dimension);
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            device.Write(values, samples.Values);
            device.Write(others, samples.RequiredModel().Sample(seed.Stream(StreamPurpose.ModelSamples), count));
            bootstrap.Redraw(seed.Stream(StreamPurpose.Bootstrap));
            discrepancy.SetSamples(values, others);
            discrepancy.SetBandwidth(MedianRule.TwiceMedian);
            return discrepancy.Test(bootstrap);
        };
    }
}
