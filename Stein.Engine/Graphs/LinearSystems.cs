using Stein.Engine.Devices;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Graphs;

/// <summary><c>log|det A|</c> (1×1), on the host.</summary>
internal sealed record LogDeterminant : Operation
{
    public override string Noun => "log-determinant";

    /// <remarks><c>A⁻ᵀ</c> times the upstream.</remarks>
    public override Node Gradient(Node node, int input, Node upstream)
    {
        Node matrix = node.Inputs[0];
        var identity = new double[matrix.Rows * matrix.Rows];
        for (int i = 0; i < matrix.Rows; i++)
            identity[(i * matrix.Rows) + i] = 1;
        return upstream * matrix.Solve(node.Graph.Constant(matrix.Rows, matrix.Rows, identity), transpose: true);
    }

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        Slot source = inputs[0];
        var factor = new LuFactor(source.Rows);
        var values = new double[source.Rows * source.Rows];
        var result = new double[1];
        return () =>
        {
            device.Read(source.Matrix, values);
            factor.Factor(values);
            result[0] = factor.LogAbsoluteDeterminant;
            device.Write(output.Matrix, result);
        };
    }
}

/// <summary><c>A⁻¹B</c> or <c>A⁻ᵀB</c>, on the host; of a triangular A only that triangle is read.</summary>
internal sealed record LinearSolution(bool Transpose, Triangle Triangle) : Operation
{
    public override string Noun => "solution";

    /// <remarks>With <c>X = A⁻¹B</c>: <c>B̄ = A⁻ᵀX̄</c> and <c>Ā = −B̄Xᵀ</c>, of which only the triangle counts.</remarks>
    public override Node Gradient(Node node, int input, Node upstream)
    {
        Node matrix = node.Inputs[0];
        Node byRight = matrix.Solve(upstream, !Transpose, Triangle);
        if (input == 1)
            return byRight;
        Node byMatrix = Transpose ? -node.Multiply(byRight, transposeRight: true) : -byRight.Multiply(node, transposeRight: true);
        if (Triangle == Triangle.None)
            return byMatrix;
        var mask = new double[matrix.Rows * matrix.Rows];
        for (int i = 0; i < mask.Length; i++)
        {
            (int row, int column) = (i / matrix.Rows, i % matrix.Rows);
            mask[i] = (Triangle == Triangle.Lower ? column <= row : column >= row) ? 1 : 0;
        }

        return byMatrix * node.Graph.Constant(matrix.Rows, matrix.Rows, mask);
    }

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        (Slot matrix, Slot right, bool transpose, Triangle triangle) = (inputs[0], inputs[1], Transpose, Triangle);
        int order = matrix.Rows;
        var factor = new LuFactor(order);
        var values = new double[order * order];
        var solution = new double[order * right.Columns];
        return () =>
        {
            device.Read(matrix.Matrix, values);
            for (int i = 0; i < values.Length && triangle != Triangle.None; i++)
            {
                int below = (i / order) - (i % order);
                if (triangle == Triangle.Lower ? below < 0 : below > 0)
                    values[i] = 0;
            }

            factor.Factor(values);
            device.Read(right.Matrix, solution);
            factor.Solve(solution, transpose);
            device.Write(output.Matrix, solution);
        };
    }
}
