using Stein.Engine.Devices;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// A network trained to take noise away: its excess loss, the error of its score and its noise-matched KSD along the way, over a ladder
/// of σ.
/// </summary>
internal sealed class DaeNetworkExperiment : Experiment<DaeNetworkSettings>
{
    /// <summary>The σ of the grid.</summary>
    private static readonly double[] Ladder = [0.025, 0.05, 0.1, 0.2, 0.4, 0.8];

    public override string Name => "dae-network";

    public override string Title => "Denoising auto-encoders: excess loss, Fisher error and noise-matched KSD along training";

    public override string Source =>
        "Vincent, A connection between score matching and denoising autoencoders, Neural Computation 23(7), 2011; the KSD is ours";

    public override int ProtocolVersion => 1;

    protected override IReadOnlyList<DaeNetworkSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(PlanarDensity.Names, Ladder, 10, new()),
        GridScale.Quick => Grid(
            [PlanarDensity.Names[0]],
            [0.2, 0.4],
            2,
            new() { Iterations = 2000, Checkpoints = 12, TestSamples = 1000, DiscrepancySamples = 500 }),
        _ => Grid(
            [PlanarDensity.Names[0]],
            [0.2, 0.8],
            2,
            new()
            {
                Hidden = 8,
                Batch = 16,
                Iterations = 60,
                TrainingSamples = 50,
                TestSamples = 60,
                DiscrepancySamples = 40,
                Checkpoints = 5,
            }),
    };

    protected override DaeNetworkSettings Normalise(DaeNetworkSettings config) => config.Normalised();

    protected override void Validate(DaeNetworkSettings config) => config.Validate();

    /// <summary>
    /// A point costs <c>2(4H + H²)</c> forward and twice that back, about 40 a unit for Swish, and 60 for its noise; a checkpoint the
    /// pairs of two KSD, 40 each, and two forward passes.
    /// </summary>
    protected override double Operations(DaeNetworkSettings config)
    {
        double point = (2.0 * ((4.0 * config.Hidden) + ((double)config.Hidden * config.Hidden))) + (40.0 * config.Hidden);
        double step = config.Batch * ((3 * point) + 120);
        double pairs = 0.5 * config.DiscrepancySamples * config.DiscrepancySamples * 40;
        return (config.Iterations * step) + (config.CheckpointIterations().Count * 2 * (pairs + (config.TestSamples * point)));
    }

    protected override string Describe(DaeNetworkSettings config)
        => $"{config.Data}, σ = {NumberText.Tick(config.Sigma)}, seed {config.Seed}";

    protected override IRun Start(DaeNetworkSettings config, Device device) => new DaeNetworkRun(device, config);

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<DaeNetworkSettings>> runs)
        => runs.Count == 0 ? new ReportOutcome([], 0, request.Plan.Count, []) : DaeNetworkReport.Write(request, runs);

    private static DaeNetworkSettings[] Grid(
        IReadOnlyList<string> densities, double[] sigmas, int seeds, DaeNetworkSettings settings) =>
    [
        .. from data in densities
           from sigma in sigmas
           from seed in Enumerable.Range(0, seeds)
           select settings with { Data = data, Sigma = sigma, Seed = settings.Seed + (10 * (uint)seed) },
    ];
}
