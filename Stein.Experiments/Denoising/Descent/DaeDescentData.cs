using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>The samples of a run and, where their density is known, test points with its exact scores.</summary>
/// <param name="Samples">N×2, row-major.</param>
/// <param name="Density">Null for a file.</param>
/// <param name="TestPoints">M×2; none for a file.</param>
internal sealed record DaeDescentData(double[] Samples, GaussianMixture? Density, double[] TestPoints)
{
    /// <summary>N.</summary>
    public int Count => Samples.Length / PlanarDensity.Dimension;

    /// <summary>The data of settings; samples and test points are independent streams of the seed.</summary>
    /// <exception cref="RunFailedException">The file is not what it was when the run was planned.</exception>
    public static DaeDescentData Of(DaeDescentSettings settings)
    {
        if (settings.IsFile)
            return new(FromFile(settings), null, []);
        GaussianMixture density = PlanarDensity.Of(settings.Data);
        return new(
            density.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TrainingData), settings.Samples!.Value),
            density,
            density.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData), settings.TestPoints));
    }

    /// <summary>The density's score at points (M×2); empty where it is not known.</summary>
    public double[] TrueScores(double[] points)
    {
        if (Density is null)
            return [];
        var scores = new double[points.Length];
        Density.Score(points, scores);
        return scores;
    }

    /// <summary><c>mean ‖s − s′‖²</c> over points (M×2 each); NaN where the true scores are not known.</summary>
    public static double FisherError(double[] scores, double[] trueScores)
    {
        if (trueScores.Length == 0)
            return double.NaN;
        double sum = 0;
        for (int i = 0; i < scores.Length; i++)
            sum += (scores[i] - trueScores[i]) * (scores[i] - trueScores[i]);
        return sum * PlanarDensity.Dimension / scores.Length;
    }

    private static double[] FromFile(DaeDescentSettings settings)
    {
        SampleFile file;
        try
        {
            file = SampleFile.Read(settings.File!);
        }
        catch (InvalidConfigException exception)
        {
            throw new RunFailedException(
                $"the samples are gone: {exception.Message} Put the file back as it was, or begin a new run with another.", 1, exception);
        }

        if (file.Sha256 != settings.FileSha256)
        {
            throw new RunFailedException(
                $"{file.Path} has changed since the run was planned (SHA-256 {file.Sha256}, planned {settings.FileSha256}). "
                + "Put it back as it was, or begin a new run with what it is now.",
                1);
        }

        int wanted = settings.Samples!.Value;
        if (wanted > file.Count)
            throw new RunFailedException($"{file.Path} has {file.Count} samples and {wanted} are wanted. Give at most {file.Count}.", 1);
        return wanted == file.Count ? file.Points : Drawn(file, wanted, settings.Seed);
    }

    /// <summary>So many samples without repetition.</summary>
    private static double[] Drawn(SampleFile file, int count, uint seed)
    {
        int[] order = [.. Enumerable.Range(0, file.Count)];
        new PhiloxStream(seed, StreamPurpose.TrainingData).Shuffle(order);
        return [.. order.Take(count).SelectMany(row => new[] { file.Points[2 * row], file.Points[(2 * row) + 1] })];
    }
}
