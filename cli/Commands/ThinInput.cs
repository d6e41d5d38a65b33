using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary>Reads the samples of <c>stein thin</c> and the scores at them.</summary>
internal static class ThinInput
{
    /// <summary>How programs mark a column as the derivative by a coordinate.</summary>
    private static readonly string[] ScorePrefixes = ["score_", "grad_", "g_", "s_", "d_"];

    /// <exception cref="UsageException">A file cannot be read, or the two do not fit.</exception>
    public static (SampleTable Samples, SampleTable Scores) Read(ThinRequest request)
    {
        // In one file, the columns of the scores are not coordinates.
        bool isOneFile = request is { Scores: null, Target: null } && request.Files.Columns.Count == 0;
        SampleTableOptions options = isOneFile
            ? request.Files with { Drop = [.. request.Files.Drop, .. request.ScoreColumns] }
            : request.Files;
        SampleTable samples = SampleFileOptions.Open("--samples", request.Samples, options);
        if (request.Target is { } target)
            return (samples, samples with { Values = KsdSupport.ScoresAt(target, samples), Notes = [] });
        (string option, string path) = request.Scores is { } file ? ("--scores", file) : ("--samples", request.Samples);
        SampleTable scores = SampleFileOptions.Open(
            option, path, request.Files with { Columns = request.ScoreColumns, Drop = [], Weights = null });
        string which = request.ScoreColumns.Count == 0 ? $"{option} {path}" : $"--score-columns {string.Join(',', request.ScoreColumns)}";
        if (scores.Columns != samples.Columns)
        {
            throw new UsageException(
                $"{which}: {Count(scores.Columns, "column")} of scores, and --samples {request.Samples} has "
                + $"{Count(samples.Columns, "coordinate")}; each coordinate needs one. Choose them by --score-columns and --columns.");
        }

        if (scores.Rows != samples.Rows)
        {
            throw new UsageException(
                $"{which}: {Count(scores.Rows, "row")} of scores, and --samples {request.Samples} has {Count(samples.Rows, "row")}; each "
                + "sample needs a score. Write both files from the same samples.");
        }

        RequireOrder(which, samples, scores);
        return (samples, scores);
    }

    /// <exception cref="UsageException">Both files name the same coordinates in another order.</exception>
    private static void RequireOrder(string which, SampleTable samples, SampleTable scores)
    {
        if (samples.Names is not { } names || scores.Names is not { } others)
            return;
        string[] of = [.. others.Select(Coordinate)];
        if (of.SequenceEqual(names) || !of.Order().SequenceEqual(names.Order()))
            return;
        throw new UsageException(
            $"{which}: its columns are {string.Join(", ", others)}, and the coordinates are {string.Join(", ", names)}. Give "
            + $"--score-columns {string.Join(',', names.Select(name => others[Array.IndexOf(of, name)]))}");

        string Coordinate(string column)
        {
            string? prefix = Array.Find(ScorePrefixes, prefix => column.StartsWith(prefix, StringComparison.Ordinal));
            return prefix is not null && names.Contains(column[prefix.Length..]) ? column[prefix.Length..] : column;
        }
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
