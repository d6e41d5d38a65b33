using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>
/// Compares gradients through the ICA model and base densities with finite differences, and profiles of kernels with Taylor series.
/// </summary>
public class ModelGradientTests
{
    // Small enough that no z moves across the kink of Laplace's density, which RequireNoSignFlips checks.
    private const double NoSignFlips = 1.0 / 4096;

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Ksd_by_the_unmixing_matrix(BaseDensity density)
    {
        const int Count = 6, Dimension = 3;
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(6);
        DeviceMatrix x = draw.NormalOn(device, Count, Dimension);
        double[] at = draw.NearIdentity(Dimension);
        var model = new IcaModel(device, Dimension, Count, density);
        var ksd = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, PairStatistic.U);
        ksd.SetSamples(x);
        ksd.Bandwidth.Set([1.7]);
        _ = Value(at);
        DeviceMatrix gradient = device.Allocate(Count, Dimension);
        ksd.Gradient(gradient, x, model.Scores);
        model.BackPropagate(x, gradient);
        RequireNoSignFlips(device, x, at, density);

        // For the Laplace density the score S = ΨV is linear in V as long as no sign changes, and the KSD is quadratic in S.
        bool laplace = density == BaseDensity.Laplace;
        FiniteDifferences.Check(
            $"{density}",
            Value,
            at,
            device.Read(model.UnmixingGradient),
            quadratic: laplace,
            magnitude: 10 * Dimension,
            largestStep: laplace ? NoSignFlips : 1.0 / 16);

