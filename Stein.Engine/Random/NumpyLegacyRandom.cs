namespace Stein.Engine.Random;

/// <summary>
/// The standard normal numbers of <c>np.random.seed(seed)</c> followed by <c>np.random.randn</c>, with which the authors of
/// published experiments draw their matrices.
/// </summary>
/// <remarks>
/// Source: NumPy, <c>legacy-distributions.c</c>, <c>legacy_gauss</c>: Marsaglia's polar form of Box–Muller on MT19937, which returns the
/// second value of every pair first and keeps the first value for the next call. The results equal NumPy's float64 to the last bit
/// if both use the same C library's logarithm.
/// </remarks>
internal sealed class NumpyLegacyRandom
{
    private readonly MersenneTwister generator;
    private double kept;
    private bool hasKept;

    /// <summary>Seeds as <c>np.random.seed(seed)</c> does; every 32-bit number is a valid seed.</summary>
    public NumpyLegacyRandom(uint seed) => generator = new MersenneTwister(seed);

    /// <summary>The next value of <c>np.random.rand()</c>.</summary>
    public double NextUniform() => generator.NextUniform();

    /// <summary>The next value of <c>np.random.randint(0, 2)</c>.</summary>
    public int NextBit() => (int)(generator.NextUInt32() & 1);

    /// <summary>The next value of <c>np.random.randn()</c>.</summary>
    public double NextNormal()
    {
        if (hasKept)
        {
            hasKept = false;
            return kept;
        }

        double x1, x2, squaredRadius;
        do
        {
            x1 = (2.0 * generator.NextUniform()) - 1.0;
            x2 = (2.0 * generator.NextUniform()) - 1.0;
            squaredRadius = (x1 * x1) + (x2 * x2);
        }
        while (squaredRadius >= 1.0 || squaredRadius == 0.0);

        double factor = Math.Sqrt(-2.0 * Math.Log(squaredRadius) / squaredRadius);
        (kept, hasKept) = (factor * x1, true);
        return factor * x2;
    }

    /// <summary>Fills the span as <c>np.random.randn</c> fills an array of that many elements, row by row.</summary>
    public void FillNormal(Span<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = NextNormal();
        }
    }
}
