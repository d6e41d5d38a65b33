using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>
/// The squared KSD (V-statistic) of scores at given samples, in double precision whatever the descent is computed in: near its floor it
/// falls by less than the rounding error of a single-precision sum over pairs.
/// </summary>
/// <param name="device">In double precision.</param>
/// <param name="samples">N×2, row-major.</param>
/// <param name="kernel">A name of <see cref="RadialKernels"/>.</param>
internal sealed class SampleDiscrepancy(Device device, double[] samples, string kernel, double bandwidth)
{
    /// <summary>
    /// Small beside every eigenvalue that a descent reaches within 10⁹ steps, and the scores are not yet so large that rounding shows.
    /// </summary>
    public const double FloorRidge = 1e-10;

    private readonly Func<double[], double> evaluate = RadialKernels.Visit(kernel, new Evaluation(device, samples, bandwidth));

    /// <summary>KSD_V² of scores (N×2). O(N²).</summary>
    public double Of(double[] scores) => evaluate(scores);

    /// <summary>
    /// The infimum over all scores at the samples, <c>C − tr(DᵀK⁻¹D)/N²</c> with <c>D = ⟨∇,K⟩</c>, from above: the value of the ridge
    /// solution at <see cref="FloorRidge"/>. Its limit at ridge 0 is positive, since the kernel's gradients are not combinations of kernels
    /// at the samples. O(N³).
    /// </summary>
    public double Floor()
    {
        var settings = new ScoreEstimatorSettings { Kernel = kernel, Bandwidth = bandwidth, Regularisation = FloorRidge };
        return Of(ScoreEstimators.Find("stein").Fit(device, samples, PlanarDensity.Dimension, settings).ScoresAtSamples());
    }

    private sealed class Evaluation(Device device, double[] samples, double bandwidth) : IRadialKernelVisitor<Func<double[], double>>
    {
        public Func<double[], double> Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            int count = samples.Length / PlanarDensity.Dimension;
            DeviceMatrix points = device.Upload(count, PlanarDensity.Dimension, samples);
            // Not by way of the class Bandwidth, which adds the published code's 10⁻⁹ to h²: the descent's kernel has none.
            DeviceMatrix constants = device.Upload(2, 1, [1 / (bandwidth * bandwidth), 1]);
            return scores =>
            {
                DeviceMatrix sums = device.Allocate(count, 1);
                DeviceMatrix uploaded = device.Upload(count, PlanarDensity.Dimension, scores);
                device.PairSums<SteinPairTerm<TKernel>>(sums, PairSet.Within(new(points, uploaded), constants, PairStatistic.V));
                return device.Read(sums).Sum() * PairStatistic.V.Weight(count);
            };
        }
    }
}
