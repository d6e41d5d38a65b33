namespace Stein.Engine.IndependentComponents;

/// <summary>
/// The squared one-dimensional kernelised Stein discrepancy of a source from symmetric densities at any scale, and the choice of the
/// density for which it is least: no normalising constant is needed.
/// </summary>
/// <remarks>
/// <para>
/// The kernel is the odd one, <c>k(t − s) − k(t + s)</c> with <c>k(u) = exp(−u²/h²)</c>, h one deviation of the source: by the identity
/// <c>KSD² = E[(ψ − ψ_q)(t) k(t, s) (ψ − ψ_q)(s)]</c>, over pairs of the source, whose score is ψ_q, all densities are measured by the same
/// distance between scores. Pairs of a sample with itself are left out, so that the mean of the estimate is the discrepancy.
/// </para>
/// <para>
/// |z| is distributed over fixed nodes, closest near 0, by linear weights; everything else is exact and does not depend on N.
/// </para>
/// </remarks>
internal sealed class SourceDiscrepancy
{
    private const int Count = 280;
    private const double Spacing = 0.02;
    private const double Width = 2;

    private static readonly double[] Nodes = [.. Enumerable.Range(0, Count).Select(a => Width * Math.Sinh(Spacing * a))];

    /// <summary>k, ∂_s k and ∂_t ∂_s k of the odd kernel at all pairs of nodes (t, s), row by row.</summary>
    private static readonly (double[] Value, double[] First, double[] Second) Kernel = Pairs();

    private readonly double[] weights = new double[Count];
    private readonly double[] slopes = new double[Count];
    private readonly double deviation;
    private readonly double curvature;
    private readonly int samples;

    /// <param name="source">z (N), N at least 2, not all of them 0.</param>
    public SourceDiscrepancy(ReadOnlySpan<double> source)
    {
        samples = source.Length;
        double sum = 0;
        foreach (double z in source)
            sum += Math.Abs(z);

        // That of a normal source with this mean size, which outliers change less than the root of the mean square.
        deviation = sum / samples * Math.Sqrt(Math.PI / 2);
        foreach (double z in source)
        {
            double place = Math.Min(Math.Abs(z) / deviation, Nodes[^1]);
            int cell = Math.Min((int)(Math.Asinh(place / Width) / Spacing), Count - 2);
            double share = (place - Nodes[cell]) / (Nodes[cell + 1] - Nodes[cell]);
            weights[cell] += (1 - share) / samples;
            weights[cell + 1] += share / samples;
        }

        for (int a = 0; a < Count; a++)
        {
            double first = 0, second = 0;
            for (int b = 0; b < Count; b++)
            {
                first += weights[b] * Kernel.First[(a * Count) + b];
                second += weights[b] * Kernel.Second[(a * Count) + b];
            }

            slopes[a] = first;
            curvature += weights[a] * (second - (Kernel.Second[a * (Count + 1)] / samples));
        }
    }

    /// <summary>The estimate of KSD², for z in deviations, from the density of z whose <c>a z</c> has the given one.</summary>
    /// <param name="factor">a.</param>
    public double Squared(SourceDensity density, double factor)
    {
        double scale = factor * deviation;
        double[] scaled = Array.ConvertAll(Nodes, node => scale * node);
        double[] scores = new double[Count], derivatives = new double[Count];
        density.Evaluate(scaled, scores, derivatives);
        for (int a = 0; a < Count; a++)
            scores[a] *= scale * weights[a];
        double sum = curvature;
        for (int a = 0; a < Count; a++)
        {
            double row = 0;
            for (int b = 0; b < Count; b++)
                row += scores[b] * Kernel.Value[(a * Count) + b];
            sum += scores[a] * (row + (2 * slopes[a]));
            if (weights[a] > 0)
            {
                // A sample with itself.
                sum -= scores[a] / samples
                    * ((scores[a] / weights[a] * Kernel.Value[a * (Count + 1)]) + (2 * Kernel.First[a * (Count + 1)]));
            }
        }

        return sum * samples / (samples - 1);
    }

    /// <summary>The density with the least discrepancy, and its scale.</summary>
    /// <remarks>
    /// The scale of each is that of Stein's identity of the function z, <c>E[ψ(az) az] = −1</c>. That with the least discrepancy is the
    /// same where the source has the density, and no guide where it has none of them: with sharp peaks it is far off.
    /// </remarks>
    /// <param name="candidates">At least one; the first of equals is chosen.</param>
    /// <param name="source">z (N), N at least 2, not all of them 0.</param>
    public static (SourceDensity Density, double Factor) Choose(IReadOnlyList<SourceDensity> candidates, ReadOnlySpan<double> source)
    {
        var discrepancy = new SourceDiscrepancy(source);
        (SourceDensity Density, double Factor)? best = null;
        double least = double.PositiveInfinity;
        foreach (SourceDensity candidate in candidates)
        {
            double factor = SourceScale.Fit(candidate, source).Factor, squared = discrepancy.Squared(candidate, factor);
            if (best is null || squared < least)
                (best, least) = ((candidate, factor), squared);
        }

        return best!.Value;
    }

    private static (double[], double[], double[]) Pairs()
    {
        double[] value = new double[Count * Count], first = new double[Count * Count], second = new double[Count * Count];
        for (int a = 0; a < Count; a++)
        {
            for (int b = 0; b < Count; b++)
            {
                double near = Nodes[a] - Nodes[b], far = Nodes[a] + Nodes[b];
                double kernelNear = Math.Exp(-near * near), kernelFar = Math.Exp(-far * far);
                int index = (a * Count) + b;
                value[index] = kernelNear - kernelFar;
                first[index] = (2 * near * kernelNear) + (2 * far * kernelFar);
                second[index] = ((2 - (4 * near * near)) * kernelNear) + ((2 - (4 * far * far)) * kernelFar);
            }
        }

        return (value, first, second);
    }
}
