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
    private readonly double[] noise;
    private readonly DeviceMatrix noiseMatrix;
    private readonly (DeviceMatrix Matrix, double[] TrueScores) clean;
    private readonly (DeviceMatrix Matrix, double[] TrueScores) noised;
    private readonly DeviceMatrix scores;
    private readonly int discrepancySamples;
    private readonly double bandwidth;
    private readonly Func<DeviceMatrix, DeviceMatrix, double> discrepancy;

    /// <param name="trained">The auto-encoder that is measured.</param>
    public DaeHeldOut(Device device, DaeNetworkSettings settings, DenoisingAutoencoder trained)
    {
        this.device = device;
        (int samples, discrepancySamples) = (settings.TestSamples, settings.DiscrepancySamples);
        autoencoder = new DenoisingAutoencoder(device, samples, trained);
        GaussianMixture density = settings.Density;
        double[] points = density.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData), samples);
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.SmoothingNoise);
        noise = [.. points.Select(_ => stream.NextNormal())];
        double[] noisedPoints = [.. points.Zip(noise, (x, epsilon) => x + (settings.Sigma * epsilon))];
        noiseMatrix = Upload(noise);
        clean = (Upload(points), density.ScoresAt(points));
        noised = (Upload(noisedPoints), density.Smoothed(settings.Sigma).ScoresAt(noisedPoints));
        scores = device.Allocate(samples, PlanarDensity.Dimension);
        (bandwidth, discrepancy) = RadialKernels.Visit(
            settings.Kernel, new DiscrepancyOf(device, noised.Matrix.RowRange(0, discrepancySamples)));

        DeviceMatrix Upload(double[] rows) => device.Upload(samples, PlanarDensity.Dimension, rows);
    }

    /// <summary>The denoising loss of the auto-encoder as it is now, σ² times the mean over the noised samples.</summary>
    public double Loss() => autoencoder.Sigma * autoencoder.Sigma * autoencoder.Losses(noised.Matrix, noiseMatrix).Average();

    /// <summary>The auto-encoder as it is now. O(n²) for the KSD of n samples.</summary>
    public DaeErrors Measure()
    {
        double[] losses = autoencoder.Losses(noised.Matrix, noiseMatrix);
        autoencoder.Scores(scores, noised.Matrix);
        double[] atNoised = device.Read(scores);
        double matchedKsd = Discrepancy(noised.Matrix);
        autoencoder.Scores(scores, clean.Matrix);
        double[] atClean = device.Read(scores);
        double cleanKsd = Discrepancy(clean.Matrix);

        double sigma = autoencoder.Sigma;
        double square = sigma * sigma;
        int count = losses.Length;
        (double excess, double identitySquares) = (0, 0);
        for (int n = 0; n < count; n++)
        {
            // The loss of the best auto-encoder, and the Fisher error, at this sample.
            (double best, double error) = (0, 0);
            for (int i = PlanarDensity.Dimension * n; i < PlanarDensity.Dimension * (n + 1); i++)
            {
                best += Square((sigma * noised.TrueScores[i]) + noise[i]);
                error += Square(atNoised[i] - noised.TrueScores[i]);
            }

            excess += losses[n] - best;
            identitySquares += Square(((losses[n] - best) / square) - error);
        }

        double[] smoothedDifferences = [.. atNoised.Zip(noised.TrueScores, (a, b) => a - b)];
        double smoothedError = MeanSquare(smoothedDifferences, count);
        double cleanError = MeanSquare([.. atClean.Zip(clean.TrueScores, (a, b) => a - b)], count);
        double difference = (excess / count / square) - smoothedError;
        return new(
            DaeErrors.Loss.At(square * losses.Average()),
            DaeErrors.Excess.At(square * excess / count),
            DaeErrors.Smoothed.At(smoothedError),
            DaeErrors.RelativeSmoothed.At(smoothedError / MeanSquare(noised.TrueScores, count)),
            DaeErrors.MeanError.At(SquaredMean(smoothedDifferences, count)),
            DaeErrors.MatchedKsd.At(matchedKsd),
            DaeErrors.Clean.At(cleanError),
            DaeErrors.RelativeClean.At(cleanError / MeanSquare(clean.TrueScores, count)),
            DaeErrors.CleanKsd.At(cleanKsd),
            DaeErrors.IdentityError.At(Math.Sqrt(Math.Max(0, (identitySquares / count) - Square(difference)) / (count - 1))));
    }

    /// <summary>What does not depend on the auto-encoder: the bandwidth, and KSD² of the exact scores, which is chance.</summary>
    public IReadOnlyList<Metric> References()
    {
        return [Bandwidth.At(bandwidth), ExactMatchedKsd.At(OfTrueScores(noised)), ExactCleanKsd.At(OfTrueScores(clean))];

        double OfTrueScores((DeviceMatrix Matrix, double[] TrueScores) points)
        {
            device.Write(scores, points.TrueScores);
            return Discrepancy(points.Matrix);
        }
    }

    private static double Square(double value) => value * value;

    private static double MeanSquare(double[] values, int count) => values.Sum(Square) / count;

    /// <summary>The squared length of the mean of rows.</summary>
    private static double SquaredMean(double[] rows, int count)
        => Enumerable.Range(0, PlanarDensity.Dimension).Sum(
            column => Square(rows.Where((_, index) => index % PlanarDensity.Dimension == column).Sum() / count));

    /// <summary>KSD² of the current scores at the first points.</summary>
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

