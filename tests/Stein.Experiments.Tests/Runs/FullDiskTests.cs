using System.Diagnostics;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class FullDiskTests
{
    private static readonly RunConfig[] Runs = [.. new WalkExperiment().Grid(GridScale.Test)];

    [Fact]
    public void A_disk_that_runs_full_fails_runs_with_a_message_and_leaves_a_valid_store()
    {
        SortedDictionary<string, string> expected = Stores.Undisturbed(Runs);
        for (int room = 0; room < 12_000; room += 1_111)
        {
            using var folder = new TemporaryFolder();
            IReadOnlyList<RunOutcome> outcomes = Stores.Run(new RunStore(folder.Path, new FullDisk(room)), Runs);
            Assert.All(
                outcomes.Where(outcome => outcome.Status != RunStatus.Finished),
                outcome => Assert.Contains("No space left", outcome.Message, StringComparison.Ordinal));
            AssertValid(folder.Path, outcomes, expected);
        }
    }

    [Fact]
    public void So_does_a_real_one()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Skip("only root on Linux may mount a small file system");
        using var folder = new TemporaryFolder();
        string root = Directory.CreateDirectory(folder.File("small")).FullName;
        if (!TryStart("mount", "-t", "tmpfs", "-o", "size=36k", "none", root))
            Assert.Skip("mounting is not permitted here");
        try
        {
            IReadOnlyList<RunOutcome> outcomes = Stores.Run(new RunStore(root), Runs);
            Assert.Contains(outcomes, outcome => outcome.Status == RunStatus.Failed);
            Assert.All(
                outcomes.Where(outcome => outcome.Status == RunStatus.Failed),
                outcome => Assert.Contains("cannot write to", outcome.Message, StringComparison.Ordinal));
            Assert.True(TryStart("mount", "-o", "remount,size=4m", root));
            AssertValid(root, outcomes, Stores.Undisturbed(Runs));
        }
        finally
        {
            TryStart("umount", root);
        }
    }

    private static void AssertValid(string root, IReadOnlyList<RunOutcome> outcomes, SortedDictionary<string, string> expected)
    {
        var store = new RunStore(root);
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Status == RunStatus.Finished, store.Find(outcome.Run) is not null));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories), path => path.EndsWith(".tmp", StringComparison.Ordinal));
        Stores.Run(store, Runs);
        Assert.Equal(expected, Stores.Contents(store));
    }

    private static bool TryStart(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
