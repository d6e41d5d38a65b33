namespace Stein.Experiments.Mixtures.Particles;

/// <summary>A way to move particles. Another one is a line here.</summary>
/// <param name="IsVariational">Whether it is SVGD; otherwise it is KSD descent.</param>
/// <param name="IsAnnealed">Whether the target is smoothed, with decreasing noise.</param>
internal sealed record ParticleAlgorithm(string Id, string Title, bool IsVariational, bool IsAnnealed)
{
    /// <summary>The baseline in tables: as many independent draws of the target itself. It has no runs.</summary>
    public static readonly ParticleAlgorithm Exact = new("exact", "exact sample", false, false);

    private static readonly ParticleAlgorithm[] All =
    [
        new("svgd", "SVGD", true, false),
        new("ksd-descent", "KSD descent", false, false),
        new("svgd-annealed", "SVGD, annealed", true, true),
        new("ksd-descent-annealed", "KSD descent, annealed", false, true),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(algorithm => algorithm.Id)];

    /// <summary>Its place in tables and figures, from 0.</summary>
    public int Rank => Array.IndexOf(All, this);

    public static ParticleAlgorithm Of(MixtureParticlesSettings config) => All.Single(algorithm => algorithm.Id == config.Algorithm);
}
