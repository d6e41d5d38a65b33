using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;

namespace Stein.Engine.Tests.Graphs.Layers;

/// <summary>A function of the rows of one or two inputs, composed of layers.</summary>
/// <param name="Name">The name of the row in theories.</param>
/// <param name="Width">The number of columns of both inputs.</param>
/// <param name="Record">Adds the layers to the graph of the inputs and returns their output.</param>
internal sealed record LayerCase(string Name, int Width, Func<Node, Node, Node> Record)
{
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        new("dense", 3, (x, _) => new Dense(x.Graph, 3, 5, "dense").Of(x).Swish()),
        new("dense without bias", 4, (x, _) => new Dense(x.Graph, 4, 2, "dense", Initialisation.HeNormal, hasBias: false).Of(x).Tanh()),
        new("spectral norm", 3, (x, _) => new Dense(x.Graph, 3, 4, "dense").WithSpectralNorm(hasGain: true).Of(x).Tanh()),
        new("spectral norm without gain", 3, (x, _) => new Dense(x.Graph, 3, 2, "dense").WithSpectralNorm().Of(x).Tanh()),
        new("weight norm", 3, (x, _) => new Dense(x.Graph, 3, 4, "dense").WithWeightNorm().Of(x).Tanh()),
        new("layer norm", 5, (x, _) => new LayerNorm(x.Graph, 5, "norm", epsilon: 0.1).Of(x)),
        new("dropout", 3, (x, mask) => new Dropout(mask, 0.5).Of(x.Square())),
        new("residual block", 4, (x, _) => new ResidualBlock(x.Graph, 4, 3, "block", "softplus", hasNorm: false).Of(x)),
        new("residual block on a condition", 4, (x, y) => Block(x, 4).Of(x, y)),
        new("convolution", 18, (x, _) => new Convolution(x.Graph, new(3, 3, 2), 2, 3, "convolution", padding: 1).Of(x).Square()),
        new("stride", 15, (x, _) => new Convolution(x.Graph, new(3, 5, 1), 3, 2, "convolution", stride: 2).Of(x).Square()),
        new("transposed convolution", 8, (x, _) => Transposed(x).Of(x).Square()),
        new("trace", 3, (x, _) => Composed(x).JacobianTrace(x)),
        new("trace of other layers", 4, (x, mask) => OtherLayers(x, mask).JacobianTrace(x)),
        new("gradient penalty", 3, (x, y) => ((y * Composed(x)).Sum().Gradient(x).Square().SumRows() + 0.1).Sqrt()),
        new("clipped gradient", 3, (x, _) => Node.ConcatenateRows(Clipped(x, 1e3), Clipped(x, 1e-3))),
    ];

    /// <summary>The names of all cases.</summary>
    public static IEnumerable<string> Names => All.Select(test => test.Name);

    /// <summary>Records the case for a number of rows.</summary>
    /// <returns>The output and all inputs, parameters and states that it depends on.</returns>
    public static (Node Output, Node[] Leaves) Create(string name, int rows)
    {
        LayerCase test = All.Single(candidate => candidate.Name == name);
        var graph = new Graph();
        Node output = test.Record(graph.Input(rows, test.Width, "x"), graph.Input(rows, test.Width, "y"));
        return (output, [.. Graph.Ancestors([output]).Where(node => node.Operation is Leaf)]);
    }

    /// <summary>Dense, swish, layer norm and a residual block, of as many columns as the input.</summary>
    public static Node Composed(Node x)
    {
        var dense = new Dense(x.Graph, x.Columns, x.Columns, "dense");
        var norm = new LayerNorm(x.Graph, x.Columns, "norm", epsilon: 0.1);
        return Block(x, x.Columns).Of(norm.Of(dense.Of(x).Swish()));
    }

    /// <summary>A convolution, swish, dropout, and dense layers with normalised weights.</summary>
    private static Node OtherLayers(Node x, Node mask)
    {
        Node image = new Convolution(x.Graph, new(2, 2, 1), 1, 3, "convolution", padding: 1).Of(x).Swish();
        Node hidden = new Dense(x.Graph, 4, 3, "first").WithSpectralNorm().Of(new Dropout(mask, 0.5).Of(image)).Tanh();
        return new Dense(x.Graph, 3, 4, "second").WithWeightNorm().Of(hidden);
    }

    private static ResidualBlock Block(Node x, int hidden)
        => new(
            new Dense(x.Graph, x.Columns, hidden, "first"),
            new Dense(x.Graph, hidden, x.Columns, "second"),
            new LayerNorm(x.Graph, x.Columns, "inner norm", epsilon: 0.1),
            Activations.Find("swish"));

    private static Convolution Transposed(Node x)
        => new(x.Graph, new(2, 2, 2), 3, 3, "convolution", stride: 2, padding: 1, isTransposed: true);

    private static Node Clipped(Node x, double maximum) => new[] { x.Tanh().Sum().Gradient(x) }.ClippedByNorm(maximum)[0];
}
