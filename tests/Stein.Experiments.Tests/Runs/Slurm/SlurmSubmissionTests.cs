using System.Diagnostics;
using System.Text.RegularExpressions;
using Stein.Experiments.Runs.Slurm;
using Xunit;

namespace Stein.Experiments.Tests.Runs.Slurm;

/// <summary>The scripts by their meaning: what they ask of sbatch, and what they do when they run without it.</summary>
public sealed partial class SlurmSubmissionTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 1001)]
    [InlineData(1001, 1001)]
    [InlineData(1002, 1001)]
    [InlineData(10, 4)]
    [InlineData(8, 4)]
    [InlineData(3, 1)]
    public void The_arrays_cover_every_shard_once_with_indices_below_the_sites_limit(int tasks, int maxArraySize)
    {
        using var sample = new SlurmSample();
        SlurmSubmission submission = sample.Write(sample.Settings with { Tasks = tasks, MaxArraySize = maxArraySize });
        var shards = new List<int>();
        foreach (string script in submission.ArrayScripts.Select(File.ReadAllText))
        {
            int last = int.Parse(Options(script)["--array"].Split('-')[1]);
            Assert.True(last < maxArraySize, script);
            int first = int.Parse(Offset().Match(script).Groups[1].Value);
            shards.AddRange(Enumerable.Range(first, last + 1));
            Assert.Contains($"--shard \"$shard/{tasks}\"", script, StringComparison.Ordinal);
        }

        Assert.Equal(Enumerable.Range(0, tasks), shards);
    }

    [Fact]
    public void The_options_are_what_was_asked_for()
    {
        using var sample = new SlurmSample();
        SlurmSubmission submission = sample.Write(sample.Settings with
        {
            ArrayLimit = 2,
            Partition = "long",
            TimeLimit = TimeSpan.FromHours(36),
            MemoryPerTask = "4G",
            CpusPerTask = 6,
            JobName = "ica \"table 1\"",
            LogFolder = sample.File("100%"),
            SignalLead = TimeSpan.FromSeconds(90),
            SbatchOptions = ["--account=physics"],
        });
        string script = File.ReadAllText(Assert.Single(submission.ArrayScripts));
        Dictionary<string, string> options = Options(script);
        Assert.Equal("0-7%2", options["--array"]);
        Assert.Equal("long", options["--partition"]);
        Assert.Equal("1-12:00:00", options["--time"]);
        Assert.Equal("4G", options["--mem"]);
        Assert.Equal("6", options["--cpus-per-task"]);
        Assert.Equal("B:USR1@90", options["--signal"]);
        Assert.Equal("append", options["--open-mode"]);
        Assert.Equal(sample.File("100%%/array-%A_%a.log"), options["--output"]);
        Assert.Equal("physics", options["--account"]);
        Assert.Contains("--requeue", options);
        Assert.Contains("#SBATCH \"--job-name=ica \\\"table 1\\\"\"", script, StringComparison.Ordinal);

        Dictionary<string, string> report = Options(File.ReadAllText(submission.ReportScript));
        Assert.Equal("long", report["--partition"]);
        Assert.Equal("physics", report["--account"]);
        Assert.DoesNotContain("--array", report);
        Assert.DoesNotContain("--signal", report);
    }

    [Fact]
    public void What_was_not_asked_for_is_left_to_the_site()
    {
        using var sample = new SlurmSample();
        SlurmSubmission submission = sample.Write(sample.Settings);
        Dictionary<string, string> options = Options(File.ReadAllText(submission.ArrayScripts[0]));
        Assert.Equal("0-7", options["--array"]);
        Assert.DoesNotContain("--partition", options);
        Assert.DoesNotContain("--time", options);
        Assert.DoesNotContain("--mem", options);
        Assert.Equal(Path.Combine(submission.Folder, "logs"), submission.LogFolder);
    }

    [Fact]
    public void Each_script_is_valid_bash_and_submissions_have_folders_of_their_own()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");
        using var sample = new SlurmSample();
        SlurmSettings settings = sample.Settings with { Command = ["stein", "it's $(a) \"b\" \n#SBATCH --array=0"], MaxArraySize = 3 };
        for (int number = 1; number <= 2; number++)
        {
            SlurmSubmission submission = sample.Write(settings);
            Assert.Equal(sample.File($"slurm/{number}"), submission.Folder);
            string[] scripts = [.. submission.ArrayScripts, submission.ReportScript, submission.SubmitScript];
            Assert.Equal(scripts.Order(), Directory.GetFiles(submission.Folder).Order());
            foreach (string script in scripts)
            {
                using Process bash = sample.Bash("-n", script);
                string error = bash.StandardError.ReadToEnd();
                bash.WaitForExit();
                Assert.True(bash.ExitCode == 0 && error.Length == 0, $"{script}: {error}");
                Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), script);
            }
        }

        Assert.Equal(2, Directory.GetFileSystemEntries(sample.File("slurm")).Length);
    }

    [Theory]
    [InlineData(0, null, 0, false)]
    [InlineData(0, null, 1, false)]
    [InlineData(4, null, 143, false)]
    [InlineData(1, "USR1", 143, true)]
    [InlineData(1, "USR1", 0, false)]
    [InlineData(1, "USR1", 1, false)]
    [InlineData(1, "TERM", 143, false)]
    public async Task A_task_queues_again_only_when_it_was_stopped_before_its_time_limit(
        int array, string? signal, int exitCode, bool again)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs bash and /proc");
        using var sample = new SlurmSample();
        sample.Command("scontrol", "echo \"scontrol $*\" >>\"$RECORD\"");
        sample.Command(
            "stein",
            $$"""
            echo "$*" >>"$RECORD"
            trap 'echo TERM >>"$RECORD"; exit {{exitCode}}' TERM
            {{(signal is null ? $"exit {exitCode}" : "for _ in {1..200}; do sleep 0.05; done")}}
            """);
        SlurmSubmission submission = sample.Write(sample.Settings with { Tasks = 25, MaxArraySize = 5 });
        using Process bash = sample.Bash(submission.ArrayScripts[array]);
        var expected = new List<string> { $"reproduce --all --shard {(array * 5) + 3}/25" };
        if (signal is not null)
        {
            while (sample.Recorded().Length == 0)
                await Task.Delay(10, TestContext.Current.CancellationToken);
            // Slurm sends USR1 to the shell alone, and TERM to the program as well.
            string program = signal == "TERM" ? $"$(cat /proc/{bash.Id}/task/{bash.Id}/children)" : "";
            using Process kill = sample.Bash("-c", $"sleep 0.5; kill -{signal} {bash.Id} {program}");
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            expected.Add("TERM");
        }

        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (again)
            expected.Add("scontrol requeue 12_3");
        Assert.Equal(expected, sample.Recorded());
        Assert.Equal(exitCode, bash.ExitCode);
    }

    [Fact]
    public void What_Slurm_would_refuse_is_refused_here_with_the_reason()
    {
        using var sample = new SlurmSample();
        Refused("leaves no time to work", sample.Settings with { TimeLimit = TimeSpan.FromSeconds(90) });
        Refused("takes no job arrays", sample.Settings with { MaxArraySize = 0 });
        Refused("at least 1", sample.Settings with { Tasks = 0 });
        Refused("at least 1", sample.Settings with { ArrayLimit = 0 });
        Refused("at least 1", sample.Settings with { CpusPerTask = 0 });
        Refused("such as 4G", sample.Settings with { MemoryPerTask = "much" });
        Refused("not an absolute path", sample.Settings with { WorkingDirectory = "here" });
        Refused("line break", sample.Settings with { JobName = "a\n#SBATCH --array=0" });
        Refused("option of sbatch", sample.Settings with { SbatchOptions = ["account=physics"] });
        Refused("command of the tasks is empty", sample.Settings with { Command = [] });
        Assert.False(Directory.Exists(sample.File("slurm")));

        void Refused(string reason, SlurmSettings settings) =>
            Assert.Contains(reason, Assert.Throws<ArgumentException>(() => sample.Write(settings)).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Options(string script) =>
        OptionLine().Matches(script).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value.Trim('"'));

    [GeneratedRegex("^#SBATCH \"?(?<name>--[a-z-]+)(=(?<value>.*))?$", RegexOptions.Multiline)]
    private static partial Regex OptionLine();

    [GeneratedRegex(@"^shard=\$\(\((\d+) \+ SLURM_ARRAY_TASK_ID\)\)$", RegexOptions.Multiline)]
    private static partial Regex Offset();
}
