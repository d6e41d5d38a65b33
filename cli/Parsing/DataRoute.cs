namespace Stein.Cli.Parsing;

/// <summary>
/// Commands on people's own data that share their first word with experiments but none of their options, such as <c>stein ica --data</c>.
/// They are commands of their own, hidden under another name.
/// </summary>
internal static class DataRoute
{
    private static readonly (string Word, IReadOnlyList<string> Options)[] All =
        [("ica", ["--data", "--example"]), ("diffusion", ["--data"])];

    /// <summary>The name of the command on data that shares its first word with experiments.</summary>
    public static string CommandOf(string word) => $"{word}-data";

    /// <summary>The command line as it is parsed: <c>ica</c> with --data or --example, say, means the command <c>ica-data</c>.</summary>
    /// <remarks>In <c>stein ica --data --help</c> no file is given, and none is missed.</remarks>
    public static string[] Of(IReadOnlyList<string> words)
    {
        if (words.Count < 2 || All.FirstOrDefault(route => route.Word == words[0]) is not { Word: { } word, Options: var options })
            return [.. words];
        string command = CommandOf(word);
        string[] rest = [.. words.Skip(1)];
        if (!rest.Any(IsOwn))
            return [.. words];
        return rest is [{ } first, "--help" or "-h" or "-?"] && options.Contains(first) ? [command, rest[1]] : [command, .. rest];

        bool IsOwn(string other) => options.Any(name => other == name || other.StartsWith($"{name}=", StringComparison.Ordinal));
    }
}
