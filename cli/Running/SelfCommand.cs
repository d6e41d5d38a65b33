namespace Stein.Cli.Running;

/// <summary>How this program was started, so that a script can start it again.</summary>
internal static class SelfCommand
{
    /// <summary>The executable; or the host and the assembly where that is how it runs.</summary>
    public static string[] Words()
    {
        string process = Environment.ProcessPath ?? "stein";
        string assembly = Path.Combine(AppContext.BaseDirectory, "stein.dll");
        return Path.GetFileNameWithoutExtension(process) == "dotnet" && File.Exists(assembly) ? [process, assembly] : [process];
    }
}
