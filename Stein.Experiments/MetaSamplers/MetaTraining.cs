using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Generators;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.MetaSamplers;

/// <summary>
/// A sampler that learns its step, so that the law of its particles comes close to the posterior: an iteration follows them for some
/// steps, each of which should end with the velocities <c>s_p(θ) − ŝ_q(θ)</c>, and then moves the parameters.
/// </summary>
internal sealed class MetaTraining : ITraining, IStateful
{
    private readonly MetaSamplerSettings settings;
    private readonly Device device;
    private readonly SamplerTests tests;
    private readonly LearnedTransition transition;
    private readonly ScoreDifferenceFlow flow;
    private readonly Adam adam;
    private readonly PhiloxStream draws;
    private readonly DeviceMatrix hostedPositions;
    private readonly DeviceMatrix velocities;
    private readonly double start;
    private double[] positions;
    private int iteration;

    public MetaTraining(MetaSamplerSettings settings, Device device)
    {
        (this.settings, this.device) = (settings, device);
        tests = new(settings, device);
        int dimension = tests.Training.Posterior.Dimension;
        transition = Transition(settings.Particles, dimension);
        transition.Parameters.Initialise(new PhiloxStream(settings.Seed, StreamPurpose.Initialisation));
        flow = settings.Method == MetaMethod.Mode
            ? new ScoreDifferenceFlow(device, settings.Particles, dimension, ownScores: null, settings.Clip)
            : ScoreDifferenceFlow.Estimated(
                device,
                settings.Particles,
                dimension,
                ScoreEstimators.Find(settings.Method),
                settings.Regularisation,
                settings.BatchMedian,
                settings.Clip);
        adam = new(new(settings.LearningRate), transition.Parameters.Matrices, transition.Gradient, ascend: true);
        draws = new(settings.Seed, StreamPurpose.Probes);
        hostedPositions = device.Allocate(settings.Particles, dimension);
        velocities = device.Allocate(settings.Particles, dimension);
        positions = Prior();
        start = tests.OfTraining(positions)[0].Value;
    }

    public IReadOnlyList<IStateful> Parts => [transition.Parameters, adam, draws, this];

    public string Status => $"log-likelihood {NumberText.Fixed(tests.Training.Predict(positions).LogLikelihood, 3)}";

    public void Step()
    {
        if (iteration % settings.RestartEvery == 0)
            positions = Prior();
        ClassifierPosterior batch = tests.Training.Batch(draws, settings.Batch);
        var steps = new List<Transition>();
        for (int t = 0; t < settings.Unroll; t++)
        {
            double[] before = [.. positions], scores = SamplerTests.Scores(batch, before);
            double[] noise = SamplerTests.Normal(draws, before.Length);
            transition.Step(positions, scores, noise);

            // Of data that the step did not know.
            batch = tests.Training.Batch(draws, settings.Batch);
            steps.Add(new(before, scores, noise, Velocities(batch)));
        }

        transition.Follow(steps);
        adam.Step();
        iteration++;
    }

    public IReadOnlyList<Metric> Measure() => tests.OfTraining(positions);

    public TrainingResult Finish()
    {
        double[] scores = SamplerTests.Scores(tests.Training.Posterior, positions);
        transition.Step([.. positions], scores, new double[positions.Length]);
        return new([MetaSampler.Deviation.At(transition.Deviations.Average()), .. tests.Results(Learned)]);
    }

    /// <summary>Whether its samples predict clearly worse than those of the prior.</summary>
    public bool HasDiverged() => Measure()[0].Value < start - 1;

    public void Save(BinaryWriter writer)
    {
        writer.Write(iteration);
        foreach (double position in positions)
            writer.Write(position);
    }

    public void Restore(BinaryReader reader)
    {
        iteration = reader.ReadInt32();
        for (int i = 0; i < positions.Length; i++)
            positions[i] = reader.ReadDouble();
    }

    private double[] Prior() => SamplerTests.Normal(draws, settings.Particles * tests.Training.Posterior.Dimension);

    private double[] Velocities(ClassifierPosterior batch)
    {
        if (!Array.TrueForAll(positions, double.IsFinite))
            throw new RunFailedException("the particles are no longer finite", iteration + 1);
        device.Write(hostedPositions, positions);
        try
        {
            flow.Velocities(velocities, hostedPositions, batch);
        }
        catch (ScoreEstimationException exception)
        {
            throw new RunFailedException(exception.Message, iteration + 1);
        }

        return device.Read(velocities);
    }

    private LearnedTransition Transition(int particles, int dimension)
        => new(device, particles, dimension, settings.HiddenUnits, settings.StepSize, settings.RectifiedNoise);

    /// <summary>What was learned, in another dimension and for other particles.</summary>
    private ParticleStep Learned(int dimension)
    {
        LearnedTransition other = Transition(settings.TestParticles, dimension);
        other.Parameters.CopyFrom(transition.Parameters);
        return other.Step;
    }
}
