using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>A run and its identity: two are equal if their <see cref="Id"/> is.</summary>
internal sealed class RunConfig : IEquatable<RunConfig>
{
    private readonly string config;

    internal RunConfig(
        Experiment experiment,
        object config,
        Precision precision,
        JsonObject canonical,
        double operations,
        string description,
        string speedClass)
    {
        Experiment = experiment;
        Config = config;
        Precision = precision;
        this.config = CanonicalJson.Text(canonical);
        Operations = operations;
        Description = description;
        SpeedClass = speedClass;
        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Text(Document))));
    }

    /// <summary>The experiment.</summary>
    public Experiment Experiment { get; }

    /// <summary>The experiment's own record.</summary>
    public object Config { get; }

    /// <summary>The precision it is computed in.</summary>
    public Precision Precision { get; }

    /// <summary>Every key that has a value, defaults included. A copy.</summary>
    public JsonObject Canonical => JsonNode.Parse(config)!.AsObject();

    /// <summary>
    /// What <c>config.json</c> contains and <see cref="ConfigDocument"/> reads: experiment, protocol version, precision and config. A copy.
    /// </summary>
    public JsonObject Document => new()
    {
        ["experiment"] = Experiment.Name,
        ["protocol"] = Experiment.ProtocolVersion,
        ["precision"] = ConfigDocument.Name(Precision),
        ["config"] = Canonical,
    };

    /// <summary>
    /// 64 hexadecimal digits: the SHA-256 of <see cref="Document"/> with sorted keys and without white space. Equal for runs that
    /// give the same numbers; different where a setting, the precision or the protocol version is.
    /// </summary>
    public string Id { get; }

    /// <summary>Floating-point operations of the whole run.</summary>
    public double Operations { get; }

    /// <summary>In a few words, <c>maxsksd, D = 100, seed 60</c>.</summary>
    public string Description { get; }

    /// <summary>Runs of one class do the same number of operations in a second, about.</summary>
    public string SpeedClass { get; }

    public bool Equals(RunConfig? other) => other is not null && Id == other.Id;

    public override bool Equals(object? obj) => Equals(obj as RunConfig);

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    /// <summary>The experiment and <see cref="Description"/>.</summary>
    public override string ToString() => $"{Experiment.Name}: {Description}";
}
