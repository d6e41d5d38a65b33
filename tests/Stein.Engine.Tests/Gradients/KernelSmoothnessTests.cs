using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>
/// What kernels are where the points are equal: everything that exists there is finite and the limit of its neighbourhood, and what does
/// not exist is refused.
/// </summary>
public class KernelSmoothnessTests
{
    [Theory]
    [MemberData(nameof(EveryKernel.WithSteinKernel), MemberType = typeof(EveryKernel))]
    public void The_stein_kernel_of_equal_points_is_the_limit(string kernel) => EveryKernel.Run(kernel, new SteinKernelAtZero());

    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void Derivatives_at_equal_points_are_limits(string kernel) => EveryKernel.Run(kernel, new DerivativesAtZero());

    [Fact]
    public void Kernels_are_listed_by_their_derivatives()
    {
        Assert.Equal(["rbf", "imq", "matern52", "matern32", "laplace"], RadialKernels.NamesWith(0));
        Assert.Equal(["rbf", "imq", "matern52", "matern32"], RadialKernels.NamesWith(KernelSmoothness.SteinKernel));
        Assert.Equal(["rbf", "imq", "matern52"], RadialKernels.NamesWith(KernelSmoothness.SteinKernelGradient));
        Assert.Equal(["rbf", "imq", "matern52"], RadialKernels.NamesWith(KernelSmoothness.Bilaplacian));
    }

    [Fact]
    public void What_needs_more_derivatives_than_a_kernel_has_is_refused()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(1);
        double[] samples = draw.Normal(12);
        var bootstrap = new Bootstrap(device, 6, 10, BootstrapWeights.Multinomial, new PhiloxStream(1, StreamPurpose.Bootstrap));
        Refused(
            "laplace: maxSKSD needs 2 derivatives of the kernel where its points are equal, and laplace has none. "
            + "Use rbf, imq, matern52, matern32.",
            () => SlicedKernelisedSteinDiscrepancy<LaplaceKernel>.OnBasis(device, 6, 2, PairStatistic.U));
        Refused("laplace", () => SlicedKernelisedSteinDiscrepancy<LaplaceKernel>.WithSlices(device, 6, 2, 3, PairStatistic.U));
        Refused("laplace", () => new SlicedSteinTest<LaplaceKernel>(bootstrap, 2, 3));
        Refused("laplace", () => new ReproducingKernelExpansion<LaplaceKernel>(2, 1, samples, samples, 1));
        Refused("laplace", () => ScoreIteration.Create(device, samples, 2, "laplace"));
        foreach (ScoreEstimator estimator in ScoreEstimators.All)
            Refused("laplace", () => estimator.Fit(device, samples, 2, new() { Kernel = "laplace" }));
        Refused(
            "matern32: the estimator kef needs 4 derivatives of the kernel where its points are equal, and matern32 has 2. "
            + "Use rbf, imq, matern52.",
            () => ScoreEstimators.Find("kef").Fit(device, samples, 2, new() { Kernel = "matern32" }));

        DeviceMatrix x = draw.NormalOn(device, 6, 2), s = draw.NormalOn(device, 6, 2);
        var sliced = SlicedKernelisedSteinDiscrepancy<Matern32Kernel>.OnBasis(device, 6, 2, PairStatistic.U);
        sliced.Project(x, s);
        Assert.True(double.IsFinite(sliced.Value(s)));
        Refused("matern32", () =>
        {
            sliced.DirectionGradients(x, s, bySlices: false);
            return sliced;
        });

        static void Refused(string message, Func<object> create)
            => Assert.Contains(
                $"The kernel cannot be {message}", Assert.Throws<ArgumentException>(create).Message, StringComparison.Ordinal);
    }

    private sealed class SteinKernelAtZero : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            // u = s·s′ − 2aDφ′(0) with D = 3, a = 0.6, s·s′ = −0.7.
            double near = Value<DoubleLane>(1e-14).Value;
            Checks.Close("double precision", [near], [Value<DoubleLane>(0).Value], _ => 1e-5);
            Checks.Close("single precision", [near], [Value<FloatLane>(0).Value], _ => 1e-5);
            Assert.True(near > 0);

            static T Value<T>(double squaredDistance)
                where T : struct, ILane<T>
            {
                T[] points = [default, default, default], constants = [T.Constant(0.6), T.Constant(1)];
                CoordinateSums<T> sums = new() { First = T.Constant(squaredDistance), Second = T.Constant(-0.7) };
                return SteinPairTerm<TKernel>.Value(new ArrayPair<T>([points, points], [points, points], constants), sums);
            }
        }
    }

    private sealed class DerivativesAtZero : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            Limit("mixed trace", Map<KernelMixedTrace<TKernel>, DoubleLane>, Map<KernelMixedTrace<TKernel>, FloatLane>);
            Limit("φ″", Map<KernelSecondDerivative<TKernel>, DoubleLane>, Map<KernelSecondDerivative<TKernel>, FloatLane>);
            Limit("∇Δ", Map<KernelLaplacianGradient<TKernel>, DoubleLane>, Map<KernelLaplacianGradient<TKernel>, FloatLane>);
            Limit("ΔΔ", Map<KernelBilaplacian<TKernel>, DoubleLane>, Map<KernelBilaplacian<TKernel>, FloatLane>);
            Limit("by projections", distance => Sliced<DoubleLane>(new(Math.Sqrt(distance.Value))), _ => Sliced<FloatLane>(new(0)));

            static void Limit(string what, Func<DoubleLane, DoubleLane> f, Func<FloatLane, FloatLane> single)
            {
                double near = f(new(1e-14)).Value;
                Checks.Close(what, [near], [f(new(0)).Value], _ => 1e-5 * Math.Abs(near));
                Checks.Close($"{what}, single precision", [near], [single(new(0)).Value], _ => 1e-5 * Math.Abs(near));
            }

            static T Map<TMap, T>(T squaredDistance)
                where TMap : struct, IElementMap
                where T : struct, ILane<T>
                => TMap.Apply(squaredDistance, T.Constant(0.6), default, T.Constant(3), default);

            static T Sliced<T>(T distance)
                where T : struct, ILane<T>
            {
                T sum = default, one = T.Constant(1);
                SlicedPairSlice<T> slice = SlicedPairTerm<TKernel>.Slice(one, one, one);
                return SlicedPairTerm<TKernel>.ProjectionGradient(distance, default, one, T.Constant(-0.4), slice, ref sum) + sum;
            }
        }
    }
}
