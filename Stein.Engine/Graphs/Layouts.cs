using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Graphs;

/// <summary>A row, a column or a number repeated to the shape of the node.</summary>
internal sealed record Expansion : Operation
{
    public override string Noun => "expansion";

    public override Node Gradient(Node node, int input, Node upstream) => upstream;

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        return () => device.Map<Identity>(output.Matrix, source.Matrix);
    }

    public override Node Stack(Node node, Node[] inputs, bool[] isStacked, int copies)
        => inputs[0].Expand(inputs[0].Rows, node.Columns);
}

/// <summary>The transpose.</summary>
internal sealed record Transposed : Operation
{
    public override string Noun => "transpose";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Transpose();

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        return () => device.Transpose(output.Matrix, source.Matrix);
    }
}

/// <summary>The same numbers, row by row, in another shape.</summary>
internal sealed record Reshaped : Operation
{
    public override string Noun => "reshaped matrix";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Reshape(node.Inputs[0].Rows, node.Inputs[0].Columns);

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        return () => device.Reshape(output.Matrix, source.Matrix);
    }
}

/// <summary>The block of the node's shape that begins at a row and a column of the input.</summary>
internal sealed record Block(int Row, int Column) : Operation
{
    public override string Noun => "block";

    public override Node Gradient(Node node, int input, Node upstream)
        => upstream.Pad(Row, Column, node.Inputs[0].Rows, node.Inputs[0].Columns);

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        (Slot source, int row, int column) = (inputs[0], Row, Column);
        return () => device.CopyBlock(output.Matrix, 0, 0, source.Matrix, row, column, output.Rows, output.Columns);
    }

    public override Node Stack(Node node, Node[] inputs, bool[] isStacked, int copies)
        => inputs[0].SliceColumns(Column, node.Columns);
}

/// <summary>Zeros but for the input, which begins at a row and a column.</summary>
internal sealed record Padding(int Row, int Column) : Operation
{
    public override string Noun => "padded matrix";

    public override Node Gradient(Node node, int input, Node upstream)
        => upstream.Slice(Row, Column, node.Inputs[0].Rows, node.Inputs[0].Columns);

    /// <remarks>The output is zero at first, and nothing else writes to it.</remarks>
    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        (Slot source, int row, int column) = (inputs[0], Row, Column);
        return () => device.CopyBlock(output.Matrix, row, column, source.Matrix, 0, 0, source.Rows, source.Columns);
    }

    public override Node Stack(Node node, Node[] inputs, bool[] isStacked, int copies)
        => inputs[0].Pad(0, Column, inputs[0].Rows, node.Columns);
}

/// <summary>The inputs one below the other, or side by side.</summary>
internal sealed record Concatenation(bool Below) : Operation
{
    public override string Noun => "concatenation";

    public override Node Gradient(Node node, int input, Node upstream)
    {
        int start = node.Inputs.Take(input).Sum(earlier => Below ? earlier.Rows : earlier.Columns);
        Node own = node.Inputs[input];
        return Below ? upstream.SliceRows(start, own.Rows) : upstream.SliceColumns(start, own.Columns);
    }

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot[] sources = [.. inputs];
        return () =>
        {
            int start = 0;
            foreach (Slot source in sources)
            {
                (int row, int column) = Below ? (start, 0) : (0, start);
                device.CopyBlock(output.Matrix, row, column, source.Matrix, 0, 0, source.Rows, source.Columns);
                start += Below ? source.Rows : source.Columns;
            }
        };
    }

    public override Node? Stack(Node node, Node[] inputs, bool[] isStacked, int copies)
        => Below ? null : Node.ConcatenateColumns([.. inputs.Select((input, i) => Stacked(node, input, isStacked[i], copies))]);
}

/// <summary>Row <c>Indices[i]</c> of the input as row i.</summary>
internal sealed record Gathering(int[] Indices) : Operation
{
    public override string Noun => "gathered rows";

    /// <remarks>
    /// If the rows are only rearranged, they are put back. Otherwise they are added up by a product with the matrix that selects them, in
    /// a fixed order.
    /// </remarks>
    public override Node Gradient(Node node, int input, Node upstream)
    {
        Node source = node.Inputs[0];
        if (Indices.Length == source.Rows && Indices.Distinct().Count() == source.Rows)
        {
            var inverse = new int[Indices.Length];
            for (int i = 0; i < inverse.Length; i++)
                inverse[Indices[i]] = i;
            return upstream.GatherRows(inverse);
        }

        var selection = new double[Indices.Length * source.Rows];
        for (int i = 0; i < Indices.Length; i++)
            selection[(i * source.Rows) + Indices[i]] = 1;
        return node.Graph.Constant(Indices.Length, source.Rows, selection).Multiply(upstream, transposeLeft: true);
    }

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        int[] indices = Indices;
        return () => device.GatherRows(output.Matrix, source.Matrix, indices);
    }
}
