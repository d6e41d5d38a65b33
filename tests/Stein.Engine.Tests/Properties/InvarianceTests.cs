using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Properties;

/// <summary>Properties of the discrepancies that hold for all samples, on the double device.</summary>
public class InvarianceTests
{
    private const int Count = 40;
    private const int Dimension = 5;
    private const int Slices = 7;

    /// <summary>
    /// Both sides sum N² terms of magnitude D in different orders and differ by a few N u times the terms, which are at most a hundred
    /// times the sum.
    /// </summary>
    private const double Tolerance = 100 * Count / (double)(1L << 53) * 10;

    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void Ksd_does_not_depend_on_the_order_of_samples_on_where_they_stand_or_how_they_are_turned(string kernel)
        => EveryKernel.Run(kernel, new KsdInvariance());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Max_sksd_depends_neither_on_order_nor_on_position_nor_on_rotation_nor_on_signs_of_directions(string kernel)
        => EveryKernel.Run(kernel, new SlicedInvariance());

    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void The_pair_term_is_symmetric_and_its_matrix_positive(string kernel) => EveryKernel.Run(kernel, new Positive());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void V_statistics_are_not_negative_and_differ_from_u_by_the_diagonal(string kernel)
        => EveryKernel.Run(kernel, new NonNegative());

    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void In_one_dimension_max_sksd_is_ksd(string kernel) => EveryKernel.Run(kernel, new OneDimension());

