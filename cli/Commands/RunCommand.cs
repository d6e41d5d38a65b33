using System.Text;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary><c>stein run</c>: runs saved configs.</summary>
internal static class RunCommand
{
    public static Command Create(ExperimentCatalog catalog, Interruption interruption)
    {
        var files = new Argument<string[]>("config")
        {
            Description = "files with a config as stein show prints it, or with one per line; - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var options = new RunOptions($"folder for tables and figures [default: {ReportFolder.Own("…", "…")}, named after the first file]");
        var command = new CommandWithExamples(
            "run",
            "Runs saved configs: the same config gives the same bits on the same device.",
            new Example("stein run config.json", "one run"),
            new Example("stein show ica --quick --all | stein run - --out quick", "a whole grid"))
        {
            files,
        };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            RunContext context = options.Read(parsed);
            string[] paths = parsed.GetRequiredValue(files);
            RunConfig[] runs =
                [.. paths.SelectMany(path => Parse(path, Text(path, interruption), catalog.All, context.Precision)).Distinct()];
            if (runs.FirstOrDefault(run => run.Precision != context.Precision) is { } other)
            {
                string device = other.Precision == Precision.Double ? "--device double" : "another --device than double";
                throw new UsageException($"{other} is of {ConfigDocument.Name(other.Precision)} precision; give {device}");
            }

            string name = paths[0] == "-" ? "standard-input" : Path.GetFileNameWithoutExtension(paths[0]);
            IGrouping<Experiment, RunConfig>[] groups = [.. runs.GroupBy(run => run.Experiment)];
            ReportPart[] parts =
            [
                .. groups.Select(group => new ReportPart(
                    group.Key,
                    [.. group],
                    Scale: null,
                    context.Folder is null ? ReportFolder.Own(group.Key.Name, name)
                        : groups.Length == 1 ? context.Folder
                        : Path.Combine(context.Folder, group.Key.Name))),
            ];
            return new PlanExecution(context, interruption).Run(parts);
        });
        return command;
    }

    /// <summary>Text in UTF-8, or with a mark in UTF-16, as PowerShell writes it.</summary>
    private static string Text(string path, Interruption interruption)
    {
        try
        {
            // A named pipe makes wait as well.
            return interruption.WaitFor(() =>
            {
                using Stream stream = path == "-" ? StandardInput.Open() : File.OpenRead(path);
                return Encoding.UTF8.GetString(TextInput.Read(stream, path == "-" ? "standard input" : path));
            });
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: it cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <summary>One document, or one per line.</summary>
    private static RunConfig[] Parse(string path, string text, IReadOnlyList<Experiment> experiments, Precision precision)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0)
            throw new UsageException($"{path}: it is empty; a config is what stein show prints");
        bool isOneALine = lines.Length > 1 && lines.All(line => line.StartsWith('{') && line.EndsWith('}'));
        return isOneALine ? [.. lines.Select((line, index) => ParseOne($"{path}, line {index + 1}", line))] : [ParseOne(path, text)];

        RunConfig ParseOne(string where, string document)
        {
            try
            {
                return ConfigDocument.Read(document, experiments, precision);
            }
            catch (InvalidConfigException exception)
            {
                throw new UsageException($"{where}: {exception.Message}", exception);
            }
        }
    }
}
