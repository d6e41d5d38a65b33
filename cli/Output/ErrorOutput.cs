using System.CommandLine;
using System.CommandLine.Parsing;
using Stein.Engine.Text;

namespace Stein.Cli;

/// <summary>Messages for people, on standard error.</summary>
internal static class ErrorOutput
{
    public static void Write(string message) => Console.Error.WriteLine($"stein: {message}");

    /// <summary>What was wrong with a command line, and where to read on.</summary>
    /// <remarks>A word that is not known makes the library complain about what follows it too; only the first such word is named.</remarks>
    public static void WriteParseErrors(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.Count > 0)
        {
            Write(Unknown(parsed.CommandResult.Command, parsed.UnmatchedTokens[0]));
        }
        else
        {
            foreach (ParseError error in parsed.Errors)
                Write(error.Message);
        }

        Console.Error.WriteLine($"See: {string.Join(' ', Ancestry(parsed.CommandResult).Reverse())} --help");
    }

    private static string Unknown(Command command, string token)
    {
        if (token.StartsWith('-'))
        {
            IEnumerable<string> options =
                command.Options.Select(option => option.Name).Where(name => name.StartsWith("--", StringComparison.Ordinal));
            return $"{token}: there is no such option. Did you mean '{EditDistance.Closest(token, options)}'?";
        }

        string[] names = [.. command.Subcommands.Select(subcommand => subcommand.Name)];
        if (names.Length == 0)
            return $"{token}: values need their option before them, as in --option {token}";
        string closest = EditDistance.Closest(token, names);
        return $"{token}: there is no such command; there are {string.Join(", ", names)}. Did you mean '{closest}'?";
    }

    private static IEnumerable<string> Ancestry(SymbolResult? result)
    {
        for (; result is CommandResult command; result = command.Parent)
            yield return command.Command is RootCommand ? "stein" : command.Command.Name;
    }
}