    [Fact]
    public void Lsd_of_a_critic_that_is_zero_is_zero_and_of_one_that_is_constant_has_no_trace()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(61);
        DeviceMatrix x = draw.NormalOn(device, Count, Dimension);
        DeviceMatrix s = draw.NormalOn(device, Count, Dimension);
        var lsd = new LearnedSteinDiscrepancy(device, Count, Dimension, 6, 4);
        lsd.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.CriticInitialisation));
        device.Write(lsd.Parameters.WeightOut, new double[4 * Dimension]);
        device.Write(lsd.Parameters.BiasOut, new double[Dimension]);
        Assert.Equal(0, lsd.Value(x, s));
        Assert.Equal(Dimension * 1e-6, lsd.Penalty(), 1e-20);
        device.Write(lsd.Parameters.BiasOut, [1, 2, 3, 4, 5]);
        Checks.Same("traces", new double[Count], lsd.PerSample(x, s).Traces);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_second_run_gives_the_same_bits(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        double[][] runs = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            var draw = new Draw(62);
            DeviceMatrix x = draw.NormalOn(device, Count, Dimension);
            DeviceMatrix s = draw.NormalOn(device, Count, Dimension);
            var ksd = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, PairStatistic.U);
            ksd.SetSamples(x);
            ksd.SetBandwidthByBatchMedian();
            DeviceMatrix gradient = device.Allocate(Count, Dimension);
            ksd.Gradient(gradient, x, s);
            var sksd = SlicedKernelisedSteinDiscrepancy<GaussianKernel>.OnBasis(device, Count, Dimension, PairStatistic.V);
            sksd.Project(x, s);
            sksd.DirectionGradients(x, s, bySlices: false);
            double[] byDirections = device.Read(sksd.TestDirections.Gradient);
            return (double[])[ksd.Value(x, s), .. device.Read(gradient), .. sksd.ValuesPerSlice(s), .. byDirections];
        })];
        Checks.Same("second run", runs[0], runs[1]);
    }

    /// <summary>An orthogonal matrix, by Gram–Schmidt on random rows.</summary>
    private static double[,] Rotation(Draw draw)
    {
        var rows = new double[Dimension, Dimension];
        for (int i = 0; i < Dimension; i++)
        {
            double[] row = draw.Normal(Dimension);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int k = 0; k < i; k++)
                {
                    double overlap = Enumerable.Range(0, Dimension).Sum(d => row[d] * rows[k, d]);
                    for (int d = 0; d < Dimension; d++)
                        row[d] -= overlap * rows[k, d];
                }
            }

            double length = Math.Sqrt(row.Sum(value => value * value));
            for (int d = 0; d < Dimension; d++)
                rows[i, d] = row[d] / length;
        }

        return rows;
    }

    /// <summary>Multiplies every row of a matrix with <see cref="Dimension"/> columns by Q.</summary>
    private static double[] Turned(double[] values, double[,] q)
    {
        var turned = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            turned[i] = Enumerable.Range(0, Dimension).Sum(k => values[(i / Dimension * Dimension) + k] * q[k, i % Dimension]);
        return turned;
    }

    private static double[] RowsInOrder(double[] values, int[] order)
        => [.. order.SelectMany(row => values.Skip(row * Dimension).Take(Dimension))];

    /// <summary>Slices are rows here and columns on the device.</summary>
    private static double[] Columns(double[] rows)
    {
        int count = rows.Length / Dimension;
        return [.. Enumerable.Range(0, rows.Length).Select(i => rows[(i % count * Dimension) + (i / count)])];
    }

    private static void Equal(string what, double expected, double actual)
        => Checks.CloseInMaximum(what, [expected], [actual], Tolerance);

    private sealed class KsdInvariance : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
            {
                var draw = new Draw(63);
                double[] x = draw.Normal(Count * Dimension);
                double[] s = draw.Normal(Count * Dimension);
                double value = Value(x, s);
                int[] order = draw.Permutation(Count);
                Equal("order", value, Value(RowsInOrder(x, order), RowsInOrder(s, order)));
                Equal("position", value, Value([.. x.Select(v => v + 3)], s));
                double[,] q = Rotation(draw);
                Equal("rotation", value, Value(Turned(x, q), Turned(s, q)));
                Equal("reflection", value, Value([.. x.Select(v => -v)], [.. s.Select(v => -v)]));

                double Value(double[] samples, double[] scores)
                {
                    DeviceMatrix on = device.Upload(Count, Dimension, samples);
                    var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, Count, Dimension, statistic);
                    ksd.SetSamples(on);
                    ksd.SetBandwidthByMedian();
                    return ksd.Value(on, device.Upload(Count, Dimension, scores));
                }
            }
        }
    }

    private sealed class SlicedInvariance : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
            {
                var draw = new Draw(64);
                double[] x = draw.Normal(Count * Dimension);
                double[] s = draw.Normal(Count * Dimension);
                double[] r = draw.Normal(Slices * Dimension);
                double[] g = draw.Normal(Slices * Dimension);
                double value = Value(x, s, r, g);
                int[] order = draw.Permutation(Count);
                int[] slices = draw.Permutation(Slices);
                Equal("order of samples", value, Value(RowsInOrder(x, order), RowsInOrder(s, order), r, g));
                Equal("order of slices", value, Value(x, s, RowsInOrder(r, slices), RowsInOrder(g, slices)));
                Equal("position", value, Value([.. x.Select(v => v + 3)], s, r, g));
                double[,] q = Rotation(draw);
                Equal("rotation", value, Value(Turned(x, q), Turned(s, q), Turned(r, q), Turned(g, q)));

                // Lengths affect the result only through the 1e-10 of the normalisation, relative to lengths of at least 0.1.
                double[] longer = [.. r.Select(v => 4 * v)];
                double[] shorter = [.. g.Select(v => v / 8)];
                Checks.CloseInMaximum("length of directions", [value], [Value(x, s, longer, shorter)], 1e-8);

                // With −g the differences u of the projections and the coupling c change sign; they enter only squared or as a product, so
                // nothing changes. With −r the projected scores p and c change sign, and p enters only in pairs or with c.
                Equal("sign of g", value, Value(x, s, r, [.. g.Select(v => -v)]));
                Equal("sign of r", value, Value(x, s, [.. r.Select(v => -v)], g));

                double Value(double[] samples, double[] scores, double[] sliceRows, double[] testRows)
                {
                    DeviceMatrix scoresOn = device.Upload(Count, Dimension, scores);
                    var sksd = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, Count, Dimension, Slices, statistic);
                    device.Write(sksd.SliceDirections.Values, Columns(sliceRows));
                    device.Write(sksd.TestDirections.Values, Columns(testRows));
                    sksd.Project(device.Upload(Count, Dimension, samples), scoresOn);
                    return sksd.Value(scoresOn);
                }
            }
        }
    }

    private sealed class Positive : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            var draw = new Draw(65);
            double[] x = draw.Normal(Count * Dimension);
            double[] s = draw.Normal(Count * Dimension);
            var u = new double[Count, Count];
            for (int i = 0; i < Count; i++)
            {
                for (int j = 0; j < Count; j++)
                    u[i, j] = Term(i, j);
            }

            for (int i = 0; i < Count; i++)
            {
                for (int j = 0; j < Count; j++)
                    Assert.Equal(u[j, i], u[i, j]);
            }

            // A Stein kernel is a reproducing kernel: cᵀUc ≥ 0 for every c.
            for (int repetition = 0; repetition < 50; repetition++)
            {
                double[] c = draw.Normal(Count);
                double form = 0;
                for (int i = 0; i < Count; i++)
                {
                    for (int j = 0; j < Count; j++)
                        form += c[i] * c[j] * u[i, j];
                }

                Assert.True(form > 0, $"cᵀUc = {form}");
            }

            double Term(int i, int j)
                => new ArrayPair<DoubleLane>([Row(x, i), Row(s, i)], [Row(x, j), Row(s, j)], [new(0.4), new(1)])
                    .Value<SteinPairTerm<TKernel>>().Value;

            static DoubleLane[] Row(double[] rows, int i)
                => [.. rows.AsSpan(i * Dimension, Dimension).ToArray().Select(value => new DoubleLane(value))];
        }
    }

    private sealed class NonNegative : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            for (ulong seed = 0; seed < 20; seed++)
            {
                var draw = new Draw(1000 + seed);
                DeviceMatrix x = draw.NormalOn(device, Count, Dimension);
                DeviceMatrix s = draw.NormalOn(device, Count, Dimension, seed == 0 ? 0 : 1);
                double[] sums = new double[2];
                foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                {
                    var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, Count, Dimension, statistic);
                    ksd.Bandwidth.Set([2]);
                    sums[(int)statistic] = ksd.Value(x, s) / statistic.Weight(Count);
                }

                Assert.True(sums[(int)PairStatistic.V] >= 0, $"V = {sums[1]}");

                // On the diagonal u = ‖s‖² − 2aDφ′(0).
                double first = RadialKernel<TKernel>.At(DoubleLane.Constant(0)).FirstRatio.Value;
                double diagonal = device.Read(s).Sum(v => v * v) + (Count * 2 * Dimension * first / (4 + 1e-9));
                Assert.Equal(diagonal, sums[(int)PairStatistic.V] - sums[(int)PairStatistic.U], 1e-10);

                var sksd = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, Count, Dimension, Slices, PairStatistic.V);
                device.Write(sksd.SliceDirections.Values, draw.Normal(Dimension * Slices));
                device.Write(sksd.TestDirections.Values, draw.Normal(Dimension * Slices));
                sksd.Project(x, s);
                Assert.All(sksd.ValuesPerSlice(s), value => Assert.True(value >= 0, $"slice {value}"));
            }
        }
    }

    private sealed class OneDimension : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            var draw = new Draw(66);
            DeviceMatrix x = draw.NormalOn(device, Count, 1);
            DeviceMatrix s = draw.NormalOn(device, Count, 1);
            foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
            {
                var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, Count, 1, statistic);
                ksd.SetSamples(x);
                ksd.Bandwidth.Set([0.9]);
                var sksd = SlicedKernelisedSteinDiscrepancy<TKernel>.OnBasis(device, Count, 1, statistic);
                sksd.Project(x, s);
                sksd.Bandwidth.Set([0.9]);

                // The direction contains the 1e-10 of the normalisation.
                Assert.Equal(ksd.Value(x, s), sksd.Value(s), 1e-9);
                DeviceMatrix byKsd = device.Allocate(Count, 1);
                DeviceMatrix bySlices = device.Allocate(Count, 1);
                ksd.Gradient(byKsd, x, s);
                sksd.ScoreGradient(bySlices, s);
                Checks.CloseInMaximum("gradient", device.Read(byKsd), device.Read(bySlices), 1e-9);
            }
        }
    }
}