/// <summary>
/// What is measured of a denoising auto-encoder on held-out samples x and <c>x′ = x + σε</c>; s is its score, <c>s_σ</c> that of the
/// smoothed density <c>p_σ = p * N(0, σ²I)</c>. Fisher errors and KSD² have the unit of a squared score.
/// </summary>
/// <param name="metrics">One for each of <see cref="All"/>, in that order.</param>
internal sealed class DaeErrors(params IReadOnlyList<Metric> metrics)
{
    /// <summary><c>mean ‖r(x′) − x‖²</c>.</summary>
    public static readonly Quantity Loss = new("denoising_loss", "loss");

    /// <summary>How much the loss exceeds that of the best auto-encoder <c>r*(x′) = x′ + σ²s_σ(x′)</c>, on the same x′ and x.</summary>
    public static readonly Quantity Excess = new("excess_loss");

    /// <summary><c>mean ‖s(x′) − s_σ(x′)‖²</c>, the Fisher error of the smoothed density.</summary>
    public static readonly Quantity Smoothed = new("fisher_smoothed", "smoothed error");

    /// <summary>The same divided by <c>mean ‖s_σ(x′)‖²</c>.</summary>
    public static readonly Quantity RelativeSmoothed = new("fisher_smoothed_relative", "smoothed error, relative", 3);

    /// <summary>
    /// <c>‖mean (s(x′) − s_σ(x′))‖²</c>: the part of the Fisher error that is the same everywhere, to which KSD gives its full weight.
    /// </summary>
    public static readonly Quantity MeanError = new("mean_error_smoothed", "mean error");

    /// <summary>Noise-matched KSD² (U-statistic): samples x′ of p_σ, score s.</summary>
    public static readonly Quantity MatchedKsd = new("ksd_matched", "matched KSD²", 4);

    /// <summary><c>mean ‖s(x) − ∇ log p(x)‖²</c>, the Fisher error of the density itself.</summary>
    public static readonly Quantity Clean = new("fisher_clean", "clean error");

    /// <summary>The same divided by <c>mean ‖∇ log p(x)‖²</c>.</summary>
    public static readonly Quantity RelativeClean = new("fisher_clean_relative", "clean error, relative", 3);

    /// <summary>KSD² (U-statistic) of samples x, score s.</summary>
    public static readonly Quantity CleanKsd = new("ksd_clean", "plain KSD²", 4);

    /// <summary>The standard error over the samples of <c>Excess/σ⁴ − Smoothed</c>, whose expectation is 0.</summary>
    public static readonly Quantity IdentityError = new("identity_error");

    public static IReadOnlyList<Quantity> All { get; } =
        [Loss, Excess, Smoothed, RelativeSmoothed, MeanError, MatchedKsd, Clean, RelativeClean, CleanKsd, IdentityError];

    public IReadOnlyList<Metric> Metrics { get; } = metrics;

    public double this[Quantity quantity] => Metrics.First(metric => metric.Name == quantity.Name).Value;
}
