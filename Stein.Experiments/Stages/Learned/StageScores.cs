using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Stages.Learned;

/// <summary>Scores of data with noise, by a network for each window of the noise, and by what stands in for it there.</summary>
internal sealed class StageScores
{
    /// <summary>Windows of equal ratio that the noise is divided into.</summary>
    public const int Windows = 5;

    /// <summary>Steps of the reverse diffusion and of the flow.</summary>
    private const int Steps = 100;

    /// <summary>The largest number of test samples at which scores are compared at each level.</summary>
    private const int MostCompared = 500;

    private readonly LearnedStagesSettings settings;
    private readonly Device device;
    private readonly StageData data;
    private readonly double[] levels;
    private readonly NoisyScore[] networks;
    private readonly NoisyScore[] substitutes;

    /// <summary>Trains the networks.</summary>
    public StageScores(LearnedStagesSettings settings, StageData data, Device device)
    {
        (this.settings, this.data, this.device) = (settings, data, device);
        levels = NoiseLevelSampler.Levels(data.Sigma.First, data.Sigma.Last, Steps);
        double[] shares = settings.SharesOfWindows();
        networks = [.. shares.Select((share, window) => Network(window, settings.Hidden, data.Training, share))];
        substitutes = settings.Replacement == StageReplacement.None
            ? networks
            : [.. shares.Select((share, window) => Substitute(window, share))];
    }

    /// <summary>The end of a window of some data, from 0 to the number of windows.</summary>
    public static double Edge(string data, int edge)
    {
        (double first, double last) = StageData.SigmaOf(data);
        return last * Math.Pow(first / last, (double)edge / Windows);
    }

    /// <summary>A window of some data, counted from 1, as in <c>σ 0.02 to 0.0863</c>.</summary>
    public static string WindowText(string data, int window)
        => $"σ {SignificantText.Number(Edge(data, window - 1))} to {SignificantText.Number(Edge(data, window))}";

    /// <summary>Samples (N×D) by the networks but for one window, where their substitute gives the scores; 0 for none.</summary>
    public double[] Sample(string sampler, int replaced)
    {
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.Langevin);
        double[] samples = Noised(data.Training, settings.TestSamples, data.Sigma.First, stream);
        NoiseLevelSampler.Move(sampler, Score, data.Sigma, Steps, samples, stream);
        return samples;

        void Score(double[] points, double sigma, double[] scores)
        {
            int window = WindowOf(sigma);
            (window == replaced - 1 ? substitutes : networks)[window](points, sigma, scores);
        }
    }

    /// <summary>
    /// <c>∫σ²E‖s − s_σ‖² d ln σ</c> of a substitute over its window and of the network there; for 0 that of all of them over all windows.
    /// Where the exact scores are not known, the noise of each point takes their place, and both are larger by the same number.
    /// </summary>
    public (double Error, double OfNetworks) Errors(int replaced)
    {
        int[] windows = replaced == 0 ? [.. Enumerable.Range(0, Windows)] : [replaced - 1];
        return (windows.Sum(window => Error(substitutes[window], window)), windows.Sum(window => Error(networks[window], window)));
    }

    private double Error(NoisyScore score, int window)
    {
        double[] own = [.. levels.Where(sigma => WindowOf(sigma) == window)];
        double step = Math.Log(data.Sigma.First / data.Sigma.Last) / Steps;
        return own.Sum(sigma => step * sigma * sigma * At(sigma));

        double At(double sigma)
        {
            int count = Math.Min(settings.TestSamples, MostCompared);
            double[] clean = data.Test[..Math.Min(data.Test.Length, count * data.Dimension)];
            double[] points = Noised(clean, clean.Length / data.Dimension, sigma, Stream(StreamPurpose.Probes, sigma), isInOrder: true);
            double[] scores = new double[points.Length], targets = new double[points.Length];
            score(points, sigma, scores);
            if (data.Exact is { } exact)
                exact(points, sigma, targets);
            else
                targets = [.. points.Zip(clean, (point, without) => (without - point) / (sigma * sigma))];
            return scores.Zip(targets, (s, target) => (s - target) * (s - target)).Sum() / (points.Length / data.Dimension);
        }
    }

    private NoisyScore Substitute(int window, double share)
    {
        int left = Math.Max(1, (int)Math.Round(settings.Left * (settings.Replacement == StageReplacement.Parameters
            ? settings.Hidden
            : data.Training.Length / data.Dimension)));
        return settings.Replacement switch
        {
            StageReplacement.Exact => data.Exact!,
            StageReplacement.Parameters => Network(window, left, data.Training, share),
            StageReplacement.Samples => Network(window, settings.Hidden, data.Training[..(left * data.Dimension)], share),
            StageReplacement.Optimisation => Network(window, settings.Hidden, data.Training, share * settings.Left),
            string estimator => Estimate(ScoreEstimators.Find(estimator)),
        };
    }

    private NoisyScore Network(int window, int hidden, double[] training, double share)
    {
        int steps = Math.Max(1, (int)Math.Round(settings.Iterations * share));
        var network = new NoiseConditionalScore(
            device,
            new(
                [hidden, hidden],
                [.. levels.Where(sigma => WindowOf(sigma) == window)],
                NoiseConditionalScore.ScalesOf(training, data.Dimension, smallest: 0.05),
                new AdamSettings(settings.LearningRate))
            {
                Batch = settings.Batch,
                Schedule = Schedule.Cosine(steps),
            },
            settings.Seed,
            (uint)window);
        for (int step = 0; step < steps; step++)
            network.Step(training);
        return (points, sigma, scores) => network.Score(points, sigma, scores);
    }

    /// <summary>An estimate at each level, from training samples with noise of that level.</summary>
    private NoisyScore Estimate(ScoreEstimator estimator)
    {
        var estimates = new Dictionary<double, ScoreEstimate>();
        return (points, sigma, scores) =>
        {
            if (!estimates.TryGetValue(sigma, out ScoreEstimate? estimate))
            {
                int count = Math.Min(settings.EstimatorSamples, data.Training.Length / data.Dimension);
                double[] noised = Noised(data.Training, count, sigma, Stream(StreamPurpose.SmoothingNoise, sigma), isInOrder: true);
                estimates[sigma] = estimate = estimator.Fit(device, noised, data.Dimension);
            }

            estimate.Scores(points).CopyTo(scores, 0);
        };
    }

    /// <summary>Points of a sample, at random or in order, with noise added.</summary>
    private double[] Noised(double[] points, int count, double sigma, PhiloxStream stream, bool isInOrder = false)
    {
        int rows = points.Length / data.Dimension;
        var noised = new double[count * data.Dimension];
        for (int row = 0; row < count; row++)
        {
            int from = isInOrder ? row : stream.NextInt32(rows);
            for (int d = 0; d < data.Dimension; d++)
                noised[(row * data.Dimension) + d] = points[(from * data.Dimension) + d] + (sigma * stream.NextNormal());
        }

        return noised;
    }

    private PhiloxStream Stream(StreamPurpose purpose, double sigma) => new(settings.Seed, purpose, (uint)Math.Round(Steps * Depth(sigma)));

    /// <summary>0 at the most noise, 1 at the least.</summary>
    private double Depth(double sigma) => Math.Log(data.Sigma.First / sigma) / Math.Log(data.Sigma.First / data.Sigma.Last);

    /// <summary>From 0, the least noise; a level between two windows belongs to that of more noise, despite rounding.</summary>
    private int WindowOf(double sigma) => Math.Clamp((int)((Windows * (1 - Depth(sigma))) + 1e-9), 0, Windows - 1);
}
