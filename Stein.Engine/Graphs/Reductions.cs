using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Graphs;

/// <summary>The sum of each row (N×1).</summary>
internal sealed record RowSums : Operation
{
    public override string Noun => "row sums";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Expand(node.Inputs[0].Rows, node.Inputs[0].Columns);

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        return () => device.SumRows<Identity>(output.Matrix, source.Matrix);
    }

    public override Node Stack(Node node, Node[] inputs, bool[] isStacked, int copies) => inputs[0].SumRows();
}

/// <summary>The sum of each column (1×M).</summary>
internal sealed record ColumnSums : Operation
{
    public override string Noun => "column sums";

    public override Node Gradient(Node node, int input, Node upstream) => upstream.Expand(node.Inputs[0].Rows, node.Inputs[0].Columns);

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        return () => device.SumColumns<Identity>(output.Matrix, source.Matrix);
    }
}

/// <summary>The largest number of each row (N×1), a constant for derivatives.</summary>
internal sealed record RowMaxima : Operation
{
    public override string Noun => "row maxima";

    public override Node? Gradient(Node node, int input, Node upstream) => null;

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        return () => device.MaxRows(output.Matrix, source.Matrix);
    }

    public override Node Stack(Node node, Node[] inputs, bool[] isStacked, int copies) => inputs[0].MaxRows();
}

/// <summary>The squared distances of all rows of two matrices with as many columns.</summary>
internal sealed record RowDistances : Operation
{
    public override string Noun => "squared distances";

    public override Node Gradient(Node node, int input, Node upstream)
    {
        (Node own, Node other) = (node.Inputs[input], node.Inputs[1 - input]);
        Node weights = input == 0 ? upstream.SumRows() : upstream.SumColumns().Transpose();
        return 2 * ((weights * own) - upstream.Multiply(other, transposeLeft: input == 1));
    }

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        (Slot points, Slot samples) = (inputs[0], inputs[1]);
        return () => device.SquaredDistances(output.Matrix, points.Matrix, samples.Matrix);
    }

    public override Node? Stack(Node node, Node[] inputs, bool[] isStacked, int copies)
        => isStacked[1] ? null : inputs[0].SquaredDistances(inputs[1]);
}
