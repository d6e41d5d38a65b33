using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>KSD² is the squared norm of the Stein witness: compares the Stein kernel with coefficients, up to rounding.</summary>
public class SteinWitnessTests
{
    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void The_squared_norm_of_the_witness_is_ksd(string kernel) => EveryKernel.Run(kernel, new WitnessNorm());

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_invalid_squared_bandwidth_is_rejected(double squaredBandwidth)
    {
        using Device device = CpuDevices.CreateDouble();
        var bandwidth = new Bandwidth(device, 1);
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => bandwidth.SetExactly(squaredBandwidth)).Message;
        Assert.Contains("must be a positive finite number", message, StringComparison.Ordinal);
    }

    private sealed class WitnessNorm : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach ((int count, int dimension) in new[] { (2, 1), (17, 1), (33, 2), (9, 3), (50, 10) })
            {
                var draw = new Draw((ulong)count);
                double[] points = draw.Normal(count * dimension);
                double[] scores = draw.Normal(count * dimension);
                double squaredBandwidth = 0.7 + dimension;
                double share = 1.0 / count;
                var witness = new ReproducingKernelExpansion<TKernel>(
                    dimension, squaredBandwidth, points, Array.ConvertAll(scores, score => share * score), share);

                // A U-statistic may be close to zero by cancellation; its rounding error is that of the V-statistic.
                double size = witness.SquaredNorm();
                foreach (PairStatistic statistic in new[] { PairStatistic.V, PairStatistic.U })
                {
                    var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, count, dimension, statistic);
                    discrepancy.Bandwidth.SetExactly(squaredBandwidth);
                    double expected = discrepancy.Value(device.Upload(count, dimension, points), device.Upload(count, dimension, scores));
                    Assert.Equal(expected, witness.SquaredNorm(statistic), 1e-12 * size);
                }
            }
        }
    }
}
