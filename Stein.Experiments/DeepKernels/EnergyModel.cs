using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;

namespace Stein.Experiments.DeepKernels;

/// <summary>
/// A density <c>p(x) ∝ exp(−E(x))</c> in the plane with the energy <c>E(x) = ‖x‖²/(2τ²) + e(x)</c>, e a network with two hidden Swish
/// layers. Its score is <c>−∇E</c>.
/// </summary>
internal sealed class EnergyModel
{
    /// <summary>τ: wider than every density of the experiment, so that the model can be normalised whatever the network is.</summary>
    private const double Width = 4;

    private readonly Device device;
    private readonly Node samples;
    private readonly Node upstream;
    private readonly Node energy;
    private readonly Node score;
    private readonly IReadOnlyList<Node> backward;
    private readonly IReadOnlyList<Node> matching;

    // Each is compiled when it is first asked for: a model that is only evaluated, on many points, needs no memory for gradients.
    private readonly Lazy<Plan> energies;
    private readonly Lazy<Plan> scores;
    private readonly Lazy<Plan> byScores;
    private readonly Lazy<Plan> byMatching;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="count">N, the number of samples of every call.</param>
    /// <param name="dimension">D.</param>
    /// <param name="hidden">The units of each hidden layer.</param>
    public EnergyModel(Device device, int count, int dimension, int hidden)
    {
        this.device = device;
        var graph = new Graph();
        samples = graph.Input(count, dimension, "samples");
        upstream = graph.Input(count, dimension, "derivative by the scores");
        Node first = new Dense(graph, dimension, hidden, "hidden 1").Of(samples).Swish();
        Node second = new Dense(graph, hidden, hidden, "hidden 2").Of(first).Swish();
        energy = (samples.Square().SumRows() / (2 * Width * Width)) + new Dense(graph, hidden, 1, "energy", hasBias: false).Of(second);
        score = -energy.Sum().Gradient(samples);
        Node loss = ((0.5 * score.Square().SumRows()) + score.JacobianTrace(samples)).Mean();
        (backward, matching) = ((score * upstream).Sum().Gradient(graph.Parameters), loss.Gradient(graph.Parameters));
        Parameters = new ParameterSet(device, graph);
        (energies, scores, byScores, byMatching) = (Later(energy), Later(score), Later([.. backward]), Later([.. matching]));
        Gradient = [.. graph.Parameters.Select(node => device.Allocate(node.Rows, node.Columns))];

        Lazy<Plan> Later(params Node[] outputs) => new(() => Parameters.Compile(outputs));
    }

    public ParameterSet Parameters { get; }

    /// <summary>The derivatives of a loss by <see cref="Parameters"/>, set by the methods that say so.</summary>
    public IReadOnlyList<DeviceMatrix> Gradient { get; }

    /// <summary>E (N×1) at samples (N×D); valid until the next call.</summary>
    public DeviceMatrix Energies(DeviceMatrix points) => Run(energies.Value, points)[energy];

    /// <summary>The scores (N×D) at samples (N×D); valid until the next call.</summary>
    public DeviceMatrix Scores(DeviceMatrix points) => Run(scores.Value, points)[score];

    /// <summary>Sets <see cref="Gradient"/> to that of a loss with a derivative (N×D) by the scores at samples (N×D).</summary>
    public void BackPropagate(DeviceMatrix points, DeviceMatrix scoreGradient)
    {
        byScores.Value.Bind(upstream, scoreGradient);
        Keep(Run(byScores.Value, points), backward);
    }

    /// <summary>
    /// Sets <see cref="Gradient"/> to that of <c>mean(½‖s‖² + tr ∇s)</c> at samples (N×D), exact score matching (Hyvärinen, JMLR 6, 2005).
    /// </summary>
    public void MatchScores(DeviceMatrix points) => Keep(Run(byMatching.Value, points), matching);

    private Plan Run(Plan plan, DeviceMatrix points)
    {
        plan.Bind(samples, points);
        plan.Run();
        return plan;
    }

    private void Keep(Plan plan, IReadOnlyList<Node> derivatives)
    {
        for (int i = 0; i < Gradient.Count; i++)
            device.Map<Identity>(Gradient[i], plan[derivatives[i]]);
    }
}
