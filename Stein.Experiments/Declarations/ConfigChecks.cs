
namespace Stein.Experiments.Declarations;

/// <summary>What the values of most configs are held to.</summary>
internal static class ConfigChecks
{
    /// <exception cref="InvalidConfigException">The name is not among those known.</exception>
    public static void RequireName(string key, string value, IReadOnlyList<string> known)
    {
        if (!known.Contains(value))
            throw InvalidConfigException.Unknown(key, value, known);
    }

    /// <exception cref="InvalidConfigException">The number is not within the bounds.</exception>
    public static void RequireFrom(string key, int value, int least, int most)
    {
        if (value < least || value > most)
            throw InvalidConfigException.Value(key, value, FormattableString.Invariant($"a whole number from {least} to {most}"));
    }
}
