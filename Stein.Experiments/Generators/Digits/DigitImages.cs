using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using Stein.Engine.Random;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Generators.Digits;

/// <summary>Images of handwritten digits with their labels.</summary>
/// <param name="Pixels">N×64, from 0 (white) to 1 (black), row after row of each image.</param>
/// <param name="Labels">0 to 9 (N).</param>
internal sealed record DigitImages(double[] Pixels, int[] Labels)
{
    /// <summary>Pixels along each side.</summary>
    public const int Side = 8;

    /// <summary>D.</summary>
    public const int Dimension = Side * Side;

    public const int Classes = 10;

    /// <summary>The largest value of a pixel in the file.</summary>
    private const double Darkest = 16;

    private static readonly Lazy<DigitImages> Loaded = new(Load);

    /// <summary>All 1797 images of the test set of Alpaydin and Kaynak (UCI Machine Learning Repository, 1998; CC BY 4.0).</summary>
    public static DigitImages All => Loaded.Value;

    public int Count => Labels.Length;

    /// <summary>Some of the images, in a given order.</summary>
    public DigitImages At(ReadOnlySpan<int> rows)
    {
        var pixels = new double[rows.Length * Dimension];
        var labels = new int[rows.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            Pixels.AsSpan(rows[row] * Dimension, Dimension).CopyTo(pixels.AsSpan(row * Dimension));
            labels[row] = Labels[rows[row]];
        }

        return new(pixels, labels);
    }

    /// <summary>Pixels as images for a figure, black on white.</summary>
    public static IReadOnlyList<double[,]> Pictures(IEnumerable<double[]> images) =>
    [
        .. images.Select(image =>
        {
            var picture = new double[Side, Side];
            for (int pixel = 0; pixel < Dimension; pixel++)
                picture[pixel / Side, pixel % Side] = 1 - Math.Clamp(image[pixel], 0, 1);
            return picture;
        }),
    ];

    /// <summary>A PNG file with rows of images.</summary>
    /// <param name="images">Gives so many images (N×64).</param>
    public static RunFile Sheet(Func<int, double[]> images)
    {
        const int Across = 16, Down = 8, Zoom = 5, Cell = (Side + 1) * Zoom;
        return new("samples.png", stream =>
        {
            double[] pixels = images(Across * Down);
            var sheet = new byte[Down * Cell, Across * Cell];
            for (int y = 0; y < Down * Cell; y++)
            {
                for (int x = 0; x < Across * Cell; x++)
                {
                    (int row, int column, int image) = (y % Cell / Zoom, x % Cell / Zoom, (y / Cell * Across) + (x / Cell));
                    double ink = row == Side || column == Side ? 0 : pixels[(image * Dimension) + (row * Side) + column];
                    sheet[y, x] = (byte)Math.Round(255 * (1 - Math.Clamp(ink, 0, 1)));
                }
            }

            stream.Write(new ScottPlot.Image(sheet).GetImageBytes(ScottPlot.ImageFormat.Png));
        });
    }

    private static DigitImages Load()
    {
        const string Resource = "Stein.Experiments.Generators.Digits.digits.csv.gz";
        using Stream packed = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build; rebuild Stein.Experiments.");
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        var pixels = new List<double>();
        var labels = new List<int>();
        while (reader.ReadLine() is { } line)
        {
            int[] cells = [.. line.Split(',').Select(cell => int.Parse(cell, CultureInfo.InvariantCulture))];
            pixels.AddRange(cells[..^1].Select(value => value / Darkest));
            labels.Add(cells[^1]);
        }

        return new([.. pixels], [.. labels]);
    }
}

/// <summary>The images in three parts that have nothing in common, in an order that the seed decides.</summary>
/// <param name="Training">What a generator learns from.</param>
/// <param name="Classifier">What the classifier that judges learns from.</param>
/// <param name="Test">What samples are compared with.</param>
internal sealed record DigitSplit(DigitImages Training, DigitImages Classifier, DigitImages Test)
{
    /// <summary>As in the usual split of these images.</summary>
    public const int TestImages = 500;

    /// <summary>The split of a seed.</summary>
    /// <param name="seed">Of the order.</param>
    /// <param name="classifierImages">Images for the classifier, out of the 1297 that are not for testing.</param>
    public static DigitSplit Of(uint seed, int classifierImages)
    {
        int[] order = [.. Enumerable.Range(0, DigitImages.All.Count)];
        new PhiloxStream(seed, StreamPurpose.HeldOut).Shuffle(order);
        return new(
            Images(order.AsSpan(TestImages + classifierImages)),
            Images(order.AsSpan(TestImages, classifierImages)),
            Images(order.AsSpan(0, TestImages)));

        static DigitImages Images(ReadOnlySpan<int> rows) => DigitImages.All.At(rows);
    }
}
