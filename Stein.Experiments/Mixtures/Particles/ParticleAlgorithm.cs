using Stein.Engine.Devices;
using Stein.Engine.Kernels;
using Stein.Engine.Particles;

namespace Stein.Experiments.Mixtures;

/// <summary>A way to move particles: its name in configs, and the one that people read.</summary>
/// <param name="Id">In configs and tables of numbers.</param>
/// <param name="Name">For people.</param>
/// <param name="IsVariational">SVGD; otherwise KSD descent.</param>
/// <param name="IsAnnealed">Whether the target is smoothed, less and less.</param>
internal sealed record ParticleAlgorithm(string Id, string Name, bool IsVariational, bool IsAnnealed)
{
    /// <summary>The yardstick in tables and figures: as many independent draws of the target itself. Nothing to run.</summary>
    public static readonly ParticleAlgorithm Exact = new("exact", "exact sample", false, false);

    /// <summary>All that can be run, in the order of tables and legends.</summary>
    public static readonly IReadOnlyList<ParticleAlgorithm> All =
    [
        new("svgd", "SVGD", true, false),
        new("ksd-descent", "KSD descent", false, false),
        new("svgd-annealed", "SVGD, annealed", true, true),
        new("ksd-descent-annealed", "KSD descent, annealed", false, true),
    ];

    /// <summary>The ids of all that can be run.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. All.Select(algorithm => algorithm.Id)];

    /// <summary>The algorithm of an id of <see cref="Ids"/>.</summary>
    public static ParticleAlgorithm Find(string id) => All.Single(algorithm => algorithm.Id == id);

    /// <summary>Its flow, with a kernel.</summary>
    public ParticleFlow CreateFlow<TKernel>(Device device, int particles, int dimension)
        where TKernel : struct, IRadialKernel
        => IsVariational
            ? new SteinVariationalGradientDescent<TKernel>(device, particles, dimension)
            : new KernelSteinDescent<TKernel>(device, particles, dimension);
}
