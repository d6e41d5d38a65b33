using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// KSDAgg: the smallest p-value of the tests by the kernelised Stein discrepancy over many bandwidths, itself tested by the same replicates
/// (Schrab, Guedj and Gretton, "KSD aggregated goodness-of-fit test", NeurIPS 2022, with equal weights); see <see cref="SteinTest"/>.
/// </summary>
/// <remarks>
/// The authors estimate quantiles from one half of the replicates and correct the level by the other half; here both are from all of them,
/// so that the p-value is exact wherever statistic and replicates are exchangeable. The statistic of the outcome is that of the kernel with
/// the smallest p-value.
/// </remarks>
/// <param name="bandwidths">Over which it aggregates; kernels are inverse multiquadric with the exponent ½.</param>
/// <param name="reach">
/// R for KSDAggInc: the incomplete U-statistic of the pairs of samples at most R apart, R superdiagonals, in O(N R) terms (Schrab, Kim,
/// Guedj and Gretton, "Efficient aggregated kernel tests using incomplete U-statistics", NeurIPS 2022). Null for all pairs.
/// </param>
/// <param name="model">The parametric bootstrap; null for the wild bootstrap, of independent signs.</param>
internal sealed class AggregatedTest(
    string name, string title, BandwidthCollection bandwidths, int? reach = null, ModelReplicates? model = null) : GoodnessOfFitTest
{
    public override string Name => name;

    public override string Title => title;

    public override bool SamplesModel => model is not null;

    /// <summary>With all pairs: those near to one another in a chain tell little.</summary>
    public override bool TakesChains => model is null && reach is null;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        var distances = new SampleDistances(device, count, dimension);
        int furthest = Math.Min(reach ?? count, count - 1);
        return (samples, seed) =>
        {
            samples.Check(count, dimension, TakesChains);
            if (samples.Chains is not null)
                return samples.TestChains(Kernels(samples.Values), replicates, seed);
            SteinTestOfKernel[] outcomes = model is null ? Wild(samples, seed) : Parametric(samples, seed, model);
            SteinTestOfKernel least = outcomes.MinBy(outcome => outcome.PValue)!;
            return new(MeanOfPairs(least.Statistic), SteinTest.AggregatedPValueOf(outcomes));
        };

        SteinTestOfKernel[] Wild(TestSamples samples, TestSeed seed)
        {
            SteinKernel[] kernels = Kernels(samples.Values);
            ReplicateWeights signs = ReplicateWeights.Signs(count, replicates, seed.Stream(StreamPurpose.Bootstrap));
            return
            [
                .. KernelFamily.Compute(samples.Pairs(kernels), kernels, signs, reach).Select(SteinTestOfKernel.OfSigns),
            ];
        }

        SteinTestOfKernel[] Parametric(TestSamples samples, TestSeed seed, ModelReplicates model)
        {
            (SteinKernel[] kernels, double[][] statistics) = model.Of(samples, Kernels, replicates, seed.Seed, bandwidths, reach);
            SteinPairSums[] sums = samples.Pairs(kernels).Compute(kernels, threads: 1, reach: reach);
            return [.. sums.Zip(statistics, SteinTestOfKernel.OfModel)];
        }

        SteinKernel[] Kernels(double[] values)
        {
            distances.Set(values);
            return [.. bandwidths.Of(distances).Select(bandwidth => new SteinKernel("imq", bandwidth))];
        }

        // From the sum over 2·R(2N − R − 1)/2 pairs as a share of N(N − 1).
        double MeanOfPairs(double statistic) => statistic * count * (count - 1) / (furthest * ((2.0 * count) - furthest - 1));
    }
}
