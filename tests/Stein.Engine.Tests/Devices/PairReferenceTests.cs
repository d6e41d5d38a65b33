using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>The reference that devices are held against, itself held against differences.</summary>
public sealed class PairReferenceTests
{
    private const double Step = 1e-5;

    public static TheoryData<string> KernelNames() => [.. RadialKernels.Names];

    [Theory]
    [MemberData(nameof(KernelNames))]
    public void Profiles_are_derivatives_of_each_other(string kernel)
    {
        foreach (double rho in (ReadOnlySpan<double>)[0.1, 1, 3])
        {
            var (_, first, second, third) = PairReference.Profile(kernel, rho);
            var above = PairReference.Profile(kernel, rho + Step);
            var below = PairReference.Profile(kernel, rho - Step);
            AssertDerivative(first, above.Value, below.Value);
            AssertDerivative(second, above.First, below.First);
            AssertDerivative(third, above.Second, below.Second);
        }
    }

    [Theory]
    [MemberData(nameof(KernelNames))]
    public void Gradients_of_a_slice_are_its_differences(string kernel)
    {
        double[] z = [0.3, -0.7, 1.1, 0.2];
        double[] p = [0.5, 0.1, -0.9, 1.3];
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var slice = PairReference.Slice(kernel, z, p, 0.8, 0.6, 0.75, statistic);
            AssertDerivative(slice.ByCoupling.Value, Value(z, p, 0.8 + Step), Value(z, p, 0.8 - Step));
            for (int i = 0; i < z.Length; i++)
            {
                AssertDerivative(slice.ByProjection[i].Value, Value(Moved(z, i, Step), p, 0.8), Value(Moved(z, i, -Step), p, 0.8));
                AssertDerivative(slice.ByScore[i].Value, Value(z, Moved(p, i, Step), 0.8), Value(z, Moved(p, i, -Step), 0.8));
            }

            double Value(double[] projections, double[] scores, double coupling)
                => PairReference.Slice(kernel, projections, scores, coupling, 0.6, 0.75, statistic).Value.Value;
        }
    }

    private static double[] Moved(double[] numbers, int index, double change)
    {
        double[] moved = [.. numbers];
        moved[index] += change;
        return moved;
    }

    /// <summary>Central differences: the third derivative times Step²/6 and rounding over Step, both below 1e−9 here.</summary>
    private static void AssertDerivative(double derivative, double above, double below)
    {
        double difference = (above - below) / (2 * Step);
        Assert.True(Math.Abs(derivative - difference) <= 1e-9, $"{derivative:R} but the difference quotient is {difference:R}");
    }
}
