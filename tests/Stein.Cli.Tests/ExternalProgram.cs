using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Stein.Cli.Tests;

/// <summary>Runs other programs, such as shells, that may not be on the machine, and the built program by its own name.</summary>
internal static class ExternalProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The folder of the program <c>stein</c>, as it would stand on the path.</summary>
    public static string SteinFolder => AppContext.BaseDirectory;

    /// <summary>The program itself, not the library that SteinProgram gives to dotnet.</summary>
    public static string Stein => Path.Combine(SteinFolder, OperatingSystem.IsWindows() ? "stein.exe" : "stein");

    /// <summary>The .NET host that runs the tests.</summary>
    public static string DotnetHost => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? Path.Combine(DotnetRoot, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    // …/shared/Microsoft.NETCore.App/10.0.0/
    private static string DotnetRoot => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>Whether the program can be found on the path.</summary>
    public static bool IsInstalled(string name)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Any(folder => File.Exists(Path.Combine(folder, name)) || File.Exists(Path.Combine(folder, $"{name}.exe")));
    }

    /// <summary>Runs a program with the built stein first on its path.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">What is added to the environment; null removes.</param>
    /// <param name="name">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static SteinResult Run(
        string folder, IReadOnlyDictionary<string, string?> environment, string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string inherited in start.Environment.Keys.Where(IsOfTheTestRun).ToArray())
            start.Environment.Remove(inherited);
        start.Environment["PATH"] = $"{SteinFolder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DOTNET_ROOT"] = DotnetRoot;
        start.Environment["TERM"] = "xterm-256color";
        foreach ((string variable, string? value) in environment)
            start.Environment[variable] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} did not end within {Patience}");
        }

        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Settings of the machine, and those that the build passes on to its children, decide nothing here.</summary>
    private static bool IsOfTheTestRun(string variable) =>
        variable is "NO_COLOR" or "COLUMNS" or "LINES" || variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase);
}
