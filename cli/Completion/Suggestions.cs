using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Stein.Cli.Commands;

namespace Stein.Cli.Completion;

/// <summary>What may stand at a place of the command line.</summary>
/// <remarks>
/// The library's own answer stops at the options that come after a switch, at <c>--option=</c>, at quotes, and at a command that has
/// been typed in full; this one knows every place. It reads the same commands and options, and opens no device.
/// </remarks>
internal static class Suggestions
{
    // A word with @ in front is a value here, not a file to read.
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    /// <param name="words">The words after the name of the program; the last is the one to complete, and may be empty.</param>
    /// <returns>What the last word may become; nothing where it is free text, such as the name of a file.</returns>
    public static IReadOnlyList<string> For(RootCommand root, IReadOnlyList<string> words)
    {
        string partial = words[^1];
        ParseResult before = root.Parse(DataRoute.Of([.. words.Take(words.Count - 1)]), Configuration);
        IEnumerable<string> candidates = partial.StartsWith('-') && partial.Contains('=', StringComparison.Ordinal)
            ? ValuesAfterEqualsSign(before, partial)
            : Candidates(before, isOption: partial.StartsWith('-'));
        return [.. candidates.Where(candidate => candidate.StartsWith(partial, StringComparison.OrdinalIgnoreCase)).Distinct()];
    }

    private static IEnumerable<string> ValuesAfterEqualsSign(ParseResult before, string partial)
    {
        string name = partial[..partial.IndexOf('=', StringComparison.Ordinal)];
        return Find(before, name) is not { } option ? [] : Values(option.CompletionSources).Select(value => $"{name}={value}");
    }

    private static IEnumerable<string> Candidates(ParseResult before, bool isOption)
    {
        Option? open = OpenOption(before, out int given);
        if (open is not null && given < open.Arity.MinimumNumberOfValues)
            return Values(open.CompletionSources);
        Argument? argument = before.CommandResult.Command.Arguments.FirstOrDefault(
            argument => (before.GetResult(argument)?.Tokens.Count ?? 0) < argument.Arity.MaximumNumberOfValues);
        if (argument is { CompletionSources.Count: 0 } && !isOption)
            return [];
        // What an option may still take cannot be anything else.
        IEnumerable<string> words = open is not null
            ? Values(open.CompletionSources).Except(
                before.GetResult(open)!.Tokens.Select(token => token.Value), StringComparer.OrdinalIgnoreCase)
            : [
                .. argument is null ? [] : Values(argument.CompletionSources),
                .. before.CommandResult.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name),
            ];
        return
        [
            .. words,
            .. CommandOptions.Of(before.CommandResult).Where(option => !IsComplete(before, option)).Select(option => option.Name),
        ];
    }

    /// <summary>The option that takes the next word, or may take it; null where there is none.</summary>
    private static Option? OpenOption(ParseResult before, out int given)
    {
        given = before.Tokens.Reverse().TakeWhile(token => token.Type == TokenType.Argument).Count();
        if (before.Tokens.Count == given || before.Tokens[^(given + 1)] is not { Type: TokenType.Option } last)
            return null;
        Option? option = Find(before, last.Value);
        return option is null || (given > 0 && !option.AllowMultipleArgumentsPerToken) || option.ValueType == typeof(bool) ? null : option;
    }

    private static Option? Find(ParseResult before, string name) => CommandOptions.Of(before.CommandResult)
        .FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static bool IsComplete(ParseResult before, Option option) =>
        option.Arity.MaximumNumberOfValues <= 1 && before.GetResult(option) is { Implicit: false };

    private static IEnumerable<string> Values(IEnumerable<Func<CompletionContext, IEnumerable<CompletionItem>>> sources) =>
        sources.SelectMany(source => source(CompletionContext.Empty)).Select(item => item.Label);
}
