namespace Stein.Engine.Graphs.Layers;

/// <summary>
/// Layer normalisation (Ba, Kiros and Hinton, arXiv:1607.06450, equation 4): each row is shifted to mean 0, divided by
/// <c>√(variance + ε)</c> of its entries, multiplied by a gain and shifted by a bias.
/// </summary>
/// <param name="Gain">The gain (1×width).</param>
/// <param name="Bias">The bias (1×width).</param>
/// <param name="Epsilon">ε, which keeps rows of equal numbers finite.</param>
public sealed record LayerNorm(Node Gain, Node Bias, double Epsilon = 1e-5)
{
    /// <summary>Adds the parameters "name gain", which starts at 1, and "name bias", which starts at 0, to a graph.</summary>
    public LayerNorm(Graph graph, int width, string name, double epsilon = 1e-5)
        : this(
            Dense.RequireGraph(graph).Parameter(1, width, $"{name} gain", Initialisation.Ones),
            graph.Parameter(1, width, $"{name} bias", Initialisation.Zeros),
            epsilon)
    {
    }

    /// <summary>The normalised rows of an input (N×width).</summary>
    public Node Of(Node x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Node centred = x - x.MeanRows();
        return (centred / (centred.Square().MeanRows() + Epsilon).Sqrt() * Gain) + Bias;
    }
}
