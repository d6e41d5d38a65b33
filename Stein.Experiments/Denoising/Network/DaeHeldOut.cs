using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Networks;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising.Network;

/// <summary>Held-out samples, clean and noised, with the true scores there, on which an auto-encoder is measured.</summary>
internal sealed class DaeHeldOut
{
    /// <summary>Noise-matched KSD² of the exact score of the smoothed density, on the same samples.</summary>
    public static readonly Quantity ExactMatchedKsd = new("exact_ksd_matched", "of the exact score", 4);

    /// <summary>KSD² of the exact score of the density, on the same samples.</summary>
    public static readonly Quantity ExactCleanKsd = new("exact_ksd_clean", "of the exact score", 4);

    /// <summary>h of the kernel, the median distance of the noised samples that KSD is measured on.</summary>
    private static readonly Quantity Bandwidth = new("bandwidth");

    private readonly Device device;
    private readonly DenoisingAutoencoder autoencoder;
    private readonly int discrepancySamples;
    private readonly double[] noise;
    private readonly double[] smoothedScores;
    private readonly double[] cleanScores;
    private readonly DeviceMatrix cleanMatrix;
    private readonly DeviceMatrix noisedMatrix;
    private readonly DeviceMatrix noiseMatrix;
    private readonly DeviceMatrix scores;
    private readonly double bandwidth;
    private readonly Func<DeviceMatrix, DeviceMatrix, double> discrepancy;

    /// <param name="device">The auto-encoder's device.</param>
    /// <param name="settings">The config of the run.</param>
    /// <param name="trained">The auto-encoder that is measured.</param>
    public DaeHeldOut(Device device, DaeNetworkSettings settings, DenoisingAutoencoder trained)
    {
        this.device = device;
        const int D = PlanarDensity.Dimension;
        int samples = settings.TestSamples;
        discrepancySamples = Math.Min(settings.DiscrepancySamples, samples);
        autoencoder = new DenoisingAutoencoder(device, samples, trained);
        GaussianMixture density = settings.Density;
        double[] clean = density.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData), samples);
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.SmoothingNoise);
        noise = [.. clean.Select(_ => stream.NextNormal())];
        double[] noised = [.. clean.Zip(noise, (x, epsilon) => x + (settings.Sigma * epsilon))];
        smoothedScores = density.Smoothed(settings.Sigma).ScoresAt(noised);
        cleanScores = density.ScoresAt(clean);
        cleanMatrix = device.Upload(samples, D, clean);
        noisedMatrix = device.Upload(samples, D, noised);
        noiseMatrix = device.Upload(samples, D, noise);
        scores = device.Allocate(samples, D);
        (bandwidth, discrepancy) = RadialKernels.Visit(
            settings.Kernel, new DiscrepancyOf(device, noisedMatrix.RowRange(0, discrepancySamples)));
    }

    /// <summary>The auto-encoder as it is now. O(n²) for the KSD of n samples.</summary>
    public DaeErrors Measure()
    {
        double[] losses = autoencoder.Losses(noisedMatrix, noiseMatrix);
        autoencoder.Scores(scores, noisedMatrix);
        double[] atNoised = device.Read(scores);
        double matched = Discrepancy(noisedMatrix);
        autoencoder.Scores(scores, cleanMatrix);
        double[] atClean = device.Read(scores);
        double clean = Discrepancy(cleanMatrix);

        double sigma = autoencoder.Sigma;
        double square = sigma * sigma;
        int count = losses.Length;
        (double excess, double identitySquares) = (0, 0);
        for (int n = 0; n < count; n++)
        {
            // Of the best auto-encoder, and the Fisher error, at this sample.
            (double least, double error) = (0, 0);
            for (int i = PlanarDensity.Dimension * n; i < PlanarDensity.Dimension * (n + 1); i++)
            {
                least += Square((sigma * smoothedScores[i]) + noise[i]);
                error += Square(atNoised[i] - smoothedScores[i]);
            }

            excess += losses[n] - least;
            identitySquares += Square(((losses[n] - least) / square) - error);
        }

        double[] smoothedDifferences = [.. atNoised.Zip(smoothedScores, (a, b) => a - b)];
        double smoothedError = MeanSquare(smoothedDifferences, count);
        double cleanError = MeanSquare([.. atClean.Zip(cleanScores, (a, b) => a - b)], count);
        double difference = (excess / count / square) - smoothedError;
        return new(
            DaeErrors.Loss.At(square * losses.Average()),
            DaeErrors.Excess.At(square * excess / count),
            DaeErrors.Smoothed.At(smoothedError),
            DaeErrors.RelativeSmoothed.At(smoothedError / MeanSquare(smoothedScores, count)),
            DaeErrors.MeanError.At(SquaredMean(smoothedDifferences, count)),
            DaeErrors.MatchedKsd.At(matched),
            DaeErrors.Clean.At(cleanError),
            DaeErrors.RelativeClean.At(cleanError / MeanSquare(cleanScores, count)),
            DaeErrors.CleanKsd.At(clean),
            DaeErrors.IdentityError.At(Math.Sqrt(Math.Max(0, (identitySquares / count) - Square(difference)) / (count - 1))));
    }

    /// <summary>What does not depend on the auto-encoder: the bandwidth, and KSD² of the exact scores, which chance alone leaves.</summary>
    public IReadOnlyList<Metric> References()
    {
        device.Write(scores, smoothedScores);
        double matched = Discrepancy(noisedMatrix);
        device.Write(scores, cleanScores);
        return [Bandwidth.At(bandwidth), ExactMatchedKsd.At(matched), ExactCleanKsd.At(Discrepancy(cleanMatrix))];
    }

    private static double Square(double value) => value * value;

    private static double MeanSquare(double[] values, int count) => values.Sum(Square) / count;

    /// <summary>The squared length of the mean of rows.</summary>
    private static double SquaredMean(double[] rows, int count)
        => Enumerable.Range(0, PlanarDensity.Dimension).Sum(
            column => Square(rows.Where((_, index) => index % PlanarDensity.Dimension == column).Sum() / count));

    private double Discrepancy(DeviceMatrix points)
        => discrepancy(points.RowRange(0, discrepancySamples), scores.RowRange(0, discrepancySamples));

    private sealed class DiscrepancyOf(Device device, DeviceMatrix samples)
        : IRadialKernelVisitor<(double Bandwidth, Func<DeviceMatrix, DeviceMatrix, double> Value)>
    {
        public (double Bandwidth, Func<DeviceMatrix, DeviceMatrix, double> Value) Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            DeviceMatrix distances = device.Allocate(samples.Rows, samples.Rows);
            device.SquaredDistances(distances, samples);
            var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, samples.Rows, samples.Columns, PairStatistic.U);
            discrepancy.Bandwidth.Set(MedianRule.MedianDistance, distances);
            return (Math.Sqrt(device.Read(discrepancy.Bandwidth.Medians)[0]), discrepancy.Value);
        }
    }
}
