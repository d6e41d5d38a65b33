namespace Stein.Engine.Graphs;

/// <content>Derivatives, which are nodes again.</content>
public sealed partial class Node
{
    /// <summary>The derivative of this number (1×1) by a node, in the shape of that node (reverse mode).</summary>
    /// <exception cref="ArgumentException">This is not a number, or does not depend on the node.</exception>
    public Node Gradient(Node by) => Gradient([by])[0];

    /// <summary>The derivatives of this number (1×1) by several nodes; see <see cref="Gradient(Node)"/>.</summary>
    public Node[] Gradient(params IReadOnlyList<Node> by)
    {
        if ((Rows, Columns) != (1, 1))
        {
            throw new ArgumentException(
                $"Only a number (1×1) has a gradient, not {this}. Take its Sum or Mean, or use {nameof(VectorJacobianProduct)}.");
        }

        return VectorJacobianProduct(Graph.Constant(1), by);
    }

    /// <summary>
    /// The derivatives by several nodes of <c>Σ_ij vector_ij·this_ij</c>, a vector times the Jacobian matrix (reverse mode).
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ, or this does not depend on one of the nodes.</exception>
    public Node[] VectorJacobianProduct(Node vector, params IReadOnlyList<Node> by)
    {
        ArgumentNullException.ThrowIfNull(by);
        RequireSameShape(this, vector);
        Node?[] derivatives = Reverse([(this, vector)], by);
        return [.. by.Select((node, i) => derivatives[i] ?? throw IndependentOf(node))];
    }

    /// <summary>
    /// The derivative of this along a direction, the Jacobian matrix times a vector (forward mode), in the shape of this.
    /// </summary>
    /// <remarks>
    /// The product of a vector u and the Jacobian, <c>uᵀJ</c>, is linear in u. Its derivative by u in reverse mode, with the direction as
    /// upstream, is J times the direction; u does not occur in it, so nothing but this product is computed.
    /// </remarks>
    /// <param name="directions">Nodes and their directions, in the same shapes.</param>
    /// <exception cref="ArgumentException">Shapes differ, or this does not depend on one of the nodes.</exception>
    public Node JacobianVectorProduct(params IReadOnlyList<(Node Node, Node Direction)> directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        foreach ((Node node, Node direction) in directions)
            RequireSameShape(node, direction);
        Node upstream = Graph.Placeholder(-1, Rows, Columns);
        Node?[] products = Reverse([(this, upstream)], [.. directions.Select(pair => pair.Node)]);
        (Node, Node)[] seeds = [.. directions.Select((pair, i) => (products[i] ?? throw IndependentOf(pair.Node), pair.Direction))];
        return Reverse(seeds, [upstream])[0] ?? throw IndependentOf(directions[0].Node);
    }

    /// <summary>
    /// The traces of the Jacobian matrices (N×1) of a function of each row: <c>Σ_d ∂f_nd/∂x_nd</c>, where this is f(x) (N×D) and x is
    /// <paramref name="by"/> (N×D). Exact, by D forward passes as one batch of N·D rows.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The shapes differ, this does not depend on the node, or a row of it depends on other rows too, so that the traces would not be of
    /// rows.
    /// </exception>
    public Node JacobianTrace(Node by)
    {
        RequireSameShape(this, by);
        (int rows, int columns) = (by.Rows, by.Columns);
        var units = new double[columns * rows * columns];
        for (int i = 0; i < columns * rows; i++)
            units[(i * columns) + (i / rows)] = 1;
        Node directions = Graph.Constant(columns * rows, columns, units);
        Node direction = Graph.Placeholder(-2, rows, columns);
        Node products = JacobianVectorProduct((by, direction)).StackBy(direction, directions, columns);
        return (products * directions).SumRows().Reshape(columns, rows).SumColumns().Reshape(rows, 1);
    }

