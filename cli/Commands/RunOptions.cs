using System.CommandLine;
using Stein.Engine.Devices;

namespace Stein.Cli;

/// <summary>Options of everything that runs: where, how many at a time, what is printed. None changes a number.</summary>
internal sealed class RunOptions(string? defaultFolder, string folderHelp)
{
    private readonly Option<string> device = Values.Choice("--device", "what computes; see stein devices", DeviceCatalog.Names, "auto");

    private readonly Option<int?> jobs =
        Values.Number<int>("--jobs", "runs side by side [default: one per processor; 1 on a GPU]; the numbers are the same for any");

    private readonly Option<string> folder = new("--out")
    {
        Description = folderHelp,
        HelpName = "folder",
        DefaultValueFactory = defaultFolder is null ? null : _ => defaultFolder,
    };

    private readonly Option<bool> json = new("--json") { Description = "one line of JSON on standard output, and nothing else there" };
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "no progress, no tables; errors only" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[device, jobs, folder, json, quiet])
            command.Options.Add(option);
    }

    /// <exception cref="UsageException">A value cannot be used.</exception>
    /// <exception cref="DeviceUnavailableException">The device is not there; the message says which are.</exception>
    public RunContext Read(ParseResult parsed, Func<string> folderFallback)
    {
        // The name that auto stands for, from here on: every run gets the same kind.
        using Device first = DeviceCatalog.Create(parsed.GetRequiredValue(device));
        bool onProcessor = first.Name is "simd" or "double";
        int count = parsed.GetValue(jobs) ?? (onProcessor ? Environment.ProcessorCount : 1);
        if (count is < 1 or > 4096)
            throw new UsageException($"--jobs {count}: it must be a whole number from 1 to 4096");
        string target = parsed.GetValue(folder) ?? folderFallback();
        if (string.IsNullOrWhiteSpace(target))
            throw new UsageException("--out: it must be the path of a folder");
        return new(first.Name, first.Description, count, target, parsed.GetValue(json), parsed.GetValue(quiet));
    }
}

/// <summary>Where and how to run.</summary>
/// <param name="Device">Name of the device; never <c>auto</c>.</param>
/// <param name="DeviceDescription">What it is.</param>
/// <param name="Jobs">Runs side by side.</param>
/// <param name="Folder">Where results go.</param>
/// <param name="Json">Whether standard output is JSON.</param>
/// <param name="Quiet">Whether only errors are printed.</param>
internal sealed record RunContext(string Device, string DeviceDescription, int Jobs, string Folder, bool Json, bool Quiet)
{
    /// <summary>Whether tables and remarks are printed on standard output.</summary>
    public bool PrintsText => !Json && !Quiet;
}
