using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit;

/// <summary>Level, power, invariance, reuse and argument checks of the goodness-of-fit tests.</summary>
public class SteinTestTests
{
    private const int Samples = 60;
    private const int Dimension = 2;
    private const int Trials = 400;
    private const double Level = 0.05;

    /// <summary>A correct program fails one check of a level in a million; the seeds are fixed.</summary>
    private const double Confidence = 1 - 1e-6;

    public static TheoryData<string, BootstrapWeights> KernelsAndWeights()
    {
        var rows = new TheoryData<string, BootstrapWeights>();
        foreach (string kernel in RadialKernels.NamesWith(KernelSmoothness.SteinKernel))
        {
            foreach (BootstrapWeights kind in Enum.GetValues<BootstrapWeights>())
                rows.Add(kernel, kind);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(KernelsAndWeights))]
    public void Under_the_hypothesis_a_test_rejects_as_often_as_its_level_says(string kernel, BootstrapWeights kind)
        => EveryKernel.Run(kernel, new Rejections(kind, 0, counts =>
        {
            (int lower, int upper) = BinomialIntervals.Counts(Level, Trials, Confidence);
            Assert.All(counts, count => Assert.InRange(count, lower, upper));
        }));

    [Theory]
    [MemberData(nameof(KernelsAndWeights))]
    public void A_shifted_mean_is_found(string kernel, BootstrapWeights kind)
        => EveryKernel.Run(kernel, new Rejections(kind, 0.6, counts => Assert.All(
            counts,
            count => Assert.True(BinomialIntervals.ClopperPearson(count, Trials, Confidence).Lower > 0.8, $"{count} of {Trials}"))));

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void The_order_of_samples_changes_no_statistic(string kernel) => EveryKernel.Run(kernel, new Order());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void A_test_used_again_gives_the_bits_of_a_new_one_and_allocates_nothing(string kernel) => EveryKernel.Run(kernel, new Reuse());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void In_one_dimension_slices_make_the_test_by_ksd(string kernel) => EveryKernel.Run(kernel, new OneDimension());

    [Theory]
    [MemberData(nameof(EveryKernel.All), MemberType = typeof(EveryKernel))]
    public void Mean_discrepancies_are_their_double_sums(string kernel) => EveryKernel.Run(kernel, new MeanDiscrepancySums());

    /// <summary>
    /// With <c>b = 1 + ‖d‖²/c²</c> and <c>k = b^−½</c>, the gradients and the trace are written out; c is the median distance.
    /// </summary>
    [Fact]
    public void The_inverse_multiquadric_test_has_the_square_of_the_median_distance()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(93);
        double[] x = draw.Normal(Samples * Dimension);
        double[] s = draw.Normal(Samples * Dimension);
        var distances = new List<double>();
        for (int i = 0; i < Samples; i++)
        {
            for (int j = i + 1; j < Samples; j++)
                distances.Add(Math.Sqrt(Sum(d => Math.Pow(x[(i * Dimension) + d] - x[(j * Dimension) + d], 2))));
        }

        distances.Sort();
        double square = Math.Pow(distances[(distances.Count - 1) / 2], 2);
        var expected = new double[Samples * Samples];
        for (int i = 0; i < Samples; i++)
        {
            for (int j = 0; j < Samples; j++)
            {
                double Displacement(int d) => x[(i * Dimension) + d] - x[(j * Dimension) + d];
                double squared = Sum(d => Displacement(d) * Displacement(d));
                double b = 1 + (squared / square);
                double byFirst = Sum(d => s[(j * Dimension) + d] * -Displacement(d)) / square * Math.Pow(b, -1.5);
                double bySecond = Sum(d => s[(i * Dimension) + d] * Displacement(d)) / square * Math.Pow(b, -1.5);
                double trace = (Dimension / square * Math.Pow(b, -1.5)) - (3 * squared / (square * square) * Math.Pow(b, -2.5));
                double product = Sum(d => s[(i * Dimension) + d] * s[(j * Dimension) + d]) * Math.Pow(b, -0.5);
                expected[(i * Samples) + j] = i == j ? 0 : product + byFirst + bySecond + trace;
            }
        }

