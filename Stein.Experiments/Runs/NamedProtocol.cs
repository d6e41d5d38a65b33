using System.Text.Json.Nodes;

namespace Stein.Experiments.Runs;

/// <summary>A set of settings with a name.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Meaning">What it is, in a few words.</param>
/// <param name="Settings">The settings that differ from the defaults, by key.</param>
internal sealed record NamedProtocol(string Name, string Meaning, JsonObject Settings);
