using System.Runtime.CompilerServices;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.OneDimensional;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;
using Xunit.Sdk;

namespace Stein.Engine.Tests.OneDimensional;

/// <summary>The sums on a grid against double sums, and their error bounds.</summary>
public sealed class GridPairSumsTests
{
    [Fact]
    public void Errors_are_below_the_bounds_and_fall_with_the_fourth_power_of_the_spacing()
    {
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            CheckBounds<GaussianKernel>(LineKernel.Gaussian, statistic);
            CheckBounds<InverseMultiquadricKernel>(LineKernel.InverseMultiquadric, statistic);
        }
    }

    /// <summary>
    /// The extremes of 20 000 numbers and 1 200 of the others, so that the double sum is quick and the range that of 20 000; the bandwidth
    /// is that of the median rule.
    /// </summary>
    [Theory]
    [InlineData("normal", 384)]
    [InlineData("normal", 768)]
    [InlineData("Laplace", 384)]
    [InlineData("Laplace", 768)]
    public void Twenty_thousand_numbers_are_accurate(string distribution, int nodes)
    {
        const int Count = 1200;
        var draw = new Draw(3);
        double[] all = distribution == "normal" ? draw.Normal(20_000) : draw.Laplace(20_000);
        double[] points = [.. all[..(Count - 2)], all.Min(), all.Max()];
        double median = distribution == "normal" ? 0.954 : 1.146;
        double[] scores = distribution == "normal" ? [.. points.Select(z => -z)] : [.. points.Select(z => -(double)Math.Sign(z))];
        var problem = new LineProblem(points, scores, [1], [Math.Sqrt(2) * median]);
        Check<GaussianKernel>(LineKernel.Gaussian);
        Check<InverseMultiquadricKernel>(LineKernel.InverseMultiquadric);

        void Check<TKernel>(LineKernel kernel)
            where TKernel : struct, IRadialKernel
        {
            (LineResults Results, LineResults Magnitudes) expected = problem.DoubleSums(kernel, PairStatistic.V);
            foreach (Device device in (Device[])[CpuDevices.CreateSimdDouble(), CpuDevices.CreateSimd()])
            {
                using (device)
                {
                    LineResults actual = problem.Solve(new GridPairSums<TKernel>(device, Count, 1, PairStatistic.V, nodes), device);
                    double ofTerms = LineResults.Compare(TKernel.Name, expected, actual, 1e-5);
                    double ofResults = 0;
                    foreach (((string name, double[] numbers), (_, double[] results)) in expected.Results.All.Zip(actual.All))
                        ofResults = Math.Max(ofResults, 1e-4 * Checks.CloseInMaximum(name, numbers, results, 1e-4));
                    TestContext.Current.TestOutputHelper?.WriteLine(
                        $"{TKernel.Name}, {nodes} nodes, {device.Name}: {ofResults:E1} of the results, {ofTerms:E1} of the terms");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void Agree_with_the_definition_on_every_device(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(Agree_with_the_definition_on_every_device), loan.Device, (device, results) =>
        {
            (int, int, int)[] sizes = [(9, 3, 21), (2, 1, 4), (40, 17, 17), (5, 33, 33)];
            foreach ((int samples, int columns, int nodes) in Sizes.AreAll(loan.Device) ? sizes : sizes[..1])
            {
                foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
                {
                    var sums = new GridPairSums<GaussianKernel>(device, samples, columns, statistic, nodes);
                    LineProblem problem = LineProblem.Normal(samples, columns);
                    string row = $"{statistic} {samples}×{columns}, {nodes} nodes: ";
                    problem.Prepare(sums, device);
                    DeviceMatrix perColumn = device.Allocate(1, columns), perEntry = device.Allocate(samples, columns);
                    sums.Values(perColumn);
                    results.Add(row + "values", perColumn);
                    sums.CouplingGradient(perColumn);
                    results.Add(row + "derivatives by couplings", perColumn);
                    sums.RowSums(perEntry);
                    results.Add(row + "row sums", perEntry);
                    sums.WeightGradient(perEntry);
                    results.Add(row + "derivatives by weights", perEntry);
                    sums.PointGradient(perEntry);
                    results.Add(row + "derivatives by points", perEntry);
                }
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Fact]
    public void Agree_with_the_sliced_pair_sums()
    {
        using Device device = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(50, 3);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var request = new SlicedPairRequest
            {
                Projections = device.Upload(50, 3, problem.Points),
                ProjectedScores = device.Upload(50, 3, problem.Weights),
                Couplings = device.Upload(1, 3, problem.Couplings),
                InverseSquareBandwidths = device.Upload(1, 3, [.. Enumerable.Range(0, 3).Select(problem.InverseSquare)]),
                FourthOrders = device.Upload(1, 3, [1, 1, 1]),
                Statistic = statistic,
                Values = device.Allocate(1, 3),
                ScoreGradient = device.Allocate(50, 3),
                ProjectionGradient = device.Allocate(50, 3),
                CouplingGradient = device.Allocate(1, 3),
            };
            device.SlicedPairSums<SlicedPairTerm<InverseMultiquadricKernel>>(request);
            LineResults results = problem.Solve(new GridPairSums<InverseMultiquadricKernel>(device, 50, 3, statistic, nodes: 1500), device);
            Checks.CloseInMaximum("values", device.Read(request.Values), results.Values, 1e-6);
            Checks.CloseInMaximum("scores", device.Read(request.ScoreGradient), results.WeightGradient, 1e-6);
            Checks.CloseInMaximum("projections", device.Read(request.ProjectionGradient), results.PointGradient, 1e-6);
            Checks.CloseInMaximum("couplings", device.Read(request.CouplingGradient), results.CouplingGradient, 1e-6);
        }
    }

    /// <summary>The statistic is a quadratic function of weights and couplings, on the grid as well.</summary>
    [Fact]
    public void Gradients_agree_with_differences()
    {
        using Device device = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(7, 2, seed: 3);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var sums = new GridPairSums<GaussianKernel>(device, 7, 2, statistic, nodes: 12);
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

            double Value(LineProblem changed) => changed.Solve(sums, device).Values.Sum();
        }
    }

    [Fact]
    public void Differences_of_double_sums_agree_with_the_gradient_by_points()
    {
        using Device device = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(7, 1, seed: 4);
        LineResults at = problem.Solve(new GridPairSums<GaussianKernel>(device, 7, 1, PairStatistic.V, nodes: 3000), device);
        FiniteDifferences.Check("points", Value, problem.Points, at.PointGradient, magnitude: 10);

        double Value(double[] points)
            => (problem with { Points = points }).DoubleSums(LineKernel.Gaussian, PairStatistic.V).Results.Values.Sum();
    }

    [Fact]
    public void Awkward_numbers_keep_to_the_bounds()
    {
        LineProblem normal = LineProblem.Normal(30, 1);
        double[] equal = [.. normal.Points.Select(_ => 0.3)];
        double[] two = [.. normal.Points.Select(Math.Sign)];
        double[] outlier = [.. normal.Points[1..], 1000];

        // From 0 to 20 in steps of a whole number of cells for 43 nodes, so that all numbers are at nodes.
        double[] atNodes = [.. normal.Points.Select((_, i) => i == 29 ? 20.0 : i / 2.0)];
        foreach (double[] points in (double[][])[equal, two, outlier, atNodes])
            CheckBound<GaussianKernel>(LineKernel.Gaussian, normal with { Points = points }, PairStatistic.V, nodes: 43);
        CheckBound<GaussianKernel>(LineKernel.Gaussian, LineProblem.Normal(1, 3), PairStatistic.V, nodes: 8);
        CheckBound<GaussianKernel>(LineKernel.Gaussian, LineProblem.Normal(2, 1), PairStatistic.U, nodes: 8);
        CheckBound<GaussianKernel>(LineKernel.Gaussian, normal with { Couplings = [] }, PairStatistic.U, nodes: 100);
    }

    [Fact]
    public void The_bounds_show_an_outlier()
    {
        using Device device = CpuDevices.CreateDouble();
        LineProblem problem = LineProblem.Normal(100, 1);
        var sums = new GridPairSums<GaussianKernel>(device, 100, 1);
        problem.Prepare(sums, device);
        double before = sums.ErrorBounds()[0].Value;
        (problem with { Points = [.. problem.Points[1..], 1e4] }).Prepare(sums, device);
        Assert.InRange(sums.ErrorBounds()[0].Value / before, 1e8, double.PositiveInfinity);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void A_column_with_a_nan_has_no_finite_result_and_leaves_the_others_alone(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        LineProblem problem = LineProblem.Normal(10, 3);
        var sums = new GridPairSums<GaussianKernel>(loan.Device, 10, 3, nodes: 20);
        LineResults expected = problem.Solve(sums, loan.Device);
        double[] allBad = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        foreach (double bad in Sizes.AreAll(loan.Device) ? allBad : allBad[..1])
        {
            double[] points = [.. problem.Points], weights = [.. problem.Weights];
            points[4] = weights[13] = bad;
            foreach (LineProblem damaged in (LineProblem[])[problem with { Points = points }, problem with { Weights = weights }])
                LineChecks.Check(expected, damaged.Solve(sums, loan.Device), columns: 3, bad: 1);
        }
    }

    [Fact]
    public void Depend_on_the_order_of_the_numbers_only_by_rounding()
    {
        using Device device = CpuDevices.CreateSimd();
        LineProblem problem = LineProblem.Normal(1000, 1);
        int[] permutation = new Draw(9).Permutation(1000);
        var permuted = problem with
        {
            Points = [.. permutation.Select(i => problem.Points[i])],
            Weights = [.. permutation.Select(i => problem.Weights[i])],
        };
        var sums = new GridPairSums<GaussianKernel>(device, 1000, 1);
        LineResults results = problem.Solve(sums, device);
        LineResults ofPermuted = permuted.Solve(sums, device);
        Checks.CloseInMaximum("value", results.Values, ofPermuted.Values, 1e-6);
        Checks.CloseInMaximum("points", [.. permutation.Select(i => results.PointGradient[i])], ofPermuted.PointGradient, 1e-6);
    }

    [Fact]
    public void Pooled_columns_are_one_line()
    {
        using Device device = CpuDevices.CreateDouble();
        LineChecks.CheckPooled(
            device,
            (samples, columns, statistic, isPooled) => new GridPairSums<GaussianKernel>(
                device, samples, columns, statistic, nodes: 30, isPooled));
    }

    [Fact]
    public void Allocate_nothing_once_created()
    {
        using Device device = CpuDevices.CreateSimd();
        LineChecks.CheckAllocations(device, new GridPairSums<GaussianKernel>(device, 500, 3));
        LineChecks.CheckAllocations(device, new GridPairSums<GaussianKernel>(device, 500, 3, PairStatistic.U));
    }

    [Fact]
    public void Kernels_that_are_wrong_or_not_smooth_are_rejected()
    {
        LineProblem problem = LineProblem.Normal(20, 2);
        CheckBound<GaussianKernel>(LineKernel.Gaussian, problem, PairStatistic.V, nodes: 100);
        Assert.Throws<FailException>(
            () => CheckBound<WrongFirstDerivative>(LineKernel.Gaussian, problem, PairStatistic.V, nodes: 100));
        Assert.Throws<FailException>(
            () => CheckBound<InverseMultiquadricKernel>(LineKernel.Gaussian, problem, PairStatistic.V, nodes: 100));
        using Device device = CpuDevices.CreateDouble();
        Assert.Contains(
            "matern52: a sum on a grid needs 8 derivatives",
            Assert.Throws<ArgumentException>(() => new GridPairSums<Matern52Kernel>(device, 4, 2)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new GridPairSums<GaussianKernel>(device, 4, 2, nodes: 3));
    }

    private static void CheckBounds<TKernel>(LineKernel kernel, PairStatistic statistic)
        where TKernel : struct, IRadialKernel
    {
        LineProblem problem = LineProblem.Normal(200, 3);
        double coarse = CheckBound<TKernel>(kernel, problem, statistic, nodes: 43);
        double fine = CheckBound<TKernel>(kernel, problem, statistic, nodes: 163);

        // A quarter of the spacing: the errors are smaller by 4⁴ = 256 or a little less.
        Assert.InRange(coarse / fine, 100, 1000);
    }

    /// <summary>Fails unless every error is within its bound and rounding; returns the largest error of the values.</summary>
    private static double CheckBound<TKernel>(LineKernel kernel, LineProblem problem, PairStatistic statistic, int nodes)
        where TKernel : struct, IRadialKernel
    {
        using Device device = CpuDevices.CreateDouble();
        var sums = new GridPairSums<TKernel>(device, problem.Samples, problem.Columns, statistic, nodes);
        LineResults actual = problem.Solve(sums, device);
        GridErrorBounds[] bounds = sums.ErrorBounds();
        (LineResults results, LineResults magnitudes) = problem.DoubleSums(kernel, statistic);
        Check("values", each => each.Values, bound => bound.Value);
        Check("row sums", each => each.RowSums, bound => bound.RowSum);
        Check("derivatives by weights", each => each.WeightGradient, bound => bound.WeightGradient);
        Check("derivatives by points", each => each.PointGradient, bound => bound.PointGradient);
        Check("derivatives by couplings", each => each.CouplingGradient, bound => bound.CouplingGradient);
        return results.Values.Zip(actual.Values, (expected, value) => Math.Abs(expected - value)).Max();

        void Check(string name, Func<LineResults, double[]> of, Func<GridErrorBounds, double> bound)
        {
            double[] rounding = of(magnitudes);
            Checks.Close(
                $"{TKernel.Name}, {nodes} nodes, {name}",
                of(results),
                of(actual),
                i => bound(bounds[i % problem.Columns]) + (1e-12 * rounding[i]) + 1e-15);
        }
    }

    /// <summary>−φ′ a thousandth too large.</summary>
    private readonly struct WrongFirstDerivative : IRadialKernel
    {
        public static string Name => "wrong first derivative";

        public static int Derivatives => int.MaxValue;

        public static bool EqualsItsDerivatives => false;

        public static double ArgumentScale => GaussianKernel.ArgumentScale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static RadialProfile<T> Evaluate<T>(T argument)
            where T : struct, ILane<T> => GaussianKernel.Evaluate(argument) with { FirstRatio = T.Constant(1.001) };

        public static T FourthRatio<T>(T argument)
            where T : struct, ILane<T> => GaussianKernel.FourthRatio(argument);

        public static T Weigh<T>(T ratio, T x)
            where T : struct, ILane<T> => ratio * x;
    }
}
