using System.Text.Json;

namespace Stein.Engine.Tests.Golden;

/// <summary>One reference case computed by the original authors' code.</summary>
/// <param name="Name">The file's name without its extension, marked if it comes from the extra folder.</param>
/// <param name="Inputs">Everything needed to recompute the expected values.</param>
/// <param name="Expected">The results of the authors' code.</param>
public sealed record GoldenCase(string Name, JsonElement Inputs, JsonElement Expected);
