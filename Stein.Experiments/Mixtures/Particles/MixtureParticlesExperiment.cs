using Stein.Engine.Devices;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// Particles that start in one of two modes: whether SVGD and KSD descent find the other, along the target as it is and along the exactly
/// smoothed one.
/// </summary>
internal sealed class MixtureParticlesExperiment : Experiment<MixtureParticlesSettings>
{
    public override string Name => "mixture-particles";

    public override string Title => "Particles started in one of two modes: the share that finds the other";

    public override string Source =>
        "Wenliang and Kanagawa, Blindness of score-based methods to isolated components and mixing proportions, arXiv 2008.10087";

    public override int ProtocolVersion => 1;

    /// <summary>
    /// The published grid is ours: the paper prints no numbers. Most of it has equal weights; with 0.8 and 0.2 it shows
    /// whether particles that find the other mode find it in proportion.
    /// </summary>
    protected override IReadOnlyList<MixtureParticlesSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. Grid([0.5], [1, 2, 10], [2, 3, 4, 5, 6, 8], 10, new()),
            .. Grid([0.8], [1, 2, 10], [2, 5, 8], 10, new()),
        ],
        GridScale.Quick => Grid([0.5], [1, 2], [2, 5, 8], 3, new() { Iterations = 500 }),
        _ => Grid([0.5], [1, 2], [2, 6], 2, new() { Particles = 16, Iterations = 60, ExactSamples = 50, MeasureEvery = 20 }),
    };

    protected override MixtureParticlesSettings Normalise(MixtureParticlesSettings config)
    {
        bool usesSigma = ParticleAlgorithm.Find(config.Algorithm).IsAnnealed && config.FirstSigma != 2 * config.Separation;
        return config with { FirstSigma = usesSigma ? config.FirstSigma : null };
    }

    protected override void Validate(MixtureParticlesSettings config) => config.Validate();

    /// <summary>
    /// Of an iteration of P pairs in D dimensions: distances 3PD, two products 4N²D at most, the kernel 15 a pair, and for KSD descent
    /// once more the kernel and 12D + 20 a pair.
    /// </summary>
    protected override double Operations(MixtureParticlesSettings config)
    {
        (double pairs, double dimension) = (0.5 * config.Particles * (config.Particles - 1), config.Dimension);
        double variational = pairs * ((11 * dimension) + 15);
        double descent = ParticleAlgorithm.Find(config.Algorithm).IsVariational ? 0 : pairs * ((12 * dimension) + 35);
        return config.Iterations * (variational + descent);
    }

    protected override string SpeedClass(MixtureParticlesSettings config)
        => ParticleAlgorithm.Find(config.Algorithm).IsVariational ? "svgd" : "ksd-descent";

    protected override string Describe(MixtureParticlesSettings config)
        => $"{ParticleAlgorithm.Find(config.Algorithm).Name}, D = {config.Dimension}, m = {NumberText.Tick(config.Separation)}, "
            + $"π = {NumberText.Tick(config.Weight)}, seed {config.Seed}";

    protected override IRun Start(MixtureParticlesSettings config, Device device) => new MixtureParticlesRun(device, config);

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<MixtureParticlesSettings>> runs)
        => runs.Count == 0
            ? new ReportOutcome([], 0, request.Plan.Count, [])
            : MixtureParticlesReport.Write(request, runs);

    private static MixtureParticlesSettings[] Grid(
        double[] weights, int[] dimensions, double[] separations, int seeds, MixtureParticlesSettings settings) =>
    [
        .. from weight in weights
           from dimension in dimensions
           from separation in separations
           from algorithm in ParticleAlgorithm.Ids
           from seed in Enumerable.Range(0, seeds)
           select settings with
           {
               Weight = weight,
               Dimension = dimension,
               Separation = separation,
               Algorithm = algorithm,
               Seed = settings.Seed + (10 * (uint)seed),
           },
    ];
}
