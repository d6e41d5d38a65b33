namespace Stein.Experiments.Ica;

/// <summary>Checks a set of runs and groups it for tables and figures.</summary>
internal static class IcaRuns
{
    /// <summary>The runs of a method by ascending dimension and seed: the order of the input never changes a sum.</summary>
    public static IEnumerable<(int Dim, IReadOnlyList<IcaRun> Runs)> ByDim(IEnumerable<IcaRun> runs, IcaMethod method) =>
        runs.Where(run => IcaMethod.Find(run.Method) == method)
            .GroupBy(run => run.Dim)
            .OrderBy(group => group.Key)
            .Select(group => (group.Key, (IReadOnlyList<IcaRun>)[.. group.OrderBy(run => run.Seed).ThenBy(run => run.DataSeed)]));

    /// <summary>Whether a seed has runs on different data: a mean over runs is then one over data draws as well.</summary>
    public static bool HasSeveralDataDraws(IEnumerable<IcaRun> runs) =>
        runs.GroupBy(run => run.Seed).Any(group => group.Select(run => run.DataSeed).Distinct().Count() > 1);

    public static int LargestSeedCount(IEnumerable<IcaRun> runs) =>
        runs.GroupBy(run => (IcaMethod.Find(run.Method), run.Dim)).Select(group => group.Count()).DefaultIfEmpty(0).Max();

    /// <exception cref="ArgumentException">There is no run, one is there twice, or its values are not finite.</exception>
    public static void Check(IReadOnlyList<IcaRun> runs)
    {
        if (runs.Count == 0)
        {
            throw new ArgumentException("There is no finished run to report; train at least one method at one dimension.", nameof(runs));
        }

        var seen = new HashSet<(IcaMethod, int, long, ulong?)>();
        foreach (IcaRun run in runs)
        {
            string name = $"{run.Method}, D = {run.Dim}, seed {run.Seed}" + (run.DataSeed is { } data ? $", data seed {data}" : "");
            if (IcaMethod.Find(run.Method) == IcaMethod.Oracle)
            {
                throw new ArgumentException(
                    $"The run {name} bears the oracle's name; the oracle is a value of every run, not a run. Leave it out.", nameof(runs));
            }

            if (!seen.Add((IcaMethod.Find(run.Method), run.Dim, run.Seed, run.DataSeed)))
            {
                throw new ArgumentException(
                    $"The run {name} is there twice; every method, dimension, seed and data seed may be there once. Drop one of the two.",
                    nameof(runs));
            }

            if (!double.IsFinite(run.TestLogLikelihood) || !double.IsFinite(run.Oracle))
            {
                throw new ArgumentException(
                    $"The run {name} has the test log-likelihood {run.TestLogLikelihood} and the oracle {run.Oracle}; both must be finite. "
                    + "A run that diverged is no finished run: leave it out, or train it again.",
                    nameof(runs));
            }
        }
    }
}
