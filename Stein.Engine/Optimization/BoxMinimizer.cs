namespace Stein.Engine.Optimization;

/// <summary>The value of a function at a point (D), whose gradient (D) it writes.</summary>
internal delegate double ValueAndGradient(ReadOnlySpan<double> point, Span<double> gradient);

/// <summary>
/// Local minima of smooth functions of D variables in a box, by L-BFGS with its steps projected on the box: what L-BFGS-B is used for
/// where bounds are rarely met (Nocedal and Wright, "Numerical Optimization", 2006, algorithms 7.4 and 7.5; the line search bisects for
/// the weak Wolfe conditions).
/// </summary>
/// <remarks>
/// A step takes <c>O(D)</c> operations and a value or two. MathNet's minimisers stop by the change of the value only after 500 steps, and
/// the one with bounds solves a D×D system in each.
/// </remarks>
internal sealed class BoxMinimizer
{
    private const int Memory = 10;
    private const int LineSearchValues = 20;
    private const double SufficientDecrease = 1e-4;
    private const double Curvature = 0.9;
    private const double GradientTolerance = 1e-7;

    private readonly ValueAndGradient function;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly double tolerance;
    private readonly List<(double[] Step, double[] Change, double Product)> pairs = [];

    private BoxMinimizer(ValueAndGradient function, double[] lower, double[] upper, double tolerance)
        => (this.function, this.lower, this.upper, this.tolerance) = (function, lower, upper, tolerance);

    /// <summary>Descends from a point to a local minimum; never above the value of the start, which is moved into the box.</summary>
    /// <param name="tolerance">
    /// The search ends where a step decreases the value by at most this times <c>max(|value|, 1)</c>, as that of SciPy does.
    /// </param>
    /// <param name="steps">The largest number of steps.</param>
    /// <returns>The last point (D) and its value.</returns>
    public static (double[] Point, double Value) Minimize(
        ValueAndGradient function, double[] start, double[] lower, double[] upper, double tolerance, int steps)
    {
        var search = new BoxMinimizer(function, lower, upper, tolerance);
        double[] point = [.. start.Zip(lower, Math.Max).Zip(upper, Math.Min)], gradient = new double[start.Length];
        double value = function(point, gradient);
        while (steps-- > 0 && search.Advance(ref point, ref gradient, ref value))
        {
        }

        return (point, value);
    }

    /// <summary>Takes a step; false where the search has ended.</summary>
    private bool Advance(ref double[] point, ref double[] gradient, ref double value)
    {
        double[] direction = Descent(point, gradient);
        double slope = Dot(direction, gradient);
        if (!(slope < 0) || Array.TrueForAll(direction, entry => Math.Abs(entry) <= GradientTolerance))
            return false;
        (double[] Point, double[] Gradient, double Value)? best = null;
        double step = pairs.Count == 0 ? Math.Min(1, 1 / Math.Sqrt(-slope)) : 1, shortest = 0, longest = double.PositiveInfinity;
        for (int trial = 0; trial < LineSearchValues; trial++)
        {
            double[] moved = new double[point.Length], slopes = new double[point.Length];
            for (int d = 0; d < moved.Length; d++)
                moved[d] = Math.Clamp(point[d] + (step * direction[d]), lower[d], upper[d]);
            double reached = function(moved, slopes);
            if (!(reached <= value + (SufficientDecrease * step * slope)))
            {
                longest = step;
            }
            else
            {
                best = (moved, slopes, reached);
                if (Dot(slopes, direction) >= Curvature * slope)
                    break;
                shortest = step;
            }

            step = double.IsInfinity(longest) ? 2 * step : (shortest + longest) / 2;
        }

        if (best is not { } end)
            return false;
        double progress = value - end.Value;
        Remember(point, gradient, end.Point, end.Gradient);
        (point, gradient, value) = end;
        return progress > tolerance * Math.Max(Math.Abs(value), 1);
    }

    /// <summary>The quasi-Newton direction among the variables that are not held by a bound.</summary>
    private double[] Descent(double[] point, double[] gradient)
    {
        double[] direction = [.. gradient];
        Hold();
        var factors = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            factors[i] = Dot(pairs[i].Step, direction) / pairs[i].Product;
            Add(direction, pairs[i].Change, -factors[i]);
        }

        double scale = pairs.Count == 0 ? 1 : pairs[^1].Product / Dot(pairs[^1].Change, pairs[^1].Change);
        for (int d = 0; d < direction.Length; d++)
            direction[d] *= scale;
        for (int i = 0; i < pairs.Count; i++)
            Add(direction, pairs[i].Step, factors[i] - (Dot(pairs[i].Change, direction) / pairs[i].Product));
        Hold();
        for (int d = 0; d < direction.Length; d++)
            direction[d] = -direction[d];
        return direction;

        void Hold()
        {
            for (int d = 0; d < direction.Length; d++)
            {
                if (gradient[d] > 0 ? point[d] <= lower[d] : point[d] >= upper[d])
                    direction[d] = 0;
            }
        }
    }

    private void Remember(double[] point, double[] gradient, double[] nextPoint, double[] nextGradient)
    {
        double[] step = [.. nextPoint.Zip(point, (after, before) => after - before)];
        double[] change = [.. nextGradient.Zip(gradient, (after, before) => after - before)];
        double product = Dot(step, change);
        if (!(product > 1e-10 * Math.Sqrt(Dot(step, step) * Dot(change, change))))
            return;
        pairs.Add((step, change, product));
        if (pairs.Count > Memory)
            pairs.RemoveAt(0);
    }

    private static double Dot(double[] one, double[] other)
    {
        double sum = 0;
        for (int d = 0; d < one.Length; d++)
            sum += one[d] * other[d];
        return sum;
    }

    private static void Add(double[] sum, double[] other, double factor)
    {
        for (int d = 0; d < sum.Length; d++)
            sum[d] += factor * other[d];
    }
}
