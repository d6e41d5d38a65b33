using Stein.Engine.Text;

namespace Stein.Experiments.Declarations;

/// <summary>A config that cannot be run: the key, what was given, what is allowed.</summary>
internal sealed class InvalidConfigException : Exception
{
    public InvalidConfigException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    private InvalidConfigException(string key, string problem)
        : base($"\"{key}\": {problem}") => (Key, Problem) = (key, problem);

    /// <summary>The key whose value cannot be used; null where it is something else.</summary>
    public string? Key { get; }

    /// <summary>The message without the key, for those who know the setting by another name.</summary>
    public string? Problem { get; }

    /// <summary>A value that is not allowed.</summary>
    /// <param name="key">The key; of a key within another, both with a point between them.</param>
    /// <param name="value">As it was given.</param>
    /// <param name="allowed">What it must be, as in "a whole number of at least 1".</param>
    public static InvalidConfigException Value(string key, object value, string allowed)
        => new(key, $"{value}: it must be {allowed}");

    /// <summary>A value that is wrong in a way that no range expresses.</summary>
    /// <param name="value">As it was given.</param>
    /// <param name="problem">What is wrong, and what is allowed.</param>
    public static InvalidConfigException Because(string key, object value, string problem)
        => new(key, $"{value}: {problem}");

    /// <summary>A name that is not among those known; says which one is closest.</summary>
    /// <param name="what">What it is a name of, as in <c>key</c> or <c>experiment</c>.</param>
    /// <param name="name">As it was given.</param>
    /// <param name="known">All that are allowed; at least one.</param>
    public static InvalidConfigException Unknown(string what, string name, IReadOnlyList<string> known)
        => new($"unknown {what} \"{name}\". Did you mean \"{EditDistance.Closest(name, known)}\"? Known: {string.Join(", ", known)}");
}
