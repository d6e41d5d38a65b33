using Stein.Engine.Devices;

namespace Stein.Engine.Graphs;

/// <summary>
/// The computation of some nodes on a device, with its memory. <see cref="Run"/> allocates nothing and gives the same bits every time.
/// </summary>
/// <remarks>
/// Write inputs through the indexer, as in <c>device.Write(plan[x], values)</c>, or <see cref="Bind"/> matrices of your own to them, for
/// example parameters that several plans share. Only one thread at a time may use a plan and its device.
/// </remarks>
public sealed class Plan
{
    private readonly Graph graph;
    private readonly Device device;
    private readonly Dictionary<Node, Slot> visible;
    private readonly Action[] steps;
    private bool isReady;

    internal Plan(Graph graph, Device device, Dictionary<Node, Slot> visible, Action[] steps)
        => (this.graph, this.device, this.visible, this.steps) = (graph, device, visible, steps);

    /// <summary>
    /// The matrix of an input, a parameter or an output. One for an input is allocated, with zeros, unless one is bound; that of an output
    /// has its value after a run. Do not write to outputs.
    /// </summary>
    /// <exception cref="ArgumentException">The node is neither an input of this plan nor one of its outputs.</exception>
    public DeviceMatrix this[Node node]
    {
        get
        {
            Slot slot = SlotOf(node);
            if (!slot.IsBound)
                slot.Matrix = device.Allocate(node.Rows, node.Columns);
            return slot.Matrix;
        }
    }

    /// <summary>
    /// Makes an input or a parameter use a matrix of the caller from now on. One that no output depends on needs none, and nothing happens.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The node is computed or of another graph, or the matrix has another shape or belongs to another device.
    /// </exception>
    public void Bind(Node input, DeviceMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(matrix);
        if (input.Operation is not Leaf)
            throw new ArgumentException($"{input} is computed, so no matrix can be bound to it.", nameof(input));
        if ((matrix.Rows, matrix.Columns) != (input.Rows, input.Columns))
            throw new ArgumentException($"A matrix of {matrix.Rows}×{matrix.Columns} cannot be bound to {input}.", nameof(matrix));
        if (matrix.Device != device)
        {
            throw new ArgumentException(
                $"A matrix on {matrix.Device.Name} cannot be bound to {input}, because the plan is on {device.Name}.", nameof(matrix));
        }

        if (visible.TryGetValue(input, out Slot? slot))
            slot.Matrix = matrix;
        else if (input.Graph != graph)
            throw new ArgumentException($"{input} belongs to another graph than the plan.", nameof(input));
    }

    /// <summary>Computes the outputs from the current contents of the inputs.</summary>
    /// <exception cref="InvalidOperationException">An input was neither written nor bound.</exception>
    public void Run()
    {
        if (!isReady)
            RequireInputs();
        foreach (Action step in steps)
            step();
    }

    private void RequireInputs()
    {
        foreach ((Node node, Slot slot) in visible)
        {
            if (!slot.IsBound)
                throw new InvalidOperationException($"{node} is missing. Write to plan[node] or bind a matrix to it before the plan runs.");
        }

        isReady = true;
    }

    private Slot SlotOf(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return visible.TryGetValue(node, out Slot? slot)
            ? slot
            : throw new ArgumentException($"{node} is neither an input nor an output of this plan.", nameof(node));
    }
}
