using Stein.Engine.Random;

namespace Stein.Engine.Samplers;

/// <summary>The scores of a density with noise of standard deviation σ added.</summary>
/// <param name="points">N×D, row-major.</param>
/// <param name="sigma">σ, positive.</param>
/// <param name="scores">Receives the scores (N×D).</param>
internal delegate void NoisyScore(double[] points, double sigma, double[] scores);

/// <summary>
/// Moves samples of a density with much noise to samples of the density, through levels of less and less noise, by the scores at each level
/// (Song and Ermon, "Generative modeling by estimating gradients of the data distribution", NeurIPS 2019; Song et al., "Score-based
/// generative modeling through stochastic differential equations", ICLR 2021, with exploding variances).
/// </summary>
/// <remarks>
/// From σ to the next level σ′, with <c>g = σ² − σ′²</c> and ξ standard normal:
/// <list type="bullet">
/// <item>reverse diffusion: <c>x += g s(x, σ) + √g (σ′/σ) ξ</c>;</item>
/// <item>probability flow: <c>x += ½ g s(x, σ)</c>;</item>
/// <item>annealed Langevin: at each level many steps <c>x += ½ασ² s(x, σ) + √α σ ξ</c>.</item>
/// </list>
/// At the end the noise that is left is removed by its conditional mean, <c>x += σ² s(x, σ)</c> (Tweedie).
/// </remarks>
internal static class NoiseLevelSampler
{
    /// <summary>The names of the three samplers.</summary>
    public const string Diffusion = "reverse-diffusion", Flow = "probability-flow", Langevin = "annealed-langevin";

    /// <summary>Levels of annealed Langevin dynamics, and steps at each.</summary>
    private const int FewLevels = 10, StepsPerLevel = 100;

    /// <summary>α of annealed Langevin dynamics: 2·10⁻⁵ at σ = 0.01, as published.</summary>
    private const double Alpha = 0.2;

    /// <summary>The samplers, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Diffusion, Flow, Langevin];

    /// <summary>How often a sampler computes the score of each sample, besides once for the noise that is left.</summary>
    /// <param name="sampler">Its name.</param>
    /// <param name="steps">The steps of reverse diffusion and flow.</param>
    public static int Evaluations(string sampler, int steps) => sampler == Langevin ? FewLevels * StepsPerLevel : steps;

    /// <summary>Moves samples from much noise to none by one of the samplers.</summary>
    /// <param name="sampler">Its name.</param>
    /// <param name="score">The scores.</param>
    /// <param name="levels">σ at the start and at the end; the levels between them are in geometric progression.</param>
    /// <param name="steps">The steps of reverse diffusion and flow.</param>
    /// <param name="positions">Samples with the noise of the start (N×D), which become samples without.</param>
    /// <param name="stream">Of the noise.</param>
    public static void Move(
        string sampler, NoisyScore score, (double First, double Last) levels, int steps, double[] positions, PhiloxStream stream)
    {
        switch (sampler)
        {
            case Diffusion:
                ReverseDiffusion(score, Levels(levels.First, levels.Last, steps), positions, stream);
                break;
            case Flow:
                ProbabilityFlow(score, Levels(levels.First, levels.Last, steps), positions);
                break;
            case Langevin:
                AnnealedLangevin(
                    score, Levels(levels.First, levels.Last, FewLevels - 1), positions, stream, StepsPerLevel, Alpha);
                break;
            default:
                throw new ArgumentException($"unknown sampler '{sampler}'; the samplers are {string.Join(", ", Names)}", nameof(sampler));
        }
    }

    /// <summary>Levels in geometric progression, both ends included.</summary>
    public static double[] Levels(double first, double last, int steps)
        => [.. Enumerable.Range(0, steps + 1).Select(step => first * Math.Pow(last / first, (double)step / steps))];

    /// <summary>The reverse diffusion, one step from each level to the next.</summary>
    /// <param name="score">The scores.</param>
    /// <param name="levels">σ, descending.</param>
    /// <param name="positions">Samples with noise of the first level (N×D), which become samples without.</param>
    /// <param name="stream">Of the noise.</param>
    public static void ReverseDiffusion(NoisyScore score, IReadOnlyList<double> levels, double[] positions, PhiloxStream stream)
    {
        double[] scores = new double[positions.Length], noise = new double[positions.Length];
        for (int step = 0; step + 1 < levels.Count; step++)
        {
            (double sigma, double next) = (levels[step], levels[step + 1]);
            double gap = (sigma * sigma) - (next * next), deviation = Math.Sqrt(gap) * next / sigma;
            score(positions, sigma, scores);
            stream.FillNormal(noise);
            for (int i = 0; i < positions.Length; i++)
                positions[i] += (gap * scores[i]) + (deviation * noise[i]);
        }

        Denoise(score, levels[^1], positions, scores);
    }

    /// <summary>The probability flow, one step from each level to the next.</summary>
    /// <inheritdoc cref="ReverseDiffusion" path="/param"/>
    public static void ProbabilityFlow(NoisyScore score, IReadOnlyList<double> levels, double[] positions)
    {
        var scores = new double[positions.Length];
        for (int step = 0; step + 1 < levels.Count; step++)
        {
            double half = 0.5 * ((levels[step] * levels[step]) - (levels[step + 1] * levels[step + 1]));
            score(positions, levels[step], scores);
            for (int i = 0; i < positions.Length; i++)
                positions[i] += half * scores[i];
        }

        Denoise(score, levels[^1], positions, scores);
    }

    /// <summary>Annealed Langevin dynamics.</summary>
    /// <inheritdoc cref="ReverseDiffusion" path="/param"/>
    /// <param name="steps">Steps at each level.</param>
    /// <param name="alpha">α, the squared step in units of σ².</param>
    public static void AnnealedLangevin(
        NoisyScore score, IReadOnlyList<double> levels, double[] positions, PhiloxStream stream, int steps, double alpha)
    {
        double[] scores = new double[positions.Length], noise = new double[positions.Length];
        foreach (double sigma in levels)
        {
            double drift = 0.5 * alpha * sigma * sigma, deviation = Math.Sqrt(alpha) * sigma;
            for (int step = 0; step < steps; step++)
            {
                score(positions, sigma, scores);
                stream.FillNormal(noise);
                for (int i = 0; i < positions.Length; i++)
                    positions[i] += (drift * scores[i]) + (deviation * noise[i]);
            }
        }

        Denoise(score, levels[^1], positions, scores);
    }

    private static void Denoise(NoisyScore score, double sigma, double[] positions, double[] scores)
    {
        score(positions, sigma, scores);
        for (int i = 0; i < positions.Length; i++)
            positions[i] += sigma * sigma * scores[i];
    }
}
