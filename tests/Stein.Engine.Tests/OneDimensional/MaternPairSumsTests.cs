using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.OneDimensional;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;
using Xunit.Sdk;

namespace Stein.Engine.Tests.OneDimensional;

/// <summary>The exact sums with Matérn kernels against double sums.</summary>
public sealed class MaternPairSumsTests
{
    /// <summary>Of the sum of the terms' magnitudes.</summary>
    private const double Tolerance = 1e-13;

    public static TheoryData<int> Orders => [(int)MaternOrder.ThreeHalves, (int)MaternOrder.FiveHalves];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Agree_with_the_double_sums(int order)
    {
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            foreach ((int samples, int columns) in ((int, int)[])[(2, 1), (3, 4), (17, 2), (200, 3)])
                Check((MaternOrder)order, LineProblem.Normal(samples, columns), statistic);
        }

        Check((MaternOrder)order, LineProblem.Normal(1, 3), PairStatistic.V);
        Check((MaternOrder)order, LineProblem.Normal(30, 2) with { Couplings = [] }, PairStatistic.U);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Agree_for_equal_and_for_distant_numbers(int order)
    {
        LineProblem normal = LineProblem.Normal(40, 2);
        double[] equal = [.. normal.Points.Select(_ => 0.3)];
        double[] pairs = [.. normal.Points.Select(z => Math.Round(4 * z) / 4)];
        double[] outlier = [.. normal.Points];
        outlier[6] = 1e6;
        outlier[9] = -1e300;
        double[] clusters = [.. normal.Points.Select((z, i) => z + (100.0 * (i % 5)))];
        double[] close = [.. normal.Points.Select(z => 1e8 + (1e-6 * z))];
        foreach (double[] points in (double[][])[equal, pairs, outlier, clusters, close])
        {
            foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                Check((MaternOrder)order, normal with { Points = points }, statistic);
        }
    }

