using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The kernelised Stein discrepancy of N samples with a <see cref="DeepKernel"/>, whose features are trained to maximise it. Samples and
/// scores are in units in which the median distance of the samples is √D, which is constant for derivatives.
/// </summary>
internal sealed class DeepSteinDiscrepancy
{
    /// <summary>Of the variance in <see cref="DeepKernelNormalisation.Deviation"/>.</summary>
    private const double Regulariser = 1e-4;

    /// <summary>Steps of the power iterations before the first of the training.</summary>
    private const int FirstPowerSteps = 30;

    private readonly Device device;
    private readonly DeepKernelSettings settings;
    private readonly Node samples;
    private readonly Node? scores;
    private readonly Node inverseSquare;
    private readonly Node objective;
    private readonly Node pairs;
    private readonly Node trained;
    private readonly Node featureObjective;
    private readonly Node modelGradient;
    private readonly Node sampleGradient;
    private readonly Lazy<Plan> value;
    private readonly Lazy<Plan> featureValue;
    private readonly Lazy<Plan> pairTerms;
    private readonly Lazy<Plan> shape;
    private readonly Lazy<Plan> byModel;
    private readonly Lazy<Plan> bySamples;
    private readonly Plan byFeatures;
    private readonly DeviceMatrix distances;
    private readonly Bandwidth bandwidth;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="count">N.</param>
    /// <param name="dimension">D.</param>
    /// <param name="settings">The kernel and the objective.</param>
    /// <param name="score">
    /// The model's scores (N×D) at samples (N×D), if these move with the model; null if samples are fixed and scores are given.
    /// </param>
    public DeepSteinDiscrepancy(Device device, int count, int dimension, DeepKernelSettings settings, Func<Node, Node>? score = null)
    {
        (this.device, this.settings) = (device, settings);
        var graph = new Graph();
        samples = graph.Input(count, dimension, "samples");
        scores = score is null ? graph.Input(count, dimension, "scores") : null;
        inverseSquare = graph.Input(1, 1, "inverse squared median distance");
        Node unit = (dimension * inverseSquare).Sqrt(), points = samples * unit;
        var kernel = new DeepKernel(graph, dimension, settings);
        Node given = (scores ?? score!(samples)) / unit;
        double[] diagonal = [.. Enumerable.Range(0, count * count).Select(k => k / count == k % count ? 1.0 : 0)];
        (objective, pairs) = Objective(given);
        trained = kernel.TrainedFactor(points);
        featureObjective = settings.ScoreShare == 1 ? objective : Objective(settings.ScoreShare * given).Objective;
        if (settings.GradientPenalty > 0)
            featureObjective -= settings.GradientPenalty * Penalty();
        Node[] gradients = featureObjective.Gradient(graph.Parameters);
        modelGradient = objective.Gradient(scores ?? samples);
        sampleGradient = scores is null ? modelGradient : objective.Gradient(samples);
        Parameters = new ParameterSet(device, graph);
        byFeatures = Parameters.Compile(gradients);
        (value, featureValue) = (Later(objective), Later(featureObjective));
        (pairTerms, shape) = (Later(pairs), Later(trained));
        (byModel, bySamples) = (Later(modelGradient), Later(sampleGradient));
        Gradient = [.. gradients.Select(node => byFeatures[node])];
        distances = device.Allocate(count, count);
        bandwidth = new Bandwidth(device, 1);

        Lazy<Plan> Later(Node output) => new(() => Parameters.Compile(output));

        (Node Objective, Node Pairs) Objective(Node scores)
        {
            Node all = kernel.SteinKernel(points, scores);
            Node pairs = all * graph.Constant(count, count, [.. diagonal.Select(entry => 1 - entry)]);
            Node discrepancy = PairStatistic.U.Weight(count) * pairs.Sum();
            Node objective = settings.Normalisation switch
            {
                DeepKernelNormalisation.Raw => discrepancy,
                DeepKernelNormalisation.Deviation => discrepancy
                    / ((4 * ((pairs.SumRows() / (count - 1.0)) - discrepancy).Square().Mean()) + Regulariser).Sqrt(),
                _ => count * discrepancy / (all * graph.Constant(count, count, diagonal)).Sum(),
            };
            return (objective, pairs);
        }

        Node Penalty()
        {
            Node squares = kernel.SquaredSlopes(points);
            return settings.Form == GradientPenaltyForm.Square
                ? squares.Mean()
                : ((squares / settings.Outputs).Sqrt() - 1).Square().Mean();
        }
    }

