using System.Security.Cryptography;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Samples;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>The samples of a run and, where their density is known, test points with its exact scores.</summary>
/// <param name="Samples">N×2, row-major.</param>
/// <param name="Density">Null for a file.</param>
/// <param name="TestPoints">M×2; none for a file.</param>
internal sealed record DescentData(double[] Samples, GaussianMixture? Density, double[] TestPoints)
{
    /// <summary>The name of data that are the user's own samples.</summary>
    public const string OwnFile = "file";

    private readonly double[] trueAtSamples = Density?.ScoresAt(Samples) ?? [];
    private readonly double[] trueAtTestPoints = Density?.ScoresAt(TestPoints) ?? [];

    /// <summary>The densities, and <see cref="OwnFile"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. PlanarDensity.Names, OwnFile];

    /// <summary>
    /// h of a density: one whose Fisher error is near the smallest at N = 300 and 1000, though for modes a larger one is better still. Null
    /// where <see cref="BandwidthChoice"/> chooses it.
    /// </summary>
    public static double? BandwidthOf(string name) => name switch
    {
        "modes" => Math.Sqrt(0.72),
        "rings" => Math.Sqrt(0.5),
        "moons" => 0.4,
        _ => null,
    };

    /// <summary>The data of a config; samples and test points are independent streams of the seed.</summary>
    /// <exception cref="RunFailedException">The file is not what it was when the run was planned.</exception>
    public static DescentData Of(DaeDescentSettings config)
    {
        if (config.IsFile)
            return new(FromFile(config), null, []);
        GaussianMixture density = PlanarDensity.Find(config.Data);
        return new(
            density.Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData), config.Samples!.Value),
            density,
            density.Sample(new PhiloxStream(config.Seed, StreamPurpose.TestData), config.TestPoints));
    }

    /// <summary><c>mean ‖s − ∇ log p‖²</c> over the samples (scores N×2); NaN where the density is not known.</summary>
    public double ErrorAtSamples(double[] scores) => FisherError(scores, trueAtSamples);

    /// <summary>The same over the test points.</summary>
    public double ErrorAtTestPoints(ScoreEstimate estimate) => FisherError(estimate.Scores(TestPoints), trueAtTestPoints);

    private static double FisherError(double[] scores, double[] trueScores)
    {
        if (trueScores.Length == 0)
            return double.NaN;
        return scores.Zip(trueScores, (score, truth) => (score - truth) * (score - truth)).Sum() * PlanarDensity.Dimension / scores.Length;
    }

    private static double[] FromFile(DaeDescentSettings config)
    {
        SampleFile file;
        try
        {
            file = SampleFile.Read(config.File!, config.Columns);
        }
        catch (InvalidConfigException exception)
        {
            throw new RunFailedException(
                $"the samples cannot be read again: {exception.Message} Restore the file, or start a new run with another.", 1, exception);
        }

        if (file.Sha256 != config.FileSha256)
        {
            throw new RunFailedException(
                $"{config.File} has changed since the run was planned (SHA-256 {file.Sha256}, planned {config.FileSha256}). "
                + "Restore it, or start a new run with its present content.",
                1);
        }

        int wanted = config.Samples!.Value;
        if (wanted > file.Count)
            throw new RunFailedException($"{config.File} has {file.Count} samples; set \"samples\" to that or fewer, not to {wanted}.", 1);
        if (wanted == file.Count)
            return file.Points;
        int[] order = [.. Enumerable.Range(0, file.Count)];
        new PhiloxStream(config.Seed, StreamPurpose.TrainingData).Shuffle(order);
        return [.. order.Take(wanted).SelectMany(row => new[] { file.Points[2 * row], file.Points[(2 * row) + 1] })];
    }
}

/// <summary>Samples in the plane from a CSV file with two columns, with or without a header row, and the checksum of the file.</summary>
/// <param name="Points">N×2, row-major, finite.</param>
/// <param name="Sha256">Of the bytes of the file, in lower-case hexadecimal digits.</param>
internal sealed record SampleFile(double[] Points, string Sha256)
{
    /// <summary>N.</summary>
    public int Count => Points.Length / PlanarDensity.Dimension;

    /// <summary>Reads the file once, so that the checksum is that of the samples.</summary>
    /// <exception cref="InvalidConfigException">It cannot be read, or is not such a file; the message says which line.</exception>
    /// <param name="columns">The two columns, with a comma between them; null for all.</param>
    public static SampleFile Read(string path, string? columns = null)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            SampleTable table = SampleTable.Read(
                new MemoryStream(bytes), path, new SampleTableOptions { Columns = columns is null ? [] : [columns] });
            return table.Columns == PlanarDensity.Dimension
                ? new(table.Values, Convert.ToHexStringLower(SHA256.HashData(bytes)))
                : throw new InvalidDataException(
                    $"{path}: it has {table.Columns} columns; it must have {PlanarDensity.Dimension}, the coordinates of points in the "
                    + "plane. Choose them by --columns.");
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidConfigException($"\"file\": {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidConfigException(
                $"\"file\": {path} cannot be read: {exception.Message} Give the path of a CSV file with two columns.", exception);
        }
    }
}

/// <summary>
/// A bandwidth from the samples alone: of h² = 2m, m, m/2, …, m/64, with m the median squared distance, the one whose best ridge has the
/// smallest score-matching loss on held-out samples. In the plane the median itself is far too wide for rings and moons.
/// </summary>
internal static class BandwidthChoice
{
    /// <summary>
    /// Of more samples than this, as many, evenly spaced, decide: 88 Cholesky factors of 400 rows take a second.
    /// </summary>
    private const int MaxSamples = 500;

    /// <summary>h.</summary>
    /// <param name="device">In double precision.</param>
    /// <param name="samples">N×2, row-major.</param>
    /// <param name="seed">Decides which samples are held out.</param>
    /// <exception cref="ScoreEstimationException">All samples are the same, or nearly.</exception>
    public static double Of(Device device, double[] samples, string kernel, uint seed)
    {
        int count = samples.Length / PlanarDensity.Dimension;
        int kept = Math.Min(count, MaxSamples);
        double[] chosen = SampleMatrix.Select(samples, PlanarDensity.Dimension, SampleMatrix.EvenlySpaced(kept, count));
        ScoreEstimator estimator = ScoreEstimators.Find("stein");
        var settings = new ScoreEstimatorSettings { Kernel = kernel };
        double median = estimator.Fit(device, chosen, PlanarDensity.Dimension, settings).Bandwidth;
        return Enumerable.Range(0, 8).Select(index => median * Math.Pow(2, 0.5 * (1 - index))).MinBy(Loss);

        double Loss(double bandwidth) => HeldOutSelection.Choose(
            estimator,
            device,
            chosen,
            PlanarDensity.Dimension,
            settings with { Bandwidth = bandwidth },
            seed,
            HeldOutFolds.Random).Losses.Min();
    }
}
