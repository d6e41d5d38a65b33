using Stein.Engine.Estimators;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>The samples of a run and, where their density is known, test points with its exact scores.</summary>
/// <param name="Samples">N×2, row-major.</param>
/// <param name="Density">Null for a file.</param>
/// <param name="TestPoints">M×2; none for a file.</param>
internal sealed record DescentData(double[] Samples, GaussianMixture? Density, double[] TestPoints)
{
    /// <summary>The name of data that are samples of the user's own.</summary>
    public const string OwnFile = "file";

    /// <summary>
    /// h of each density: one whose Fisher error is near the smallest at N = 300 and 1000, though for modes a larger one is better still.
    /// </summary>
    private static readonly Dictionary<string, double> Bandwidths = new()
    {
        ["modes"] = Math.Sqrt(0.72),
        ["rings"] = Math.Sqrt(0.5),
        ["moons"] = 0.4,
    };

    private readonly double[] trueAtSamples = Density?.ScoresAt(Samples) ?? [];
    private readonly double[] trueAtTestPoints = Density?.ScoresAt(TestPoints) ?? [];

    /// <summary>The densities, and <see cref="OwnFile"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. PlanarDensity.Names, OwnFile];

    /// <summary>h of the data of a name; null where <see cref="BandwidthChoice"/> chooses it.</summary>
    public static double? BandwidthOf(string name) => Bandwidths.TryGetValue(name, out double bandwidth) ? bandwidth : null;

    /// <summary>The data of a config; samples and test points are independent streams of the seed.</summary>
    /// <exception cref="RunFailedException">The file is not what it was when the run was planned.</exception>
    public static DescentData Of(DaeDescentSettings config)
    {
        if (config.IsFile)
            return new(FromFile(config), null, []);
        GaussianMixture density = PlanarDensity.Of(config.Data);
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
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
            sum += (scores[i] - trueScores[i]) * (scores[i] - trueScores[i]);
        return sum * PlanarDensity.Dimension / scores.Length;
    }

    private static double[] FromFile(DaeDescentSettings config)
    {
        SampleFile file;
        try
        {
            file = SampleFile.Read(config.File!);
        }
        catch (InvalidConfigException exception)
        {
            throw new RunFailedException(
                $"the samples are gone: {exception.Message} Put the file back as it was, or begin a new run with another.", 1, exception);
        }

        if (file.Sha256 != config.FileSha256)
        {
            throw new RunFailedException(
                $"{file.Path} has changed since the run was planned (SHA-256 {file.Sha256}, planned {config.FileSha256}). "
                + "Put it back as it was, or begin a new run with what it is now.",
                1);
        }

        int wanted = config.Samples!.Value;
        if (wanted > file.Count)
            throw new RunFailedException($"{file.Path} has {file.Count} samples and {wanted} are wanted. Give at most {file.Count}.", 1);
        if (wanted == file.Count)
            return file.Points;
        int[] order = [.. Enumerable.Range(0, file.Count)];
        new PhiloxStream(config.Seed, StreamPurpose.TrainingData).Shuffle(order);
        return [.. order.Take(wanted).SelectMany(row => new[] { file.Points[2 * row], file.Points[(2 * row) + 1] })];
    }
}
