using Stein.Engine.Devices;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// The gradient of a denoising auto-encoder's objective in the space of a kernel has the squared norm 4σ⁴ KSD²: how nearly for the
/// expanded objective, and that it is exact for the true one with the smoothed data.
/// </summary>
internal sealed class DaeIdentityExperiment : Experiment<DaeIdentitySettings>
{
    /// <summary>Below it the noise of the gradient, which goes by 1/σ², hides what is compared, and p_σ is nearly p.</summary>
    private const double SmallestExactSigma = 0.125;

    public override string Name => "dae-identity";

    public override string Title => "Denoising auto-encoder as KSD: the functional gradient's squared norm against 4σ⁴ KSD²";

    public override string Source => "an unpublished result with W. Gong on denoising auto-encoders; derived in the report's captions";

    public override int ProtocolVersion => 1;

    /// <summary>σ from 1 to 2⁻¹⁰, where the slope is that of the limit for thin data too; the exact version from 1 to 1/8.</summary>
    protected override IReadOnlyList<DaeIdentitySettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. from problem in (DaeIdentitySettings[])
               [
                   new(),
                   new() { Data = "rings" },
                   new() { Data = "moons" },
                   new() { Dimension = 10 },
               ]
               from run in Grid(powers: 11, seeds: 10, problem)
               select run,
        ],
        GridScale.Quick =>
        [
            .. from data in PlanarDensity.Names
               from run in Grid(11, 3, new() { Data = data, Samples = 150, Repetitions = 30, RepetitionSamples = 120 })
               select run,
        ],
        _ => Grid(6, 2, new() { Samples = 40, Repetitions = 5, RepetitionSamples = 20 }),
    };

    protected override DaeIdentitySettings Normalise(DaeIdentitySettings config) => config.Normalised();

    protected override void Validate(DaeIdentitySettings config) => config.Validate();

    /// <summary>
    /// A pair of an expansion costs some 8D² + 60 with matrices, 8D + 60 without; one of KSD 12D + 40. The sample has five such sums, a
    /// repetition half of one and two of KSD; scores cost 30 a component. One number at a time goes at a sixteenth of the speed of lanes.
    /// </summary>
    protected override double Operations(DaeIdentitySettings config)
    {
        double dimension = config.Dimension;
        double pairs = (double)config.Samples * config.Samples;
        double repeated = (double)config.RepetitionSamples * config.RepetitionSamples;
        int components = config.Truth().Components;
        double identity = 3 * pairs * ((8 * dimension * dimension) + 60);
        double scores = 4.0 * config.RepetitionSamples * components * ((4 * dimension) + 30);
        return 16 * (identity + (config.Repetitions * ((repeated * ((28 * dimension) + 110)) + scores)));
    }

    protected override string Describe(DaeIdentitySettings config)
        => $"{config.DataName}, σ = {DaeIdentityTables.Sigma(config.Sigma)}, seed {config.Seed}";

    protected override IRun Start(DaeIdentitySettings config, Device device) => new DaeIdentityRun(config);

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<DaeIdentitySettings>> runs)
        => runs.Count == 0
            ? new ReportOutcome([], 0, request.Plan.Count, [])
            : DaeIdentityReport.Write(request, runs);

    private static DaeIdentitySettings[] Grid(int powers, int seeds, DaeIdentitySettings settings) =>
    [
        .. from power in Enumerable.Range(0, powers)
           let sigma = Math.ScaleB(1, -power)
           from seed in Enumerable.Range(0, seeds)
           select settings with
           {
               Sigma = sigma,
               Repetitions = sigma >= SmallestExactSigma ? settings.Repetitions : 0,
               Seed = settings.Seed + (10 * (uint)seed),
           },
    ];
}
