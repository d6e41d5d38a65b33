using Stein.Engine.Models;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Sweep;

/// <summary>maxSKSD whose test directions become active slices from time to time, for sources with heavy tails.</summary>
internal sealed class IcaActive : IcaExperiment
{
    public override string Name => "ica-active";

    public override string Title => "ICA models of Student-t sources trained with active slices";

    public override string Source =>
        "Gong, Zhang, Li and Hernández-Lobato, Active slices for sliced Stein discrepancy, ICML 2021, section 6.2; its table cannot be had "
        + "as numbers";

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--dim 10 --base student-t --active-every 100 --iterations 3000", "active slices every 100 iterations")];

    public override IReadOnlyList<NamedProtocol> Protocols => [];

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([10, 20, 40, 80], [10, 100, 1000], 5, new()),
        GridScale.Quick => Grid([10, 40], [100], 2, new() { Iterations = 3000 }),
        _ => Grid([2], [20], 2, new() { Iterations = 60, Batch = 20, TrainingSamples = 100, TestSamples = 50, EvaluateEvery = 30 }),
    };

    private static IReadOnlyList<IcaSettings> Grid(int[] dimensions, int[] intervals, int seeds, IcaSettings settings) =>
    [
        .. from dimension in dimensions
           from seed in Seeds.From(settings.Seed, seeds)
           from config in (IcaSettings[])
           [
               settings with { Method = "ksd" },
               settings,
               .. intervals.Select(every => settings with { ActiveEvery = every }),
           ]
           select config with { Dimension = dimension, Seed = seed, Base = BaseDensity.StudentT },
    ];
}
