using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Generators;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Experiments.Generators;
using Stein.Experiments.Runs;

namespace Stein.Experiments.VariationalInference;

/// <summary>An approximation of a density in training.</summary>
internal sealed class InferenceTraining : SamplerTraining
{
    /// <summary>Of the chains of the reference; none for exact samples.</summary>
    public static readonly Quantity WorstSplitRHat = new("reference_split_r_hat");

    private readonly ImplicitInferenceSettings settings;
    private readonly InferenceProblem problem;
    private readonly InferenceMeasures measures;

    public InferenceTraining(ImplicitInferenceSettings settings, Device device)
        : this(settings, device, InferenceProblem.Create(settings.Problem, settings.Seed))
    {
    }

    private InferenceTraining(ImplicitInferenceSettings settings, Device device, InferenceProblem problem)
        : this(settings, device, problem, new InferenceMeasures(problem, device, CurveOf(settings.TestSamples)))
    {
    }

    private InferenceTraining(
        ImplicitInferenceSettings settings, Device device, InferenceProblem problem, InferenceMeasures measures)
        : base(
            device,
            Plan(settings, device, problem),
            settings.TestSamples,
            testStream: 2,
            samples => [ImplicitInference.Discrepancy.At(measures.Discrepancy(samples))])
        => (this.settings, this.problem, this.measures) = (settings, problem, measures);

    protected override IReadOnlyList<Metric> Final(double[] samples) =>
    [
        .. measures.Of(samples),
        .. measures.Of(problem.Reference(1, settings.TestSamples))
            .Select(metric => metric with { Name = ImplicitInference.ExactPrefix + metric.Name }),
        WorstSplitRHat.At(problem.WorstSplitRHat),
    ];

    private static SamplerPlan Plan(ImplicitInferenceSettings settings, Device device, InferenceProblem problem)
    {
        var adam = new AdamSettings(settings.LearningRate ?? InferenceMethod.LearningRate(settings.Method), Beta1: 0.9, Beta2: 0.999);
        int dimension = problem.Density.Dimension;
        SamplerShape shape = settings.Method switch
        {
            InferenceMethod.MeanField => SamplerShape.MeanField(dimension),
            InferenceMethod.Gaussian => SamplerShape.Gaussian(dimension),
            _ => new(settings.NoiseDimension ?? Math.Max(3, dimension), [settings.Hidden, settings.Hidden], dimension),
        };
        return new(
            shape,
            settings.Batch,
            sampler => Flow(settings, device, problem, adam, sampler),
            problem.Density,
            settings.Method == InferenceMethod.Ladder ? new(settings.FirstSigma, settings.Iterations) : null,
            adam,
            Schedule.Step(Math.Max(1, settings.Iterations * 2 / 3), 0.2),
            settings.Seed);
    }

    private static ParticleFlow Flow(
        ImplicitInferenceSettings settings, Device device, InferenceProblem problem, AdamSettings adam, ImplicitSampler sampler)
    {
        (int batch, int dimension) = (settings.Batch, problem.Density.Dimension);
        return settings.Method switch
        {
            InferenceMethod.Mode => new ScoreDifferenceFlow(device, batch, dimension, ownScores: null, settings.Clip),
            InferenceMethod.MeanField or InferenceMethod.Gaussian => new ScoreDifferenceFlow(device, batch, dimension, NormalScores),
            InferenceMethod.Ksd or InferenceMethod.Ladder => new KernelSteinDescent<GaussianKernel>(device, batch, dimension),
            InferenceMethod.Ratio => new DensityRatioFlow(
                device,
                batch,
                dimension,
                new(settings.CriticHidden, settings.CriticSteps, adam),
                problem.CoveringDeviation,
                settings.Seed),
            string name => ScoreDifferenceFlow.Estimated(
                device, batch, dimension, ScoreEstimators.Find(name), settings.Regularisation, settings.BatchMedian, settings.Clip),
        };

        // The exact scores of a normal sampler.
        double[] NormalScores(double[] samples)
        {
            var scores = new double[samples.Length];
            sampler.Density().Score(samples, scores);
            return scores;
        }
    }
}
