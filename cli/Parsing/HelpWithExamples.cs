using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Stein.Experiments.Declarations;

namespace Stein.Cli.Parsing;

/// <summary>A command line and what it does.</summary>
internal sealed record Example(string CommandLine, string Meaning);

/// <summary>A command with examples for its help, which are not asked for before.</summary>
internal sealed class CommandWithExamples(string name, string description, params IEnumerable<Example> examples)
    : Command(name, description)
{
    public IEnumerable<Example> Examples => examples;

    /// <summary>What people type instead of the name; null for the name.</summary>
    public string? Typed { get; init; }

    /// <summary>What else its help says; null for nothing.</summary>
    public HelpSection? Advice { get; init; }
}

/// <summary>The library's help, with the advice and the examples of the command beneath.</summary>
internal sealed class HelpWithExamples(HelpAction help, IReadOnlyList<Example> rootExamples) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        if (Terminal.Columns is { } columns)
            help.MaxWidth = columns;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        Command command = parseResult.CommandResult.Command;
        int result;
        if (command is CommandWithExamples { Typed: { } typed })
        {
            using var written = new StringWriter();
            parseResult.InvocationConfiguration.Output = written;
            // The library has no help for a command that is hidden.
            command.Hidden = false;
            result = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output = output;
            output.Write($"{written}".Replace(command.Name, typed, StringComparison.Ordinal));
        }
        else
        {
            result = help.Invoke(parseResult);
        }

        if (command is CommandWithExamples { Advice: { } advice })
        {
            output.WriteLine($"{advice.Heading}:");
            foreach (HelpTopic topic in advice.Topics)
            {
                output.WriteLine($"  {topic.Heading}");
                foreach (string line in topic.Lines)
                    output.WriteLine($"      {line}");
            }

            output.WriteLine();
        }

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
