using Stein.Engine.Devices;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>The weight of a mixture of two modes, learned by minimising a discrepancy: what is blind does not find it.</summary>
internal sealed class MixtureWeightExperiment : Experiment<MixtureWeightSettings>
{
    public override string Name => "mixture-weight";

    public override string Title => "Mixing weights learned by score matching, KSD and its remedies, beside maximum likelihood";

    public override string Source =>
        "Wenliang and Kanagawa, Blindness of score-based methods to isolated components and mixing proportions, arXiv 2008.10087";

    public override int ProtocolVersion => 1;

    protected override IReadOnlyList<MixtureWeightSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. Grid([2, 3, 4, 5, 6, 7, 8, 9, 10], new()),
            .. Grid([2, 3, 4, 5, 6, 8, 10], new() { Model = "full" }),
        ],
        GridScale.Quick => Grid([2, 5, 8], new() { Samples = 1000, Trials = 5 }),
        _ => [.. Grid([2, 6], new() { Samples = 60, Trials = 2 }), .. Grid([2], new() { Model = "full", Samples = 60, Trials = 2 })],
    };

    protected override MixtureWeightSettings Normalise(MixtureWeightSettings config) => config.Normalised();

    protected override void Validate(MixtureWeightSettings config) => config.Validate();

    /// <summary>The pairs of every rung once, and some hundred values of an objective that cost about fifty terms a sample each.</summary>
    protected override double Operations(MixtureWeightSettings config)
    {
        double pairs = 0.5 * config.Samples * config.Samples * config.Rungs * 25;
        double values = 150.0 * config.Samples * 100 * (config.Rungs + 1) * (config.IsFull ? 2 : 1);
        return config.Trials * (pairs + values);
    }

    protected override string Describe(MixtureWeightSettings config)
        => $"{config.ObjectiveName}, {(config.IsFull ? "all parameters" : "weight alone")}, m = {NumberText.Tick(config.Separation)}";

    protected override IRun Start(MixtureWeightSettings config, Device device) => new MixtureWeightRun(config);

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<MixtureWeightSettings>> runs)
        => MixtureWeightReport.Write(request, runs);

    private static MixtureWeightSettings[] Grid(double[] separations, MixtureWeightSettings settings) =>
    [
        .. from separation in separations
           from objective in MixtureWeightSettings.Objectives
           select settings with { Separation = separation, Objective = objective },
    ];
}
