using Stein.Engine.Devices;

namespace Stein.Engine.Graphs;

/// <summary>The memory of a node in a plan.</summary>
internal sealed class Slot(int rows, int columns)
{
    private DeviceMatrix? matrix;

    public int Rows => rows;

    public int Columns => columns;

    public bool IsBound => matrix is not null;

    public DeviceMatrix Matrix
    {
        get => matrix!;
        set => matrix = value;
    }
}

/// <summary>
/// What a node computes from its inputs. Operations are records, so that equal operations of the same inputs can be recognised and
/// recorded once.
/// </summary>
internal abstract record Operation
{
    /// <summary>What the operation returns, for descriptions, as in "product of x (2×3) and w (3×4)".</summary>
    public abstract string Noun { get; }

    /// <summary>
    /// The derivative by an input of the sum of the node's entries times those of <paramref name="upstream"/>, which has the node's shape;
    /// null if it is zero. It may have the node's shape even if the input is repeated to it.
    /// </summary>
    public abstract Node? Gradient(Node node, int input, Node upstream);

    /// <summary>
    /// Prepares the computation of <paramref name="output"/>, which shares no memory with the inputs except for elementwise operations.
    /// </summary>
    /// <returns>The computation, or null if there is nothing to do when a plan runs.</returns>
    public abstract Action? Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs);

    /// <summary>
    /// Records the operation for inputs some of which are now stacks of <paramref name="copies"/> matrices, one below the other, so that
    /// the result is the stack of the results. Inputs that are stacked have as many rows as the node.
    /// </summary>
    /// <param name="node">The node for one of the copies.</param>
    /// <param name="inputs">The inputs, stacked or those of the node.</param>
    /// <param name="isStacked">Which inputs are stacked.</param>
    /// <param name="copies">The number of matrices in a stack.</param>
    /// <returns>The stack, or null if the operation mixes rows.</returns>
    public virtual Node? Stack(Node node, Node[] inputs, bool[] isStacked, int copies) => null;

    /// <summary>The input where it is stacked, otherwise repeated as often if it has a row for each row of the node.</summary>
    protected static Node Stacked(Node node, Node input, bool isStacked, int copies)
        => isStacked || input.Rows != node.Rows || input.Rows == 1 ? input : input.Repeat(copies);
}

/// <summary>A matrix that is written before a plan runs.</summary>
/// <param name="Index">Distinguishes inputs of the same shape.</param>
/// <param name="IsParameter">Whether it is a parameter to train.</param>
internal sealed record Leaf(int Index, bool IsParameter) : Operation
{
    public override string Noun => IsParameter ? "parameter" : "input";

    public override Node? Gradient(Node node, int input, Node upstream) => null;

    public override Action? Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs) => null;
}

/// <summary>A number (1×1).</summary>
internal sealed record Number(double Value) : Operation
{
    public override string Noun => $"constant {Value:R}";

    public override Node? Gradient(Node node, int input, Node upstream) => null;

    public override Action? Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        output.Matrix = device.Upload(1, 1, [Value]);
        return null;
    }
}

/// <summary>A matrix that never changes. Two of them are never taken for the same.</summary>
internal sealed record ConstantMatrix(double[] Values) : Operation
{
    public override string Noun => "constant";

    public override Node? Gradient(Node node, int input, Node upstream) => null;

    public override Action? Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        output.Matrix = device.Upload(output.Rows, output.Columns, Values);
        return null;
    }
}

/// <summary>Its input, as a constant for derivatives.</summary>
internal sealed record Stopped : Operation
{
    public override string Noun => "constant copy";

    public override Node? Gradient(Node node, int input, Node upstream) => null;

    /// <remarks>A plan uses the memory of the input.</remarks>
    public override Action? Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs) => null;

    public override Node Stack(Node node, Node[] inputs, bool[] isStacked, int copies) => inputs[0].StopGradient();
}
