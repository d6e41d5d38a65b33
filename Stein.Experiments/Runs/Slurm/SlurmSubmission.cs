using System.Globalization;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs.Slurm;

/// <summary>Scripts of one submission in a folder of their own: job arrays, the report to run after them, and what submits them.</summary>
/// <param name="Folder">Absolute path.</param>
/// <param name="ArrayScripts">Paths of the array scripts, in the order of the shards.</param>
/// <param name="ReportScript">Path of the script of the report.</param>
/// <param name="SubmitScript">Path of <c>submit.sh</c>, which a person can run as well as <see cref="SlurmClient.SubmitAsync"/>.</param>
/// <param name="LogFolder">Absolute path of the folder in which the tasks' logs will be.</param>
internal sealed record SlurmSubmission(
    string Folder, IReadOnlyList<string> ArrayScripts, string ReportScript, string SubmitScript, string LogFolder)
{
    /// <summary>
    /// Writes the scripts into a new numbered folder of <paramref name="parent"/>, which appears with all of them or not at all.
    /// </summary>
    /// <param name="parent">
    /// Folder of all submissions, on a file system that the cluster's nodes see; made if missing. Earlier submissions stay, with
    /// their logs.
    /// </param>
    /// <param name="settings">What is to run.</param>
    /// <exception cref="ArgumentException">A setting that Slurm would not take.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static SlurmSubmission Write(string parent, SlurmSettings settings)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(parent);
        settings.Validate();
        parent = Path.GetFullPath(parent);
        Directory.CreateDirectory(parent);
        string temporary = Path.Combine(parent, $".{Guid.NewGuid():N}.tmp");
        try
        {
            for (int number = HighestNumber(parent) + 1; ; number++)
            {
                string folder = Path.Combine(parent, $"{number}");
                SlurmSubmission submission = WriteScripts(temporary, folder, settings);
                try
                {
                    Directory.Move(temporary, folder);
                    return submission;
                }
                catch (IOException) when (Directory.Exists(folder))
                {
                    // Another process has taken the number; the scripts name their folder, so they are written anew.
                }
            }
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static SlurmSubmission WriteScripts(string temporary, string folder, SlurmSettings settings)
    {
        string logFolder = settings.LogFolder ?? Path.Combine(folder, "logs");
        var scripts = new SlurmScripts(settings, logFolder);
        string[] arrays = [.. Enumerable.Range(0, scripts.Arrays).Select(SlurmScripts.ArrayName)];
        for (int array = 0; array < arrays.Length; array++)
            Write(arrays[array], scripts.Array(array));
        Write(SlurmScripts.Report, scripts.ReportScript());
        Write(SlurmScripts.Submit, scripts.SubmitScript());
        return new(folder, [.. arrays.Select(InFolder)], InFolder(SlurmScripts.Report), InFolder(SlurmScripts.Submit), logFolder);

        string InFolder(string name) => Path.Combine(folder, name);

        void Write(string name, string text)
        {
            string path = Path.Combine(temporary, name);
            AtomicFile.WriteAllText(path, text.ReplaceLineEndings("\n"));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(
                    path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            }
        }
    }

    private static int HighestNumber(string parent) => Directory
        .EnumerateDirectories(parent)
        .Select(Path.GetFileName)
        .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)
        .DefaultIfEmpty()
        .Max();
}
