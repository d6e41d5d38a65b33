using System.Text.Json;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Provenance;

/// <summary>The device the numbers were computed on.</summary>
/// <param name="Name">As on the command line; never <c>auto</c>.</param>
/// <param name="Description">The hardware and what of it is used.</param>
internal sealed record DeviceIdentity(string Name, string Description);

/// <summary>Where results come from: the program, the device, the machine, the time, and the settings of every run.</summary>
/// <typeparam name="TRun">How one run of the experiment is described.</typeparam>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="Jobs">Runs side by side; numbers do not depend on it.</param>
/// <param name="Started">When the first run began.</param>
/// <param name="Seconds">Wall-clock time of all runs together.</param>
/// <param name="Runs">Each run with all its settings.</param>
internal sealed record RunProvenance<TRun>(
    string Experiment,
    BuildIdentity Program,
    DeviceIdentity Device,
    Machine Machine,
    int Jobs,
    DateTimeOffset Started,
    double Seconds,
    IReadOnlyList<TRun> Runs)
{
    public const string FileName = "provenance.json";

    /// <summary>Writes <c>provenance.json</c> into <paramref name="folder"/>.</summary>
    /// <returns>The path of the file.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public string Write(string folder)
    {
        string path = Path.Combine(folder, FileName);
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, JsonFormat.Indented) + "\n");
        return path;
    }
}
