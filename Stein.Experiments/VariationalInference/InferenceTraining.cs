using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Generators;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Generators;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.VariationalInference;

/// <summary>An approximation of a density in training.</summary>
internal sealed class InferenceTraining : ITraining
{
    /// <summary>Of the chains of the reference; none for exact samples.</summary>
    public static readonly Quantity WorstSplitRHat = new("reference_split_r_hat");

    private readonly Device device;
    private readonly ImplicitInferenceSettings settings;
    private readonly InferenceProblem problem;
    private readonly SamplerShape shape;
    private readonly ImplicitSampler sampler;
    private readonly ImplicitTraining training;
    private readonly double unit;
    private readonly double start;
    private double discrepancy;

    public InferenceTraining(ImplicitInferenceSettings settings, Device device)
    {
        (this.settings, this.device) = (settings, device);
        problem = InferenceProblem.Create(settings.Problem, settings.Seed);
        int dimension = problem.Density.Dimension;
        shape = settings.Method switch
        {
            InferenceMethod.MeanField => SamplerShape.MeanField(dimension),
            InferenceMethod.Gaussian => SamplerShape.Gaussian(dimension),
            _ => new(settings.NoiseDimension ?? Math.Max(3, dimension), [settings.Hidden, settings.Hidden], dimension),
        };
        sampler = new ImplicitSampler(device, settings.Batch, shape);
        sampler.Parameters.Initialise(new PhiloxStream(settings.Seed, StreamPurpose.Initialisation));
        NoiseSchedule? noise = settings.Method == InferenceMethod.Ladder ? new(settings.FirstSigma, settings.Iterations) : null;
        var adam = new AdamSettings(settings.LearningRate, Beta1: 0.9, Beta2: 0.999);
        var schedule = Schedule.Step(Math.Max(1, settings.Iterations * 2 / 3), 0.2);
        training = new(device, sampler, Flow(dimension, adam), problem.Density, noise, adam, schedule, settings.Seed);
        unit = problem.HasPredictions ? SampleMeasures.Unit(device, ReferenceView(Curve), ViewDimension) : 1;
        start = discrepancy = Discrepancy(Samples(Curve), Curve);
    }

    public IReadOnlyList<IStateful> Parts => [sampler.Parameters, training];

    public string Status => $"MMD² {NumberText.Fixed(discrepancy, 4)}";

    /// <summary>Samples that the curves are measured with.</summary>
    private int Curve => Math.Min(500, settings.TestSamples);

    public void Step()
    {
        try
        {
            training.Step();
        }
        catch (ScoreEstimationException exception)
        {
            throw new RunFailedException(exception.Message, training.Iteration);
        }
    }

    public IReadOnlyList<Metric> Measure()
    {
        discrepancy = Discrepancy(Samples(Curve), Curve);
        return double.IsFinite(discrepancy)
            ? [ImplicitInference.Discrepancy.At(discrepancy)]
            : throw new RunFailedException("the samples are no longer finite", training.Iteration);
    }

    public TrainingResult Finish()
    {
        int count = settings.TestSamples;
        double[] samples = Samples(count);
        var file = new DataTable(
            "",
            [.. Enumerable.Range(1, shape.Dimension).Select(d => $"x{d}")],
            [.. samples.Chunk(shape.Dimension).Select(row => (IReadOnlyList<object?>)[.. row])]);
        return new(
            [
                .. Judge(samples),
                .. Judge(problem.Reference(1, count)).Select(metric => metric with { Name = ImplicitInference.ExactPrefix + metric.Name }),
                WorstSplitRHat.At(problem.WorstSplitRHat),
            ],
            new RunFile(ImplicitInference.SamplesFile, file.WriteCsv));
    }

    /// <summary>Whether the discrepancy is larger than before training.</summary>
    public bool HasDiverged() => Discrepancy(Samples(Curve), Curve) > start;

    private ParticleFlow Flow(int dimension, AdamSettings adam) => settings.Method switch
    {
        InferenceMethod.Mode => new ScoreDifferenceFlow(device, settings.Batch, dimension, ownScores: null, settings.Clip),
        InferenceMethod.MeanField or InferenceMethod.Gaussian => new ScoreDifferenceFlow(device, settings.Batch, dimension, NormalScores),
        InferenceMethod.Ksd or InferenceMethod.Ladder => new KernelSteinDescent<GaussianKernel>(device, settings.Batch, dimension),
        InferenceMethod.Ratio => new DensityRatioFlow(
            device,
            settings.Batch,
            dimension,
            new(settings.CriticHidden, settings.CriticSteps, adam),
            problem.CoveringDeviation,
            settings.Seed),
        string name => ScoreDifferenceFlow.Estimated(
            device,
            settings.Batch,
            dimension,
            ScoreEstimators.Find(name),
            settings.Regularisation,
            settings.BatchMedian,
            settings.Clip),
    };

    /// <summary>The exact scores of a normal sampler.</summary>
    private double[] NormalScores(double[] samples)
    {
        var scores = new double[samples.Length];
        sampler.Density().Score(samples, scores);
        return scores;
    }

    private Metric[] Judge(double[] samples)
    {
        int count = samples.Length / shape.Dimension;
        return
        [
            ImplicitInference.Discrepancy.At(Discrepancy(samples, count)),
            ImplicitInference.Weight.At(
                settings.Problem == InferenceProblem.Bimodal
                    ? Math.Abs(samples.Chunk(2).Average(sample => sample[0] > 0 ? 1.0 : 0) - 0.5)
                    : double.NaN),
            ImplicitInference.Coverage.At(Coverage(problem.View(samples), ReferenceView(count), ViewDimension)),
            ImplicitInference.Prediction.At(problem.PredictiveLogLikelihood(samples)),
        ];
    }

    /// <summary>
    /// The share of the reference between the fifth and the ninety-fifth percentile of the samples, mean over the coordinates.
    /// </summary>
    private static double Coverage(double[] view, double[] reference, int dimension)
    {
        return Enumerable.Range(0, dimension).Average(d =>
        {
            double[] sorted = [.. Column(view, d).Order()];
            (double low, double high) = (sorted[(int)(0.05 * sorted.Length)], sorted[(int)(0.95 * (sorted.Length - 1))]);
            return Column(reference, d).Average(value => value >= low && value <= high ? 1.0 : 0);
        });

        IEnumerable<double> Column(double[] rows, int d) => rows.Chunk(dimension).Select(row => row[d]);
    }

    private double Discrepancy(double[] samples, int count)
        => SampleMeasures.SquaredMeanDiscrepancy(device, problem.View(samples), ReferenceView(count), ViewDimension, unit);

    private double[] ReferenceView(int count) => problem.View(problem.Reference(0, count));

    private int ViewDimension => ReferenceView(2).Length / 2;

    private double[] Samples(int count)
    {
        var judged = new ImplicitSampler(device, count, shape);
        judged.Parameters.CopyFrom(sampler.Parameters);
        return device.Read(judged.Draw(new PhiloxStream(settings.Seed, StreamPurpose.TestData, 2)));
    }
}
