namespace Stein.Experiments.Samples;

/// <summary>Standard input, where there is something to read.</summary>
internal static class StandardInput
{
    /// <exception cref="InvalidDataException">It is a terminal, or was closed when the program started.</exception>
    public static Stream Open()
    {
        if (!Console.IsInputRedirected)
            throw new InvalidDataException("standard input is a terminal. Give a file, or send one through a pipe: stein … < x.csv");
        if (WasClosed())
            throw new InvalidDataException("standard input is closed. Give a file, or send one through a pipe: stein … < x.csv");
        return Console.OpenStandardInput();
    }

    /// <summary>
    /// Whether descriptor 0 is a pipe whose other end this program holds: where it was closed, the runtime's own pipes take its place, and
    /// reading from one would never end.
    /// </summary>
    private static bool WasClosed()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        const string Folder = "/proc/self/fd";
        string? input = Target("0");
        return input is null
            || (input.StartsWith("pipe:", StringComparison.Ordinal)
                && Directory.GetFiles(Folder).Select(path => Path.GetFileName(path))
                    .Any(name => name != "0" && Target(name) == input && IsWritten(name)));

        static string? Target(string descriptor)
        {
            try
            {
                return new FileInfo(Path.Combine(Folder, descriptor)).LinkTarget;
            }
            catch (IOException)
            {
                return null;
            }
        }

        static bool IsWritten(string descriptor) => File.ReadLines($"/proc/self/fdinfo/{descriptor}")
            .Any(line => line.StartsWith("flags:", StringComparison.Ordinal) && line.EndsWith('1'));
    }
}
