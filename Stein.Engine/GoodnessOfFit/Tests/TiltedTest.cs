using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the kernelised Stein discrepancy of a tilted kernel <c>w(x) k(x, y) w(y)</c>, whose Stein kernel is bounded, so that a few
/// outliers move it little; and the robust test, whose hypothesis is that at most a share ε₀ of the samples does not come from the model
/// (Liu and Briol, "On the robustness of kernel goodness-of-fit tests", 2024; github.com/XingLLiu/robust-kernel-test).
/// </summary>
/// <remarks>
/// <para>
/// <c>w(x) = (1 + ‖x‖²/a²)^(−b)</c> suits scores that grow as fast as x does. The Stein kernel of the tilted kernel is <c>w(x) u(x, y)
/// w(y)</c>, where u is that of k with <c>s + ∇log w</c> for the score s. It is the diffusion KSD of k with the scalar m = w, since the
/// diffusion operator <c>div(p m f)/p</c> is the Langevin operator of m f. The statistic is the V-statistic with multinomial replicates.
/// </para>
/// <para>
/// The robust test rejects where <c>max(0, √V − θ)</c> is above the quantile of <c>√V*</c> of the replicates, with <c>θ = ε₀√τ</c> and τ
/// the largest Stein kernel of two samples, which is that of a sample with itself.
/// </para>
/// </remarks>
/// <param name="contamination">ε₀, from 0; with 0 it is the standard test.</param>
/// <param name="scale">a, in units of the samples.</param>
/// <param name="exponent">b.</param>
internal sealed class TiltedTest(string name, string title, double contamination = 0, double scale = 1, double exponent = 0.5)
    : GoodnessOfFitTest
{
    public override string Name => name;

    public override string Title => title;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        var bootstrap = new Bootstrap(
            device, count, replicates, BootstrapWeights.Multinomial, new PhiloxStream(0, StreamPurpose.Bootstrap));
        var bandwidth = new Bandwidth(device, 1);
        DeviceMatrix values = device.Allocate(count, dimension), scores = device.Allocate(count, dimension);
        DeviceMatrix weights = device.Allocate(count, 1), rowSums = device.Allocate(count, 1);
        DeviceMatrix squaredDistances = device.Allocate(count, count), pairs = device.Allocate(count, count);
        DeviceMatrix products = device.Allocate(count, count);
        return (samples, seed) =>
        {
            samples.Check(count, dimension);
            (double[] weight, double[] score) = Tilt(samples);
            device.Write(values, samples.Values);
            device.Write(scores, score);
            device.Write(weights, weight);
            bootstrap.Redraw(seed.Stream(StreamPurpose.Bootstrap));
            device.SquaredDistances(squaredDistances, values);
            bandwidth.Set(MedianRule.MedianDistance, squaredDistances);
            device.PairMatrix<SteinPairTerm<InverseMultiquadricKernel>>(
                pairs, PairSet.Within(new(values, scores), bandwidth.Constants, PairStatistic.V));
            device.Multiply(products, weights, weights, transposeRight: true);
            device.Map<Product>(pairs, pairs, products);
            bootstrap.Run(pairs);
            device.SumRows<Identity>(rowSums, pairs);
            double statistic = device.Read(rowSums).Sum() * PairStatistic.V.Weight(count);
            double threshold = Threshold(weight, score, dimension, Math.Sqrt(device.Read(bandwidth.Medians)[0]));
            double rest = threshold == 0 ? statistic : Math.Pow(Math.Max(0, Math.Sqrt(statistic) - threshold), 2);
            return new(statistic, bootstrap.PValue(rest));
        };
    }

    /// <summary>w (N), and <c>s + ∇log w</c> (N×D, row-major).</summary>
    internal (double[] Weights, double[] Scores) Tilt(TestSamples samples)
    {
        (int dimension, double[] values) = (samples.Dimension, samples.Values);
        double[] weights = new double[samples.Count], scores = [.. samples.Scores];
        for (int i = 0; i < weights.Length; i++)
        {
            int first = i * dimension;
            double square = scale * scale;
            for (int d = first; d < first + dimension; d++)
                square += values[d] * values[d];
            weights[i] = Math.Pow(square / scale / scale, -exponent);
            for (int d = first; d < first + dimension; d++)
                scores[d] -= 2 * exponent * values[d] / square;
        }

        return (weights, scores);
    }

    /// <summary>θ: ε₀ times the square root of the largest Stein kernel of a sample with itself.</summary>
    /// <param name="weights">w (N).</param>
    /// <param name="scores">Those of <see cref="Tilt"/> (N×D, row-major).</param>
    internal double Threshold(double[] weights, double[] scores, int dimension, double bandwidth)
    {
        double[] diagonal = new SteinKernel("imq", bandwidth).Diagonal(scores, dimension);
        return contamination * Math.Sqrt(weights.Zip(diagonal, (weight, term) => weight * weight * term).Max());
    }
}
