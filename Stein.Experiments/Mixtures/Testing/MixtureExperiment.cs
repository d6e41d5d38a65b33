using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// Blindness to mixing weights: goodness-of-fit tests by the kernelised Stein discrepancy where modes are apart, and the remedies.
/// </summary>
internal sealed class MixtureExperiment : Experiment<MixtureSettings>
{
    private static readonly MixtureSettings Default = new();

    public override string Name => "mixture";

    public override string Title => "Power of Stein goodness-of-fit tests against wrong mixing weights, and what remedies gain and cost";

    public override string Source =>
        "Wenliang and Kanagawa, Blindness of score-based methods to isolated components and mixing proportions, 2020";

    public override int ProtocolVersion => 1;

    protected override IReadOnlyList<MixtureSettings> Configs(GridScale scale) => MixtureGrid.Of(scale);

    protected override MixtureSettings Normalise(MixtureSettings config) => config with
    {
        Weight = MixtureProblem.UsesWeight(config.Problem) ? config.Weight : Default.Weight,
        Sigma = config.Remedy == "noise" ? config.Sigma : Default.Sigma,
        Temperature = config.Remedy == "temper" ? config.Temperature : Default.Temperature,
    };

    protected override void Validate(MixtureSettings config) => config.Validate();

    /// <summary>Pair terms, distances and their median for every look at the samples, and the bootstrap's product.</summary>
    protected override double Operations(MixtureSettings config)
    {
        double pairs = (double)config.Samples * config.Samples;
        (double looks, double products) = config.Remedy switch
        {
            "ladder" => (MixtureRemedy.Ladder.Count, 1),
            "selected" => (MixtureRemedy.Ladder.Count / 4.0, 0.25),
            "maximum" => (MixtureRemedy.Ladder.Count, MixtureRemedy.Ladder.Count),
            "perturb" => (JumpView.Sizes + 1, 1),
            "perturb-selected" => (JumpView.Sizes / 4.0, 0.25),
            _ => (1.0, 1),
        };
        return config.Trials * pairs * ((looks * (60 + (6 * config.Dimension))) + (products * 2 * config.Replicates));
    }

    protected override string Describe(MixtureSettings config)
    {
        string remedy = config.Remedy switch
        {
            "noise" => FormattableString.Invariant($"noise σ = {config.Sigma}"),
            "temper" => FormattableString.Invariant($"tempered T = {config.Temperature}"),
            _ => config.Remedy,
        };
        string weight = MixtureProblem.UsesWeight(config.Problem) ? FormattableString.Invariant($", weight {config.Weight:0.###}") : "";
        return FormattableString.Invariant($"{config.Problem}, D = {config.Dimension}, separation {config.Separation}{weight}, {remedy}");
    }

    protected override IRun Start(MixtureSettings config, Device device) => new MixtureTestRun(device, config);

    protected override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<MixtureSettings>> runs)
        => MixtureReport.Write(request, runs);
}
