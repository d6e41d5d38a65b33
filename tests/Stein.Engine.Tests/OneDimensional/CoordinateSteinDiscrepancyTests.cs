using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.OneDimensional;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;
using Xunit.Sdk;

namespace Stein.Engine.Tests.OneDimensional;

/// <summary>The Stein discrepancies of coordinates and their critics, against their definitions.</summary>
public sealed class CoordinateSteinDiscrepancyTests
{
    private static readonly CoordinateSteinSettings Default = new() { Bandwidth = 1.5 };

    [Fact]
    public void Agree_with_the_double_sums()
    {
        double[] numbers = new Draw(1).Normal(60 * 3, 1.3);
        Check<LaplaceDensity>(Default);
        Check<StudentTDensity>(Default);
        Check<StudentTScore>(Default with { P = 3 });
        Check<HyperbolicScore>(Default with { P = 1, Q = 0.5 });
        Check<HyperbolicScore>(Default with { P = 1.2, Q = 0.15 });

        void Check<TDensity>(CoordinateSteinSettings settings)
            where TDensity : struct, IBaseScore
        {
            using Device device = CpuDevices.CreateDouble();
            foreach (CoordinateProblem<TDensity> problem in CoordinateProblem<TDensity>.All(numbers, 3, settings with { Nodes = 160 }))
            {
                problem.Solve<Matern52Kernel>(device).Check($"exact, {problem}", problem.DoubleSums(LineKernel.MaternFiveHalves), 1e-13);
                problem.Solve<GaussianKernel>(device).Check($"grid, {problem}", problem.DoubleSums(LineKernel.Gaussian), 1e-13);
                CoordinateResults multiquadric = problem.Solve<InverseMultiquadricKernel>(device);
                multiquadric.Check($"grid, {problem}", problem.DoubleSums(LineKernel.InverseMultiquadric), 1e-13);
                Assert.All(multiquadric.Bounds, bound => Assert.InRange(bound.Value, 1e-12, 1e-3));
                CoordinateResults other = problem.DoubleSums(LineKernel.Gaussian);
                Assert.Throws<FailException>(() => multiquadric.Check("another kernel", other, 1e-3));
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void Agree_with_the_definition_on_every_device(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(CoordinateSteinDiscrepancyTests), loan.Device, (device, results) =>
        {
            (int, int, int)[] sizes = [(9, 3, 21), (33, 17, 40)];
            foreach ((int samples, int dimension, int nodes) in Sizes.AreAll(loan.Device) ? sizes : sizes[..1])
            {
                Run<HyperbolicScore>(samples, dimension, Default with { P = 1.2, Q = 0.15, Nodes = nodes, Margin = 1 });
                if (Sizes.AreAll(loan.Device))
                    Run<StudentTDensity>(samples, dimension, Default with { Nodes = nodes, Margin = 1 });
            }

            void Run<TDensity>(int samples, int dimension, CoordinateSteinSettings settings)
                where TDensity : struct, IBaseScore
            {
                foreach (CoordinateProblem<TDensity> problem in
                    CoordinateProblem<TDensity>.All(new Draw(2).Normal(samples * dimension), dimension, settings))
                {
                    string row = $"{problem}, {samples}×{dimension}: ";
                    DeviceMatrix z = device.Upload(samples, dimension, problem.Numbers);
                    DeviceMatrix other = new Draw(3).NormalOn(device, samples, dimension);
                    DeviceMatrix perColumn = device.Allocate(1, dimension), perEntry = device.Allocate(samples, dimension);
                    DeviceMatrix square = device.Allocate(dimension, dimension);
                    CoordinateSteinDiscrepancy<TDensity, GaussianKernel> discrepancy = problem.Create<GaussianKernel>(device);
                    discrepancy.Prepare(z);
                    discrepancy.Values(perColumn);
                    results.Add(row + "values", perColumn);
                    discrepancy.Witness(perEntry, 1);
                    results.Add(row + "witness", perEntry);
                    discrepancy.Critic(perEntry);
                    results.Add(row + "critic", perEntry);
                    discrepancy.PointGradient(perEntry);
                    results.Add(row + "gradient by points", perEntry);
                    discrepancy.MatrixGradient(square, other);
                    results.Add(row + "gradient by V", square);
                    SteinCritic<TDensity> critic = discrepancy.Freeze();
                    critic.Values(perEntry, other);
                    results.Add(row + "frozen critic", perEntry);
                    critic.Slopes(perEntry, other);
                    results.Add(row + "slopes of the frozen critic", perEntry);
                    critic.Curvatures(perColumn, other);
                    results.Add(row + "curvatures of the frozen critic", perColumn);
                }
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    /// <summary>By the points and by V, through z = V x; U and V, odd and full, pooled and not.</summary>
    [Fact]
    public void Gradients_agree_with_differences()
    {
        const int Samples = 6, Dimension = 2;
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(5);
        double[] x = draw.Normal(Samples * Dimension), v = draw.NearIdentity(Dimension);
        Run<HyperbolicScore>(Default with { P = 1.2, Q = 0.15 });
        Run<StudentTScore>(Default with { P = 3 });

        void Run<TDensity>(CoordinateSteinSettings settings)
            where TDensity : struct, IBaseScore
        {
            foreach (CoordinateProblem<TDensity> problem in CoordinateProblem<TDensity>.All(x, Dimension, settings))
            {
                // The fifth derivative of the kernel jumps at 0, so that the steps must not pass another number.
                FiniteDifferences.Check(
                    $"{problem}, points",
                    z => Total((problem with { Numbers = z }).Solve<Matern52Kernel>(device).Values),
                    x,
                    problem.Solve<Matern52Kernel>(device).Gradient,
                    magnitude: 10,
                    largestStep: 1.0 / 128);
                CoordinateSteinDiscrepancy<TDensity, Matern52Kernel> discrepancy = problem.Create<Matern52Kernel>(device);
                DeviceMatrix gradient = device.Allocate(Dimension, Dimension), samples = device.Upload(Samples, Dimension, x);
                _ = At(v);
                discrepancy.MatrixGradient(gradient, samples);
                FiniteDifferences.Check(
                    $"{problem}, V", at => Total(At(at)), v, device.Read(gradient), magnitude: 10, largestStep: 1.0 / 128);

                double[] At(double[] matrix)
                {
                    DeviceMatrix z = device.Allocate(Samples, Dimension), values = device.Allocate(1, Dimension);
                    device.Multiply(z, samples, device.Upload(Dimension, Dimension, matrix), transposeRight: true);
                    discrepancy.Prepare(z);
                    discrepancy.Values(values);
                    return device.Read(values);
                }

                double Total(double[] values) => problem.Settings.IsPooled ? values[0] : values.Sum();
            }
        }
    }

    /// <summary>
    /// As one number passes 0, the Laplace score jumps by −2, and the discrepancy by <c>−4β(0)/N</c>, β that of the other numbers: not at
    /// all with the odd kernel. Away from 0 gradients are differences.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_jump_of_the_laplace_score_moves_only_the_full_kernel(bool isOdd)
    {
        const int Count = 7;
        const double Near = 1e-9;
        using Device device = CpuDevices.CreateDouble();
        double[] numbers = [.. new Draw(6).Normal(Count).Select(z => z + (z < 0 ? -0.2 : 0.4))];
        var problem = new CoordinateProblem<LaplaceDensity>(numbers, 1, Default with { IsOdd = isOdd });
        FiniteDifferences.Check(
            "away from 0", Value, numbers, problem.Solve<Matern52Kernel>(device).Gradient, magnitude: 10, largestStep: 1.0 / 128);
        double jump = Value([Near, .. numbers[1..]]) - Value([-Near, .. numbers[1..]]);
        double expected = 0;
        foreach (double z in numbers[1..])
        {
            (double kernel, double slope, _, _) = LineKernel.MaternFiveHalves.At(-z, Default.Bandwidth);
            expected -= 4 * ((problem.Score(z) * kernel) - slope) / Count / Count;
        }

        Assert.Equal(isOdd ? 0 : expected, jump, 1e-8);
        Assert.True(Math.Abs(expected) > 1e-2, $"the jump {expected} is too small to tell");

        double Value(double[] z) => (problem with { Numbers = z }).Solve<Matern52Kernel>(device).Values[0];
    }

    /// <summary>
    /// The mean of a frozen critic over the quantiles of Laplace's density, shifted by θ: its derivative by θ is the mean of F′, and with
    /// the full kernel <c>−2β(0)p(0)</c> more, the jump of F times the density there.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_mean_of_an_odd_critic_has_the_derivative_without_the_jump(bool isOdd)
    {
        const int Count = 20_000;
        const double Shift = 0.01;
        using Device device = CpuDevices.CreateDouble();
        double[] made = [.. new Draw(7).Normal(Count).Select(z => z + 0.5)];
        var problem = new CoordinateProblem<LaplaceDensity>(made, 1, Default with { IsOdd = isOdd, Margin = 4, Nodes = 768 });
        CoordinateSteinDiscrepancy<LaplaceDensity, GaussianKernel> discrepancy = problem.Create<GaussianKernel>(device);
        discrepancy.Prepare(device.Upload(Count, 1, made));
        SteinCritic<LaplaceDensity> critic = discrepancy.Freeze();
        double[] quantiles =
        [
            .. Enumerable.Range(0, Count).Select(i => (i + 0.5) / Count).Select(u => u < 0.5 ? Math.Log(2 * u) : -Math.Log(2 * (1 - u))),
        ];
        DeviceMatrix output = device.Allocate(Count, 1);
        double difference = (Mean(Shift) - Mean(-Shift)) / (2 * Shift);
        critic.Slopes(output, device.Upload(Count, 1, quantiles));
        double slope = device.Read(output).Average();
        critic.Values(output, device.Upload(Count, 1, [.. Enumerable.Range(0, Count).Select(i => i == 0 ? 1e-12 : -1e-12)]));
        double jump = device.Read(output)[0] - device.Read(output)[1];
        Assert.Equal(difference, slope + (0.5 * jump), 2e-3);
        Assert.True(isOdd ? Math.Abs(jump) < 1e-9 : Math.Abs(jump) > 0.1, $"the jump is {jump}");

        double Mean(double shift)
        {
            critic.Values(output, device.Upload(Count, 1, [.. quantiles.Select(z => z + shift)]));
            return device.Read(output).Average();
        }
    }

    [Fact]
    public void A_frozen_critic_is_that_of_its_numbers_and_has_the_slopes_and_curvatures_of_its_values()
    {
        const int Count = 100, Dimension = 2;
        const double Step = 1e-3;
        using Device device = CpuDevices.CreateDouble();
        foreach (CoordinateProblem<HyperbolicScore> problem in CoordinateProblem<HyperbolicScore>.All(
            new Draw(8).Normal(Count * Dimension), Dimension, Default with { P = 1.2, Q = 0.15, Margin = 2, Nodes = 600 }))
        {
            CoordinateSteinDiscrepancy<HyperbolicScore, GaussianKernel> discrepancy = problem.Create<GaussianKernel>(device);
            discrepancy.Prepare(device.Upload(Count, Dimension, problem.Numbers));
            SteinCritic<HyperbolicScore> critic = discrepancy.Freeze();
            Checks.CloseInMaximum("own numbers", problem.DoubleSums(LineKernel.Gaussian).Critic, Values(problem.Numbers), 1e-7);

            double[] z = new Draw(9).Normal(Count * Dimension);
            DeviceMatrix perEntry = device.Allocate(Count, Dimension), perColumn = device.Allocate(1, Dimension);
            critic.Slopes(perEntry, device.Upload(Count, Dimension, z));
            double[] up = Values([.. z.Select(t => t + Step)]), down = Values([.. z.Select(t => t - Step)]);
            Checks.CloseInMaximum(
                "slopes", [.. up.Zip(down, (after, before) => (after - before) / (2 * Step))], device.Read(perEntry), 1e-5);

            // Turned against ±1, an independent number of variance 1.
            critic.Curvatures(perColumn, device.Upload(Count, Dimension, z));
            double[] middle = Means(0);
            double[] extrapolated = [.. Second(0.02).Zip(Second(0.04), (fine, coarse) => ((4 * fine) - coarse) / 3)];
            Checks.CloseInMaximum("curvatures", extrapolated, device.Read(perColumn), 1e-4);

            double[] Second(double angle)
            {
                double[] forth = Means(angle), back = Means(-angle);
                return [.. middle.Select((mean, d) => -(forth[d] - (2 * mean) + back[d]) / (angle * angle))];
            }

            double[] Means(double angle)
            {
                double[] plus = Values([.. z.Select(t => (Math.Cos(angle) * t) + Math.Sin(angle))]);
                double[] minus = Values([.. z.Select(t => (Math.Cos(angle) * t) - Math.Sin(angle))]);
                return
                [
                    .. Enumerable.Range(0, Dimension).Select(
                        d => Enumerable.Range(0, Count).Average(i => (plus[(i * Dimension) + d] + minus[(i * Dimension) + d]) / 2)),
                ];
            }

            double[] Values(double[] at)
            {
                DeviceMatrix output = device.Allocate(Count, Dimension);
                critic.Values(output, device.Upload(Count, Dimension, at));
                return device.Read(output);
            }
        }
    }

    [Fact]
    public void A_nan_leaves_other_coordinates_alone_unless_they_are_pooled()
    {
        using Device device = CpuDevices.CreateSimd();
        double[] numbers = new Draw(10).Normal(30);
        numbers[4] = double.NaN;
        var problem = new CoordinateProblem<LaplaceDensity>(numbers, 3, Default with { IsOdd = true, Nodes = 40 });
        Assert.Equal([true, false, true], problem.Solve<GaussianKernel>(device).Values.Select(double.IsFinite));
        var pooled = problem with { Settings = problem.Settings with { IsPooled = true } };
        Assert.All(pooled.Solve<GaussianKernel>(device).Values, value => Assert.False(double.IsFinite(value)));
        Assert.All(pooled.Solve<Matern52Kernel>(device).Values, value => Assert.False(double.IsFinite(value)));
    }

    [Fact]
    public void Allocate_nothing_once_created()
    {
        const int Count = 100, Dimension = 3;
        using Device device = CpuDevices.CreateSimd();
        foreach (CoordinateProblem<HyperbolicScore> problem in CoordinateProblem<HyperbolicScore>.All(
            new Draw(11).Normal(Count * Dimension), Dimension, Default with { P = 1.2, Q = 0.15, Nodes = 50 }))
        {
            DeviceMatrix z = device.Upload(Count, Dimension, problem.Numbers);
            DeviceMatrix perColumn = device.Allocate(1, Dimension), square = device.Allocate(Dimension, Dimension);
            CoordinateSteinDiscrepancy<HyperbolicScore, GaussianKernel> discrepancy = problem.Create<GaussianKernel>(device);
            discrepancy.Prepare(z);
            SteinCritic<HyperbolicScore> critic = discrepancy.Freeze();
            Run();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Run();
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

            void Run()
            {
                discrepancy.Prepare(z);
                discrepancy.Values(perColumn);
                discrepancy.MatrixGradient(square, z);
                critic.Curvatures(perColumn, z);
            }
        }
    }

    [Fact]
    public void Wrong_settings_shapes_and_kernels_are_refused()
    {
        using Device device = CpuDevices.CreateDouble();
        foreach (double bandwidth in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.Contains(
                $"The bandwidth cannot be {bandwidth}",
                Assert.Throws<ArgumentOutOfRangeException>(() => Create<GaussianKernel>(4, Default with { Bandwidth = bandwidth })).Message,
                StringComparison.Ordinal);
        }

        CoordinateSteinSettings unbiased = Default with { Statistic = PairStatistic.U };
        Assert.Throws<ArgumentOutOfRangeException>(() => Create<GaussianKernel>(1, unbiased with { IsOdd = true }));
        Assert.NotNull(Create<GaussianKernel>(1, unbiased with { IsPooled = true }));
        Assert.Throws<ArgumentException>(() => Create<Matern32Kernel>(4, Default));
        CoordinateSteinDiscrepancy<LaplaceDensity, Matern52Kernel> exact = Create<Matern52Kernel>(4, Default);
        Assert.Contains(
            "cannot be 4×3; the shape must be 4×2",
            Assert.Throws<ArgumentException>(() => exact.Prepare(device.Allocate(4, 3))).Message,
            StringComparison.Ordinal);
        Assert.Contains("matern52", Assert.Throws<InvalidOperationException>(exact.Freeze).Message, StringComparison.Ordinal);

        CoordinateSteinDiscrepancy<LaplaceDensity, TKernel> Create<TKernel>(int samples, CoordinateSteinSettings settings)
            where TKernel : struct, IRadialKernel => new(device, samples, 2, settings);
    }
}
