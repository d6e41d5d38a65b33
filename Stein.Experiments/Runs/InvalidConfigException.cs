using Stein.Engine.Text;

namespace Stein.Experiments.Runs;

/// <summary>A config that cannot be run: the key, what was given, what is allowed.</summary>
public sealed class InvalidConfigException : Exception
{
    public InvalidConfigException(string message)
        : base(message)
    {
    }

    public InvalidConfigException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A value that is not allowed.</summary>
    /// <param name="key">The key; of a key within another, both with a point between them.</param>
    /// <param name="value">As it was given.</param>
    /// <param name="allowed">What it must be, as in "a whole number of at least 1".</param>
    public static InvalidConfigException Value(string key, object value, string allowed)
        => new(FormattableString.Invariant($"\"{key}\": {value}: it must be {allowed}"));

    /// <summary>A name that is not among those known; says which one is closest.</summary>
    /// <param name="what">What it is a name of, as in <c>key</c> or <c>experiment</c>.</param>
    /// <param name="name">As it was given.</param>
    /// <param name="known">All that are allowed; at least one.</param>
    public static InvalidConfigException Unknown(string what, string name, IReadOnlyList<string> known)
        => new($"unknown {what} \"{name}\". Did you mean \"{EditDistance.Closest(name, known)}\"? Known: {string.Join(", ", known)}");
}
