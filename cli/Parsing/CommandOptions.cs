using System.CommandLine.Parsing;

namespace Stein.Cli.Parsing;

/// <summary>The options of commands.</summary>
internal static class CommandOptions
{
    /// <summary>Adds options that the commands below this one have as well.</summary>
    public static void AddShared(this Command command, params IEnumerable<Option> options)
    {
        foreach (Option option in options)
        {
            option.Recursive = true;
            command.Options.Add(option);
        }
    }

    /// <summary>The options that may follow a command: its own, and those that its parents share with it.</summary>
    public static IEnumerable<Option> Of(CommandResult result) => result.Command.Options
        .Concat(Parents(result).SelectMany(parent => parent.Options).Where(option => option.Recursive))
        .Where(option => !option.Hidden);

    private static IEnumerable<Command> Parents(CommandResult result)
    {
        for (SymbolResult? parent = result.Parent; parent is CommandResult command; parent = parent.Parent)
            yield return command.Command;
    }
}
