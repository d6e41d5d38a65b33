namespace Stein.Experiments.Files;

/// <summary>Standard input, if there is one.</summary>
internal static class StandardInput
{
    /// <summary>The bit that keeps an open file from programs that are started.</summary>
    private const int CloseOnExecution = 0x80000;

    /// <exception cref="IOException">The program was started with standard input closed.</exception>
    public static Stream Open() => IsOpen() ? Console.OpenStandardInput() : throw new IOException("standard input is closed");

    /// <summary>
    /// Where it was closed, the runtime has opened something of its own under its number by now. That is closed on execution, as nothing
    /// can be that was handed over to the program.
    /// </summary>
    private static bool IsOpen()
    {
        if (!OperatingSystem.IsLinux())
            return true;
        try
        {
            string flags = File.ReadLines("/proc/self/fdinfo/0").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & CloseOnExecution) == 0;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
