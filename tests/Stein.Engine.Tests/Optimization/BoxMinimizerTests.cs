using Stein.Engine.Optimization;
using Xunit;

namespace Stein.Engine.Tests.Optimization;

public class BoxMinimizerTests
{
    [Theory]
    [InlineData(-5, 5, 1, 1)]
    [InlineData(-5, 0.5, 0.5, 0.25)]
    [InlineData(1.5, 5, 1.5, 2.25)]
    public void Rosenbrock_in_a_box(double lower, double upper, double x, double y)
    {
        (double[] point, double value) = BoxMinimizer.Minimize(Rosenbrock, [-1.2, 1], [lower, -5], [upper, 5], 0, 200);
        Assert.Equal(x, point[0], 1e-6);
        Assert.Equal(y, point[1], 1e-6);
        Assert.Equal((1 - x) * (1 - x), value, 1e-9);

        static double Rosenbrock(ReadOnlySpan<double> point, Span<double> gradient)
        {
            double rest = point[1] - (point[0] * point[0]);
            gradient[0] = (-400 * point[0] * rest) - (2 * (1 - point[0]));
            gradient[1] = 200 * rest;
            return (100 * rest * rest) + ((1 - point[0]) * (1 - point[0]));
        }
    }

    /// <summary>Thirty variables whose curvatures differ by a factor of 1 000: steepest descent would take thousands of steps.</summary>
    [Fact]
    public void Ill_conditioned_quadratic()
    {
        int values = 0;
        double[] start = [.. Enumerable.Repeat(1.0, 30)], bound = [.. Enumerable.Repeat(10.0, 30)];
        double[] lower = Array.ConvertAll(bound, entry => -entry);
        (_, double value) = BoxMinimizer.Minimize(Quadratic, start, lower, bound, 1e-10, 1000);
        Assert.InRange(value, 0, 1e-7);
        Assert.InRange(values, 1, 200);

        double Quadratic(ReadOnlySpan<double> point, Span<double> gradient)
        {
            values++;
            double sum = 0;
            for (int d = 0; d < point.Length; d++)
            {
                double curvature = Math.Pow(1000, d / 29.0);
                gradient[d] = curvature * point[d];
                sum += curvature * point[d] * point[d] / 2;
            }

            return sum;
        }
    }
}
