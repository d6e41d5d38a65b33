namespace Stein.Engine.Graphs.Layers;

/// <summary>A dense layer, <c>x·W + b</c> for each row of x.</summary>
/// <param name="Weight">W (inputs×outputs).</param>
/// <param name="Bias">b (1×outputs), or null.</param>
public sealed record Dense(Node Weight, Node? Bias)
{
    /// <summary>Adds the parameters "name weight" and "name bias" to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The number of columns of the layer's input.</param>
    /// <param name="outputs">The number of columns of its output.</param>
    /// <param name="name">The name, for messages.</param>
    /// <param name="initialisation">
    /// How W is drawn; b then starts at zero. By default both are drawn uniformly between ±1/√inputs, as in PyTorch.
    /// </param>
    /// <param name="hasBias">Whether there is a bias.</param>
    public Dense(Graph graph, int inputs, int outputs, string name, Initialisation? initialisation = null, bool hasBias = true)
        : this(
            RequireGraph(graph).Parameter(inputs, outputs, $"{name} weight", initialisation ?? Initialisation.FanInUniform),
            hasBias ? graph.Parameter(1, outputs, $"{name} bias", BiasInitialisation(inputs, initialisation)) : null)
    {
    }

    /// <summary>The layer's output for an input (N×inputs).</summary>
    public Node Of(Node x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Node product = x.Multiply(Weight);
        return Bias is null ? product : product + Bias;
    }

    /// <summary>The layer with its weight divided by its largest singular value; see <see cref="WeightNormalisation"/>.</summary>
    public Dense WithSpectralNorm(bool hasGain = false) => this with { Weight = Weight.SpectrallyNormalised(hasGain) };

    /// <summary>The layer with its weight normalised; see <see cref="WeightNormalisation"/>.</summary>
    public Dense WithWeightNorm() => this with { Weight = Weight.Normalised() };

    internal static Graph RequireGraph(Graph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph;
    }

    /// <summary>Zero, or as drawn by PyTorch's layers if the weight is too.</summary>
    internal static Initialisation BiasInitialisation(int fanIn, Initialisation? weight)
        => weight is null ? Initialisation.Uniform(1 / Math.Sqrt(fanIn)) : Initialisation.Zeros;
}
