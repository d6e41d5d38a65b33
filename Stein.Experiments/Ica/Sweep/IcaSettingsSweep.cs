using Stein.Engine.Formulas;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Sweep;

/// <summary>
/// Which settings of the released code give the published ICA table: one setting at a time is changed, and every training is judged by
/// every evaluation rule.
/// </summary>
internal sealed class IcaSettingsSweep : IcaStudy
{
    /// <summary>The settings that are changed, each with the methods for which it is.</summary>
    private static readonly (IcaSettings Settings, string[] Methods)[] Changes =
    [
        (new(), ["ksd", "lsd", "maxsksd"]),
        .. from scale in (double[])[0.5, 1.25, 1.5, 2, 3] select Kernel(new() { BandwidthScale = scale }),
        .. from power in (double[])[0.25, 1] select Kernel(new() { MedianPower = power }),
        Kernel(new() { MedianSamples = 25 }),
        Kernel(new() { Kernel = "imq" }),
        (new() { Statistic = PairStatistic.V }, ["ksd"]),
        (new() { Statistic = PairStatistic.U }, ["maxsksd"]),
        (new() { InnerLearningRate = 3e-4 }, ["maxsksd"]),
        (new() { InnerLearningRate = 3e-3 }, ["lsd", "maxsksd"]),
        (new() { InnerSteps = 2 }, ["maxsksd"]),
        (new() { LearningRate = 5e-4 }, ["ksd", "lsd", "maxsksd"]),
        Kernel(new() { BatchOrder = BatchOrder.Fixed }),
        Kernel(new() { BatchOrder = BatchOrder.Replacement }),
    ];

    public override string Name => "ica-settings";

    public override string Title => "Settings of the released code that could have made the published ICA table";

    public override string Source => "Gong, Li and Hernández-Lobato, Sliced Kernelized Stein Discrepancy, ICLR 2021; the ICA table";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--dim 10,20 --method maxsksd --bandwidth-scale 1,2 --seed 60,70,80", "two bandwidths by every evaluation rule; takes a minute"),
    ];

    protected override IReadOnlyList<EvaluationRule> OtherRules =>
        [EvaluationRule.Best, EvaluationRule.Average, EvaluationRule.Exponential];

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(PublishedIca.Dimensions, PublishedIca.Seeds, settings => settings),
        GridScale.Quick => Grid([10, 20], 3, settings => settings with { Iterations = 1000 }, "maxsksd"),
        _ => Grid(
            [3],
            2,
            settings => settings with
            {
                Iterations = 60,
                Batch = 30,
                TrainingSamples = 100,
                TestSamples = 50,
                Hidden = 5,
                EvaluateEvery = 3,
            }),
    };

    protected override void Validate(IcaSettings config)
    {
        base.Validate(config);
        if (config.Evaluation != EvaluationRule.Last)
        {
            throw InvalidConfigException.Because(
                "evaluation", EvaluatedIterate.Describe(config), "every training is judged by every rule here. Leave it out");
        }
    }

    protected override string Describe(IcaSettings config)
        => $"{IcaMethod.Of(config).Name}, {SweepRun.SettingOf(config)}, D = {config.Dimension}, seed {config.Seed}";

    protected override Report Compose(Results<IcaSettings> results) => new SweepReport(
        [.. results.Runs.Select(SweepRun.Of)],
        comparePaper: !results.Plan.SelectMany(run => IcaExperiment.Deviations((IcaSettings)run.Config)).Any(IsOfTheTable),
        SettingFor,
        results.Remarks).Compose(DataTable.Create(
            "runs",
            results.Runs,
            [
                .. Results<IcaSettings>.SettingColumns(["method", "dimension", "seed", "learning_rate", .. IcaMethod.SettingsInVariants]),
                .. Results<IcaSettings>.QuantityColumns([LogLikelihood, .. OtherRules.Select(LogLikelihoodBy), Oracle, AmariDistance]),
            ]));

    /// <summary>What a change is for a method, in words: nothing where the method does not use the setting.</summary>
    private string SettingFor(IcaSettings change, IcaMethod method)
        => SweepRun.SettingOf((IcaSettings)Identify(change with { Method = method.Id }).Config);

    /// <summary>The learning rate is one of the settings that are changed; another difference makes every row another experiment.</summary>
    private static bool IsOfTheTable(string deviation) => !deviation.StartsWith("--learning-rate", StringComparison.Ordinal);

    private static (IcaSettings Settings, string[] Methods) Kernel(IcaSettings settings) => (settings, ["ksd", "maxsksd"]);

    private static IcaSettings[] Grid(
        IReadOnlyList<int> dimensions, int seeds, Func<IcaSettings, IcaSettings> adapt, params IReadOnlyList<string> methods) =>
    [
        .. from change in Changes
           from method in change.Methods
           where methods.Count == 0 || methods.Contains(method)
           from dimension in dimensions
           from seed in Seeds.From(60, seeds)
           select adapt(change.Settings with { Method = method, Dimension = dimension, Seed = seed }),
    ];
}
