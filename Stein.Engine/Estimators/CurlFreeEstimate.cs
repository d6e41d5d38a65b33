using Stein.Engine.Devices;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>The estimate of <see cref="CurlFreeScoreEstimator"/>, which documents the formulas.</summary>
internal sealed class CurlFreeEstimate<TKernel>(SampleSet samples, double ridge, DeviceMatrix coefficients) : ScoreEstimate(samples, ridge)
    where TKernel : struct, IRadialKernel
{
    private readonly CurlFreeBlock<TKernel> block = new(samples);
    private readonly DeviceMatrix alongSamples = KernelBlock<TKernel>.AlongSamples(samples, coefficients);

    private protected override void ComputeScores(DeviceMatrix scores, DeviceMatrix points)
    {
        block.Pairs.SetPoints(points);
        block.Multiply(scores, coefficients, alongSamples);
        block.AddLaplacianGradients(scores, -1 / Regularisation);
    }

    private protected override void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points)
    {
        block.Pairs.SetPoints(points);
        block.Divergences(divergences, coefficients, alongSamples, -1 / Regularisation);
    }
}
