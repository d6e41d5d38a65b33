using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// A denoising auto-encoder trained by functional gradient descent in a kernel's Hilbert space, on samples in the plane: its KSD at the
/// samples falls, and the error of its score falls and rises again.
/// </summary>
/// <remarks>
/// A step γ on the reconstruction is <c>S ← S − (2γ/N)(KS + ⟨∇,K⟩)</c> on the scores at the samples, with γ = N/(2λ) and λ the largest
/// eigenvalue of the Gram matrix K: <see cref="ScoreIteration"/>. It is stopped by the score-matching loss at
/// samples held out, and stands beside the ridge path of the Stein gradient estimator, whose ridge λ/t is.
/// </remarks>
internal sealed class DaeDescentExperiment : Experiment<DaeDescentSettings>
{
    public override string Name => "dae-descent";

    public override string Title => "Functional gradient descent of a denoising auto-encoder: KSD on the sample against the true error";

    public override string Source =>
        "Unpublished; its limit: Li and Turner, Gradient estimators for implicit models, ICLR 2018, equation 9";

    public override int ProtocolVersion => 2;

    protected override IReadOnlyList<DaeDescentSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([300, 1000], 10, new()),
        GridScale.Quick => Grid([300], 3, new() { Steps = 1000 }),
        _ => Grid([40], 2, new() { Steps = 30, TestPoints = 100 }),
    };

    protected override DaeDescentSettings Normalise(DaeDescentSettings config) => config.Normalised();

    protected override void Validate(DaeDescentSettings config) => config.Validate();

    /// <summary>
    /// Two products of a Gram matrix a step; at each measurement the pairs of samples, and those with test points and the grid, some 40
    /// a pair; two Cholesky factors a ridge.
    /// </summary>
    protected override double Operations(DaeDescentSettings config)
    {
        double samples = config.Samples ?? DaeDescentSettings.MostSamples;
        double pairs = samples * samples;
        int splits = HeldOutSplit.Count((int)samples);
        double steps = 4 * (1 + (0.64 * splits)) * pairs * config.Steps;
        double points = (config.IsFile ? 0 : config.TestPoints) + (ArrowGrid.Across * ArrowGrid.Across) + (0.16 * splits * samples);
        double measurements = MeasuringTimes.Until(config.Steps).Count() * 40 * ((samples * points) + pairs);
        return steps + measurements + (12 * splits * ((0.5 * pairs * samples) + (40 * samples * points)));
    }

    protected override string Describe(DaeDescentSettings config)
        => FormattableString.Invariant($"{config.DataName}, N = {config.Samples}")
            + (config.Bandwidth is { } bandwidth ? $", h = {NumberText.Tick(bandwidth)}" : "")
            + FormattableString.Invariant($", {config.Steps} steps, seed {config.Seed}");

    protected override IRun Start(DaeDescentSettings config, Device device) => new DaeDescentRun(device, config);

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<DaeDescentSettings>> runs)
        => runs.Count == 0
            ? new ReportOutcome([], 0, request.Plan.Count, [])
            : DaeDescentReport.Write(request, runs);

    private static DaeDescentSettings[] Grid(int[] samples, int seeds, DaeDescentSettings settings) =>
    [
        .. from data in PlanarDensity.Names
           from count in samples
           from seed in Enumerable.Range(0, seeds)
           select settings with { Data = data, Samples = count, Seed = settings.Seed + (10 * (uint)seed) },
    ];
}
