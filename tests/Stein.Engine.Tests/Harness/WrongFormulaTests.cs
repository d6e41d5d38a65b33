using System.Runtime.CompilerServices;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Golden;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;
using Xunit.Sdk;

namespace Stein.Engine.Tests.Harness;

/// <summary>
/// The checks can fail: deliberately wrong formulas are rejected by the same checks that accept the correct ones.
/// </summary>
public class WrongFormulaTests
{
    public static TheoryData<string> KsdCases => GoldenCases.Names(KsdGoldenTests.Quantity);

    public static TheoryData<string> MaxSksdCases => GoldenCases.Names(MaxSksdGoldenTests.Quantity);

    public static TheoryData<string> GofCases => GoldenCases.Names(GofGoldenTests.Quantity);

    public static TheoryData<string> MmdCases => GoldenCases.Names(MmdGoldenTests.Quantity);

    [Theory]
    [MemberData(nameof(KsdCases))]
    public void A_wrong_first_derivative_fails_the_golden_ksd_in_double_and_in_single_precision(string name)
    {
        GoldenRun right = KsdGoldenTests.For<GaussianKernel>();
        GoldenRun wrong = KsdGoldenTests.For<WrongFirstDerivative>();
        foreach (string device in new[] { "double", "simd-128" })
        {
            right.Check(name, device);
            Assert.Throws<FailException>(() => wrong.Check(name, device));
        }
    }

    [Theory]
    [MemberData(nameof(MaxSksdCases))]
    public void Wrong_derivatives_fail_the_golden_max_sksd(string name)
    {
        double[,] samples = GoldenCases.Get(MaxSksdGoldenTests.Quantity, name).Inputs.Matrix("samples");
        Assert.Throws<FailException>(() => MaxSksdGoldenTests.For<WrongFirstDerivative>().Check(name, "double"));

        // In single precision the tolerances come from the reference device, which takes seconds for hundreds of samples.
        if (samples.GetLength(0) < 100)
            Assert.Throws<FailException>(() => MaxSksdGoldenTests.For<WrongFirstDerivative>().Check(name, "simd-128"));
        Assert.Throws<FailException>(() => MaxSksdGoldenTests.For<InverseMultiquadricKernel>().Check(name, "double"));

        // The third derivative occurs only in the gradient with respect to directions, which is zero in one dimension.
        if (samples.GetLength(1) > 1)
            Assert.Throws<FailException>(() => MaxSksdGoldenTests.For<WrongThirdDerivative>().Check(name, "double"));
    }

    [Theory]
    [MemberData(nameof(GofCases))]
    public void Wrong_derivatives_and_a_missing_trace_fail_the_golden_goodness_of_fit(string name)
    {
        foreach (string device in new[] { "double", "simd-128" })
            Assert.Throws<FailException>(() => GofGoldenTests.For<WrongFirstDerivative>().Check(name, device));
        using var wrong = new WithoutTrace();
        Assert.Throws<FailException>(() => GofGoldenTests.For<GaussianKernel>().Check(name, wrong));
    }

    [Theory]
    [MemberData(nameof(MmdCases))]
    public void Another_kernel_fails_the_golden_mmd(string name)
    {
        foreach (string device in new[] { "double", "simd-128" })
            Assert.Throws<FailException>(() => MmdGoldenTests.For<InverseMultiquadricKernel>().Check(name, device));
    }

    [Fact]
    public void Wrong_derivatives_fail_the_check_of_the_profile()
    {
        ModelGradientTests.CheckProfile<GaussianKernel>();
        Assert.Throws<FailException>(ModelGradientTests.CheckProfile<WrongFirstDerivative>);
        Assert.Throws<FailException>(ModelGradientTests.CheckProfile<WrongThirdDerivative>);
    }

    [Fact]
    public void Wrong_derivatives_fail_the_checks_of_the_pair_terms()
    {
        Assert.Throws<FailException>(PairTermTests.CheckSteinTerm<WrongFirstDerivative>);
        Assert.Throws<FailException>(PairTermTests.CheckSlicedTerm<WrongFirstDerivative>);
        Assert.Throws<FailException>(PairTermTests.CheckSlicedGradients<WrongFirstDerivative>);

        // The third derivative occurs only in the gradients.
        PairTermTests.CheckSteinTerm<WrongThirdDerivative>();
        PairTermTests.CheckSlicedTerm<WrongThirdDerivative>();
        Assert.Throws<FailException>(PairTermTests.CheckSlicedGradients<WrongThirdDerivative>);
    }

    [Fact]
    public void Wrong_derivatives_fail_the_differences_by_test_directions()
    {
        Assert.Throws<FailException>(() => SteinGradientTests.CheckSlicedByDirections<WrongFirstDerivative>(byTest: true));
        Assert.Throws<FailException>(() => SteinGradientTests.CheckSlicedByDirections<WrongThirdDerivative>(byTest: true));
    }

