using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Stein.Cli.Parsing;

/// <summary>A command line and what it does.</summary>
internal sealed record Example(string CommandLine, string Meaning);

/// <summary>A command with examples for its help, which are not asked for before.</summary>
internal sealed class CommandWithExamples(string name, string description, params IEnumerable<Example> examples)
    : Command(name, description)
{
    public IEnumerable<Example> Examples => examples;
}

/// <summary>The library's help, with the examples of the command beneath.</summary>
internal sealed class HelpWithExamples(HelpAction help, IReadOnlyList<Example> rootExamples) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        if (Terminal.Columns is { } columns)
            help.MaxWidth = columns;
        int result = help.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        Command command = parseResult.CommandResult.Command;
        IEnumerable<Example> examples = (command as CommandWithExamples)?.Examples ?? rootExamples;
        output.WriteLine("Examples:");
        foreach (Example example in examples)
        {
            output.WriteLine($"  {example.CommandLine}");
            output.WriteLine($"      {example.Meaning}");
        }

        output.WriteLine();
        return result;
    }
}