        double Value(double[] unmixing)
        {
            device.Write(model.Unmixing, unmixing);
            model.ComputeScores(x);
            return ksd.Value(x, model.Scores);
        }
    }

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Log_likelihood_by_the_unmixing_matrix(BaseDensity density)
    {
        const int Count = 7, Dimension = 3;
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(7);
        DeviceMatrix x = draw.NormalOn(device, Count, Dimension);
        double[] at = draw.NearIdentity(Dimension);
        var model = new IcaModel(device, Dimension, Count, density);
        device.Write(model.Unmixing, at);
        model.ComputeScores(x);
        DeviceMatrix workspace = device.Allocate(Dimension, Dimension);
        model.ComputeRelativeLikelihoodGradient(workspace);
        RequireNoSignFlips(device, x, at, density);

        // For the gradient G the relative gradient is G VᵀV: with V → (I + E)V, ∂/∂E = G Vᵀ, and the relative gradient is that times V.
        double[] byFactor = new double[Dimension * Dimension];
        double[] relative = device.Read(model.UnmixingGradient);
        double[] inverse = SquareMatrix.Inverse(at, Dimension);
        for (int i = 0; i < byFactor.Length; i++)
        {
            for (int k = 0; k < Dimension; k++)
                byFactor[i] += relative[(i / Dimension * Dimension) + k] * inverse[(k * Dimension) + (i % Dimension)];
        }

        var likelihood = new IcaLikelihood(device, x);
        DeviceMatrix unmixing = device.Allocate(Dimension, Dimension);
        FiniteDifferences.Check(
            $"{density}",
            Value,
            new double[Dimension * Dimension],
            byFactor,
            magnitude: 10 * Dimension,
            largestStep: density == BaseDensity.Laplace ? NoSignFlips : 1.0 / 16);

        double Value(double[] e)
        {
            double[] moved = [.. at];
            for (int i = 0; i < moved.Length; i++)
            {
                for (int k = 0; k < Dimension; k++)
                    moved[i] += e[(i / Dimension * Dimension) + k] * at[(k * Dimension) + (i % Dimension)];
            }

            device.Write(unmixing, moved);
            return likelihood.Evaluate(unmixing, density);
        }
    }

    [Theory]
    [MemberData(nameof(EveryKernel.All), MemberType = typeof(EveryKernel))]
    public void A_radial_profile_holds_the_derivatives_of_its_value(string kernel) => EveryKernel.Run(kernel, new Profile());

    [Theory]
    [MemberData(nameof(EveryKernel.All), MemberType = typeof(EveryKernel))]
    public void A_radial_profile_is_one_at_zero(string kernel) => EveryKernel.Run(kernel, new AtZero());

    [Fact]
    public void Laplace_density() => CheckDensity<LaplaceDensity>("Laplace");

    [Fact]
    public void Student_t_density() => CheckDensity<StudentTDensity>("Student-t");

    [Fact]
    public void Student_t_score() => CheckScore<StudentTScore>("Student-t score", 3.5, 0);

    [Fact]
    public void Hyperbolic_score()
    {
        CheckScore<HyperbolicScore>("logistic", 1, 0.5);
        CheckScore<HyperbolicScore>("smoothed Laplace", 0.9, 2);
        foreach (double z in (double[])[-3, -0.2, 0, 0.7, 50])
        {
            Assert.Equal(-Math.Tanh(z / 2), Score<HyperbolicScore>(z, 1, 0.5), 1e-15);
            Assert.Equal(Score<StudentTDensity>(z, 0, 0), Score<StudentTScore>(z, 5, 0), 1e-15);
        }
    }

    [Fact]
    public void Base_densities_integrate_to_one()
    {
        Assert.Equal(1, Integral<LaplaceDensity>(), 1e-6);
        Assert.Equal(1, Integral<StudentTDensity>(), 1e-6);

        // The trapezoidal rule in t with z = sinh t and step 1/1000; its error is far below that of the cut-off at |z| = 10⁶.
        static double Integral<TDensity>()
            where TDensity : struct, IBaseDensity
        {
            double sum = 0;
            for (int i = -14500; i <= 14500; i++)
                sum += Math.Exp(TDensity.LogDensity(DoubleLane.Constant(Math.Sinh(i / 1000.0))).Value) * Math.Cosh(i / 1000.0);
            return sum / 1000;
        }
    }

    [Fact]
    public void Kernels_are_those_of_their_names()
    {
        Assert.Equal(Math.Exp(-1.7), Value<GaussianKernel>(1.7), 1e-15);
        Assert.Equal(1 / Math.Sqrt(2.7), Value<InverseMultiquadricKernel>(1.7), 1e-15);
        Assert.Equal((1 + Math.Sqrt(8.5) + (8.5 / 3)) * Math.Exp(-Math.Sqrt(8.5)), Value<Matern52Kernel>(1.7), 1e-15);
        Assert.Equal((1 + Math.Sqrt(5.1)) * Math.Exp(-Math.Sqrt(5.1)), Value<Matern32Kernel>(1.7), 1e-15);
        Assert.Equal(Math.Exp(-Math.Sqrt(1.7)), Value<LaplaceKernel>(1.7), 1e-15);

        static double Value<TKernel>(double rho)
            where TKernel : struct, IRadialKernel => RadialKernel<TKernel>.At(DoubleLane.Constant(rho)).Value.Value;
    }

    internal static void CheckProfile<TKernel>()
        where TKernel : struct, IRadialKernel
        => new Profile().Run<TKernel>();

    private static void RequireNoSignFlips(Device device, DeviceMatrix x, double[] unmixing, BaseDensity density)
    {
        if (density != BaseDensity.Laplace)
            return;
        DeviceMatrix z = device.Allocate(x.Rows, x.Columns);
        device.Multiply(z, x, device.Upload(x.Columns, x.Columns, unmixing), transposeRight: true);
        double nearest = device.Read(z).Min(Math.Abs);
        double reach = 4 * NoSignFlips * x.Columns * Checks.LargestMagnitude(device.Read(x));
        Assert.True(nearest > reach, $"The smallest |z| is {nearest}: draw other samples, farther than {reach} from the kink.");
    }

    private static void CheckDensity<TDensity>(string name)
        where TDensity : struct, IBaseDensity
    {
        foreach (double z in new[] { -30.0, -2.5, -0.7, 0.3, 1.1, 4, 50 })
        {
            FiniteDifferences.Check(
                $"{name} score at {z}",
                at => TDensity.LogDensity(DoubleLane.Constant(at[0])).Value,
                [z],
                [Score<TDensity>(z, 0, 0)]);
        }

        CheckScore<TDensity>(name, 0, 0);
    }

    private static void CheckScore<TScore>(string name, double p, double q)
        where TScore : struct, IBaseScore
    {
        foreach (double z in new[] { -30.0, -2.5, -0.7, 0.3, 1.1, 4, 50 })
        {
            FiniteDifferences.Check($"{name}, ψ′({z})", at => Score<TScore>(at[0], p, q), [z], [Derivative(z)]);
            double second = Map<BaseScoreSecondDerivativeTimes<TScore>>(z);
            FiniteDifferences.Check($"{name}, ψ″({z})", at => Derivative(at[0]), [z], [second]);
        }

        double Derivative(double z) => Map<BaseScoreDerivativeTimes<TScore>>(z);

        double Map<TMap>(double z)
            where TMap : struct, IElementMap
            => TMap.Apply(DoubleLane.Constant(z), DoubleLane.Constant(1), default, DoubleLane.Constant(p), DoubleLane.Constant(q)).Value;
    }

    private static double Score<TScore>(double z, double p, double q)
        where TScore : struct, IBaseScore
        => TScore.Score(DoubleLane.Constant(z), DoubleLane.Constant(p), DoubleLane.Constant(q)).Value;

    private sealed class Profile : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            // The derivatives by ρ of a kernel that is not smooth do not exist at 0.
            double[] distances = [0.1, 0.5, 1, 2.7, 9];
            foreach (double rho in TKernel.Derivatives == int.MaxValue ? [0, .. distances] : distances)
            {
                TaylorLane value = RadialKernel<TKernel>.At(TaylorLane.Variable(rho)).Value;
                RadialProfile<DoubleLane> profile = RadialKernel<TKernel>.At(DoubleLane.Constant(rho));
                DoubleLane fourthRatio = TKernel.FourthRatio(DoubleLane.Constant(-TKernel.ArgumentScale * rho));
                double stated = profile.Value.Value;
                int order = 0;
                foreach (DoubleLane ratio in new[] { profile.FirstRatio, profile.SecondRatio, profile.ThirdRatio, fourthRatio })
                {
                    stated *= -ratio.Value;
                    double expected = value.Derivative(++order);
                    string what = $"{TKernel.Name}, derivative {order} of φ at {rho}";
                    Checks.Close(what, [expected], [stated], _ => 1e-12 * Math.Abs(expected));
                }
            }
        }
    }

    private sealed class AtZero : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            Assert.Equal(1, RadialKernel<TKernel>.At(DoubleLane.Constant(0)).Value.Value);
            foreach (double rho in new[] { 0, 0.3, 2, 20 })
            {
                RadialProfile<DoubleLane> profile = RadialKernel<TKernel>.At(DoubleLane.Constant(rho));
                foreach (DoubleLane ratio in new[] { profile.FirstRatio, profile.SecondRatio, profile.ThirdRatio })
                {
                    Assert.True(ratio.Value > 0 && double.IsFinite(ratio.Value));
                    Assert.True(!TKernel.EqualsItsDerivatives || ratio.Value == 1);
                    Assert.Equal(ratio.Value * 3, TKernel.Weigh(ratio, DoubleLane.Constant(3)).Value);
                }
            }
        }
    }
}
