using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Cli.Tests.Parsing;

internal enum Ground
{
    DryLand,
    DeepSnow,
}

/// <summary>A setting of every kind.</summary>
internal sealed record WalkSettings
{
    [Description("how it walks"), AllowedValues("straight", "random")]
    public string Manner { get; init; } = "straight";

    [Description("number of steps"), Range(1, 100), Option("n", "steps")]
    public int Steps { get; init; } = 5;

    [Description("spread of a step"), Range(0.0, 10, MinimumIsExclusive = true), OnlyFor(nameof(Manner), "random")]
    public double Spread { get; init; } = 1;

    [Description("where it is looked at"), Range(0, 100)]
    public IReadOnlyList<int> Places { get; init; } = [1, 2];

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    [Description("what it walks on")]
    public Ground Ground { get; init; }

    [Description("seed of the ground, that of everything unless given")]
    public ulong? GroundSeed { get; init; }

    [Description("whether it turns back")]
    public bool Turns { get; init; }

    [Description("a map")]
    public string? Map { get; init; }

    /// <summary>Not described, so it has no option.</summary>
    public int Legs { get; init; } = 2;
}

/// <summary>An experiment that is never run: its command line is tested.</summary>
internal sealed class WalkExperiment(string name = "walk") : Experiment<WalkSettings>
{
    public override string Name => name;

    public override string Title => "A walk";

    public override string Source => "Pearson, 1905";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples => [("--manner random", "a random walk")];

    /// <summary>Straight walks of 5 and 9 steps, and random ones of 9 and of spread 1 and 2; two seeds.</summary>
    protected override IReadOnlyList<WalkSettings> Configs(GridScale scale) =>
    [
        .. from walk in (WalkSettings[])
            [new(), new() { Steps = 9 }, new() { Manner = "random", Steps = 9 }, new() { Manner = "random", Steps = 9, Spread = 2 }]
           from seed in (uint[])[60, 70]
           select walk with { Seed = seed },
    ];

    protected override void Validate(WalkSettings config)
    {
        if (config is { Manner: "random", Steps: < 3 })
            throw InvalidConfigException.Value("steps", config.Steps, "at least 3 where \"manner\" is \"random\"");
        if (config.Legs > config.Steps)
            throw InvalidConfigException.Value("legs", config.Legs, "at most the number of steps");
    }

    protected override double Operations(WalkSettings config) => config.Steps;

    protected override string Describe(WalkSettings config) => config.Manner == "random"
        ? FormattableString.Invariant($"random {config.Steps} σ{config.Spread} seed{config.Seed}")
        : $"straight {config.Steps} seed{config.Seed}";

    protected override IRun Start(WalkSettings config, Device device) => throw new NotSupportedException();

    protected override Report Compose(Results<WalkSettings> results) => new([]);
}
