using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Stein.Experiments.Runs.Slurm;

/// <summary>Talks to the cluster by Slurm's own commands.</summary>
/// <param name="environment">Variables set for these commands beside those of this process, such as SLURM_CONF of another cluster.</param>
internal sealed partial class SlurmClient(IReadOnlyDictionary<string, string>? environment = null)
{
    /// <summary>How many tasks an array may have here; null where Slurm is not there or does not answer.</summary>
    public async Task<int?> FindMaxArraySizeAsync(CancellationToken cancellationToken = default)
    {
        Completed configuration;
        try
        {
            configuration = await RunBashAsync(["-c", "scontrol show config"], cancellationToken).ConfigureAwait(false);
        }
        catch (SlurmException)
        {
            return null;
        }

        // Sites limit the tasks of an array in either place.
        int[] limits =
        [
            .. ArraySizes().Matches(configuration.Output)
                .Select(match => int.Parse(match.Groups["size"].Value)),
        ];
        return configuration.ExitCode == 0 && limits.Length > 0 ? limits.Min() : null;
    }

    /// <summary>Submits all jobs of a submission, or none.</summary>
    /// <param name="cancellationToken">Stops submitting; what was submitted is withdrawn.</param>
    /// <exception cref="SlurmException">sbatch is not there, or refused: its own message.</exception>
    public async Task<SlurmJobs> SubmitAsync(SlurmSubmission submission, CancellationToken cancellationToken = default)
    {
        Completed submitted = await RunBashAsync([submission.SubmitScript], cancellationToken).ConfigureAwait(false);
        if (submitted.ExitCode != 0)
            throw new SlurmException($"The jobs were not submitted. {submitted.Error.Trim()}");

        ILookup<string, int> jobs = SubmittedJobs().Matches(submitted.Output).ToLookup(
            match => match.Groups["kind"].Value, match => int.Parse(match.Groups["job"].Value));
        int[] arrays = [.. jobs["array"]];
        int[] reports = [.. jobs["report"]];
        return arrays.Length == submission.ArrayScripts.Count && reports.Length == 1
            ? new(arrays, reports[0])
            : throw new SlurmException(
                $"sbatch printed no number for some of the jobs; squeue shows what was submitted. {submitted.Output.Trim()}");
    }

    private async Task<Completed> RunBashAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new SlurmException("bash cannot be started; submit from a login node of the cluster.", exception);
        }

        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                using Process? kill = Process.Start("kill", [$"{process.Id}"]);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
                throw;
            }

            return new(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
    }

    [GeneratedRegex(@"\b(MaxArraySize|max_array_tasks)\s*=\s*(?<size>\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex ArraySizes();

    [GeneratedRegex(@"^(?<kind>array|report) (?<job>\d+)$", RegexOptions.Multiline)]
    private static partial Regex SubmittedJobs();

    private sealed record Completed(int ExitCode, string Output, string Error);
}

/// <summary>Job numbers of a submission.</summary>
/// <param name="Arrays">The numbers of the arrays, in the order of the shards; task i of array N is job N_i.</param>
/// <param name="Report">The number of the job that makes the report.</param>
internal sealed record SlurmJobs(IReadOnlyList<int> Arrays, int Report);

/// <summary>Slurm did not do what was asked: a message for people, with Slurm's own words where it said something.</summary>
internal sealed class SlurmException(string message, Exception? innerException = null) : Exception(message, innerException);
