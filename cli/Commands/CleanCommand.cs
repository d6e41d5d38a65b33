using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Commands;

/// <summary><c>stein clean</c>: deletes obsolete files from the store.</summary>
internal static class CleanCommand
{
    public static Command Create(ExperimentCatalog catalog, Interruption interruption)
    {
        var store = new StoreOption();
        Option<string> claims = Values.Text(
            "--claims", "host", "remove only the claims of this machine, at once; make sure that no stein works there any more");
        Option<bool> dryRun = Values.Flag("--dry-run", "list what would be removed; remove nothing");
        Option<bool> yes = Values.Flag("--yes", "do not ask", "-y");
        var command = new CommandWithExamples(
            "clean",
            "Removes from the store runs of older protocol versions, interrupted and failed runs with their checkpoints, files set aside, "
            + "claims of dead processes and temporary files. Finished runs, and runs under way, stay. Asks first. A claim of another "
            + "machine is watched for a minute before it counts as dead.",
            new Example("stein clean --dry-run", "what would be removed"),
            new Example("stein clean --yes", "without being asked"),
            new Example("stein clean --claims node7", "frees at once the runs that the machine node7, which is gone, was working on"))
        {
            store.Option,
            claims,
            dryRun,
            yes,
        };
        command.SetAction(parsed =>
        {
            var cleaner = new StoreCleaner(store.ReadExisting(parsed));
            IReadOnlyList<CleanItem> items = parsed.GetValue(claims) is { } host
                ? cleaner.ClaimsOf(host, catalog.All)
                : cleaner.Plan(catalog.All);
            if (items.Count == 0)
            {
                Terminal.Text.WriteLine("There is nothing to remove.");
                return ExitCode.Success;
            }

            Print(items);
            if (parsed.GetValue(dryRun) || (!parsed.GetValue(yes) && !Agrees(interruption)))
            {
                Terminal.Text.WriteLine("Nothing was removed.");
                return ExitCode.Success;
            }

            IReadOnlyList<CleanItem> removed = cleaner.Remove(
                items,
                waiting => Console.Error.WriteLine(
                    $"{(waiting == 1 ? "1 run has a claim" : $"{waiting} runs have claims")} that may be of a live process: "
                    + "watched for a minute"),
                interruption.Token);
            Terminal.Text.WriteLine($"{removed.Count} of {items.Count} removed, {Size(removed.Sum(item => item.Bytes))}.");
            return ExitCode.Success;
        });
        return command;
    }

    /// <exception cref="UsageException">There is nobody to ask.</exception>
    private static bool Agrees(Interruption interruption)
    {
        if (Console.IsInputRedirected)
            throw new UsageException("clean: there is no terminal to ask on; give --yes, or --dry-run to see what would be removed");
        Console.Error.Write("Remove all of it? [y/N] ");
        using var reader = new StreamReader(Console.OpenStandardInput());
        return interruption.WaitFor(reader.ReadLine)?.Trim() is "y" or "Y" or "yes";
    }

    private static void Print(IReadOnlyList<CleanItem> items)
    {
        Column<CleanItem>.Print(
            "To be removed",
            [
                new("what", item => item.Description),
                new("why", item => Why(item.Reason)),
                new("file", item => Path.GetFileName(item.Path) is { Length: < 40 } name ? name : "the whole folder"),
                new("size", item => Size(item.Bytes)),
            ],
            items);
        Terminal.Text.WriteLine($"{items.Count} items, {Size(items.Sum(item => item.Bytes))}.");
    }

    private static string Why(CleanReason reason) => reason switch
    {
        CleanReason.OlderProtocol => "older protocol",
        CleanReason.Interrupted => "interrupted",
        CleanReason.Failed => "failed",
        CleanReason.UnfinishedRepetition => "unfinished repetition",
        CleanReason.SetAside => "set aside",
        CleanReason.StaleClaim => "claim of a dead process",
        CleanReason.FutureClaim => "claim from the future",
        CleanReason.ClaimOfHost => "claim of the machine",
        _ => "half written",
    };

    private static string Size(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => (bytes / 1e3).ToString("0.0") + " kB",
        < 1_000_000_000 => (bytes / 1e6).ToString("0.0") + " MB",
        _ => (bytes / 1e9).ToString("0.00") + " GB",
    };
}