        DeviceMatrix samples = device.Upload(Samples, Dimension, x);
        var test = new KernelisedSteinTest<InverseMultiquadricKernel>(Weights(device, BootstrapWeights.Multinomial));
        test.SetBandwidth(samples, MedianRule.MedianDistance);
        DeviceMatrix pairs = device.Allocate(Samples, Samples);
        test.ComputePairs(pairs, samples, device.Upload(Samples, Dimension, s));

        // The bandwidth includes the 1e−9 that the published code adds to h².
        Checks.CloseInMaximum("pairs", expected, device.Read(pairs), 1e-8);

        static double Sum(Func<int, double> term) => Enumerable.Range(0, Dimension).Sum(term);
    }

    [Fact]
    public void Median_rules_follow_their_definitions()
    {
        using Device device = CpuDevices.CreateDouble();
        DeviceMatrix distances = device.Upload(3, 3, [0, 2, 3, 2, 0, 5, 3, 5, 0]);
        var bandwidth = new Bandwidth(device, 1);
        foreach ((MedianRule rule, double square) in new[]
            { (MedianRule.TwiceMedian, 6), (MedianRule.MedianDistance, 3), (MedianRule.BatchMedian, 3 / Math.Log(3)) })
        {
            bandwidth.Set(rule, distances);
            Assert.Equal(square + 1e-9, 1 / device.Read(bandwidth.InverseSquares)[0], 1e-12);
        }

        BootstrapTests.Refuses<ArgumentOutOfRangeException>("rule 9 is unknown", () => bandwidth.Set((MedianRule)9, distances));
    }

    [Fact]
    public void Invalid_input_is_rejected_with_a_reason()
    {
        using Device device = CpuDevices.CreateSimd();
        Bootstrap bootstrap = Weights(device, BootstrapWeights.Rademacher);
        var draw = new Draw(94);
        double[] x = draw.Normal(Samples * Dimension);
        double[] y = draw.Normal(Samples * Dimension);
        foreach (double bad in (ReadOnlySpan<double>)[double.NaN, double.PositiveInfinity])
        {
            double[] broken = [.. x];
            broken[7] = bad;
            var test = new KernelisedSteinTest<GaussianKernel>(bootstrap);
            var sliced = new SlicedSteinTest<GaussianKernel>(bootstrap, Dimension, Dimension);
            var means = new MaximumMeanDiscrepancy<GaussianKernel>(device, Samples, Dimension);
            SetToBasis(device, sliced);
            foreach ((double[] samples, double[] scores) in new[] { (broken, y), (y, broken) })
            {
                DeviceMatrix samplesOn = device.Upload(Samples, Dimension, samples);
                DeviceMatrix scoresOn = device.Upload(Samples, Dimension, scores);
                test.SetBandwidth(samplesOn, MedianRule.TwiceMedian);
                BootstrapTests.Refuses<ArgumentException>("must be finite numbers", () => test.Run(samplesOn, scoresOn));
                sliced.SetBandwidths(samplesOn);
                BootstrapTests.Refuses<ArgumentException>("must be finite numbers", () => sliced.Run(samplesOn, scoresOn));
                means.SetSamples(samplesOn, scoresOn);
                means.SetBandwidth(MedianRule.TwiceMedian);
                if (double.IsNaN(bad))
                    BootstrapTests.Refuses<ArgumentException>("must be finite numbers", () => means.Test(bootstrap));
            }
        }

        BootstrapTests.Refuses<ArgumentOutOfRangeException>(
            "at least two", () => _ = new MaximumMeanDiscrepancy<GaussianKernel>(device, 1, Dimension));
        var other = new MaximumMeanDiscrepancy<GaussianKernel>(device, Samples + 1, Dimension);
        BootstrapTests.Refuses<ArgumentException>(
            "61 samples in 2 dimensions",
            () => other.SetSamples(device.Upload(Samples, Dimension, x), device.Upload(Samples, Dimension, y)));
        BootstrapTests.Refuses<ArgumentException>("bootstrap of 60 samples", () => other.Test(bootstrap));
    }

    private static Bootstrap Weights(Device device, BootstrapWeights kind)
        => new(device, Samples, 199, kind, new PhiloxStream(95, StreamPurpose.Bootstrap));

    private static void SetToBasis<TKernel>(Device device, SlicedSteinTest<TKernel> test)
        where TKernel : struct, IRadialKernel
    {
        device.FillDiagonal(test.SliceDirections, 1);
        device.FillDiagonal(test.TestDirections, 1);
    }

    /// <summary>How often the three tests reject the standard normal for samples whose means are <paramref name="shift"/>.</summary>
    private sealed class Rejections(BootstrapWeights kind, double shift, Action<int[]> check) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateSimd();
            Bootstrap bootstrap = Weights(device, kind);
            var test = new KernelisedSteinTest<TKernel>(bootstrap);
            var sliced = new SlicedSteinTest<TKernel>(bootstrap, Dimension, Dimension);
            SetToBasis(device, sliced);
            var means = new MaximumMeanDiscrepancy<TKernel>(device, Samples, Dimension);
            var counts = new int[3];
            var draw = new Draw(96);
            DeviceMatrix x = device.Allocate(Samples, Dimension);
            DeviceMatrix y = device.Allocate(Samples, Dimension);
            DeviceMatrix scores = device.Allocate(Samples, Dimension);
            for (int trial = 0; trial < Trials; trial++)
            {
                device.Write(x, [.. draw.Normal(Samples * Dimension).Select(value => value + shift)]);
                device.Write(y, draw.Normal(Samples * Dimension));
                device.Map<Scaled>(scores, x, p: -1);
                test.SetBandwidth(x, MedianRule.MedianDistance);
                sliced.SetBandwidths(x);
                means.SetSamples(x, y);
                means.SetBandwidth(MedianRule.MedianDistance);
                TestOutcome[] results = [test.Run(x, scores), sliced.Run(x, scores), means.Test(bootstrap)];
                for (int i = 0; i < results.Length; i++)
                    counts[i] += results[i].PValue <= Level ? 1 : 0;
            }

            TestContext.Current.TestOutputHelper?.WriteLine(
                $"KSD {counts[0]}, sliced {counts[1]}, MMD {counts[2]} of {Trials} at a shift of {shift}");
            check(counts);
        }
    }

    private sealed class Order : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            var draw = new Draw(97);
            double[] x = draw.Normal(Samples * Dimension);
            double[] y = draw.Normal(Samples * Dimension);
            int[] order = draw.Permutation(Samples);
            double[] first = Statistics(x, y);

            // Sums of N² terms in another order differ by a few N u times the terms, whose mean is at most a hundred times the statistic.
            Checks.Close("statistics", first, Statistics(Reordered(x), Reordered(y)), _ => 1e-11);

            double[] Reordered(double[] values) => [.. order.SelectMany(row => values.Skip(row * Dimension).Take(Dimension))];

            double[] Statistics(double[] samples, double[] scores)
            {
                Bootstrap bootstrap = Weights(device, BootstrapWeights.Multinomial);
                DeviceMatrix samplesOn = device.Upload(Samples, Dimension, samples);
                DeviceMatrix scoresOn = device.Upload(Samples, Dimension, scores);
                var test = new KernelisedSteinTest<TKernel>(bootstrap);
                test.SetBandwidth(samplesOn, MedianRule.MedianDistance);
                var sliced = new SlicedSteinTest<TKernel>(bootstrap, Dimension, Dimension);
                SetToBasis(device, sliced);
                sliced.SetBandwidths(samplesOn);
                var means = new MaximumMeanDiscrepancy<TKernel>(device, Samples, Dimension);
                means.SetSamples(samplesOn, scoresOn);
                means.SetBandwidth(MedianRule.TwiceMedian);
                MeanDiscrepancyEstimates estimates = means.Estimate();
                Assert.Equal(estimates.SimpleU, means.Test(bootstrap).Statistic, 1e-15);
                return
                [
                    test.Run(samplesOn, scoresOn).Statistic, sliced.Run(samplesOn, scoresOn).Statistic,
                    estimates.V, estimates.U, estimates.SimpleU,
                ];
            }
        }
    }

    private sealed class Reuse : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateSimd();
            var draw = new Draw(98);
            DeviceMatrix x = draw.NormalOn(device, Samples, Dimension);
            DeviceMatrix y = draw.NormalOn(device, Samples, Dimension, 2);
            (Bootstrap Bootstrap, Func<DeviceMatrix, DeviceMatrix, TestOutcome>[] Tests) used = Create();
            for (int kind = 0; kind < used.Tests.Length; kind++)
            {
                TestOutcome first = used.Tests[kind](x, y);
                double[] replicates = [.. used.Bootstrap.Replicates];
                used.Tests[kind](y, x);
                long before = GC.GetAllocatedBytesForCurrentThread();
                TestOutcome second = used.Tests[kind](x, y);
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
                Assert.Equal(first, second);
                Checks.Same("replicates", replicates, used.Bootstrap.Replicates);
                Assert.Equal(first, Create().Tests[kind](x, y));
            }

            (Bootstrap Bootstrap, Func<DeviceMatrix, DeviceMatrix, TestOutcome>[] Tests) Create()
            {
                Bootstrap bootstrap = Weights(device, BootstrapWeights.Rademacher);
                var test = new KernelisedSteinTest<TKernel>(bootstrap);
                var sliced = new SlicedSteinTest<TKernel>(bootstrap, Dimension, Dimension);
                SetToBasis(device, sliced);
                var means = new MaximumMeanDiscrepancy<TKernel>(device, Samples, Dimension);
                return (bootstrap,
                [
                    (samples, scores) =>
                    {
                        test.SetBandwidth(samples, MedianRule.MedianDistance);
                        return test.Run(samples, scores);
                    },
                    (samples, scores) =>
                    {
                        sliced.SetBandwidths(samples);
                        return sliced.Run(samples, scores);
                    },
                    (samples, scores) =>
                    {
                        means.SetSamples(samples, scores);
                        means.SetBandwidth(MedianRule.TwiceMedian);
                        means.Estimate();
                        return means.Test(bootstrap);
                    },
                ]);
            }
        }
    }

    private sealed class OneDimension : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            Bootstrap bootstrap = Weights(device, BootstrapWeights.Multinomial);
            var draw = new Draw(99);
            DeviceMatrix x = draw.NormalOn(device, Samples, 1);
            DeviceMatrix s = draw.NormalOn(device, Samples, 1);
            var test = new KernelisedSteinTest<TKernel>(bootstrap);
            test.Bandwidth.Set([0.9]);
            TestOutcome expected = test.Run(x, s);
            double[] replicates = [.. bootstrap.Replicates];
            var sliced = new SlicedSteinTest<TKernel>(bootstrap, 1, 1);
            SetToBasis(device, sliced);
            sliced.Bandwidth.Set([0.9]);
            TestOutcome actual = sliced.Run(x, s);
            Assert.Equal(expected.Statistic, actual.Statistic, 1e-13);
            Assert.Equal(expected.PValue, actual.PValue);
            Checks.CloseInMaximum("replicates", replicates, bootstrap.Replicates, 1e-12);
        }
    }

    private sealed class MeanDiscrepancySums : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach (int count in (ReadOnlySpan<int>)[2, 3, 17, 40])
            {
                var draw = new Draw(100);
                double[] x = draw.Normal(count * Dimension);
                double[] y = draw.Normal(count * Dimension, 1.5);
                var means = new MaximumMeanDiscrepancy<TKernel>(device, count, Dimension);
                means.SetSamples(device.Upload(count, Dimension, x), device.Upload(count, Dimension, y));
                means.Bandwidth.Set([1.3]);
                double within = 0, cross = 0, matched = 0;
                for (int i = 0; i < count; i++)
                {
                    matched += Kernel(x, i, y, i);
                    for (int j = 0; j < count; j++)
                    {
                        cross += Kernel(x, i, y, j);
                        within += i == j ? 0 : Kernel(x, i, x, j) + Kernel(y, i, y, j);
                    }
                }

                double all = count * (double)count, pairs = count * (count - 1.0);
                MeanDiscrepancyEstimates actual = means.Estimate();
                Assert.Equal((within + (2 * count) - (2 * cross)) / all, actual.V, 1e-13);
                Assert.Equal((within / pairs) - (2 * cross / all), actual.U, 1e-13);
                Assert.Equal((within - (2 * (cross - matched))) / pairs, actual.SimpleU, 1e-13);
                Assert.True(actual.V > 0);
            }

            static double Kernel(double[] a, int i, double[] b, int j)
            {
                double square = Enumerable.Range(0, Dimension).Sum(d => Math.Pow(a[(i * Dimension) + d] - b[(j * Dimension) + d], 2));
                double rho = square / ((1.3 * 1.3) + 1e-9);
                return RadialKernel<TKernel>.At(DoubleLane.Constant(rho)).Value.Value;
            }
        }
    }
}