    /// <summary>The parameters of the features, and the states of their norms.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The derivatives by <see cref="Parameters"/> of what the features maximise, set by <see cref="FeatureGradient"/>.</summary>
    public IReadOnlyList<DeviceMatrix> Gradient { get; }

    /// <summary>Draws the features.</summary>
    public void Initialise(PhiloxStream stream)
    {
        Parameters.Initialise(stream);
        for (int step = 0; step < FirstPowerSteps; step++)
            Parameters.Advance();
    }

    /// <summary>Sets the unit of samples (N×D). Call it before everything else.</summary>
    public void SetUnit(DeviceMatrix points)
    {
        device.SquaredDistances(distances, points);
        bandwidth.Set(MedianRule.MedianDistance, distances);
    }

    /// <summary>The objective of samples (N×D), with scores (N×D) if they are given.</summary>
    public double Value(DeviceMatrix points, DeviceMatrix? given = null)
        => device.Read(Run(value.Value, points, given)[objective])[0];

    /// <summary>What the features maximise: the objective, with reduced scores and less a penalty if the settings say so.</summary>
    public double FeatureValue(DeviceMatrix points, DeviceMatrix? given = null)
        => device.Read(Run(featureValue.Value, points, given)[featureObjective])[0];

    /// <summary>The shape of k_f at samples (N×D).</summary>
    public KernelShape Shape(DeviceMatrix points) => KernelShape.Of(device.Read(Run(shape.Value, points, null)[trained]));

    /// <summary>f (P×M, row-major) at any points (P×D), in the unit that was set last.</summary>
    public double[] Features(DeviceMatrix points)
    {
        var graph = new Graph();
        Node input = graph.Input(points.Rows, points.Columns), inverse = graph.Input(1, 1);
        Node features = new DeepKernel(graph, points.Columns, settings).Features(input * (points.Columns * inverse).Sqrt());
        var copy = new ParameterSet(device, graph);
        copy.CopyFrom(Parameters);
        Plan plan = copy.Compile(features);
        plan.Bind(input, points);
        plan.Bind(inverse, bandwidth.InverseSquares);
        plan.Run();
        return device.Read(plan[features]);
    }

    /// <summary>The terms u (N×N) with zeros on the diagonal; valid until the next call.</summary>
    public DeviceMatrix Pairs(DeviceMatrix points, DeviceMatrix? given = null) => Run(pairTerms.Value, points, given)[pairs];

    /// <summary>Computes <see cref="Gradient"/>.</summary>
    public void FeatureGradient(DeviceMatrix points, DeviceMatrix? given = null) => Run(byFeatures, points, given);

    /// <summary>One step of an optimiser of the features up what they maximise.</summary>
    public void Train(Adam optimiser, DeviceMatrix points, DeviceMatrix? given = null)
    {
        FeatureGradient(points, given);
        optimiser.Step();
        Parameters.Advance();
    }

    /// <summary>
    /// The derivative (N×D) of the objective by the scores if they are given, and else by the samples, which move the scores as well; valid
    /// until the next call.
    /// </summary>
    public DeviceMatrix ModelGradient(DeviceMatrix points, DeviceMatrix? given = null) => Run(byModel.Value, points, given)[modelGradient];

    /// <summary>
    /// The derivative (N×D) of the objective by the samples, which leaves given scores as they are; valid until the next call.
    /// </summary>
    public DeviceMatrix SampleGradient(DeviceMatrix points, DeviceMatrix? given = null)
        => Run(bySamples.Value, points, given)[sampleGradient];

    private Plan Run(Plan plan, DeviceMatrix points, DeviceMatrix? given)
    {
        plan.Bind(samples, points);
        plan.Bind(inverseSquare, bandwidth.InverseSquares);
        if (scores is not null && given is not null)
            plan.Bind(scores, given);
        plan.Run();
        return plan;
    }
}
