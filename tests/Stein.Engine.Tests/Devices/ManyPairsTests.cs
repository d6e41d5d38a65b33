using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>
/// Sums over so many pairs that matrices of them are formed in parts or not at all. Scores are those of a wrong model, so that the sums do
/// not cancel; errors are relative to the sum of magnitudes.
/// </summary>
public class ManyPairsTests
{
    /// <summary>10⁹ pairs.</summary>
    private const int Many = 32_000;

    /// <summary>
    /// Six digits. In single precision a row is summed in blocks of 2048 pairs at most (16 terms of a lane, then 128 lanes), and blocks are
    /// added in double precision; a term has a relative error of about ten units of round-off, 6·10⁻⁷, which mostly cancels in the sum.
    /// </summary>
    private const double SixDigits = 1e-6;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_thousand_million_pairs_in_single_precision_keep_six_digits(bool byProducts)
    {
        using Device simd = CpuDevices.CreateSimd(), exact = CpuDevices.CreateSimdDouble();
        double expected = Value<GaussianKernel>(exact, Many, byProducts: true);
        double actual = Value<GaussianKernel>(simd, Many, byProducts);
        Checks.Close($"by products {byProducts}", [expected], [actual], _ => SixDigits * expected);
    }

    [Fact]
    public void Products_and_differences_agree_in_double_precision()
    {
        using Device exact = CpuDevices.CreateSimdDouble();
        double expected = Value<GaussianKernel>(exact, 5000, byProducts: false);
        double actual = Value<GaussianKernel>(exact, 5000, byProducts: true);
        Checks.Close("by products", [expected], [actual], _ => 1e-13 * expected);
    }

    [Fact]
    public void Samples_far_apart_for_their_bandwidth_are_not_summed_by_products()
    {
        using Device device = CpuDevices.CreateSimd();
        var sum = new GaussianSteinSum(device, 100, 2);
        DeviceMatrix x = new Draw(3).NormalOn(device, 100, 2);
        var bandwidth = new Bandwidth(device, 1);
        bandwidth.Set([1]);
        Assert.NotNull(sum.Compute(x, x, bandwidth, PairStatistic.U));
        bandwidth.Set([0.1]);
        Assert.Null(sum.Compute(x, x, bandwidth, PairStatistic.U));
        bandwidth.Set([1]);
        Assert.Null(sum.Compute(device.Upload(100, 2, [.. Enumerable.Repeat(double.NaN, 200)]), x, bandwidth, PairStatistic.U));
    }

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void A_gradient_in_strips_has_the_bits_of_the_whole(string kernel) => EveryKernel.Run(kernel, new Strips());

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        using Device device = CpuDevices.CreateSimd();
        double[] onOne = OnThreads(1);
        Checks.Same("2 threads", onOne, OnThreads(2));
        Checks.Same("7 threads", onOne, OnThreads(7));

        // Loops divide their work among the threads of the scheduler from which they are called.
        double[] OnThreads(int threads) => Task.Factory.StartNew(
            () => (double[])
            [
                Value<GaussianKernel>(device, 6000, byProducts: true),
                Value<InverseMultiquadricKernel>(device, 6000, byProducts: false),
                .. Gradient(device, 6000),
            ],
            CancellationToken.None,
            TaskCreationOptions.None,
            new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler).GetAwaiter().GetResult();

        static double[] Gradient(Device device, int count)
        {
            (DeviceMatrix x, DeviceMatrix s) = Points(device, count);
            DeviceMatrix gradient = device.Allocate(count, 2);
            var pairs = PairSet.Within(new(x, s), device.Upload(2, 1, [0.5, 1]), PairStatistic.V);
            device.PairGradient<SteinPairTerm<GaussianKernel>>(gradient, pairs, 0, 1.0 / count);
            return device.Read(gradient);
        }
    }

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void A_step_of_training_allocates_nothing(string kernel) => EveryKernel.Run(kernel, new Step());

    private static (DeviceMatrix X, DeviceMatrix S) Points(Device device, int count)
    {
        double[] x = new Draw(51).Normal(2 * count);
        return (device.Upload(count, 2, x), device.Upload(count, 2, [.. x.Select(value => (double)(float)(1 - (0.5 * value)))]));
    }

    private static double Value<TKernel>(Device device, int count, bool byProducts)
        where TKernel : struct, IRadialKernel
    {
        (DeviceMatrix x, DeviceMatrix s) = Points(device, count);
        var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, count, 2, PairStatistic.U);
        discrepancy.Bandwidth.Set([Math.Sqrt(2)]);
        if (byProducts)
            return discrepancy.Value(x, s);
        double sum = 0;
        foreach (double row in discrepancy.RowSums(x, s))
            sum += row;
        return sum * PairStatistic.U.Weight(count);
    }

    private sealed class Step : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateSimd();
            (DeviceMatrix x, DeviceMatrix s) = Points(device, 40);
            var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, 40, 2, PairStatistic.U);
            DeviceMatrix gradient = device.Allocate(40, 2);
            Train();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Train();
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

            void Train()
            {
                discrepancy.SetSamples(x);
                discrepancy.SetBandwidthByBatchMedian();
                discrepancy.Gradient(gradient, x, s);
                discrepancy.RowSums(x, s);
            }
        }
    }

    /// <summary>The gradient of 2 100 samples, in strips, and of the same as a whole by the formula.</summary>
    private sealed class Strips : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const int Count = 2100;
            using Device device = CpuDevices.CreateSimd();
            (DeviceMatrix x, DeviceMatrix s) = Points(device, Count);
            foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
            {
                var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, Count, 2, statistic);
                discrepancy.SetSamples(x);
                discrepancy.SetBandwidthByMedian();
                DeviceMatrix gradient = device.Allocate(Count, 2);
                discrepancy.Gradient(gradient, x, s);

                DeviceMatrix distances = device.Allocate(Count, Count), profile = device.Allocate(Count, Count);
                device.SquaredDistances(distances, x);
                DeviceMatrix inverseSquares = discrepancy.Bandwidth.InverseSquares;
                double weight = statistic.Weight(Count);
                DeviceMatrix expected = device.Allocate(Count, 2), work = device.Allocate(Count, 2), sums = device.Allocate(Count, 1);
                Profile<KernelValue<TKernel>>();
                if (TKernel.EqualsItsDerivatives)
                {
                    device.Map<AddScaledProduct>(work, s, x, inverseSquares, p: -2);
                    device.Multiply(expected, profile, work, alpha: 2 * weight);
                }
                else
                {
                    device.Multiply(expected, profile, s, alpha: 2 * weight);
                    Profile<KernelFirstDerivative<TKernel>>();
                    device.Multiply(work, profile, x);
                    device.Map<AddScaledProduct>(expected, expected, work, inverseSquares, p: -4 * weight);
                }

                device.SumRows<Identity>(sums, profile);
                device.Map<Product>(sums, sums, inverseSquares);
                device.Map<AddScaledProduct>(expected, expected, sums, x, p: 4 * weight);
                Checks.Same($"{TKernel.Name} {statistic}", device.Read(expected), device.Read(gradient));

                void Profile<TMap>()
                    where TMap : struct, IElementMap
                {
                    device.Map<TMap>(profile, distances, inverseSquares);
                    if (statistic == PairStatistic.U)
                        device.FillDiagonal(profile, 0);
                }
            }
        }
    }
}
