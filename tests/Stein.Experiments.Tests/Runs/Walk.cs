using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Tests.Runs;

public enum StepKind
{
    Normal,
    HeavyTailed,
}

/// <summary>A random walk: the smallest experiment whose numbers depend on everything that came before.</summary>
public sealed record WalkConfig
{
    public uint Seed { get; init; } = 60;

    public int Length { get; init; } = 9;

    public double Scale { get; init; } = 0.1;

    public StepKind Kind { get; init; }

    public int MeasureEvery { get; init; } = 3;

    public ulong? DataSeed { get; init; }

    /// <summary>Where it fails; unset, it does not.</summary>
    public int? FailsAt { get; init; }

    public bool IsLong => Length > 100;
}

internal sealed class WalkExperiment : Experiment<WalkConfig>
{
    private readonly int protocolVersion;

    public WalkExperiment(int protocolVersion = 3) => this.protocolVersion = protocolVersion;

    public override string Name => "walk";

    public override string Title => "a random walk";

    public override string Source => "Pearson, 1905";

    public override int ProtocolVersion => protocolVersion;

    /// <summary>Called after each step, by the thread that runs it.</summary>
    public Action<WalkConfig, int> Stepped { get; set; } = (_, _) => { };

    /// <summary>Whether runs show where they are.</summary>
    public bool HasLiveFiles { get; init; }

    /// <summary>How often each run came to its end.</summary>
    public ConcurrentDictionary<WalkConfig, int> Finished { get; } = new();

    protected override IReadOnlyList<WalkConfig> Configs(GridScale scale)
        => [.. Enumerable.Range(0, scale == GridScale.Test ? 4 : 8).Select(seed => new WalkConfig { Seed = (uint)seed })];

    protected override void Validate(WalkConfig config)
    {
        if (config.Length < 0)
            throw InvalidConfigException.Value("length", config.Length, "a whole number of at least 0");
    }

    protected override double Operations(WalkConfig config) => config.Length;

    protected override string Describe(WalkConfig config) => $"seed {config.Seed}";

    protected override IRun Start(WalkConfig config, Device device) => new WalkRun(this, config);

    protected override Report Compose(Results<WalkConfig> results) => new([]);
}

internal sealed class WalkRun(WalkExperiment experiment, WalkConfig config) : IRun
{
    private readonly PhiloxStream stream = new(config.Seed, StreamPurpose.Initialisation);
    private double position;

    public int Iteration { get; private set; }

    public int Iterations => config.Length;

    public string Status => FormattableString.Invariant($"at {position}");

    public IReadOnlyList<Metric> Measure()
        => [new("position", position), new("speed", Iteration == 0 ? double.NaN : position / Iteration)];

    public bool Step()
    {
        if (Iteration + 1 == config.FailsAt)
            throw new RunFailedException($"it fell at iteration {Iteration + 1}", Iteration + 1);
        position += config.Scale * (config.Kind == StepKind.Normal ? stream.NextNormal() : stream.NextStudentT(3));
        Iteration++;
        experiment.Stepped(config, Iteration);
        return Iteration % config.MeasureEvery == 0 || Iteration == Iterations;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Iteration);
        writer.Write(position);
        writer.Write(stream.Position);
    }

    public void Restore(BinaryReader reader)
    {
        Iteration = reader.ReadInt32();
        position = reader.ReadDouble();
        stream.Position = reader.ReadUInt64();
    }

    public RunResult Finish()
    {
        experiment.Finished.AddOrUpdate(config, 1, (_, count) => count + 1);
        return new(new JsonObject { ["position"] = position, ["nothing"] = double.NaN, ["steps"] = Iteration }, [PositionFile("end.txt")]);
    }

    public IReadOnlyList<RunFile> LiveFiles() => experiment.HasLiveFiles ? [PositionFile("now.txt")] : [];

    public IReadOnlyList<RunFile> LastGoodState() => [PositionFile("last_good.txt")];

    public void Dispose()
    {
    }

    private RunFile PositionFile(string name)
        => new(name, target => target.Write(Encoding.UTF8.GetBytes(position.ToString("R", CultureInfo.InvariantCulture))));
}
