using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The kernelised Stein discrepancy with a deep kernel <c>k(x, y) = exp(−‖f(x) − f(y)‖²/h²)</c>, whose features f are trained to maximise
/// it: <c>f(x) = x + W₂ tanh(W₁x + b)</c>, the identity at first. h is the median distance between features.
/// </summary>
/// <remarks>
/// With steep features the discrepancy has no upper bound. What is maximised is therefore <c>Σ_{i≠j} u_ij / ((N − 1) Σ_i u_ii)</c>, the
/// U-statistic in units of the Stein kernel's own <c>u(x, x) = ‖s‖² + 2‖J‖²/h²</c>: at most 1, because <c>u_ij² ≤ u_ii u_jj</c>, and near
/// 0 for a kernel so narrow that only the diagonal is left, which the V-statistic would reward.
/// </remarks>
internal sealed class DeepSteinDiscrepancy
{
    private readonly Device device;
    private readonly Node samples;
    private readonly Node inverseSquare;
    private readonly (Plan Plan, Node Result) features;
    private readonly (Plan Plan, Node Result, Node Kernel) value;
    private readonly Plan byFeatures;
    private readonly (Plan Plan, Node Result) bySamples;
    private readonly DeviceMatrix distances;
    private readonly Bandwidth bandwidth;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="count">N.</param>
    /// <param name="dimension">D.</param>
    /// <param name="hidden">The number of hidden units of f.</param>
    /// <param name="score">The model's scores (N×D) at samples (N×D).</param>
    public DeepSteinDiscrepancy(Device device, int count, int dimension, int hidden, Func<Node, Node> score)
    {
        this.device = device;
        var graph = new Graph();
        samples = graph.Input(count, dimension, "samples");
        inverseSquare = graph.Input(1, 1, "inverse squared bandwidth");
        Node units = new Dense(graph, dimension, hidden, "hidden").Of(samples).Tanh();
        Node mapped = samples + new Dense(graph, hidden, dimension, "features", Initialisation.Zeros, hasBias: false).Of(units);
        Node scores = score(samples);
        Node all = samples.SteinDiscrepancy(mapped, scores, inverseSquare, PairStatistic.V);
        Node pairs = samples.SteinDiscrepancy(mapped, scores, inverseSquare, PairStatistic.U);
        Node objective = pairs / ((count * all) - ((count - 1) * pairs));
        Node kernel = (-(inverseSquare * mapped.SquaredDistances(mapped))).Exp().Sum();
        Node meanKernel = (kernel - count) / ((double)count * (count - 1));
        Node[] gradients = objective.Gradient(graph.Parameters);
        Node gradient = objective.Gradient(samples);
        Parameters = new ParameterSet(device, graph);
        features = (Compile(mapped), mapped);
        value = (Compile(objective, meanKernel), objective, meanKernel);
        byFeatures = Compile(gradients);
        bySamples = (Compile(gradient), gradient);
        Gradient = [.. gradients.Select(node => byFeatures[node])];
        distances = device.Allocate(count, count);
        bandwidth = new Bandwidth(device, 1);

        Plan Compile(params Node[] outputs)
        {
            Plan plan = graph.Compile(device, outputs);
            Parameters.Bind(plan);
            return plan;
        }
    }

    /// <summary>The parameters of f.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The derivatives of the value by <see cref="Parameters"/>, set by <see cref="FeatureGradient"/>.</summary>
    public IReadOnlyList<DeviceMatrix> Gradient { get; }

    /// <summary>
    /// Sets h, a constant for derivatives, to the median distance between the features of samples (N×D). Call it before everything else.
    /// </summary>
    public void SetBandwidth(DeviceMatrix points)
    {
        Run(features.Plan, points);
        device.SquaredDistances(distances, features.Plan[features.Result]);
        bandwidth.Set(MedianRule.MedianDistance, distances);
    }

    /// <summary>The normalised discrepancy of samples (N×D), and the mean of <c>k(x_i, x_j)</c> over i ≠ j.</summary>
    public (double Discrepancy, double MeanKernel) Value(DeviceMatrix points)
    {
        Run(value.Plan, points);
        return (device.Read(value.Plan[value.Result])[0], device.Read(value.Plan[value.Kernel])[0]);
    }

    /// <summary>Computes <see cref="Gradient"/> at samples (N×D).</summary>
    public void FeatureGradient(DeviceMatrix points) => Run(byFeatures, points);

    /// <summary>
    /// The derivative (N×D) of the normalised discrepancy by the samples (N×D), which move the scores as well; valid until the next call.
    /// </summary>
    public DeviceMatrix SampleGradient(DeviceMatrix points)
    {
        Run(bySamples.Plan, points);
        return bySamples.Plan[bySamples.Result];
    }

    private void Run(Plan plan, DeviceMatrix points)
    {
        plan.Bind(samples, points);
        plan.Bind(inverseSquare, bandwidth.InverseSquares);
        plan.Run();
    }
}
