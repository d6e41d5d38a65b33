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
/// <param name="Budget">½∫E|e|² dσ² over the density with noise: Girsanov's bound on the KL divergence of the reverse diffusion.</param>
/// <param name="ExpectedBudget">The same by ρ² D ln(σ_high/σ_low), which holds where the noise is much wider than the modes.</param>
/// <param name="WeightDivergence">The KL divergence of the weights of the modes alone, which the whole divergence cannot be below.</param>
internal sealed record StageDraw(
    double WeightError,
    double DetailError,
    double SlicedDistance,
    double Discrepancy,
    double Budget,
    double ExpectedBudget,
    double WeightDivergence);

/// <summary>One sampling with an error in one window of the noise.</summary>
internal static class StageTrial
{
    public const double FirstSigma = 30;
    public const double LastSigma = 0.02;

    /// <summary>Steps of the reverse diffusion and the flow.</summary>
    private const int Steps = 200;

    /// <summary>Levels of annealed Langevin, and steps at each.</summary>
    private const int Levels = 10, StepsPerLevel = 100;

    /// <summary>The squared step of annealed Langevin in units of σ²: 2·10⁻⁵ at σ = 0.01, as published.</summary>
    private const double Alpha = 0.2;

    /// <summary>Directions of the sliced distance, and samples of the MMD.</summary>
    private const int Directions = 50, DiscrepancySamples = 1000;

    /// <summary>The window of a number, from 0: σ from the lower end to below the upper; they have the same ratio.</summary>
    public static (double Low, double High) Window(int index, int windows)
    {
        // The ends reach a little further, so that rounding leaves no level out.
        double low = Edge(index), high = Edge(index + 1);
        return (index == 0 ? 0 : low, index == windows - 1 ? double.PositiveInfinity : high);

        double Edge(int edge) => LastSigma * Math.Pow(FirstSigma / LastSigma, (double)edge / windows);
    }

    public static StageDraw Run(ScoreStagesSettings settings, int draw, Device device)
    {
        (int count, int dimension) = (settings.Samples, settings.Dimension);
        PhiloxStream stream = Stream(StreamPurpose.Langevin), reference = Stream(StreamPurpose.TestData);
        var error = new StageError(
            settings.Error, settings.Size, Window(settings.Window - 1, settings.Windows), dimension, Stream(StreamPurpose.Slices));
        double[] samples = StageMixture.Sample(stream, count, dimension, FirstSigma);
        double[] levels = NoiseLevelSampler.Levels(FirstSigma, LastSigma, Steps);
        switch (settings.Sampler)
        {
            case StageSampler.Diffusion: NoiseLevelSampler.ReverseDiffusion(Score, levels, samples, stream); break;
            case StageSampler.Flow: NoiseLevelSampler.ProbabilityFlow(Score, levels, samples); break;
            default:
                double[] few = NoiseLevelSampler.Levels(FirstSigma, LastSigma, Levels - 1);
                NoiseLevelSampler.AnnealedLangevin(Score, few, samples, stream, StepsPerLevel, Alpha);
                break;
        }

        double[] exact = StageMixture.Sample(reference, count, dimension, 0);
        double weight = samples.Where((_, i) => i % dimension == 0).Average(x => x < 0 ? 1.0 : 0);
        (double budget, double expected) = Budget(error, levels, reference, settings);
        int compared = Math.Min(count, DiscrepancySamples) * dimension;
        double[] some = samples[..compared], others = exact[..compared];
        return new(
            weight - StageMixture.Weight,
            DetailError([.. samples.Where((_, i) => i % dimension == 1)]),
            SlicedDistance(samples, exact, dimension, reference),
            SampleMeasures.SquaredMeanDiscrepancy(device, some, others, dimension, SampleMeasures.Unit(device, others, dimension)),
            budget,
            expected,
            Divergence(weight));

        PhiloxStream Stream(StreamPurpose purpose) => new(settings.Seed, purpose, (uint)draw);

        void Score(double[] points, double sigma, double[] scores)
        {
            StageMixture.Score(points, dimension, sigma, scores);
            if (error.IsAt(sigma))
                error.Add(points, sigma, scores);
        }
    }

    /// <summary>How much of a shift at noise σ is left at the end, in standard deviations of a mode then and now, without errors.</summary>
    /// <returns>For the reverse diffusion and the flow, along the third coordinate, which no mode shifts.</returns>
    public static (double Diffusion, double Flow) Retained(double sigma)
    {
        const int Dimension = 3, Third = 2;
        double[] levels = [.. NoiseLevelSampler.Levels(FirstSigma, LastSigma, Steps).SkipWhile(level => level > sigma * (1 + 1e-9))];
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

    private static (double Measured, double Expected) Budget(
        StageError error, double[] levels, PhiloxStream stream, ScoreStagesSettings settings)
    {
        const int Points = 500;
        double measured = 0, expected = 0;
        var scores = new double[Points * settings.Dimension];
        for (int step = 0; step + 1 < levels.Length; step++)
        {
            if (!error.IsAt(levels[step]))
                continue;
            double[] points = StageMixture.Sample(stream, Points, settings.Dimension, levels[step]);
            StageMixture.Score(points, settings.Dimension, levels[step], scores);
            double gap = (levels[step] * levels[step]) - (levels[step + 1] * levels[step + 1]);
            measured += 0.5 * gap * error.Add(points, levels[step], scores);
            expected += settings.Size * settings.Size * settings.Dimension * Math.Log(levels[step] / levels[step + 1]);
        }

        return (measured, expected);
    }

    private static double DetailError(double[] values)
    {
        Array.Sort(values);
        double deviation = Math.Sqrt(StageMixture.ThinVariance);
        return Math.Sqrt(values.Select((value, i)
            => Math.Pow((value / deviation) - Normal.InvCDF(0, 1, (i + 0.5) / values.Length), 2)).Average());
    }

    private static double SlicedDistance(double[] samples, double[] others, int dimension, PhiloxStream stream)
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

    /// <summary>KL of the weights 0.8 and 0.2 from others.</summary>
    private static double Divergence(double weight)
        => (StageMixture.Weight * Math.Log(StageMixture.Weight / weight))
            + ((1 - StageMixture.Weight) * Math.Log((1 - StageMixture.Weight) / (1 - weight)));
}

/// <summary>The samplers by name.</summary>
internal static class StageSampler
{
    public const string Diffusion = "reverse-diffusion";
    public const string Flow = "probability-flow";
    public const string Langevin = "annealed-langevin";

    public static IReadOnlyList<string> Names { get; } = [Diffusion, Flow, Langevin];
}
