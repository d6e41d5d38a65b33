using System.Diagnostics;
using System.Text.RegularExpressions;
using Stein.Cli.Tests.Runs;

namespace Stein.Cli.Tests.Slurm;

/// <summary><c>stein reproduce --executor slurm</c> on a real Slurm, from the submission to the report.</summary>
public sealed partial class SlurmReproduceTests(SlurmCluster cluster) : IClassFixture<SlurmCluster>, IDisposable
{
    private readonly SteinProgram stein = new(cluster.Environment);

    public void Dispose() => stein.Dispose();

    [Fact]
    public async Task Tasks_killed_and_requeued_lose_nothing_and_a_second_submission_does_what_is_missing()
    {
        cluster.SkipIfMissing();
        // Ten tasks are three arrays at this site, which takes four in one.
        string said = Submit("--tasks", "10", "--array-limit", "2", "--checkpoint-every", "200");
        Assert.Contains("30 runs to do, submitted as job ", said, StringComparison.Ordinal);
        string[] arrays = said.Split("job ")[1].Split(';')[0].Split(", ");
        Assert.Equal(3, arrays.Length);

        string killed = await KillOneAsync();
        await cluster.WaitUntilAsync($"{killed} is over", async () => !(await TasksAsync("R")).Contains(killed));
        await cluster.RunAsync("scontrol", "requeue", killed);
        await cluster.RunAsync("scontrol", "requeue", await AtWorkAsync());
        await cluster.WaitUntilIdleAsync();
        TestGrid.AssertSame(stein);
        int finished = FinishedIn(Logs());
        // The one that was killed may have finished a run and not said so.
        Assert.InRange(finished, TestGrid.Runs - 1, TestGrid.Runs);

        foreach (string id in TestGrid.Store.Ids.Take(2))
            Directory.Delete(stein.PathOf("store", "ica", id), recursive: true);
        Assert.Contains("2 runs to do, submitted as job ", Submit(), StringComparison.Ordinal);
        await cluster.WaitUntilIdleAsync();
        TestGrid.AssertSame(stein);
        Assert.Equal(finished + 2, FinishedIn(Logs()));

        Assert.Contains("there is nothing to submit", Submit(), StringComparison.Ordinal);
        Assert.Empty(await TasksAsync("PD,R,CG"));
    }

    private string Submit(params string[] options)
    {
        SteinResult result = stein.Run(TestGrid.Reproduce(["--executor", "slurm", "--submit", .. options]));
        Assert.True(result.ExitCode == 0, $"{result}");
        return result.Output;
    }

    /// <summary>A task that has begun to work, of whatever array: those of one may be over before they are seen.</summary>
    private async Task<string> AtWorkAsync()
    {
        string? found = null;
        await cluster.WaitUntilAsync("a task is at work", async () =>
        {
            found = (await TasksAsync("R")).FirstOrDefault(
                task => Logs($"array-{task}.log").Any(log => log.Contains(" to do", StringComparison.Ordinal)));
            return found is not null;
        });
        return found!;
    }

    /// <summary>kill −9 of the program of a task at work.</summary>
    /// <returns>The task.</returns>
    private async Task<string> KillOneAsync()
    {
        while (true)
        {
            string task = await AtWorkAsync();
            // The number of the job that a task of an array is.
            string job = (await cluster.RunAsync("squeue", "--noheader", $"--jobs={task}", "--format=%A")).Trim();
            foreach (Process process in Process.GetProcesses())
            {
                using (process)
                {
                    if (!IsProgramOf(job, process.Id))
                        continue;
                    using var kill = Process.Start("kill", ["-KILL", $"{process.Id}"]);
                    await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
                    if (kill.ExitCode == 0)
                        return task;
                }
            }
        }
    }

    private static bool IsProgramOf(string job, int process)
    {
        try
        {
            return Words("cmdline").Any(word => word.EndsWith("stein.dll", StringComparison.Ordinal))
                && Words("environ").Contains($"SLURM_JOB_ID={job}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is somebody else's.
            return false;
        }

        string[] Words(string name) => File.ReadAllText($"/proc/{process}/{name}").Split('\0');
    }

    private async Task<string[]> TasksAsync(string state) =>
        (await cluster.RunAsync("squeue", "--noheader", "--array", $"--states={state}", "--format=%i"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string[] Logs(string pattern = "array-*.log") =>
        [.. Directory.EnumerateFiles(stein.PathOf("store", "slurm"), pattern, SearchOption.AllDirectories).Select(File.ReadAllText)];

    /// <summary>How many times a run was finished, by the lines that say so.</summary>
    private static int FinishedIn(string[] logs) =>
        logs.Sum(log => FinishedLine().Count(log));

    [GeneratedRegex(@"^\[\d+/\d+\] (?!.*(interrupted|not begun))", RegexOptions.Multiline)]
    private static partial Regex FinishedLine();
}
