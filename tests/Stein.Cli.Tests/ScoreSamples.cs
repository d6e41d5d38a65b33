using System.Globalization;
using Stein.Engine.Random;

namespace Stein.Cli.Tests;

/// <summary>Samples as somebody would bring them, and what <c>stein score</c> makes of them.</summary>
internal static class ScoreSamples
{
    /// <summary>Standard normal numbers (rows×columns, row-major).</summary>
    public static double[] Normal(int rows, int columns, uint seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        return [.. Enumerable.Range(0, rows * columns).Select(_ => stream.NextNormal())];
    }

    /// <summary>Writes rows of numbers that read back to the same bits.</summary>
    public static void Write(SteinProgram stein, string file, double[] values, int columns, string? header = null)
        => File.WriteAllText(stein.PathOf(file), Text(values, columns, header));

    public static string Text(double[] values, int columns, string? header = null)
    {
        IEnumerable<string> rows = values.Chunk(columns)
            .Select(row => string.Join(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))) + "\n");
        return (header is null ? "" : header + "\n") + string.Concat(rows);
    }

    /// <summary>The names of the columns, and the numbers beneath (row-major).</summary>
    public static (string Header, double[] Values) Parse(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (lines[0], [.. lines.Skip(1).SelectMany(line => line.Split(',')).Select(
            cell => double.Parse(cell, CultureInfo.InvariantCulture))]);
    }

    /// <summary>The correlation of scores with those of a standard normal density, −x.</summary>
    public static double CorrelationWithTruth(double[] scores, double[] points)
    {
        double scoreMean = scores.Average(), pointMean = points.Average();
        double product = 0, scoreSquare = 0, pointSquare = 0;
        foreach ((double score, double point) in scores.Zip(points))
        {
            product -= (score - scoreMean) * (point - pointMean);
            scoreSquare += (score - scoreMean) * (score - scoreMean);
            pointSquare += (point - pointMean) * (point - pointMean);
        }

        return product / Math.Sqrt(scoreSquare * pointSquare);
    }
}
