namespace Stein.Engine.Graphs;

/// <summary>
/// A matrix in a <see cref="Graphs.Graph"/>: an input, a constant, or the result of an operation on other nodes. Methods and operators
/// record further nodes; nothing is computed before a <see cref="Plan"/> runs.
/// </summary>
/// <remarks>
/// Operators and functions act on each entry. Where shapes differ, one row, one column or one number is repeated to the shape of the
/// other. Recording the same operation of the same nodes twice returns the same node. Methods throw <see cref="ArgumentException"/> if
/// the shapes do not fit or the nodes belong to two graphs; the message has the names and the shapes.
/// </remarks>
public sealed partial class Node
{
    internal Node(Graph graph, int index, Operation operation, int rows, int columns, Node[] inputs)
    {
        (Graph, Index, Operation, Rows, Columns, Inputs) = (graph, index, operation, rows, columns, inputs);
    }

    /// <summary>The graph that the node belongs to.</summary>
    public Graph Graph { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The name for messages, or null.</summary>
    public string? Name { get; private set; }

    /// <summary>The position in the order of recording; inputs come before their results.</summary>
    internal int Index { get; }

    internal Operation Operation { get; }

    internal Node[] Inputs { get; }

    internal string Shape => $"({Rows}×{Columns})";

    private string Short => Name ?? (Inputs.Length == 0 ? Operation.Noun : $"unnamed {Operation.Noun}");

    /// <summary>Gives the node a name for messages, and returns it.</summary>
    public Node Named(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        return this;
    }

    /// <summary>
    /// The name and the shape, as in "x (2×3)". Without a name, the operation, its inputs and the shape, as in
    /// "[product of x (2×3) and w (3×4)] (2×4)".
    /// </summary>
    public override string ToString() => Name is null && Inputs.Length > 0
        ? $"[{Operation.Noun} of {string.Join(" and ", Inputs.Select(input => $"{input.Short} {input.Shape}"))}] {Shape}"
        : $"{Short} {Shape}";

    /// <summary>Whether the node is this number, perhaps repeated.</summary>
    internal bool IsNumber(double value) => AsNumber() == value;

    /// <summary>The number that every entry is, if that is known.</summary>
    internal double? AsNumber() => Operation switch
    {
        Number number => number.Value,
        Expansion => Inputs[0].AsNumber(),
        _ => null,
    };
}