    [Theory]
    [MemberData(nameof(KsdCases))]
    public void A_pair_term_without_its_trace_fails_the_golden_ksd(string name)
    {
        using var wrong = new WithoutTrace();
        Assert.Throws<FailException>(() => KsdGoldenTests.For<GaussianKernel>().Check(name, wrong));
        using var right = new ReferenceDevice();
        KsdGoldenTests.For<GaussianKernel>().Check(name, right);
    }

    [Fact]
    public void A_pair_term_without_its_trace_differs_from_every_device()
    {
        using Device device = CpuDevices.CreateSimd();
        using var wrong = new WithoutTrace();
        Assert.Throws<FailException>(() => Measurements.Compare(
            Measurements.Run(wrong, Program), Measurements.Run(device, Program), device.UnitRoundoff));

        static void Program(Device on, Measurements results)
        {
            var draw = new Draw(81);
            DeviceMatrix output = on.Allocate(9, 1);
            var points = new PairPoints(draw.NormalOn(on, 9, 2), draw.NormalOn(on, 9, 2));
            on.PairSums<SteinPairTerm<GaussianKernel>>(output, PairSet.Within(points, on.Upload(2, 1, [1, 1]), PairStatistic.U));
            results.Add("sums", output);
        }
    }

    [Fact]
    public void A_gradient_that_is_a_millionth_off_fails_the_differences()
    {
        double[] at = [0.3, -0.7];
        double[] gradient = [Math.Cos(0.3) * -0.7, Math.Sin(0.3)];
        FiniteDifferences.Check("right", Function, at, gradient);
        Assert.Throws<FailException>(() => FiniteDifferences.Check("wrong", Function, at, [gradient[0], gradient[1] * (1 + 1e-6)]));
        Assert.Throws<FailException>(() => FiniteDifferences.Check("NaN", Function, at, [double.NaN, gradient[1]]));
        Assert.Throws<FailException>(() => FiniteDifferences.Check("not quadratic", Function, at, gradient, quadratic: true));

        static double Function(double[] x) => Math.Sin(x[0]) * x[1];
    }

    [Fact]
    public void Nan_a_wrong_length_and_a_last_bit_fail_the_comparisons()
    {
        Assert.Throws<FailException>(() => Checks.Close("NaN", [1], [double.NaN], _ => 1));
        Assert.Throws<FailException>(() => Checks.Close("NaN expected", [double.NaN], [1], _ => 1));
        Assert.Throws<FailException>(() => Checks.Close("tolerance NaN", [1], [1], _ => double.NaN));
        Assert.Throws<FailException>(() => Checks.Close("length", [1], [1, 2], _ => 1));
        Assert.Throws<FailException>(() => Checks.Close("infinite", [1], [double.PositiveInfinity], _ => 1));
        Assert.Throws<FailException>(() => Checks.Same("bit", [1], [Math.BitIncrement(1)]));
        var error = Assert.Throws<FailException>(() => Checks.Close("what", [1, 2], [1, 3], _ => 0.5));
        Assert.Contains("what, entry 1: expected 2, actual 3", error.Message, StringComparison.Ordinal);
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
            where T : struct, ILane<T>
        {
            RadialProfile<T> profile = GaussianKernel.Evaluate(argument);
            return profile with { FirstRatio = T.Constant(1.001) };
        }

        public static T FourthRatio<T>(T argument)
            where T : struct, ILane<T> => GaussianKernel.FourthRatio(argument);

        public static T Weigh<T>(T ratio, T x)
            where T : struct, ILane<T> => ratio * x;
    }

    /// <summary>−φ‴ with the wrong sign.</summary>
    private readonly struct WrongThirdDerivative : IRadialKernel
    {
        public static string Name => "wrong third derivative";

        public static int Derivatives => int.MaxValue;

        public static bool EqualsItsDerivatives => false;

        public static double ArgumentScale => GaussianKernel.ArgumentScale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static RadialProfile<T> Evaluate<T>(T argument)
            where T : struct, ILane<T>
        {
            RadialProfile<T> profile = GaussianKernel.Evaluate(argument);
            return profile with { ThirdRatio = T.Constant(-1) };
        }

        public static T FourthRatio<T>(T argument)
            where T : struct, ILane<T> => GaussianKernel.FourthRatio(argument);

        public static T Weigh<T>(T ratio, T x)
            where T : struct, ILane<T> => ratio * x;
    }

    /// <summary>A device whose KSD pair term omits the fourth-order part of the trace.</summary>
    private sealed class WithoutTrace : ReferenceDevice
    {
        private protected override void PairSumsCore<TTerm>(DeviceMatrix output, PairSet pairs)
            => base.PairSumsCore<TTerm>(output, Wrong(pairs));

        private protected override void PairMatrixCore<TTerm>(DeviceMatrix output, PairSet pairs)
            => base.PairMatrixCore<TTerm>(output, Wrong(pairs));

        private PairSet Wrong(PairSet pairs) => PairSet.Within(
            pairs.First,
            Upload(2, 1, [Read(pairs.Constants)[0], 0]),
            pairs.HasDiagonal ? PairStatistic.V : PairStatistic.U);
    }
}
