using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>
/// Compares a gradient with central differences <c>D(h) = (f(x + hv) − f(x − hv))/2h</c> in double precision. Their error is
/// <c>c h² + O(h⁴)</c> by truncation (zero for polynomials of degree two) and <c>u|f|/h</c> by rounding.
/// </summary>
internal static class FiniteDifferences
{
    private const double UnitRoundoff = 1.0 / (1L << 53);

    /// <summary>The number of coordinates checked one by one; in longer vectors they are chosen at random.</summary>
    private const int Coordinates = 48;

    /// <param name="what">A description of the derivative, for messages.</param>
    /// <param name="f">The function.</param>
    /// <param name="at">The point.</param>
    /// <param name="gradient">The gradient of the function at the point.</param>
    /// <param name="quadratic">Whether f is a polynomial of degree at most two, so that differences have no truncation error.</param>
    /// <param name="magnitude">The magnitude of the terms that f sums, if larger than f; it determines the rounding error.</param>
    /// <param name="largestStep">The largest of the three steps that determine the slope.</param>
    /// <returns>The number of directions in which the slope of the error was found to be 2.</returns>
    public static int Check(
        string what,
        Func<double[], double> f,
        double[] at,
        double[] gradient,
        bool quadratic = false,
        double magnitude = 1,
        double largestStep = 1.0 / 16)
    {
        Assert.Equal(at.Length, gradient.Length);
        double largest = Checks.LargestMagnitude(gradient);

        // f is accurate to a few dozen roundings of its terms.
        double rounding = 64 * UnitRoundoff * Math.Max(magnitude, Math.Abs(f(at)));
        var draw = new Draw(0xF1D);

        // For each coordinate, two steps are extrapolated to h = 0 (Richardson), which leaves O(h⁴) = 10⁻¹² and rounding.
        double step = largestStep / 64;
        double allowed = quadratic
            ? 2 * rounding / step
            : (2 * rounding / step) + (1e-7 * largest);
        int[] coordinates = at.Length <= Coordinates ? [.. Enumerable.Range(0, at.Length)] : draw.Permutation(at.Length)[..Coordinates];
        foreach (int coordinate in coordinates)
        {
            var unit = new double[at.Length];
            unit[coordinate] = 1;
            double difference = ((4 * Central(unit, step / 2)) - Central(unit, step)) / 3;
            Compare($"{what}, entry {coordinate}", difference, gradient[coordinate], allowed);
        }

        int slopes = 0;

        // In a random direction of length 1 the error is proportional to the square of the step.
        for (int repetition = 0; repetition < 3; repetition++)
        {
            double[] direction = draw.Normal(at.Length);
            double length = Math.Sqrt(direction.Sum(v => v * v));
            direction = [.. direction.Select(v => v / length)];
            double slopeAlong = direction.Zip(gradient, (v, g) => v * g).Sum();
            double[] steps = [largestStep, largestStep / 2, largestStep / 4, largestStep / 8];
            double[] errors = [.. steps.Select(h => Math.Abs(Central(direction, h) - slopeAlong))];
            if (quadratic)
            {
                for (int i = 0; i < steps.Length; i++)
                    Compare($"{what}, direction {repetition}, step {steps[i]}", errors[i], 0, rounding / steps[i]);
                continue;
            }

            // If the coefficient of h² happens to be small, the slope is meaningless, and only the extrapolated difference is checked.
            double extrapolated = ((4 * Central(direction, step / 2)) - Central(direction, step)) / 3;
            Compare($"{what}, direction {repetition}", extrapolated, slopeAlong, allowed);
            if (errors[^1] > 100 * rounding / steps[^1] && errors[0] > 1e-4 * Math.Abs(slopeAlong))
            {
                double slope = Math.Log2(errors[^2] / errors[^1]);
                if (!(Math.Abs(slope - 2) <= 0.2))
                    Assert.Fail($"{what}: the error of the difference falls with slope {slope:F3}, not 2 ({string.Join(", ", errors)})");
                slopes++;
            }
        }

        return slopes;

        double Central(double[] direction, double h)
            => (f([.. at.Zip(direction, (x, v) => x + (h * v))]) - f([.. at.Zip(direction, (x, v) => x - (h * v))])) / (2 * h);
    }

    private static void Compare(string what, double difference, double gradient, double allowed)
    {
        if (!(Math.Abs(difference - gradient) <= allowed))
            Assert.Fail($"{what}: difference quotient {difference:R}, gradient {gradient:R}, allowed {allowed:E2}");
    }
}
