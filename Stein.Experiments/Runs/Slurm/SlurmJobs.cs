namespace Stein.Experiments.Runs.Slurm;

/// <summary>Job numbers of a submission.</summary>
/// <param name="Arrays">Of the arrays, in the order of the shards; task i of an array is job N_i.</param>
/// <param name="Report">Of the job that makes the report.</param>
internal sealed record SlurmJobs(IReadOnlyList<int> Arrays, int Report);
