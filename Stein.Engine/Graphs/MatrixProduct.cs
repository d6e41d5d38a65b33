using Stein.Engine.Devices;

namespace Stein.Engine.Graphs;

/// <summary><c>Alpha·op(left)·op(right)</c>, where op is the transpose if so requested, otherwise the identity.</summary>
internal sealed record MatrixProduct(bool TransposeLeft, bool TransposeRight, double Alpha) : Operation
{
    public override string Noun => "product";

    public override Node Gradient(Node node, int input, Node upstream)
    {
        (Node left, Node right) = (node.Inputs[0], node.Inputs[1]);
        return (input, TransposeLeft, TransposeRight) switch
        {
            (0, true, _) => right.Multiply(upstream, TransposeRight, true, Alpha),
            (0, false, _) => upstream.Multiply(right, false, !TransposeRight, Alpha),
            (_, _, true) => upstream.Multiply(left, true, TransposeLeft, Alpha),
            (_, _, false) => left.Multiply(upstream, !TransposeLeft, false, Alpha),
        };
    }

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs) => Prepare(device, output, inputs, 1, 0);

    /// <summary>Prepares <c>output = scale·node + beta·output</c>.</summary>
    public Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs, double scale, double beta)
    {
        (Slot left, Slot right) = (inputs[0], inputs[1]);
        double alpha = scale * Alpha;
        return () => device.Multiply(output.Matrix, left.Matrix, right.Matrix, TransposeLeft, TransposeRight, alpha, beta);
    }

    public override Node? Stack(Node node, Node[] inputs, bool[] isStacked, int copies)
        => TransposeLeft || isStacked[1] ? null : inputs[0].Multiply(inputs[1], false, TransposeRight, Alpha);
}
