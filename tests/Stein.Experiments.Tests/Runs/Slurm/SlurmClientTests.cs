using Stein.Experiments.Runs.Slurm;
using Xunit;

namespace Stein.Experiments.Tests.Runs.Slurm;

public sealed class SlurmClientTests
{
    private const string Accepting = """
        echo "sbatch $*" >>"$RECORD"
        echo "$((100 + $(wc -l <"$RECORD")));cluster"
        """;

    public SlurmClientTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "needs bash");

    [Fact]
    public async Task The_report_depends_on_every_array_and_the_numbers_come_back()
    {
        using var sample = new SlurmSample();
        sample.Command("sbatch", Accepting);
        SlurmSubmission submission = sample.Write(sample.Settings with { MaxArraySize = 3 });
        SlurmJobs jobs = await new SlurmClient(sample.Environment).SubmitAsync(submission, TestContext.Current.CancellationToken);
        Assert.Equal([101, 102, 103], jobs.Arrays);
        Assert.Equal(104, jobs.Report);
        Assert.Equal(
            [
                "sbatch --parsable array-1.sbatch",
                "sbatch --parsable array-2.sbatch",
                "sbatch --parsable array-3.sbatch",
                "sbatch --parsable --dependency=afterany:101:102:103 report.sbatch",
            ],
            sample.Recorded());
        Assert.True(Directory.Exists(submission.LogFolder));
    }

    [Fact]
    public async Task With_a_limit_the_arrays_run_one_after_another()
    {
        using var sample = new SlurmSample();
        sample.Command("sbatch", Accepting);
        SlurmSubmission submission = sample.Write(sample.Settings with { MaxArraySize = 4, ArrayLimit = 2 });
        await new SlurmClient(sample.Environment).SubmitAsync(submission, TestContext.Current.CancellationToken);
        Assert.Equal("sbatch --parsable --dependency=afterany:101 array-2.sbatch", sample.Recorded()[1]);
    }

    [Fact]
    public async Task Variables_that_sbatch_prefers_to_the_scripts_do_not_reach_it()
    {
        using var sample = new SlurmSample();
        sample.Command("sbatch", "env | grep ^SBATCH_ >>\"$RECORD\"; echo 1");
        SlurmSubmission submission = sample.Write(sample.Settings with { Partition = "long" });
        var environment = new Dictionary<string, string>(sample.Environment)
        {
            ["SBATCH_ARRAY_INX"] = "0-1",
            ["SBATCH_SIGNAL"] = "INT",
            ["SBATCH_PARTITION"] = "short",
            ["SBATCH_TIMELIMIT"] = "5",
            ["SBATCH_ACCOUNT"] = "physics",
        };
        await new SlurmClient(environment).SubmitAsync(submission, TestContext.Current.CancellationToken);
        // The time limit was not given, so that the user's own holds.
        Assert.Equal(["SBATCH_ACCOUNT=physics", "SBATCH_TIMELIMIT=5"], sample.Recorded().Distinct().Order());
    }

    [Fact]
    public async Task What_was_submitted_is_withdrawn_when_the_rest_is_refused()
    {
        using var sample = new SlurmSample();
        sample.Command(
            "sbatch",
            """
            echo "sbatch $*" >>"$RECORD"
            [ "$(wc -l <"$RECORD")" -lt 3 ] || { echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1; }
            echo "$((100 + $(wc -l <"$RECORD")))"
            """);
        sample.Command("scancel", "echo \"scancel $*\" >>\"$RECORD\"");
        SlurmSubmission submission = sample.Write(sample.Settings with { MaxArraySize = 3 });
        SlurmException refused = await Assert.ThrowsAsync<SlurmException>(
            () => new SlurmClient(sample.Environment).SubmitAsync(submission, TestContext.Current.CancellationToken));
        Assert.Contains("QOSMaxSubmitJobPerUserLimit", refused.Message, StringComparison.Ordinal);
        Assert.Contains("withdrawn", refused.Message, StringComparison.Ordinal);
        Assert.Equal("scancel 101 102", sample.Recorded()[^1]);
    }

    [Fact]
    public async Task Cancelled_between_two_jobs_the_first_is_withdrawn()
    {
        using var sample = new SlurmSample();
        sample.Command("sbatch", $"{Accepting}\nsleep 1");
        sample.Command("scancel", "echo \"scancel $*\" >>\"$RECORD\"");
        SlurmSubmission submission = sample.Write(sample.Settings with { MaxArraySize = 4 });
        using var cancellation = new CancellationTokenSource();
        Task<SlurmJobs> submitting = new SlurmClient(sample.Environment).SubmitAsync(submission, cancellation.Token);
        while (sample.Recorded().Length == 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submitting);
        Assert.Equal(["sbatch --parsable array-1.sbatch", "scancel 101"], sample.Recorded());
    }

    [Fact]
    public async Task Without_sbatch_the_message_says_where_to_go()
    {
        using var sample = new SlurmSample();
        SlurmSubmission submission = sample.Write(sample.Settings);
        sample.Command("dirname", $"echo '{submission.Folder}'");
        var environment = new Dictionary<string, string> { ["PATH"] = sample.File("commands") };
        SlurmException missing = await Assert.ThrowsAsync<SlurmException>(
            () => new SlurmClient(environment).SubmitAsync(submission, TestContext.Current.CancellationToken));
        Assert.Contains("login node", missing.Message, StringComparison.Ordinal);
        Assert.Contains($"bash {submission.SubmitScript}", missing.Message, StringComparison.Ordinal);
        Assert.Null(await new SlurmClient(environment).FindMaxArraySizeAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("MaxArraySize            = 1001\nMaxDBDMsgs = 20008\nSchedulerParameters = bf_interval=5", 1001)]
    [InlineData("MaxArraySize = 1001\nSchedulerParameters = bf_interval=5,max_array_tasks=200", 200)]
    [InlineData("MaxArraySize = 0", 0)]
    [InlineData("nothing", null)]
    public async Task The_sites_limit_is_the_smaller_of_its_two(string configuration, int? size)
    {
        using var sample = new SlurmSample();
        sample.Command("scontrol", $"cat <<'END'\n{configuration}\nEND");
        Assert.Equal(size, await new SlurmClient(sample.Environment).FindMaxArraySizeAsync(TestContext.Current.CancellationToken));
    }
}