    [Fact]
    public void Many_numbers_lose_no_digits()
    {
        LineProblem problem = LineProblem.Normal(1500, 1, seed: 5);
        double worst = Check(MaternOrder.FiveHalves, problem with { Weights = [.. problem.Weights.Select(Math.Abs)] }, PairStatistic.V);
        TestContext.Current.TestOutputHelper?.WriteLine($"largest error {worst:E1} of the magnitudes");
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        using Device device = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(6, 2, seed: 3) with { Bandwidths = [1, 2] };
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var sums = new MaternPairSums(device, 6, 2, MaternOrder.FiveHalves, statistic);
            LineResults at = problem.Solve(sums, device);
            FiniteDifferences.Check(
                "weights", p => Value(problem with { Weights = p }), problem.Weights, at.WeightGradient, quadratic: true, magnitude: 10);
            FiniteDifferences.Check(
                "couplings",
                c => Value(problem with { Couplings = c }),
                problem.Couplings,
                at.CouplingGradient,
                quadratic: true,
                magnitude: 10);

            // The fifth derivative of the kernel jumps at 0, so that the steps must not pass another number.
            FiniteDifferences.Check(
                "points", z => Value(problem with { Points = z }), problem.Points, at.PointGradient, magnitude: 10, largestStep: 1.0 / 64);

            double Value(LineProblem changed) => changed.Solve(sums, device).Values.Sum();
        }
    }

    [Fact]
    public void Depend_on_the_order_of_the_numbers_only_by_rounding()
    {
        using Device device = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(100, 1);
        int[] permutation = new Draw(9).Permutation(100);
        var permuted = problem with
        {
            Points = [.. permutation.Select(i => problem.Points[i])],
            Weights = [.. permutation.Select(i => problem.Weights[i])],
        };
        var sums = new MaternPairSums(device, 100, 1, MaternOrder.FiveHalves);
        LineResults results = problem.Solve(sums, device);
        LineResults ofPermuted = permuted.Solve(sums, device);
        Checks.CloseInMaximum("value", results.Values, ofPermuted.Values, 1e-13);
        Checks.CloseInMaximum(
            "points", [.. permutation.Select(i => results.PointGradient[i])], ofPermuted.PointGradient, 1e-13);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void Are_the_same_on_every_device_up_to_the_rounding_of_results(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        using Device reference = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(33, 5) with { Bandwidths = [.. Enumerable.Repeat(1.0, 5)] };
        LineResults expected = problem.Solve(new MaternPairSums(reference, 33, 5, MaternOrder.FiveHalves), reference);
        LineResults actual = problem.Solve(new MaternPairSums(loan.Device, 33, 5, MaternOrder.FiveHalves), loan.Device);
        foreach (((string what, double[] numbers), (_, double[] results)) in expected.All.Zip(actual.All))
            Checks.Close(what, numbers, results, i => loan.Device.UnitRoundoff * Math.Abs(numbers[i]));
    }

    [Fact]
    public void A_column_with_a_nan_gives_nan_and_leaves_the_others_alone()
    {
        using Device device = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(10, 2);
        var sums = new MaternPairSums(device, 10, 2, MaternOrder.FiveHalves);
        LineResults expected = problem.Solve(sums, device);
        foreach (double bad in (double[])[double.NaN, double.PositiveInfinity])
        {
            double[] points = [.. problem.Points], weights = [.. problem.Weights];
            points[4] = weights[8] = bad;
            foreach (LineProblem damaged in (LineProblem[])[problem with { Points = points }, problem with { Weights = weights }])
                LineChecks.Check(expected, damaged.Solve(sums, device), columns: 2, bad: 0);
        }
    }

    [Fact]
    public void Pooled_columns_are_one_line()
    {
        using Device device = CpuDevices.CreateDouble();
        LineChecks.CheckPooled(
            device,
            (samples, columns, statistic, isPooled) => new MaternPairSums(
                device, samples, columns, MaternOrder.FiveHalves, statistic, isPooled));
    }

    [Fact]
    public void Allocate_nothing_once_created()
    {
        using Device device = CpuDevices.CreateSimd();
        LineChecks.CheckAllocations(device, new MaternPairSums(device, 500, 3, MaternOrder.FiveHalves));
    }

    [Fact]
    public void Another_kernel_and_wrong_shapes_are_rejected()
    {
        Assert.Throws<FailException>(() => Check(MaternOrder.FiveHalves, LineProblem.Normal(9, 1), PairStatistic.V, LineKernel.Gaussian));
        using Device device = CpuDevices.CreateDouble();
        var sums = new MaternPairSums(device, 4, 2, MaternOrder.FiveHalves);
        DeviceMatrix perEntry = device.Allocate(4, 2), perColumn = device.Allocate(1, 2);
        Assert.Contains(
            "Prepare", Assert.Throws<InvalidOperationException>(() => sums.Values(perColumn)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "the weights cannot be 1×2; the shape must be 4×2",
            Assert.Throws<ArgumentException>(() => sums.Prepare(perEntry, perColumn, null, perColumn)).Message,
            StringComparison.Ordinal);
        sums.Prepare(perEntry, perEntry, perColumn, perColumn);
        Assert.Throws<ArgumentException>(() => sums.Values(perEntry));
        Assert.Throws<ArgumentOutOfRangeException>(() => sums.Witness(perEntry, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaternPairSums(device, 4, 2, (MaternOrder)7));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MaternPairSums(device, 1, 2, MaternOrder.FiveHalves, PairStatistic.U));
    }

    private static double Check(MaternOrder order, LineProblem problem, PairStatistic statistic, LineKernel? kernel = null)
    {
        kernel ??= order == MaternOrder.ThreeHalves ? LineKernel.MaternThreeHalves : LineKernel.MaternFiveHalves;
        using Device device = CpuDevices.CreateDouble();
        LineResults actual = problem.Solve(new MaternPairSums(device, problem.Samples, problem.Columns, order, statistic), device);
        return LineResults.Compare(
            $"{order} {statistic} {problem.Samples}×{problem.Columns}", problem.DoubleSums(kernel, statistic), actual, Tolerance);
    }
}
