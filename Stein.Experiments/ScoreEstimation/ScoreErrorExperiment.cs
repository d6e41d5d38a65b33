using Stein.Engine.Devices;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>How far estimators of scores are from the score, over dimensions, sample sizes and regularisations.</summary>
internal sealed class ScoreErrorExperiment : Experiment<ScoreErrorSettings>
{
    public override string Name => "score-error";

    public override string Title => "Error of score estimators over dimensions, sample sizes and ridges, beside the known score";

    public override string Source => "Li and Turner, Gradient estimators for implicit models, ICLR 2018";

    public override int ProtocolVersion => 2;

    protected override IReadOnlyList<ScoreErrorSettings> Configs(GridScale scale) => ScoreErrorGrid.Of(scale);

    protected override ScoreErrorSettings Normalise(ScoreErrorSettings config) => config.Normalised();

    protected override void Validate(ScoreErrorSettings config) => config.Validate();

    protected override double Operations(ScoreErrorSettings config) => ScoreErrorOperations.Of(config);

    protected override string Describe(ScoreErrorSettings config) => FormattableString.Invariant(
        $"{config.Estimator} ({config.SelectionName}), {config.Target}, D = {config.Dimension}, K = {config.Samples}");

    protected override string SpeedClass(ScoreErrorSettings config) => config.Estimator;

    protected override IRun Start(ScoreErrorSettings config, Device device) => new ScoreErrorRun(device, config);

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<ScoreErrorSettings>> runs)
        => ScoreErrorReport.Write(request, runs);
}
