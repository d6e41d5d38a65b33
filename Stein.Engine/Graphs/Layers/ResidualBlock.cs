namespace Stein.Engine.Graphs.Layers;

/// <summary>
/// A residual block, <c>x + second(activation(first(norm(x))))</c> (He, Zhang, Ren and Sun, "Identity mappings in deep residual networks",
/// ECCV 2016).
/// </summary>
/// <param name="First">From the width of x to a hidden width.</param>
/// <param name="Second">From the hidden width back.</param>
/// <param name="Norm">Normalises x first, or null.</param>
/// <param name="Activation">Acts on the hidden layer.</param>
public sealed record ResidualBlock(Dense First, Dense Second, LayerNorm? Norm, Func<Node, Node> Activation)
{
    /// <summary>Adds the parameters of "name norm", "name first" and "name second" to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="width">The number of columns of input and output.</param>
    /// <param name="hidden">The number of columns between the layers.</param>
    /// <param name="name">The name, for messages.</param>
    /// <param name="activation">A name in <see cref="Activations"/>.</param>
    /// <param name="hasNorm">Whether x is normalised by a <see cref="LayerNorm"/>.</param>
    /// <exception cref="ArgumentException">No activation has that name.</exception>
    public ResidualBlock(Graph graph, int width, int hidden, string name, string activation = "swish", bool hasNorm = true)
        : this(
            new Dense(graph, width, hidden, $"{name} first"),
            new Dense(graph, hidden, width, $"{name} second"),
            hasNorm ? new LayerNorm(graph, width, $"{name} norm") : null,
            Activations.Find(activation))
    {
    }

    /// <summary>The block's output for an input (N×width).</summary>
    /// <param name="x">The input.</param>
    /// <param name="condition">Added before the activation (N×hidden), such as a layer of an embedded noise level; or null.</param>
    public Node Of(Node x, Node? condition = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        Node hidden = First.Of(Norm?.Of(x) ?? x);
        return x + Second.Of(Activation(condition is null ? hidden : hidden + condition));
    }
}
