using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.GoodnessOfFit;
using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary>Samples, and scores at them, as <c>stein ksd</c> reads them.</summary>
/// <param name="Values">N×D, row-major.</param>
/// <param name="Scores">N×D, row-major.</param>
/// <param name="Names">The names of the coordinates.</param>
/// <param name="Chains">Which rows belong to which chain.</param>
/// <param name="Notes">What the user should know about how the files were read.</param>
internal sealed record KsdSamples(
    double[] Values, double[] Scores, int Dimension, IReadOnlyList<string> Names, ChainRows Chains, IReadOnlyList<string> Notes)
{
    /// <summary>What precedes the name of a coordinate in the name of its score.</summary>
    private static readonly string[] Prefixes = ["score_", "scores_", "grad_", "g_", "d_", "dlogp_"];

    /// <summary>Whether a coordinate with a bounded support was transformed to the whole line.</summary>
    public bool IsTransformed { get; init; }

    /// <summary>N.</summary>
    public int Count => Chains.Samples;

    /// <summary>Reads both files, or one and estimates the scores.</summary>
    /// <exception cref="UsageException">They cannot be read, or do not belong together.</exception>
    public static KsdSamples Read(KsdRequest request, PhaseProgress progress)
    {
        progress.Begin("reading");
        SampleTable samples = SampleFileOptions.Open("--samples", request.Samples, request.Files);
        if (samples.Rows < 2)
            throw new UsageException($"--samples {request.Samples}: it has 1 sample, which has no pairs. Give more.");
        List<string> notes = [.. samples.Notes.Select(note => $"--samples {request.Samples}: {note}")];
        double[] scores;
        if (request.Target is { } target)
            scores = KsdSupport.ScoresAt(target, samples);
        else if (request.Scores is { } path)
        {
            SampleTable read = SampleFileOptions.Open("--scores", path, request.ScoreFiles);
            notes.AddRange(read.Notes.Select(note => $"--scores {path}: {note}"));
            RequireMatch(request, samples, path, read);
            scores = request.NegateScores ? Array.ConvertAll(read.Values, score => -score) : read.Values;
        }
        else
        {
            progress.Begin($"estimating the scores of {samples.Rows} samples");
            scores = Estimate(request, samples);
        }

        try
        {
            ChainRows chains = ChainRows.Equal(samples.Rows, request.Chains);
            string[] names = [.. Enumerable.Range(0, samples.Columns).Select(column => samples.Names?[column] ?? $"{column + 1}")];
            return new(samples.Values, scores, samples.Columns, names, chains, notes);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"--chains {request.Chains}: {exception.Message}", exception);
        }
    }

    private static void RequireMatch(KsdRequest request, SampleTable samples, string path, SampleTable scores)
    {
        if (scores.Rows != samples.Rows || scores.Columns != samples.Columns)
        {
            throw new UsageException(
                $"--scores {path}: it has {scores.Rows}×{scores.Columns} numbers (rows×columns), and --samples {request.Samples} has "
                + $"{samples.Rows}×{samples.Columns}; there must be one score for each coordinate of each sample. Choose columns by "
                + "--columns and --score-columns.");
        }

        if (samples.Names is not { } coordinates || scores.Names is not { } names || request.ScoreFiles.Columns.Count > 0)
            return;
        string[] bare = [.. names.Select(name => Prefixes.FirstOrDefault(name.StartsWith) is { } prefix ? name[prefix.Length..] : name)];
        if (!bare.SequenceEqual(coordinates) && bare.Order().SequenceEqual(coordinates.Order()))
        {
            throw new UsageException(
                $"--scores {path}: its columns are {string.Join(", ", names)}, those of --samples {request.Samples} are "
                + $"{string.Join(", ", coordinates)}; put them in the same order, or choose them by --score-columns.");
        }
    }

    private static double[] Estimate(KsdRequest request, SampleTable samples)
    {
        try
        {
            using Device device = DeviceCatalog.Create(ScoreDevice.Accurate);
            return request.Estimator!.Fit(device, samples.Values, samples.Columns).ScoresAtSamples();
        }
        catch (Exception exception) when (exception is ScoreEstimationException or ArgumentException)
        {
            throw UsageException.About($"--samples {request.Samples}", exception);
        }
    }
}
