using MathNet.Numerics.Distributions;
using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Stages;

/// <summary>What samples with an error in their scores are worth.</summary>
/// <param name="WeightError">The weight of the larger mode minus 0.8.</param>
/// <param name="DetailError">
/// The Wasserstein-2 distance of the thin coordinate to its normal density, in standard deviations; the modes have it in common.
/// </param>
/// <param name="SlicedDistance">Sliced Wasserstein-1 distance to other samples of the density.</param>
/// <param name="Discrepancy">Squared MMD to them.</param>
/// <param name="Budget">
/// Girsanov's bound on the KL divergence of the reverse diffusion with the error from that without, <c>½∫E|e|² dσ²</c>; see
/// <see cref="StageTrial"/>.
/// </param>
/// <param name="ExpectedBudget">The same by ρ² D ln(σ_high/σ_low), which holds where the noise is much wider than the modes.</param>
/// <param name="WeightDivergence">The KL divergence of the weights of the modes alone, which the whole divergence cannot be below.</param>
/// <param name="Divergence">
/// That of weights and thin coordinate, from 40 cells that divide the density: the modes times twenty slices of equal probability. It is a
/// larger lower bound of the whole divergence; about .005 for exact samples, of which there are 4000.
/// </param>
internal sealed record StageDraw(
    double WeightError,
    double DetailError,
    double SlicedDistance,
    double Discrepancy,
    double Budget,
    double ExpectedBudget,
    double WeightDivergence,
    double Divergence);

/// <summary>One sampling with an error in one window of the noise.</summary>
/// <remarks>
/// A step of the reverse diffusion from σ to σ′ adds <c>g s</c>, <c>g = σ² − σ′²</c>, and normal noise of variance <c>g (σ′/σ)²</c>. An
/// error e of the score costs the divergence <c>|g e|²/(2g (σ′/σ)²) = ½ g |e|² (σ/σ′)²</c> there, and by the chain rule the divergence of
/// the samples is at most the sum over the steps of its mean over the density with noise: Girsanov's theorem for the steps that are taken.
/// </remarks>
internal static class StageTrial
{
    public const double FirstSigma = 30;
    public const double LastSigma = 0.02;

    /// <summary>Steps of the reverse diffusion and the flow.</summary>
    public const int Steps = 200;

    /// <summary>Directions of the sliced distance, and samples of the MMD.</summary>
    private const int Directions = 50, DiscrepancySamples = 1000;

    /// <summary>Slices of the thin coordinate in <see cref="StageDraw.Divergence"/>.</summary>
    private const int Slices = 20;

    /// <summary>σ of the steps of the reverse diffusion and the flow.</summary>
    private static double[] Levels { get; } = NoiseLevelSampler.Levels(FirstSigma, LastSigma, Steps);

    /// <summary>The end of a window, from 0 to the number of windows; they have the same ratio.</summary>
    public static double Edge(int edge, int windows) => LastSigma * Math.Pow(FirstSigma / LastSigma, (double)edge / windows);

    /// <summary>The window of a number, from 0: σ from the lower end to below the upper.</summary>
    public static (double Low, double High) Window(int index, int windows)
        => (index == 0 ? 0 : Edge(index, windows), index == windows - 1 ? double.PositiveInfinity : Edge(index + 1, windows));

    public static StageDraw Run(ScoreStagesSettings settings, int draw, Device device)
    {
        (int count, int dimension) = (settings.Samples, settings.Dimension);
        PhiloxStream reference = Stream(settings, draw, StreamPurpose.TestData);
        double[] samples = Sample(settings, draw), exact = StageMixture.Sample(reference, count, dimension, 0);
        (double budget, double expected) = Budget(settings, draw, reference);
        return new(
            samples.Where((_, i) => i % dimension == 0).Average(x => x < 0 ? 1.0 : 0) - StageMixture.Weight,
            DetailError([.. samples.Where((_, i) => i % dimension == 1)]),
            SlicedDistance(samples, exact, dimension, reference),
            MeanDiscrepancy(device, samples, exact, dimension),
            budget,
            expected,
            Divergence(samples, dimension, 1),
            Divergence(samples, dimension, Slices));
    }

    /// <summary>The samples of a draw (N×D, row-major). Draws of one number have the same noise, with whatever error.</summary>
    public static double[] Sample(ScoreStagesSettings settings, int draw)
    {
        PhiloxStream stream = Stream(settings, draw, StreamPurpose.Langevin);
        StageError error = Error(settings, draw);
        double[] samples = StageMixture.Sample(stream, settings.Samples, settings.Dimension, FirstSigma);
        NoiseLevelSampler.Move(settings.Sampler, Score, (FirstSigma, LastSigma), Steps, samples, stream);
        return samples;

        void Score(double[] points, double sigma, double[] scores)
        {
            StageMixture.Score(points, settings.Dimension, sigma, scores);
            if (error.IsAt(sigma))
                error.Add(points, sigma, scores);
        }
    }

