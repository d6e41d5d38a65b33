namespace Stein.Engine.Graphs.Layers;

/// <summary>
/// Features of a noise level σ that networks condition on: sines and cosines of log σ at several frequencies (Vaswani et al., "Attention is
/// all you need", NeurIPS 2017, section 3.5; Song et al., "Score-based generative modeling through stochastic differential equations",
/// ICLR 2021, appendix C).
/// </summary>
/// <remarks>
/// They are computed on the host and written to an input, so a graph has no derivatives by the noise level. For a single smooth feature
/// with derivatives, <c>sigma.Log()</c> is a node.
/// </remarks>
public static class NoiseEmbedding
{
    /// <summary>
    /// Writes <c>sin(ω_k log σ)</c> for all k, then <c>cos(ω_k log σ)</c>, for each level, with frequencies ω in geometric progression.
    /// </summary>
    /// <param name="levels">σ for each of N rows, positive.</param>
    /// <param name="features">Receives N×F numbers, row-major; F is even.</param>
    /// <param name="lowest">The first frequency.</param>
    /// <param name="highest">The last frequency.</param>
    /// <exception cref="ArgumentException">The features are not an even number for each level, or there is no level.</exception>
    public static void Sinusoids(ReadOnlySpan<double> levels, Span<double> features, double lowest = 0.25, double highest = 16)
    {
        int pairs = levels.Length == 0 ? 0 : features.Length / levels.Length / 2;
        if (pairs == 0 || features.Length != 2 * pairs * levels.Length)
        {
            throw new ArgumentException(
                $"{features.Length} numbers cannot be features of {levels.Length} noise levels; each level needs the same even number.",
                nameof(features));
        }

        double ratio = pairs == 1 ? 1 : Math.Pow(highest / lowest, 1.0 / (pairs - 1));
        for (int row = 0; row < levels.Length; row++)
        {
            double angle = lowest * Math.Log(levels[row]);
            Span<double> own = features.Slice(row * 2 * pairs, 2 * pairs);
            for (int k = 0; k < pairs; k++, angle *= ratio)
                (own[k], own[pairs + k]) = Math.SinCos(angle);
        }
    }
}
