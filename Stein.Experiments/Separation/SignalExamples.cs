using Stein.Engine.Random;

namespace Stein.Experiments.Separation;

/// <summary>Mixtures of known sources, to try a separation on.</summary>
/// <param name="Sources">N×K.</param>
/// <param name="Mixing">D×K.</param>
/// <param name="Meaning">What they are, in a sentence.</param>
internal sealed record SignalExample(double[,] Sources, double[,] Mixing, string Meaning)
{
    /// <summary>What can be had.</summary>
    public static IReadOnlyList<string> Names { get; } = ["speech", "images"];

    /// <summary>The width of the images, whose pixels are the rows.</summary>
    public const int ImageWidth = 64;

    /// <summary>The mixtures (N×D).</summary>
    public double[,] Mixtures
    {
        get
        {
            (int rows, int sources, int columns) = (Sources.GetLength(0), Sources.GetLength(1), Mixing.GetLength(0));
            var mixtures = new double[rows, columns];
            for (int i = 0; i < rows; i++)
            {
                for (int d = 0; d < columns; d++)
                {
                    for (int c = 0; c < sources; c++)
                        mixtures[i, d] += Mixing[d, c] * Sources[i, c];
                }
            }

            return mixtures;
        }
    }

    /// <summary>Draws an example; the same seed always gives the same.</summary>
    public static SignalExample Create(string name, uint seed) => name == "images" ? Images(seed) : Speech(seed);

    /// <summary>
    /// Three voices at four microphones less one: syllables of harmonics whose pitch glides, with hissing consonants and pauses between.
    /// </summary>
    private static SignalExample Speech(uint seed)
    {
        const int Rate = 4000, Seconds = 3;
        double[] pitches = [110, 165, 220];
        var sources = new double[Rate * Seconds, pitches.Length];
        for (int voice = 0; voice < pitches.Length; voice++)
        {
            var stream = new PhiloxStream(seed, StreamPurpose.TrainingData, (uint)voice);
            double phase = 0;
            int row = 0;
            while (row < Rate * Seconds)
            {
                int pause = (int)(Rate * (0.02 + (0.15 * stream.NextUniform())));
                int hiss = (int)(Rate * 0.05 * stream.NextUniform());
                int vowel = (int)(Rate * (0.08 + (0.2 * stream.NextUniform())));
                double glide = 0.8 + (0.4 * stream.NextUniform()), loudness = 0.4 + stream.NextUniform();
                double[] harmonics = [.. Enumerable.Range(1, 8).Select(h => stream.NextUniform() / Math.Sqrt(h))];
                for (int t = 0; t < pause + hiss + vowel && row < Rate * Seconds; t++, row++)
                {
                    if (t < pause)
                        continue;
                    double noise = stream.NextNormal();
                    if (t < pause + hiss)
                    {
                        sources[row, voice] = 0.15 * loudness * noise;
                        continue;
                    }

                    double share = (t - pause - hiss) / (double)vowel;
                    phase += 2 * Math.PI * pitches[voice] * (1 + ((glide - 1) * share)) / Rate;
                    double sum = 0.05 * noise;
                    for (int h = 0; h < harmonics.Length; h++)
                        sum += harmonics[h] * Math.Sin((h + 1) * phase);
                    sources[row, voice] = loudness * Math.Sin(Math.PI * share) * sum;
                }
            }
        }

        return new(
            sources,
            new double[,] { { 1, 0.7, 0.4 }, { 0.5, 1, -0.6 }, { -0.3, 0.6, 1 } },
            "three voices at three microphones, 3 seconds at 4000 rows per second");
    }

    /// <summary>Three images of 64×64 pixels: waves, which are sub-Gaussian, blurred discs, and stars, which are super-Gaussian.</summary>
    private static SignalExample Images(uint seed)
    {
        const int Width = ImageWidth, Discs = 6, Stars = 150;
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        var sources = new double[Width * Width, 3];
        (double X, double Y, double Radius)[] discs = [.. Enumerable.Range(0, Discs).Select(_ =>
            (Width * stream.NextUniform(), Width * stream.NextUniform(), 4 + (7 * stream.NextUniform())))];
        for (int row = 0; row < Width; row++)
        {
            for (int column = 0; column < Width; column++)
            {
                int pixel = (row * Width) + column;
                sources[pixel, 0] = Math.Sin((0.41 * column) + (0.23 * row)) + (0.05 * stream.NextNormal());
                sources[pixel, 1] = discs.Sum(disc => Math.Exp(
                    -Math.Pow((Math.Pow(column - disc.X, 2) + Math.Pow(row - disc.Y, 2)) / (disc.Radius * disc.Radius), 2)));
            }
        }

        for (int star = 0; star < Stars; star++)
        {
            (int x, int y, double light) = (stream.NextInt32(Width - 2), stream.NextInt32(Width - 2), -Math.Log(stream.NextOpenUniform()));
            for (int pixel = 0; pixel < 9; pixel++)
                sources[((y + (pixel / 3)) * Width) + x + (pixel % 3), 2] += light * (pixel == 4 ? 1 : pixel % 2 == 1 ? 0.5 : 0.25);
        }

        return new(
            sources,
            new double[,] { { 1, 0.8, 0.5 }, { 0.6, -1, 0.9 }, { 0.7, 0.5, -1 } },
            "three mixtures of three images of 64×64 pixels");
    }
}
