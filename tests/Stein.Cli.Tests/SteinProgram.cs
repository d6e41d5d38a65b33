using System.Diagnostics;
using System.Text;

namespace Stein.Cli.Tests;

/// <summary>What a run of the program left: exit code and output.</summary>
internal sealed record SteinResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n--- standard output\n{Output}\n--- standard error\n{Error}";
}

/// <summary>Runs the built program as a process, in a folder of its own.</summary>
/// <param name="environment">Variables that it gets besides those of the tests.</param>
internal sealed class SteinProgram(IReadOnlyDictionary<string, string>? environment = null) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Folder { get; } = Directory.CreateTempSubdirectory("stein-cli-test-").FullName;

    public SteinResult Run(params string[] arguments)
    {
        using Process process = Start(arguments);
        return Wait(process, new StringBuilder());
    }

    /// <summary>
    /// Runs it within this process, which saves the second that a process of its own takes to start. The console and the current folder
    /// are those of the tests, so that the class belongs into the collection <see cref="InThisProcess"/>.
    /// </summary>
    public SteinResult RunHere(params string[] arguments)
        => Here(() => (int)typeof(SteinRootCommand).Assembly.EntryPoint!.Invoke(null, [arguments])!);

    /// <summary>What something that returns an exit code writes to the console of this process; see <see cref="RunHere"/>.</summary>
    public SteinResult Here(Func<int> run)
    {
        (TextWriter output, TextWriter error, string folder) = (Console.Out, Console.Error, Environment.CurrentDirectory);
        using var writtenOutput = new StringWriter();
        using var writtenError = new StringWriter();
        try
        {
            Console.SetOut(writtenOutput);
            Console.SetError(writtenError);
            Environment.CurrentDirectory = Folder;
            return new(run(), $"{writtenOutput}", $"{writtenError}");
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
            Environment.CurrentDirectory = folder;
        }
    }

    /// <summary>Runs it, and sends the signal as soon as a line of standard error contains <paramref name="cue"/>.</summary>
    public SteinResult RunAndSignal(string signal, string cue, params string[] arguments)
    {
        using Process process = Start(arguments, heedsSignals: true);
        var error = new StringBuilder();
        while (process.StandardError.ReadLine() is { } line)
        {
            error.AppendLine(line);
            if (line.Contains(cue, StringComparison.Ordinal))
            {
                using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
                kill.WaitForExit();
                break;
            }
        }

        return Wait(process, error);
    }

    /// <summary>Starts it, for a test that does something to it while it runs.</summary>
    public SteinProcess Begin(params string[] arguments) => new(Start(arguments, heedsSignals: true, takesInput: true));

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public string Read(params string[] parts) => File.ReadAllText(PathOf(parts));

    public string[] ReadLines(params string[] parts) => Read(parts).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Everything below the folder.</summary>
    public string[] Entries() => Directory.GetFileSystemEntries(Folder, "*", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <param name="arguments">Of the program.</param>
    /// <param name="heedsSignals">
    /// Undoes what a background job inherits: there the shell has SIGINT ignored, and a program leaves it so.
    /// </param>
    /// <param name="takesInput">Whether the test gives it standard input of its own.</param>
    private Process Start(string[] arguments, bool heedsSignals = false, bool takesInput = false)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        bool reset = heedsSignals && OperatingSystem.IsLinux();
        var start = new ProcessStartInfo(reset ? "env" : host)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = takesInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        if (reset)
        {
            start.ArgumentList.Add("--default-signal=INT,TERM,HUP");
            start.ArgumentList.Add(host);
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "stein.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        // Whatever the machine that tests is set to must not decide what is tested.
        start.Environment["GITHUB_ACTIONS"] = "true";
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        start.Environment.Remove("COLUMNS");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static SteinResult Wait(Process process, StringBuilder error)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> remainingError = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"stein did not end within {Patience}\n{error}");
        }

        return new(process.ExitCode, output.GetAwaiter().GetResult(), error + remainingError.GetAwaiter().GetResult());
    }
}
