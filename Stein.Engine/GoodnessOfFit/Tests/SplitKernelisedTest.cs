using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the kernelised Stein discrepancy with a bandwidth that is chosen on half of the samples: the one with the largest ratio of
/// the statistic to its standard deviation where the samples do not come from the model, which the power grows with (Jitkrittum et al.,
/// NIPS 2017; as "KSD split" in Schrab, Guedj and Gretton, "KSD aggregated goodness-of-fit test", NeurIPS 2022).
/// </summary>
/// <param name="bandwidths">Among which it chooses.</param>
/// <param name="hasExtraSamples">
/// Whether the samples to choose with are extra ones, "KSD split extra": a comparison gives it 2N samples where other tests have N.
/// </param>
/// <param name="regulariser">
/// What is added to the variance in the ratio: 10⁻⁸ in the authors' code, so that bandwidths with a very small statistic are not chosen.
/// </param>
internal sealed class SplitKernelisedTest(
    string name, string title, BandwidthCollection bandwidths, bool hasExtraSamples = false, double regulariser = 1e-8) : GoodnessOfFitTest
{
    private const double Share = 0.5;

    public override string Name => name;

    public override string Title => title;

    public override int MinSamples => 4;

    public override int GivenSamples(int count) => hasExtraSamples ? 2 * count : count;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        var distances = new SampleDistances(device, TestSamples.TrainingCount(count, Share), dimension);
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            (TestSamples training, TestSamples tested) = samples.Split(Share);
            distances.Set(training.Values);
            SteinKernel[] kernels = [.. bandwidths.Of(distances).Select(bandwidth => new SteinKernel("imq", bandwidth))];
            SteinKernel chosen = training.Pairs(kernels).Compute(kernels, threads: 1).MaxBy(sums => PowerRatio(sums, regulariser))!.Kernel;
            ReplicateWeights signs = ReplicateWeights.Signs(tested.Count, replicates, seed.Stream(StreamPurpose.Bootstrap));
            SteinTestOfKernel outcome = SteinTestOfKernel.OfSigns(tested.Pairs(chosen).Compute([chosen], signs, threads: 1)[0]);
            return new(outcome.Statistic, outcome.PValue);
        };
    }

    /// <summary>
    /// <c>U/√(σ² + regulariser)</c> with <c>σ² = 4/N³ Σ_i (Σ_j u_ij)² − 4/N⁴ (Σ_ij u_ij)²</c>, sums with the diagonal: the estimate of
    /// Liu et al. ("Learning deep kernels for non-parametric two-sample tests", ICML 2020, equation 5) for the discrepancy.
    /// </summary>
    internal static double PowerRatio(SteinPairSums sums, double regulariser)
    {
        double total = 0, squares = 0, count = sums.Samples;
        for (int i = 0; i < sums.Samples; i++)
        {
            double row = sums.Before[i] + sums.Diagonal[i] + sums.After[i];
            total += row;
            squares += row * row;
        }

        double variance = (4 / (count * count * count) * squares) - (4 / (count * count * count * count) * total * total);
        return sums.Value(PairStatistic.U) / Math.Sqrt(variance + regulariser);
    }
}
