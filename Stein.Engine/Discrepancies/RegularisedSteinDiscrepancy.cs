using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The learned Stein discrepancy <c>δ = mean_n (s_n·f(x_n) + tr J_f(x_n))</c> of <see cref="LearnedSteinDiscrepancy"/>, with a critic of
/// the same two hidden Swish layers that is regularised as those of generative adversarial networks are. It is trained to maximise
/// <c>δ − λ mean‖f‖² − γ penalty</c>.
/// </summary>
/// <remarks>
/// Without probes the trace is exact by the closed formula of <see cref="LearnedSteinDiscrepancy"/>, in which the normalised weights take
/// the place of the weights. It needs Jacobians that are diagonal between the layers, which those of layer normalisation are not: there the
/// trace is <c>ε·(Jᵀε)</c> with the vector <c>Jᵀε</c> of the gradient penalty.
/// </remarks>
internal sealed class RegularisedSteinDiscrepancy : ISteinCritic
{
    /// <summary>Steps of the power iterations before the first of the training: enough for a random matrix of some hundred rows.</summary>
    private const int FirstPowerSteps = 30;

    private readonly Device device;
    private readonly ParameterSet parameters;
    private readonly Node samples;
    private readonly Node scores;
    private readonly Node probes;
    private readonly Plan evaluation;
    private readonly (Plan Plan, Node Discrepancy, Node Penalties) value;
    private readonly Plan gradient;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="count">N.</param>
    /// <param name="dimension">D.</param>
    /// <param name="hidden">The units of each hidden layer.</param>
    /// <param name="lambda">λ.</param>
    /// <param name="regularisation">What keeps the critic from growing steep.</param>
    /// <exception cref="ArgumentException">Layer normalisation without probes.</exception>
    public RegularisedSteinDiscrepancy(
        Device device, int count, int dimension, int hidden, double lambda, CriticRegularisation regularisation)
    {
        this.device = device;
        bool isLayerNormalised = regularisation.Normalisation == CriticNormalisation.Layer;
        if (isLayerNormalised && !regularisation.HasProbes)
            throw new ArgumentException("A critic with layer normalisation needs probes for its trace.", nameof(regularisation));
        var graph = new Graph();
        samples = graph.Input(count, dimension, "samples");
        scores = graph.Input(count, dimension, "scores");
        probes = graph.Input(count, dimension, "probes");
        Dense first = Layer(dimension, hidden, "hidden 1"), second = Layer(hidden, hidden, "hidden 2");
        Dense last = Layer(hidden, dimension, "output");
        Node inner = Normalise(first.Of(samples), "norm 1"), outer = Normalise(second.Of(inner.Swish()), "norm 2");
        Node output = last.Of(outer.Swish());
        Node discrepancy = ((scores * output).SumRows() + Traces()).Mean();
        Node penalties = (lambda * output.Square().SumRows().Mean()) + GradientPenalty();
        Node[] gradients = (discrepancy - penalties).Gradient(graph.Parameters);
        parameters = new ParameterSet(device, graph);
        evaluation = parameters.Compile(output);
        value = (parameters.Compile(discrepancy, penalties), discrepancy, penalties);
        gradient = parameters.Compile(gradients);
        Output = evaluation[output];
        WeightGradients = [.. gradients.Select(node => gradient[node])];

        Dense Layer(int inputs, int outputs, string name)
        {
            var layer = new Dense(graph, inputs, outputs, name);
            return regularisation.Normalisation is CriticNormalisation.Spectral or CriticNormalisation.SpectralGain
                ? layer.WithSpectralNorm(hasGain: regularisation.Normalisation == CriticNormalisation.SpectralGain)
                : layer;
        }

        Node Normalise(Node units, string name) => isLayerNormalised ? new LayerNorm(graph, hidden, name).Of(units) : units;

        Node Product() => output.VectorJacobianProduct(probes, samples)[0];

        Node Traces()
        {
            if (regularisation.HasProbes)
                return (Product() * probes).SumRows();
            Node mask = second.Weight * first.Weight.Multiply(last.Weight, transposeLeft: true, transposeRight: true);
            return (Slope(outer) * Slope(inner).Multiply(mask)).SumRows();
        }

        Node GradientPenalty()
        {
            if (regularisation.GradientPenalty == 0)
                return graph.Constant(0);
            Node squares = Product().Square().SumRows();
            Node penalty = regularisation.Form == GradientPenaltyForm.Square
                ? squares.Mean()
                : ((squares / dimension).Sqrt() - 1).Square().Mean();
            return regularisation.GradientPenalty * penalty;
        }

        static Node Slope(Node units) => units.Swish().Sum().Gradient(units);
    }

    /// <inheritdoc/>
    public IStateful State => parameters;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceMatrix> Weights => parameters.Matrices;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceMatrix> WeightGradients { get; }

    /// <inheritdoc/>
    public DeviceMatrix Output { get; }

    /// <inheritdoc/>
    public void Initialise(PhiloxStream stream)
    {
        parameters.Initialise(stream);
        for (int step = 0; step < FirstPowerSteps; step++)
            Advance();
    }

    /// <summary>Sets the probes (N×D), one for each sample.</summary>
    public void SetProbes(DeviceMatrix probes)
    {
        foreach (Plan plan in (ReadOnlySpan<Plan>)[value.Plan, gradient])
            plan.Bind(this.probes, probes);
    }

    /// <inheritdoc/>
    public void CriticGradient(DeviceMatrix samples, DeviceMatrix scores) => Run(gradient, samples, scores);

    /// <summary>One step of each power iteration.</summary>
    public void Advance() => parameters.Advance();

    /// <inheritdoc/>
    public void Evaluate(DeviceMatrix samples)
    {
        evaluation.Bind(this.samples, samples);
        evaluation.Run();
    }

    /// <inheritdoc/>
    public void ScoreGradient(DeviceMatrix gradient, DeviceMatrix samples)
    {
        Evaluate(samples);
        device.Map<Scaled>(gradient, Output, p: 1.0 / samples.Rows);
    }

    /// <inheritdoc/>
    public double Value(DeviceMatrix samples, DeviceMatrix scores) => Terms(samples, scores).Discrepancy;

    /// <summary>δ, and the penalties that are subtracted from it in training.</summary>
    internal (double Discrepancy, double Penalties) Terms(DeviceMatrix samples, DeviceMatrix scores)
    {
        Run(value.Plan, samples, scores);
        return (device.Read(value.Plan[value.Discrepancy])[0], device.Read(value.Plan[value.Penalties])[0]);
    }

    private void Run(Plan plan, DeviceMatrix samples, DeviceMatrix scores)
    {
        plan.Bind(this.samples, samples);
        plan.Bind(this.scores, scores);
        plan.Run();
    }
}
