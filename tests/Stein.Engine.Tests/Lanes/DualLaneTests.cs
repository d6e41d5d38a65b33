using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Lanes;

/// <summary>Compares first and second derivatives by dual lanes with those by truncated Taylor series.</summary>
public class DualLaneTests
{
    [Fact]
    public void First_and_second_derivatives_of_every_operation()
    {
        foreach (double x in new[] { 0.3, 1.7 })
        {
            Check<Sum>(x);
            Check<Quotient>(x);
            Check<Fused>(x);
            Check<Kinks>(x);
            Check<Powers>(x);
        }
    }

    [Fact]
    public void Kinks_have_the_mean_of_both_slopes()
    {
        DualLane<DoubleLane> x = DualLane<DoubleLane>.Variable(new(0)), zero = DualLane<DoubleLane>.Constant(0);
        Assert.Equal(0, DualLane<DoubleLane>.Abs(x).Slope.Value);
        Assert.Equal(0.5, DualLane<DoubleLane>.Max(x, zero).Slope.Value);
        Assert.Equal(0.5, DualLane<DoubleLane>.Min(x, zero).Slope.Value);
    }

    private static void Check<TFunction>(double x)
        where TFunction : IFunction
    {
        TaylorLane expected = TFunction.At(TaylorLane.Variable(x));
        DualLane<DualLane<DoubleLane>> actual = TFunction.At(
            DualLane<DualLane<DoubleLane>>.Variable(DualLane<DoubleLane>.Variable(new(x))));
        string name = $"{typeof(TFunction).Name} at {x}";
        Close($"{name}: value", expected[0], actual.Value.Value.Value);
        Close($"{name}: first derivative", expected[1], actual.Slope.Value.Value);
        Close($"{name}: first derivative, inner", expected[1], actual.Value.Slope.Value);
        Close($"{name}: second derivative", expected.Derivative(2), actual.Slope.Slope.Value);
    }

    private static void Close(string what, double expected, double actual)
        => Checks.Close(what, [expected], [actual], _ => 1e-13 * (1 + Math.Abs(expected)));

    private interface IFunction
    {
        static abstract T At<T>(T x)
            where T : struct, ILane<T>;
    }

    private sealed class Sum : IFunction
    {
        public static T At<T>(T x)
            where T : struct, ILane<T> => (x * x * x) - (T.Constant(2) * -x) + x;
    }

    private sealed class Quotient : IFunction
    {
        public static T At<T>(T x)
            where T : struct, ILane<T> => (x * x) / (T.Constant(1) + x) / T.Sqrt(x);
    }

    private sealed class Fused : IFunction
    {
        public static T At<T>(T x)
            where T : struct, ILane<T> => T.MultiplyAdd(x, x * x, T.NegatedMultiplyAdd(x * x, x * x, x));
    }

    private sealed class Kinks : IFunction
    {
        public static T At<T>(T x)
            where T : struct, ILane<T>
        {
            T one = T.Constant(1), shifted = x - one;
            return (T.Abs(shifted) * x) + T.Max(x * x, one) + (x * T.Min(x, one)) + (T.Sign(shifted) * x * x);
        }
    }

    private sealed class Powers : IFunction
    {
        public static T At<T>(T x)
            where T : struct, ILane<T> => T.Exp(-x * x) + T.PowerOfTwo(-x) + (x * T.Log(x));
    }
}
