using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>
/// Compares pair sums and whole discrepancies on every device with the slow definition. The tolerance is twice the running error bound.
/// </summary>
[Trait("Category", "Device")]
public class PairTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Squared_distances(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Squared_distances), loan.Device, (device, results) =>
        {
            foreach ((int count, int dimension) in Shapes(loan.Device))
            {
                DeviceMatrix output = device.Allocate(count, count);
                device.SquaredDistances(output, new Draw(41).NormalOn(device, count, dimension));
                Add(results, $"{count}×{dimension}", output);
            }
        });
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Squared_distances_between_two_sets(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Squared_distances_between_two_sets), loan.Device, (device, results) =>
        {
            foreach ((int count, int dimension) in Shapes(loan.Device))
            {
                foreach (int points in (int[])[1, 6])
                {
                    DeviceMatrix output = device.Allocate(points, count);
                    device.SquaredDistances(
                        output, new Draw(43).NormalOn(device, points, dimension), new Draw(41).NormalOn(device, count, dimension));
                    Add(results, $"{points}, {count}×{dimension}", output);
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Squared_distances_are_symmetric_to_the_bit_and_zero_for_equal_samples(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        foreach (int count in Sizes.All(device))
        {
            // Far from the origin, where ‖x‖² + ‖y‖² − 2x·y would lose all digits; every sample occurs twice.
            double[] half = [.. new Draw(42).Normal(count * 3).Select(value => (double)(float)(1000 + value))];
            DeviceMatrix output = device.Allocate(2 * count, 2 * count);
            device.SquaredDistances(output, device.Upload(2 * count, 3, [.. half, .. half]));
            double[] d = device.Read(output);
            for (int i = 0; i < 2 * count; i++)
            {
                Assert.Equal(0, d[(i * 2 * count) + i]);
                Assert.Equal(0, d[(i * 2 * count) + ((i + count) % (2 * count))]);
                for (int j = 0; j < i; j++)
                    Assert.Equal(d[(i * 2 * count) + j], d[(j * 2 * count) + i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Sliced_pair_matrices_and_sums(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        foreach (string kernel in RadialKernels.NamesWith(KernelSmoothness.SteinKernelGradient))
            EveryKernel.Run(kernel, new SlicedPairMatrixTest(loan.Device));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Pair_matrices_are_symmetric_to_the_bit_and_add_up_to_the_pair_sums(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        foreach (string kernel in RadialKernels.NamesWith(KernelSmoothness.SteinKernelGradient))
            EveryKernel.Run(kernel, new PairMatrixSymmetry(loan.Device));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Ksd(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        foreach (string kernel in RadialKernels.NamesWith(KernelSmoothness.SteinKernel))
            EveryKernel.Run(kernel, new KsdTest(loan.Device));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Max_sksd(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);

        // The simulator takes seconds for a kernel.
        int derivatives = TestDevices.IsSlow(loan.Device) ? int.MaxValue : KernelSmoothness.SteinKernelGradient;
        foreach (string kernel in RadialKernels.NamesWith(derivatives))
            EveryKernel.Run(kernel, new SlicedTest(loan.Device));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Lsd(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(Lsd), loan.Device, (device, results) =>
        {
            (int, int, int, int)[] sizes =
                [(1, 1, 1, 1), (5, 3, 7, 9), (17, 16, 15, 33), (8, 33, 31, 8), (33, 5, 17, 17), (20, 10, 65, 64)];
            foreach ((int count, int dimension, int hidden1, int hidden2) in Sizes.AreAll(loan.Device) ? sizes : sizes[..2])
            {
                foreach (bool probing in (ReadOnlySpan<bool>)[false, true])
                {
                    var draw = new Draw(43);
                    string row = $"{count}×{dimension}, hidden {hidden1} and {hidden2}, probing {probing}: ";
                    DeviceMatrix x = draw.NormalOn(device, count, dimension);
                    DeviceMatrix s = draw.NormalOn(device, count, dimension);
                    var lsd = new LearnedSteinDiscrepancy(device, count, dimension, hidden1, hidden2);
                    lsd.Parameters.Initialise(new PhiloxStream(3, StreamPurpose.CriticInitialisation));
                    if (probing)
                        lsd.SetProbes(draw.NormalOn(device, 3, dimension));
                    results.AddSum(row + "value", 1.0 / count, () => lsd.Value(x, s));
                    results.AddSum(row + "penalty", 1.0 / count, lsd.Penalty);
                    lsd.CriticGradient(x, s);
                    for (int tensor = 0; tensor < lsd.Gradient.All.Count; tensor++)
                        results.Add($"{row}tensor {tensor}", lsd.Gradient.All[tensor]);
                }
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Ica_scores_likelihood_and_gradients(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(Ica_scores_likelihood_and_gradients), loan.Device, (device, results) =>
        {
            (int, int)[] sizes = [(1, 1), (5, 3), (17, 16), (8, 33), (33, 8), (65, 15)];
            foreach ((int count, int dimension) in Sizes.AreAll(loan.Device) ? sizes : sizes[..2])
            {
                foreach (BaseDensity density in Enum.GetValues<BaseDensity>())
                {
                    var draw = new Draw(44);
                    string row = $"{density} {count}×{dimension}: ";
                    DeviceMatrix x = draw.NormalOn(device, count, dimension);
                    var model = new IcaModel(device, dimension, count, density);
                    device.Write(model.Unmixing, draw.NearIdentity(dimension));
                    model.ComputeScores(x);
                    results.Add(row + "scores", model.Scores);
                    model.BackPropagate(x, draw.NormalOn(device, count, dimension));
                    results.Add(row + "gradient", model.UnmixingGradient);
                    model.ComputeRelativeLikelihoodGradient(device.Allocate(dimension, dimension));
                    results.Add(row + "relative gradient", model.UnmixingGradient);
                    var likelihood = new IcaLikelihood(device, x);
                    results.Add(row + "log-likelihood", () => likelihood.PerSample(model.Unmixing, density).ToArray());
                }
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Outputs_of_a_sliced_request_are_optional(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        const int Count = 9, SliceCount = 2;
        SlicedPairRequest inputs = Slices(device, Count, SliceCount, PairStatistic.V);
        SlicedPairRequest all = WithOutputs(device, inputs);
        device.SlicedPairSums<SlicedPairTerm<GaussianKernel>>(all);
        SlicedPairRequest values = inputs with { Values = device.Allocate(1, SliceCount) };
        SlicedPairRequest scores = inputs with { ScoreGradient = device.Allocate(Count, SliceCount) };
        SlicedPairRequest projections = inputs with
        {
            ProjectionGradient = device.Allocate(Count, SliceCount),
            CouplingGradient = device.Allocate(1, SliceCount),
        };
        foreach (SlicedPairRequest request in new[] { values, scores, projections })
            device.SlicedPairSums<SlicedPairTerm<GaussianKernel>>(request);
        Same("values", all.Values, values.Values);
        Same("by scores", all.ScoreGradient, scores.ScoreGradient);
        Same("by projections", all.ProjectionGradient, projections.ProjectionGradient);
        Same("by couplings", all.CouplingGradient, projections.CouplingGradient);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => device.SlicedPairSums<SlicedPairTerm<GaussianKernel>>(
                Slices(device, 1, 1, PairStatistic.U) with { Values = device.Allocate(1, 1) }));

        void Same(string what, DeviceMatrix? expected, DeviceMatrix? actual)
        {
            double[] numbers = device.Read(actual!);
            Assert.All(numbers, number => Assert.NotEqual(0, number));
            Checks.Same(what, device.Read(expected!), numbers);
        }
    }

    private static (int Samples, int Dimension)[] Shapes(Device device) =>
    [
        .. Sizes.All(device).Select(size => (size, 3)),
        .. Sizes.All(device).Select(size => (6, size)),
        .. Sizes.AreAll(device) ? [(33, 31), (31, 33), (1, 1), (17, 16), (16, 17), (65, 2), (130, 1)] : Array.Empty<(int, int)>(),
    ];

    private static void Add(Measurements results, string name, DeviceMatrix matrix)
        => results.Add($"{name} #{results.Names.Count}", matrix);

    /// <summary>R slices of N samples for the operations on sliced pairs, with samples far from and near to each other.</summary>
    private static SlicedPairRequest Slices(Device device, int count, int slices, PairStatistic statistic)
    {
        var draw = new Draw(47);
        return new SlicedPairRequest
        {
            Projections = draw.NormalOn(device, count, slices),
            ProjectedScores = draw.NormalOn(device, count, slices),
            Couplings = draw.NormalOn(device, 1, slices),
            InverseSquareBandwidths = device.Upload(1, slices, [.. draw.Normal(slices).Select(number => 0.25 + (number * number))]),
            FourthOrders = device.Upload(1, slices, [.. Enumerable.Range(0, slices).Select(slice => 0.75 + (0.25 * (slice % 3)))]),
            Statistic = statistic,
        };
    }

    private static SlicedPairRequest WithOutputs(Device device, SlicedPairRequest request)
    {
        (int count, int slices) = (request.Projections.Rows, request.Projections.Columns);
        return request with
        {
            Values = device.Allocate(1, slices),
            ScoreGradient = device.Allocate(count, slices),
            ProjectionGradient = device.Allocate(count, slices),
            CouplingGradient = device.Allocate(1, slices),
        };
    }

    private sealed class SlicedPairMatrixTest(Device tested) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            double worst = Measurements.Compare($"sliced pair matrices {TKernel.Name}", tested, (device, results) =>
            {
                foreach ((int count, int dimension) in Shapes(tested))
                {
                    foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                    {
                        if (count == 1 && statistic == PairStatistic.U)
                            continue;
                        DeviceMatrix output = device.Allocate(count, count);
                        string row = $"{TKernel.Name} {statistic} {count}×{dimension} ";
                        SlicedPairRequest request = WithOutputs(device, Slices(device, count, dimension, statistic));
                        device.SlicedPairMatrix<SlicedPairTerm<TKernel>>(output, request);
                        Add(results, row + "sliced", output);
                        device.SlicedPairSums<SlicedPairTerm<TKernel>>(request);
                        Add(results, row + "values", request.Values!);
                        Add(results, row + "by scores", request.ScoreGradient!);
                        Add(results, row + "by projections", request.ProjectionGradient!);
                        Add(results, row + "by couplings", request.CouplingGradient!);
                    }
                }
            });
            TestContext.Current.TestOutputHelper?.WriteLine($"{TKernel.Name}: used {worst:P1} of the tolerance");
        }
    }

    private sealed class PairMatrixSymmetry(Device device) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            foreach (int count in Sizes.All(device).Where(size => size > 1).Append(50))
            {
                foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                {
                    // Far from the origin, with very different scores.
                    DeviceMatrix x = device.Upload(
                        count, 3, [.. new Draw(48).Normal(count * 3).Select(value => (double)(float)(1000 + value))]);
                    DeviceMatrix s = new Draw(49).NormalOn(device, count, 3, 30);
                    DeviceMatrix output = device.Allocate(count, count);
                    DeviceMatrix sums = device.Allocate(count, 1);
                    var set = PairSet.Within(new(x, s), device.Upload(2, 1, [1, 1]), statistic);
                    device.PairMatrix<SteinPairTerm<TKernel>>(output, set);
                    device.PairSums<SteinPairTerm<TKernel>>(sums, set);
                    double[] pairs = Symmetric(output);

                    // Both sums have N terms.
                    double[] expected = device.Read(sums);
                    for (int i = 0; i < count; i++)
                    {
                        double[] row = pairs[(i * count)..((i + 1) * count)];
                        double allowed = (count + 8) * device.UnitRoundoff * row.Sum(Math.Abs);
                        Checks.Close($"row {i} of {count}", [row.Sum()], [expected[i]], _ => allowed);
                    }

                    SlicedPairRequest request = Slices(device, count, 3, statistic) with { Values = device.Allocate(1, 3) };
                    device.SlicedPairMatrix<SlicedPairTerm<TKernel>>(output, request);
                    device.SlicedPairSums<SlicedPairTerm<TKernel>>(request);
                    double[] sliced = Symmetric(output);
                    double[] mean = [sliced.Sum() * statistic.Weight(count)];
                    double size = sliced.Sum(Math.Abs) * statistic.Weight(count);
                    double[] values = [device.Read(request.Values).Sum()];
                    Checks.Close($"sliced {count}", mean, values, _ => (count + 32) * device.UnitRoundoff * 8 * size);

                    double[] Symmetric(DeviceMatrix matrix)
                    {
                        double[] entries = device.Read(matrix);
                        for (int i = 0; i < count; i++)
                        {
                            if (statistic == PairStatistic.U)
                                Assert.Equal(0, entries[(i * count) + i]);
                            for (int j = 0; j < i; j++)
                                Assert.Equal(entries[(i * count) + j], entries[(j * count) + i]);
                        }

                        return entries;
                    }
                }
            }
        }
    }

    private sealed class KsdTest(Device tested) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            double worst = Measurements.Compare($"KSD {TKernel.Name}", tested, (device, results) =>
            {
                foreach ((int count, int dimension) in Shapes(tested))
                {
                    foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                    {
                        if (count == 1 && statistic == PairStatistic.U)
                            continue;
                        var draw = new Draw(45);
                        DeviceMatrix x = draw.NormalOn(device, count, dimension);
                        DeviceMatrix s = draw.NormalOn(device, count, dimension);
                        var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, count, dimension, statistic);
                        ksd.SetSamples(x);
                        if (count > 2)
                            ksd.SetBandwidthByBatchMedian();
                        else
                            ksd.Bandwidth.Set([0.8]);
                        string row = $"{TKernel.Name} {statistic} {count}×{dimension} ";
                        results.Add($"{row} row sums #{results.Names.Count}", () => ksd.RowSums(x, s).ToArray());
                        results.AddSum($"{row} value #{results.Names.Count}", statistic.Weight(count), () => ksd.Value(x, s));
                        DeviceMatrix gradient = device.Allocate(count, dimension);
                        ksd.Gradient(gradient, x, s);
                        Add(results, row + "gradient", gradient);
                    }
                }
            });
            TestContext.Current.TestOutputHelper?.WriteLine($"{TKernel.Name}: used {worst:P1} of the tolerance");
        }
    }

    private sealed class SlicedTest(Device tested) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            double worst = Measurements.Compare($"sliced {TKernel.Name}", tested, (device, results) =>
            {
                foreach ((int count, int slices) in Shapes(tested))
                {
                    foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                    {
                        if (count == 1 && statistic == PairStatistic.U)
                            continue;
                        const int Dimension = 4;
                        var draw = new Draw(46);
                        DeviceMatrix x = draw.NormalOn(device, count, Dimension);
                        DeviceMatrix s = draw.NormalOn(device, count, Dimension);
                        var sksd = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, count, Dimension, slices, statistic);
                        device.Write(sksd.SliceDirections.Values, draw.Normal(Dimension * slices));
                        device.Write(sksd.TestDirections.Values, draw.Normal(Dimension * slices));
                        sksd.Project(x, s);

                        // The projected median of three samples or fewer is 0; with this many samples many differences are near the median.
                        if (count < 7)
                            sksd.Bandwidth.Set([.. Enumerable.Range(1, slices).Select(k => 0.5 + (1.0 / k))]);
                        string row = $"{TKernel.Name} {statistic} {count} samples, {slices} slices ";
                        results.Add($"{row} values #{results.Names.Count}", () => sksd.ValuesPerSlice(s));
                        DeviceMatrix gradient = device.Allocate(count, Dimension);
                        sksd.ScoreGradient(gradient, s);
                        Add(results, row + "by scores", gradient);
                        sksd.DirectionGradients(x, s, bySlices: true);
                        Add(results, row + "by g", sksd.TestDirections.Gradient);
                        Add(results, row + "by r", sksd.SliceDirections.Gradient);
                    }
                }
            });
            TestContext.Current.TestOutputHelper?.WriteLine($"{TKernel.Name}: used {worst:P1} of the tolerance");
        }
    }
}
