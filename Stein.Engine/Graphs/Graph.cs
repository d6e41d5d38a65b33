using Stein.Engine.Devices;

namespace Stein.Engine.Graphs;

/// <summary>
/// A computation on matrices that is recorded once, differentiated by recording further nodes, and compiled to a <see cref="Plan"/> that
/// computes it any number of times, on any device.
/// </summary>
/// <remarks>
/// Derivatives are nodes like others: reverse mode (<see cref="Node.Gradient(Node)"/>), forward mode
/// (<see cref="Node.JacobianVectorProduct"/>), and any composition of both (Griewank and Walther, "Evaluating derivatives", 2nd edition,
/// chapters 3 and 5). Only one thread at a time may record.
/// </remarks>
public sealed class Graph
{
    private readonly Dictionary<Key, Node> known = [];
    private readonly List<Node> leaves = [];
    private readonly List<(Node State, Node Next)> states = [];
    private readonly Dictionary<Node, Initialisation> initialisations = [];
    private int count;

    /// <summary>The nodes created by <see cref="Parameter"/>, in order.</summary>
    public IReadOnlyList<Node> Parameters => [.. leaves.Where(node => node.Operation is Leaf { IsParameter: true })];

    /// <summary>The nodes created by <see cref="State"/>, in order, with the nodes that replace them.</summary>
    public IReadOnlyList<(Node State, Node Next)> States => states;

    /// <summary>A matrix that is written, or bound, before a plan runs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Node Input(int rows, int columns, string? name = null) => AddLeaf(rows, columns, false, name);

    /// <summary>An input that is trained.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="name">The name for messages.</param>
    /// <param name="initialisation">The values that <see cref="ParameterSet.Initialise"/> writes; null if the caller writes them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Node Parameter(int rows, int columns, string? name = null, Initialisation? initialisation = null)
        => WithInitialisation(AddLeaf(rows, columns, true, name), initialisation);

    /// <summary>
    /// An input that is not trained and that <see cref="ParameterSet.Advance"/> replaces by another node, such as the vector of a power
    /// iteration or an earlier value of a parameter. Within a run it does not change.
    /// </summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="next">Records what replaces the state; it may depend on parameters and states, but not on other inputs.</param>
    /// <param name="name">The name for messages.</param>
    /// <param name="initialisation">The values that <see cref="ParameterSet.Initialise"/> writes; null if the caller writes them.</param>
    /// <exception cref="ArgumentException">The next state has another shape or belongs to another graph.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public Node State(int rows, int columns, Func<Node, Node> next, string? name = null, Initialisation? initialisation = null)
    {
        ArgumentNullException.ThrowIfNull(next);
        Node state = WithInitialisation(AddLeaf(rows, columns, false, name), initialisation);
        Node replacement = next(state);
        if (replacement.Graph != this || (replacement.Rows, replacement.Columns) != (rows, columns))
            throw new ArgumentException($"{replacement} cannot replace {state}: the shape and the graph must be the same.", nameof(next));
        states.Add((state, replacement));
        return state;
    }

    /// <summary>A number (1×1), which operators repeat to the shape of the other side.</summary>
    public Node Constant(double value) => Record(new Number(value), 1, 1);

    /// <summary>A matrix (row-major) that never changes.</summary>
    /// <exception cref="ArgumentException">There are not rows·columns values.</exception>
    public Node Constant(int rows, int columns, ReadOnlySpan<double> values, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.Length != (long)rows * columns)
            throw new ArgumentException($"{values.Length} numbers do not fill a constant of {rows}×{columns}.", nameof(values));
        return WithName(Record(new ConstantMatrix(values.ToArray()), rows, columns), name);
    }

    /// <summary>Prepares the computation of nodes on a device. Everything else that they need is computed on the way.</summary>
    /// <param name="device">The device, which the plan uses until it is no longer needed.</param>
    /// <param name="outputs">The nodes whose values can be read after a run.</param>
    /// <exception cref="ArgumentException">There is no output, or one belongs to another graph.</exception>
    public Plan Compile(Device device, params IReadOnlyList<Node> outputs)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(outputs);
        if (outputs.Count == 0)
            throw new ArgumentException("A plan needs at least one output.", nameof(outputs));
        foreach (Node output in outputs)
        {
            if (output.Graph != this)
                throw new ArgumentException($"{output} belongs to another graph than the one that is compiled.", nameof(outputs));
        }

        return new PlanBuilder(device, outputs).Build();
    }

    /// <summary>Returns the node of an operation, which is recorded unless it is known.</summary>
    internal Node Record(Operation operation, int rows, int columns, params Node[] inputs)
    {
        foreach (Node input in inputs)
        {
            if (input.Graph != this)
                throw new ArgumentException($"{inputs[0]} and {input} belong to two graphs; record both in one.");
        }

        var key = new Key(operation, rows, columns, inputs);
        if (!known.TryGetValue(key, out Node? node))
            known.Add(key, node = new Node(this, count++, operation, rows, columns, inputs));
        return node;
    }

    /// <summary>The initialisation of a parameter or state, if it has one.</summary>
    internal Initialisation? InitialisationOf(Node node) => initialisations.GetValueOrDefault(node);

    /// <summary>The node of an elementwise operation in the shape of its input, or null if it has not been recorded.</summary>
    internal Node? Find(Operation operation, Node input)
        => known.GetValueOrDefault(new Key(operation, input.Rows, input.Columns, [input]));

    /// <summary>A node that stands for any matrix of a shape while derivatives are recorded, and does not occur in them.</summary>
    /// <param name="index">A negative number, different for placeholders that are used at the same time.</param>
    internal Node Placeholder(int index, int rows, int columns) => Record(new Leaf(index, false), rows, columns);

    /// <summary>The nodes and everything that they are computed from, in the order of recording.</summary>
    internal static Node[] Ancestors(IEnumerable<Node> nodes)
    {
        var found = new HashSet<Node>();
        var pending = new Stack<Node>(nodes);
        while (pending.TryPop(out Node? node))
        {
            if (!found.Add(node))
                continue;
            foreach (Node input in node.Inputs)
                pending.Push(input);
        }

        return [.. found.OrderBy(node => node.Index)];
    }

    private Node AddLeaf(int rows, int columns, bool isParameter, string? name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        Node leaf = Record(new Leaf(leaves.Count, isParameter), rows, columns);
        leaves.Add(leaf);
        return WithName(leaf, name);
    }

    private Node WithInitialisation(Node node, Initialisation? initialisation)
    {
        if (initialisation is not null)
            initialisations.Add(node, initialisation);
        return node;
    }

    private static Node WithName(Node node, string? name) => name is null ? node : node.Named(name);

    /// <summary>What makes a node: two that agree in this are the same.</summary>
    private readonly record struct Key(Operation Operation, int Rows, int Columns, Node[] Inputs)
    {
        public bool Equals(Key other)
            => Operation.Equals(other.Operation) && (Rows, Columns) == (other.Rows, other.Columns)
                && Inputs.AsSpan().SequenceEqual(other.Inputs);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Operation);
            hash.Add((Rows, Columns));
            foreach (Node input in Inputs)
                hash.Add(input.Index);
            return hash.ToHashCode();
        }
    }
}
