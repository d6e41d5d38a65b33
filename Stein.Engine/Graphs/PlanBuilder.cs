using System.Diagnostics.CodeAnalysis;
using Stein.Engine.Devices;

namespace Stein.Engine.Graphs;

/// <summary>Orders the operations that outputs need, merges those that one device operation can do, and assigns memory.</summary>
/// <remarks>
/// Merged are: an elementwise operation into the sum of its entries; a factor into the matrix product before it; the sum of a matrix
/// product and another matrix, whose memory the product is added to. A matrix that is no longer needed gives its memory to the next of
/// its shape, also within an elementwise operation.
/// </remarks>
internal sealed class PlanBuilder
{
    private readonly Device device;
    private readonly Node[] nodes;
    private readonly HashSet<Node> outputs;
    private readonly Dictionary<Node, int> uses = [];
    private readonly HashSet<Node> merged = [];
    private readonly List<Step> steps = [];

    public PlanBuilder(Device device, IEnumerable<Node> outputs)
    {
        this.device = device;
        this.outputs = [.. outputs];
        nodes = Graph.Ancestors(this.outputs);
        foreach (Node input in nodes.SelectMany(node => node.Inputs))
            uses[input] = uses.GetValueOrDefault(input) + 1;
    }

    public Plan Build()
    {
        // The last use of a node decides whether it may be merged, so results come before their inputs here.
        foreach (Node node in nodes.Reverse())
        {
            if (!merged.Contains(node))
                steps.Add(StepOf(node));
        }

        steps.Reverse();
        return Assign();
    }

    private Step StepOf(Node node)
    {
        Node first = node.Inputs.FirstOrDefault(node);
        switch (node.Operation)
        {
            case RowSums when HasShape(first.Inputs.FirstOrDefault(first), first) && Merges(first, out ElementOperation? inner):
                return new Step(node, first.Inputs, (output, inputs) => inner.PrepareSumRows(device, output, inputs));
            case ColumnSums when HasShape(first.Inputs.FirstOrDefault(first), first) && Merges(first, out ElementOperation? inner):
                return new Step(node, first.Inputs, (output, inputs) => inner.PrepareSumColumns(device, output, inputs));
            case Scaling { Q: 0 } scaling when Merges(first, out MatrixProduct? product):
                return new Step(node, first.Inputs, (output, inputs) => product.Prepare(device, output, inputs, scaling.P, 0));
            case Combination sum when Accumulates(node, node.Inputs[1], first, out MatrixProduct? product):
                return Accumulation(node, node.Inputs[1], first, product, sum.Q, sum.P);
            case Combination sum when Accumulates(node, first, node.Inputs[1], out MatrixProduct? product):
                return Accumulation(node, first, node.Inputs[1], product, sum.P, sum.Q);
            default:
                return new Step(node, node.Inputs, (output, inputs) => node.Operation.Prepare(device, output, inputs))
                {
                    IsElementwise = node.Operation is ElementOperation,
                };
        }
    }

    private Step Accumulation(Node node, Node product, Node other, MatrixProduct operation, double scale, double beta)
        => new(node, [.. product.Inputs, other], (output, inputs) => operation.Prepare(device, output, inputs, scale, beta))
        {
            Overwrites = other,
        };

    /// <summary>Whether <paramref name="product"/> can be added to the memory of another matrix, which is then no longer needed.</summary>
    private bool Accumulates(Node node, Node product, Node other, [NotNullWhen(true)] out MatrixProduct? operation)
    {
        operation = product.Operation as MatrixProduct;
        return operation is not null && product != other && HasShape(product, node) && HasShape(other, node)
            && IsTemporary(other) && Merges(product, out operation);
    }

    /// <summary>Whether only one operation uses the node, in whose step it can then be computed.</summary>
    private bool Merges<TOperation>(Node node, [NotNullWhen(true)] out TOperation? operation)
        where TOperation : Operation
    {
        operation = IsTemporary(node) ? node.Operation as TOperation : null;
        if (operation is not null)
            merged.Add(node);
        return operation is not null;
    }

    private bool IsTemporary(Node node)
        => uses.GetValueOrDefault(node) == 1 && !outputs.Contains(node)
            && node.Operation is not (Leaf or Number or ConstantMatrix or Stopped or Padding);

    private static bool HasShape(Node node, Node other) => (node.Rows, node.Columns) == (other.Rows, other.Columns);

    private Plan Assign()
    {
        var lastUse = new Dictionary<Node, int>();
        for (int i = 0; i < steps.Count; i++)
        {
            foreach (Node input in steps[i].Inputs)
                lastUse[Source(input)] = i;
        }

        foreach (Node output in outputs)
            lastUse[Source(output)] = int.MaxValue;
        var slots = new Dictionary<Node, Slot>();
        var free = new Dictionary<(int, int), Stack<Slot>>();
        var actions = new List<Action>();
        for (int i = 0; i < steps.Count; i++)
        {
            Step step = steps[i];
            Node node = step.Node;
            if (node.Operation is Stopped)
                continue;
            Node[] dying = [.. step.Inputs.Select(Source).Distinct().Where(input => lastUse[input] == i && IsReusable(input))];
            Slot slot = SlotFor(step, dying);
            Slot[] inputs = [.. step.Inputs.Select(input => slots[Source(input)])];
            slots.Add(node, slot);
            foreach (Node input in dying)
            {
                if (slots[input] != slot)
                    Free(input).Push(slots[input]);
            }

            if (step.Prepare(slot, inputs) is { } action)
                actions.Add(action);
        }

        Dictionary<Node, Slot> visible = nodes.Where(node => node.Operation is Leaf || outputs.Contains(node))
            .ToDictionary(node => node, node => slots[Source(node)]);
        return new Plan(nodes[0].Graph, device, visible, [.. actions]);

        Stack<Slot> Free(Node node)
        {
            if (!free.TryGetValue((node.Rows, node.Columns), out Stack<Slot>? stack))
                free.Add((node.Rows, node.Columns), stack = new Stack<Slot>());
            return stack;
        }

        Slot SlotFor(Step step, Node[] dying)
        {
            Node node = step.Node;
            if (step.Overwrites is not null)
                return slots[Source(step.Overwrites)];
            if (step.IsElementwise && dying.FirstOrDefault(input => HasShape(input, node)) is { } overwritten)
                return slots[overwritten];
            if (IsReusable(node) && Free(node).TryPop(out Slot? slot))
                return slot;
            slot = new Slot(node.Rows, node.Columns);
            if (node.Operation is not (Leaf or Number or ConstantMatrix))
                slot.Matrix = device.Allocate(node.Rows, node.Columns);
            return slot;
        }
    }

    /// <summary>Whether the memory of a node may hold other nodes before and after; the zeros of a padded matrix must stay.</summary>
    private static bool IsReusable(Node node) => node.Operation is not (Leaf or Number or ConstantMatrix or Padding);

    /// <summary>The node that has the memory of this one.</summary>
    private static Node Source(Node node) => node.Operation is Stopped ? Source(node.Inputs[0]) : node;

    private sealed record Step(Node Node, Node[] Inputs, Func<Slot, IReadOnlyList<Slot>, Action?> Prepare)
    {
        /// <summary>Whether the result may take the memory of an input of its shape.</summary>
        public bool IsElementwise { get; init; }

        /// <summary>The input whose memory the result takes.</summary>
        public Node? Overwrites { get; init; }
    }
}
