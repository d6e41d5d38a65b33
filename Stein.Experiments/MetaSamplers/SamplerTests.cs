using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;

namespace Stein.Experiments.MetaSamplers;

/// <summary>One step of particles, N×D each, row-major.</summary>
/// <param name="positions">Moved.</param>
/// <param name="scores">At the positions.</param>
/// <param name="noise">N(0, I).</param>
internal delegate void ParticleStep(double[] positions, double[] scores, double[] noise);

/// <summary>How samples of a sampler are made and judged.</summary>
internal sealed class SamplerTests(MetaSamplerSettings settings, Device device)
{
    // Streams of the seed, one for each task that is sampled from; the first is that of the training.
    private const uint TrainingPart = 0;

    /// <summary>The task that samplers are trained with, or choose their step size by.</summary>
    public ClassificationTask Training { get; } = new(ClassificationKind.Moons, settings.Seed, TrainingPart, split: 0);

    /// <summary>Particles from the prior (N×D).</summary>
    public static double[] Normal(PhiloxStream stream, int count)
    {
        var values = new double[count];
        foreach (ref double value in values.AsSpan())
            value = stream.NextNormal();
        return values;
    }

    /// <summary>Scores at positions (N×D).</summary>
    public static double[] Scores(IDensity density, double[] positions)
    {
        var scores = new double[positions.Length];
        density.Score(positions, scores);
        return scores;
    }

    /// <summary>Particles after all steps of a test, from the prior, with scores of batches.</summary>
    public double[] Sample(ClassificationTask task, ParticleStep step, uint part)
    {
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.ModelSamples, part);
        int count = settings.TestParticles * task.Posterior.Dimension;
        double[] positions = Normal(stream, count);
        for (int t = 0; t < settings.TestSteps; t++)
            step(positions, Scores(task.Batch(stream, settings.Batch), positions), Normal(stream, count));
        return positions;
    }

    /// <summary>
    /// KSD² (U-statistic, Gaussian kernel with the median rule) for each parameter, as in the paper's code: the sum is of all coordinates.
    /// </summary>
    public double Discrepancy(ClassificationTask task, double[] samples)
    {
        int dimension = task.Posterior.Dimension, count = samples.Length / dimension;
        var discrepancy = new KernelisedSteinDiscrepancy<GaussianKernel>(device, count, dimension, PairStatistic.U);
        DeviceMatrix x = device.Upload(count, dimension, samples);
        discrepancy.SetSamples(x);
        discrepancy.SetBandwidthByMedian();
        return discrepancy.Value(x, device.Upload(count, dimension, Scores(task.Posterior, samples))) / dimension;
    }

    /// <summary>What samples of the training task are worth.</summary>
    public IReadOnlyList<Metric> OfTraining(double[] samples) =>
    [
        MetaSampler.Prediction.At(Training.Predict(samples).LogLikelihood),
        MetaSampler.Discrepancy.At(Discrepancy(Training, samples)),
    ];

    /// <summary>Means over the splits, for data that a sampler was not trained with.</summary>
    /// <param name="create">The step in so many dimensions, for <see cref="MetaSamplerSettings.TestParticles"/>.</param>
    public IEnumerable<Metric> Results(Func<int, ParticleStep> create)
    {
        foreach ((int index, ClassificationKind kind) in ClassificationKind.Tests.Index())
        {
            ParticleStep? step = null;
            double likelihood = 0, error = 0, discrepancy = 0;
            for (uint split = 0; split < settings.Splits; split++)
            {
                var task = new ClassificationTask(kind, settings.Seed, (uint)index + 1, split);
                step ??= create(task.Posterior.Dimension);
                double[] samples = Sample(task, step, (((uint)index + 1) * 1000) + split);
                (double ofSplit, double errorOfSplit) = task.Predict(samples);
                likelihood += ofSplit / settings.Splits;
                error += errorOfSplit / settings.Splits;
                discrepancy += Discrepancy(task, samples) / settings.Splits;
            }

            yield return MetaSampler.Of(MetaSampler.Prediction, kind).At(likelihood);
            yield return MetaSampler.Of(MetaSampler.Misclassified, kind).At(error);
            yield return MetaSampler.Of(MetaSampler.Discrepancy, kind).At(discrepancy);
        }
    }
}
