using System.CommandLine.Invocation;
using Stein.Cli;
using Stein.Cli.Commands;
using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs.Slurm;

Terminal.Open();
AppDomain.CurrentDomain.UnhandledException += (_, _) => Terminal.Restore();
using var interruption = new Interruption(Terminal.Restore);
RootCommand root = SteinRootCommand.Create(interruption, line: args);
// @file is the name of a file, not a file of arguments.
ParseResult parsed = root.Parse(DataRoute.Of(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
try
{
    if (parsed.Action is ParseErrorAction)
    {
        ParseErrors.Write(parsed);
        return ExitCode.Usage;
    }

    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception exception) when (exception is UsageException or InvalidConfigException or DeviceUnavailableException)
{
    ErrorOutput.Write(exception.Message);
    return ExitCode.Usage;
}
catch (OperationCanceledException)
{
    return interruption.ExitCode;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SlurmException or OutOfMemoryException)
{
    ErrorOutput.Write(exception.Message);
    return ExitCode.Failure;
}
