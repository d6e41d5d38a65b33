using System.Reflection;

namespace Stein.Cli.Completion;

/// <summary><c>stein completion</c>: prints the script that makes a shell complete the command line.</summary>
internal static class CompletionCommand
{
    /// <summary>The registry: another shell is a line here and a script beside this file.</summary>
    private static readonly Shell[] Shells =
    [
        new("bash", "stein.bash", "source <(stein completion bash)", "this session; as a line of ~/.bashrc, every session"),
        new("zsh", "stein.zsh", "source <(stein completion zsh)", "this session; as a line of ~/.zshrc below compinit, every session"),
        new("fish", "stein.fish", "stein completion fish | source", "this session; as a line of ~/.config/fish/config.fish, every session"),
        new(
            "powershell",
            "stein.ps1",
            "stein completion powershell | Out-String | Invoke-Expression",
            "this session; as a line of the file $PROFILE, every session"),
    ];

    public static Command Create()
    {
        var command = new CommandWithExamples(
            "completion",
            "Prints a script with which a shell completes commands, options and their values.",
            [.. Shells.Select(shell => new Example(shell.Installation, $"{shell.Name}: {shell.Effect}"))]);
        foreach (Shell shell in Shells)
            command.Subcommands.Add(CreateFor(shell));
        command.SetAction(RefuseWithoutShell);
        return command;
    }

    private static int RefuseWithoutShell(ParseResult parsed) =>
        throw new UsageException($"completion: name a shell ({string.Join(", ", Shells.Select(shell => shell.Name))})");

    private static CommandWithExamples CreateFor(Shell shell)
    {
        Example[] examples = [new(shell.Installation, shell.Effect)];
        if (shell.Name == "zsh")
            examples = [.. examples, new("stein completion zsh > ~/.zfunc/_stein", "the same, where ~/.zfunc is a folder of $fpath")];
        var command = new CommandWithExamples(shell.Name, $"Prints the script for {shell.Name}.", examples);
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.Write(Script(shell));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Script(Shell shell)
    {
        string resource = $"Stein.Cli.Completion.{shell.File}";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing from the build; rebuild Stein.Cli.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <param name="Name">On the command line.</param>
    /// <param name="File">The script, an embedded resource.</param>
    /// <param name="Installation">The command that loads it.</param>
    /// <param name="Effect">What that does.</param>
    private sealed record Shell(string Name, string File, string Installation, string Effect);
}
