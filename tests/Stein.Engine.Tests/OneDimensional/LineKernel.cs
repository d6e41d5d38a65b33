namespace Stein.Engine.Tests.OneDimensional;

/// <summary>A kernel on the line with its first derivatives in closed form, written independently of the engine's.</summary>
/// <param name="derivatives"><c>κ(u), κ′(u), κ″(u), κ‴(u)</c> for h = 1.</param>
internal sealed class LineKernel(Func<double, (double, double, double, double)> derivatives)
{
    public static LineKernel Gaussian { get; } = new(u =>
    {
        double k = Math.Exp(-u * u);
        return (k, -2 * u * k, ((4 * u * u) - 2) * k, ((12 * u) - (8 * u * u * u)) * k);
    });

    public static LineKernel InverseMultiquadric { get; } = new(u =>
    {
        double q = 1 + (u * u), k = 1 / Math.Sqrt(q);
        return (k, -u * k / q, ((2 * u * u) - 1) * k / (q * q), ((9 * u) - (6 * u * u * u)) * k / (q * q * q));
    });

    public static LineKernel MaternThreeHalves { get; } = new(u =>
    {
        double l = Math.Sqrt(3), x = l * Math.Abs(u), e = Math.Exp(-x);
        return ((1 + x) * e, -l * l * u * e, -l * l * (1 - x) * e, Math.Sign(u) * l * l * l * (2 - x) * e);
    });

    public static LineKernel MaternFiveHalves { get; } = new(u =>
    {
        // Multiplied by e^−x first, because x² may be infinite.
        double l = Math.Sqrt(5), x = l * Math.Abs(u), e = Math.Exp(-x) / 3, xe = x * e;
        return ((3 * e) + (3 * xe) + (x * xe), -l * l * u * (e + xe), -l * l * (e + xe - (x * xe)), l * l * l * l * u * ((3 * e) - xe));
    });

    /// <summary><c>κ(u), κ′(u), κ″(u), κ‴(u)</c>.</summary>
    public (double Value, double First, double Second, double Third) At(double u, double h)
    {
        (double value, double first, double second, double third) = derivatives(u / h);
        return (value, first / h, second / (h * h), third / (h * h * h));
    }
}
