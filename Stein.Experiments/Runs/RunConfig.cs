using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>A run and its identity: two are equal if their <see cref="Id"/> is.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="config">The experiment's own record.</param>
/// <param name="precision">The precision it is computed in.</param>
/// <param name="canonical">Every key that has a value, defaults included.</param>
/// <param name="outside">The keys of <paramref name="canonical"/> that do not decide the identity.</param>
/// <param name="operations">Floating-point operations of the whole run.</param>
/// <param name="description">The run in a few words, <c>maxsksd, D = 100, seed 60</c>.</param>
/// <param name="speedClass">Runs of one class do about the same number of operations per second.</param>
internal sealed class RunConfig(
    Experiment experiment,
    object config,
    Precision precision,
    JsonObject canonical,
    IReadOnlyCollection<string> outside,
    double operations,
    string description,
    string speedClass) : IEquatable<RunConfig>
{
    // Plans of thousands of runs are made for their number or their time alone.
    private readonly Lazy<string> canonicalText = new(() => CanonicalJson.Text(canonical));
    private string? id;

    public Experiment Experiment => experiment;

    public object Config => config;

    public Precision Precision => precision;

    /// <summary>Every key that has a value, defaults included. A copy.</summary>
    public JsonObject Canonical => JsonNode.Parse(canonicalText.Value)!.AsObject();

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
    /// 64 hexadecimal digits: the SHA-256 of <see cref="Document"/> with sorted keys and without white space, less the defaults of settings
    /// that are younger than published runs (<see cref="Declarations.AddedLaterAttribute"/>). Equal for runs that give the same numbers;
    /// different where a setting, the precision or the protocol version is.
    /// </summary>
    public string Id => id ??= Hash();

    public double Operations => operations;

    public string Description => description;

    public string SpeedClass => speedClass;

    public bool Equals(RunConfig? other) => other is not null && Id == other.Id;

    public override bool Equals(object? obj) => Equals(obj as RunConfig);

    public override int GetHashCode() => Id.GetHashCode(StringComparison.Ordinal);

    /// <summary>The experiment and <see cref="Description"/>.</summary>
    public override string ToString() => $"{Experiment.Name}: {Description}";

    private string Hash()
    {
        JsonObject document = Document;
        var config = (JsonObject)document["config"]!;
        foreach (string key in outside)
            config.Remove(key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Text(document))));
    }
}