    /// <summary>
    /// Hutchinson's estimates <c>ε_nᵀ J_n ε_n</c> (N×1) of the traces of the Jacobian matrices of a function of each row (Hutchinson,
    /// Communications in Statistics 18, 1989), without bias if the probes have mean 0 and covariance I. One forward pass; that rows do not
    /// depend on one another is assumed and not checked.
    /// </summary>
    /// <param name="by">x (N×D).</param>
    /// <param name="probes">ε, one for each row (N×D) or one for all (1×D).</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or this does not depend on the node.</exception>
    public Node JacobianTrace(Node by, Node probes)
    {
        RequireSameShape(this, by);
        Node directions = Require(probes).Expand(by.Rows, by.Columns);
        return (JacobianVectorProduct((by, directions)) * directions).SumRows();
    }

    /// <summary>Whether the derivative by a node exists; one that is zero everywhere, or stopped, does not.</summary>
    internal bool DependsOn(Node node)
        => Reverse([(this, Graph.Constant(1).Expand(Rows, Columns))], [Require(node)])[0] is not null;

    /// <summary>
    /// Records this again with a stack of matrices, one below the other, in place of a node; the result is the stack of the results.
    /// </summary>
    private Node StackBy(Node node, Node stack, int copies)
    {
        var stacked = new Dictionary<Node, Node> { [node] = stack };
        foreach (Node old in Graph.Ancestors([this]))
        {
            bool[] isStacked = [.. old.Inputs.Select(stacked.ContainsKey)];
            if (!isStacked.Contains(true))
                continue;
            Node[] inputs = [.. old.Inputs.Select(input => stacked.GetValueOrDefault(input, input))];
            bool fits = old.Inputs.Where((_, i) => isStacked[i]).All(input => input.Rows == old.Rows);
            Node? again = fits ? old.Operation.Stack(old, inputs, isStacked, copies) : null;
            stacked[old] = again ?? throw new ArgumentException(
                $"A trace for each row needs a function of each row alone, but the derivative mixes rows in {old}.");
        }

        return stacked[this];
    }

    /// <summary>
    /// The derivatives by nodes of the sum of the outputs' entries times those of their seeds, null where they are zero.
    /// </summary>
    private static Node?[] Reverse((Node Output, Node Seed)[] seeds, IReadOnlyList<Node> by)
    {
        foreach (Node node in by)
            RequireSameGraph(seeds[0].Output, Require(node));
        Node[] ancestors = Graph.Ancestors(seeds.Select(pair => pair.Output));
        var dependent = new HashSet<Node>(by);
        foreach (Node node in ancestors)
        {
            if (Array.Exists(node.Inputs, dependent.Contains))
                dependent.Add(node);
        }

        var derivatives = new Dictionary<Node, Node>();
        foreach ((Node output, Node seed) in seeds)
            Add(output, seed);
        for (int i = ancestors.Length - 1; i >= 0; i--)
        {
            Node node = ancestors[i];
            if (!dependent.Contains(node) || !derivatives.TryGetValue(node, out Node? upstream))
                continue;
            for (int k = 0; k < node.Inputs.Length; k++)
            {
                Node input = node.Inputs[k];
                if (dependent.Contains(input) && node.Operation.Gradient(node, k, upstream) is { } part)
                    Add(input, part.SumTo(input.Rows, input.Columns));
            }
        }

        return [.. by.Select(derivatives.GetValueOrDefault)];

        void Add(Node node, Node part)
        {
            if (!part.IsNumber(0))
                derivatives[node] = derivatives.TryGetValue(node, out Node? sum) ? sum + part : part;
        }
    }

    private static void RequireSameShape(Node node, Node other)
    {
        RequireSameGraph(node, Require(other));
        if ((node.Rows, node.Columns) != (other.Rows, other.Columns))
            throw new ArgumentException($"The shapes of {node} and {other} must be equal here.");
    }

    private ArgumentException IndependentOf(Node node) => new(
        $"{this} does not depend on {node}, or only by way of a constant (StopGradient, Sign), so there is no derivative.");
}