    /// <summary>How much of a shift at noise σ is left at the end, in standard deviations of a mode then and now, without errors.</summary>
    /// <returns>For the reverse diffusion and the flow, along the third coordinate, which no mode shifts.</returns>
    public static (double Diffusion, double Flow) Retained(double sigma)
    {
        const int Dimension = 3, Third = 2;
        double[] levels = [.. Levels.SkipWhile(level => level > sigma * (1 + 1e-9))];
        double first = Math.Sqrt(StageMixture.Variance + (levels[0] * levels[0])), last = Math.Sqrt(StageMixture.Variance);
        return (Shift(true), Shift(false));

        // The scores are linear in this coordinate, and both samplings have the same noise, so that the shift is the same at every point.
        double Shift(bool isDiffusion)
        {
            double[][] ends = [.. ((double[])[0, first]).Select(start =>
            {
                double[] point = [-StageMixture.Separation, 0, start];
                if (isDiffusion)
                    NoiseLevelSampler.ReverseDiffusion(Score, levels, point, new PhiloxStream(1, StreamPurpose.Langevin));
                else
                    NoiseLevelSampler.ProbabilityFlow(Score, levels, point);
                return point;
            })];
            return (ends[1][Third] - ends[0][Third]) / last;
        }

        static void Score(double[] points, double sigma, double[] scores) => StageMixture.Score(points, Dimension, sigma, scores);
    }

    private static PhiloxStream Stream(ScoreStagesSettings settings, int draw, StreamPurpose purpose)
        => new(settings.Seed, purpose, (uint)draw);

    private static StageError Error(ScoreStagesSettings settings, int draw) => new(
        settings.Error,
        settings.Size,
        Window(settings.Window - 1, settings.Windows),
        settings.Dimension,
        Stream(settings, draw, StreamPurpose.Slices));

    private static (double Measured, double Expected) Budget(ScoreStagesSettings settings, int draw, PhiloxStream stream)
    {
        const int Points = 500;
        StageError error = Error(settings, draw);
        double[] levels = Levels;
        double measured = 0, expected = 0;
        var scores = new double[Points * settings.Dimension];
        for (int step = 0; step + 1 < levels.Length; step++)
        {
            if (!error.IsAt(levels[step]))
                continue;
            double[] points = StageMixture.Sample(stream, Points, settings.Dimension, levels[step]);
            StageMixture.Score(points, settings.Dimension, levels[step], scores);
            double ratio = levels[step] / levels[step + 1], gap = (levels[step] * levels[step]) - (levels[step + 1] * levels[step + 1]);
            measured += 0.5 * gap * ratio * ratio * error.Add(points, levels[step], scores);
            expected += settings.Size * settings.Size * settings.Dimension * Math.Log(ratio);
        }

        return (measured, expected);
    }

    public static double DetailError(double[] values)
    {
        Array.Sort(values);
        double deviation = Math.Sqrt(StageMixture.ThinVariance);
        return Math.Sqrt(values.Select((value, i)
            => Math.Pow((value / deviation) - Normal.InvCDF(0, 1, (i + 0.5) / values.Length), 2)).Average());
    }

    private static double MeanDiscrepancy(Device device, double[] samples, double[] exact, int dimension)
    {
        int compared = Math.Min(samples.Length, DiscrepancySamples * dimension);
        double[] some = samples[..compared], others = exact[..compared];
        return SampleMeasures.SquaredMeanDiscrepancy(device, some, others, dimension, SampleMeasures.Unit(device, others, dimension));
    }

    public static double SlicedDistance(double[] samples, double[] others, int dimension, PhiloxStream stream)
    {
        double sum = 0;
        for (int direction = 0; direction < Directions; direction++)
        {
            double[] axis = [.. Enumerable.Range(0, dimension).Select(_ => stream.NextNormal())];
            double length = Math.Sqrt(axis.Sum(x => x * x));
            sum += Sorted(samples).Zip(Sorted(others), (a, b) => Math.Abs(a - b)).Average() / length / Directions;

            double[] Sorted(double[] points)
            {
                var projected = new double[points.Length / dimension];
                for (int i = 0; i < points.Length; i++)
                    projected[i / dimension] += axis[i % dimension] * points[i];
                Array.Sort(projected);
                return projected;
            }
        }

        return sum;
    }

    /// <summary>
    /// The KL divergence from samples' shares of cells, half a sample added to each: the modes times slices of the thin coordinate of equal
    /// probability.
    /// </summary>
    private static double Divergence(double[] samples, int dimension, int slices)
    {
        double[] counts = [.. Enumerable.Repeat(0.5, 2 * slices)];
        for (int start = 0; start < samples.Length; start += dimension)
        {
            double level = slices * Normal.CDF(0, Math.Sqrt(StageMixture.ThinVariance), samples[start + 1]);
            counts[(samples[start] < 0 ? 0 : slices) + Math.Min(slices - 1, (int)level)]++;
        }

        double total = counts.Sum();
        return counts.Select((count, cell) =>
        {
            double probability = (cell < slices ? StageMixture.Weight : 1 - StageMixture.Weight) / slices;
            return probability * Math.Log(probability * total / count);
        }).Sum();
    }
}
