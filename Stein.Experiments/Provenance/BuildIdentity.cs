using System.Reflection;

namespace Stein.Experiments.Provenance;

/// <summary>Which program this is, baked in when it was built: no version control is needed where it runs.</summary>
/// <param name="Version">The version, as in 0.1.0.</param>
/// <param name="Commit">The commit it was built from; null if it was built outside of a checkout.</param>
/// <param name="Dirty">Whether the checkout had changes that were not committed; null if unknown.</param>
internal sealed record BuildIdentity(string Version, string? Commit, bool? Dirty)
{
    /// <summary>The identity of the running program.</summary>
    public static BuildIdentity Current { get; } = Read(typeof(BuildIdentity).Assembly);

    /// <summary>As people read it: <c>0.1.0 (commit 0123456789ab, with local changes)</c>.</summary>
    public override string ToString()
    {
        string changes = Dirty == true ? ", with local changes" : "";
        return Commit is null ? Version : $"{Version} (commit {Commit[..Math.Min(12, Commit.Length)]}{changes})";
    }

    private static BuildIdentity Read(Assembly assembly)
    {
        // The SDK writes "version+commit" where it finds a checkout.
        string informational = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        int plus = informational.IndexOf('+', StringComparison.Ordinal);
        string? dirty = assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "LocalChanges")?.Value;
        return new(
            plus < 0 ? informational : informational[..plus],
            plus < 0 ? null : informational[(plus + 1)..],
            bool.TryParse(dirty, out bool value) ? value : null);
    }
}
