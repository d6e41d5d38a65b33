using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>Checks the arithmetic of Taylor series by polynomials and by pairs of inverse functions.</summary>
public class TaylorLaneTests
{
    private static readonly TaylorLane T = TaylorLane.Variable(1.25);

    /// <summary>All five coefficients differ from zero.</summary>
    private static readonly TaylorLane Series = TaylorLane.Constant(1) / (T + (T * T));

    [Fact]
    public void A_polynomial_has_its_derivatives()
    {
        TaylorLane fourth = (T * T * T * T) - (TaylorLane.Constant(3) * T);
        double[] expected = [Math.Pow(1.25, 4) - 3.75, (4 * Math.Pow(1.25, 3)) - 3, 12 * Math.Pow(1.25, 2), 24 * 1.25, 24];
        Checks.Close("t⁴ − 3t", expected, [.. Enumerable.Range(0, 5).Select(fourth.Derivative)], _ => 1e-14);
    }

    [Fact]
    public void Quotients_roots_exponentials_and_logarithms_undo_products_squares_and_each_other()
    {
        for (int n = 0; n < 5; n++)
            Assert.True(Math.Abs(Series[n]) > 0.01);
        TaylorLane root = TaylorLane.Sqrt(Series);
        TaylorLane logarithm = TaylorLane.Log(Series);
        Same("quotient", Series * (T + (T * T)), TaylorLane.Constant(1));
        Same("root", root * root, Series);
        Same("exponential of the logarithm", TaylorLane.Exp(logarithm), Series);
        Same("power of two", TaylorLane.PowerOfTwo(logarithm / TaylorLane.Constant(Math.Log(2))), Series);

        // exp(a + b) = exp(a)·exp(b) does not depend on the logarithm, so it catches errors that cancel above.
        Same("exponential of a sum", TaylorLane.Exp(Series + T), TaylorLane.Exp(Series) * TaylorLane.Exp(T));
        double[] derivatives = [.. Enumerable.Range(0, 5).Select(TaylorLane.Exp(T).Derivative)];
        Checks.Close("eᵗ", [.. Enumerable.Repeat(Math.Exp(1.25), 5)], derivatives, _ => 1e-14);
        Same("magnitude", TaylorLane.Abs(-Series), Series);
        Same("smaller", TaylorLane.Min(Series, T), Series);
        Same("larger", TaylorLane.Max(Series, T), T);
    }

    private static void Same(string what, TaylorLane expected, TaylorLane actual)
        => Checks.Close(what, Coefficients(expected), Coefficients(actual), _ => 1e-14);

    private static double[] Coefficients(TaylorLane series) => [.. Enumerable.Range(0, 5).Select(n => series[n])];
}
