using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica.Local;

/// <summary>
/// The table of <see cref="IcaLocal"/> at D = 500 and 1000, with D²/5 samples: searches from a random rotation need of the order of D². On
/// its own, because it takes hours and gigabytes.
/// </summary>
internal sealed class IcaLocalLarge : IcaLocal
{
    private static readonly string[] Methods = ["local", "mle-truth"];

    public override string Name => "ica-local-large";

    public override string Title => "ICA in local coordinates at D = 500 and 1000, beside maximum likelihood from the truth";

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--dim 500 --training-samples 50000 --method local --seed 60", "a minute or two, and a gigabyte")];

    protected override IReadOnlyList<IcaSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. Grid(500, 3, new() { TrainingSamples = 50_000 }),
            // How long it takes to find the first sources differs most between draws here: 604 iterations on one of the seeds.
            .. Grid(1000, 3, new() { TrainingSamples = 200_000 }).Select(
                config => config.Method == "local" ? config with { MaxIterations = 1000 } : config),
        ],
        GridScale.Quick => Grid(50, 1, new() { TrainingSamples = 5000 }),
        _ => Grid(3, 1, new() { TrainingSamples = 500, TestSamples = 100 }),
    };

    private static IcaSettings[] Grid(int dimension, int seeds, IcaSettings settings) =>
    [
        .. from seed in Studies.Seeds.From(60, seeds)
           from method in Methods
           select settings with { Dimension = dimension, Seed = seed, Method = method },
    ];
}
