using System.CommandLine.Parsing;
using Stein.Engine.Text;

namespace Stein.Cli.Parsing;

/// <summary>What is wrong with a command line, for people.</summary>
internal static class ParseErrors
{
    /// <summary>Says what is wrong, and where to read on.</summary>
    /// <remarks>An unknown word makes the library complain about what follows it too; only the first such word is named.</remarks>
    public static void Write(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count > 0)
        {
            ErrorOutput.Write(Unknown(parsed.CommandResult, parsed.UnmatchedTokens[0]));
        }
        else
        {
            foreach (ParseError error in parsed.Errors)
                ErrorOutput.Write(error.Message);
        }

        Console.Error.WriteLine($"See: {string.Join(' ', Ancestry(parsed.CommandResult).Reverse())} --help");
    }

    /// <summary>The message about a word that looks like an option of a command but is not one; it suggests the closest.</summary>
    public static string UnknownOption(CommandResult result, string word)
    {
        IEnumerable<string> options = CommandOptions.Of(result)
            .SelectMany(option => option.Aliases.Prepend(option.Name))
            .Where(name => name.StartsWith("--", StringComparison.Ordinal));
        return $"{word}: there is no such option. Did you mean '{EditDistance.Closest(word, options)}'?";
    }

    private static string Unknown(CommandResult result, string token)
    {
        if (token.StartsWith('-'))
            return UnknownOption(result, token);
        string[] names = [.. result.Command.Subcommands.Where(subcommand => !subcommand.Hidden).Select(subcommand => subcommand.Name)];
        if (names.Length == 0)
            return $"{token}: values need their option before them, as in --option {token}";
        string closest = EditDistance.Closest(token, names);
        return $"{token}: there is no such command; there are {string.Join(", ", names)}. Did you mean '{closest}'?";
    }

    private static IEnumerable<string> Ancestry(SymbolResult? result)
    {
        for (; result is CommandResult command; result = command.Parent)
            yield return command.Command is RootCommand ? "stein" : (command.Command as CommandWithExamples)?.Typed ?? command.Command.Name;
    }
}
