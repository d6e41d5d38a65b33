using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// Computes the pair terms of N samples transformed by views, and the bootstrap; memory is allocated once. The bandwidth of each view is
/// the median distance of its samples.
/// </summary>
internal sealed class MixtureTester : IRadialKernelVisitor<Action<DeviceMatrix>>
{
    private readonly Device device;
    private readonly Bootstrap bootstrap;
    private readonly Action<DeviceMatrix> computePairs;
    private readonly ulong seed;
    private readonly int count;
    private readonly DeviceMatrix samples;
    private readonly DeviceMatrix scores;
    private readonly DeviceMatrix pairs;
    private readonly DeviceMatrix total;
    private readonly DeviceMatrix rowSums;
    private readonly double[] hostScores;

    /// <param name="count">N, all samples of the config or a part of them.</param>
    public MixtureTester(Device device, MixtureTestSettings config, int count)
    {
        (this.device, seed, this.count) = (device, config.Seed, count);
        samples = device.Allocate(count, config.Dimension);
        scores = device.Allocate(count, config.Dimension);
        pairs = device.Allocate(count, count);
        total = device.Allocate(count, count);
        rowSums = device.Allocate(count, 1);
        hostScores = new double[count * config.Dimension];
        BootstrapWeights weights = config.Bootstrap == "wild" ? BootstrapWeights.Rademacher : BootstrapWeights.Multinomial;
        bootstrap = new Bootstrap(device, count, config.Replicates, weights, WeightsOf(0));
        computePairs = RadialKernels.Visit(config.Kernel, this);
    }

    /// <summary>The replicates of the last test.</summary>
    public ReadOnlySpan<double> Replicates => bootstrap.Replicates;

    /// <summary>
    /// Draws the bootstrap's weights of a trial. If all trials shared them, the errors of their critical values would be the same.
    /// </summary>
    public void Begin(uint trial) => bootstrap.Redraw(WeightsOf(trial));

    /// <summary>Makes the discrepancy of a view, times a factor, the one that is tested.</summary>
    /// <param name="transformed">The view's samples (N×D).</param>
    public void Set(MixtureView view, ReadOnlySpan<double> transformed, double factor = 1)
    {
        ComputePairs(total, view, transformed);
        if (factor != 1)
            device.Map<Scaled>(total, total, p: factor);
    }

    /// <summary>Adds the discrepancy of a view, times its weight, to the one that is tested.</summary>
    /// <param name="transformed">The view's samples (N×D).</param>
    public void Add(MixtureView view, ReadOnlySpan<double> transformed)
    {
        ComputePairs(pairs, view, transformed);
        device.Map<AddScaled>(total, total, pairs, p: view.Weight);
    }

    /// <summary>Tests what was set or added.</summary>
    public TestOutcome Test() => bootstrap.Test(total);

    /// <summary>
    /// The statistic U in units of <c>√Var_i(mean_j u_ij)</c>, which is its standard deviation if q ≠ p up to the factor 2/√N: this ratio
    /// decides the power of a test of many samples (Liu, Lee and Jordan, ICML 2016, theorem 4.1).
    /// </summary>
    public double SignalToNoise()
    {
        device.SumRows<Identity>(rowSums, total);
        double[] means = Array.ConvertAll(device.Read(rowSums), sum => sum / (count - 1));
        double mean = means.Average();
        double variance = means.Average(value => (value - mean) * (value - mean));

        // A spread close to zero would be chosen whatever the signal.
        double minSpread = 1e-6 * means.Average(Math.Abs);
        return mean / (Math.Sqrt(variance) + minSpread + double.Epsilon);
    }

    /// <summary>Writes the pair terms of samples and scores to a matrix, with the median distance as bandwidth.</summary>
    public Action<DeviceMatrix> Visit<TKernel>()
        where TKernel : struct, IRadialKernel
    {
        var test = new KernelisedSteinTest<TKernel>(bootstrap);
        return output =>
        {
            test.SetBandwidth(samples, MedianRule.MedianDistance);
            test.ComputePairs(output, samples, scores);
        };
    }

    private void ComputePairs(DeviceMatrix output, MixtureView view, ReadOnlySpan<double> transformed)
    {
        view.Model.Score(transformed, hostScores);
        device.Write(samples, transformed);
        device.Write(scores, hostScores);
        computePairs(output);
    }

    private PhiloxStream WeightsOf(uint trial) => new(seed, StreamPurpose.Bootstrap, trial);
}
