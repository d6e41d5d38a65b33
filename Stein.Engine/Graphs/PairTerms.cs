using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Graphs;

/// <summary>
/// The statistic of a pair term (1×1) over the pairs of one set of points: its mean over all pairs (V) or those of different points (U).
/// The inputs are the matrices that the term reads, and its constants (C×1).
/// </summary>
/// <remarks>
/// The pairs are never recorded, so that memory is that of the points. Derivatives by the points exist once, by the constants to any order;
/// for more by the points, compose the kernel of nodes (<see cref="Node.SquaredDistances"/>).
/// </remarks>
internal sealed record PairStatisticOf<TTerm>(PairStatistic Statistic) : Operation
    where TTerm : struct, IPairTerm
{
    public override string Noun => "pair statistic";

    public override Node Gradient(Node node, int input, Node upstream)
        => upstream * (input < TTerm.Matrices
            ? new PairGradientOf<TTerm>(Statistic, input).Of(node.Inputs)
            : ByConstants(node.Inputs, new PairStatisticOf<ConstantDerivative<TTerm>>(Statistic)));

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        int points = inputs[0].Rows;
        double weight = Statistic.Weight(points);
        DeviceMatrix sums = device.Allocate(points, 1);
        return () =>
        {
            device.PairSums<TTerm>(sums, PairsOf(inputs, Statistic));
            device.SumColumns<Scaled>(output.Matrix, sums, p: weight);
        };
    }

    /// <summary>Records the statistic of matrices and constants.</summary>
    public Node Of(IReadOnlyList<Node> inputs) => inputs[0].Graph.Record(this, 1, 1, [.. inputs]);

    internal static PairSet PairsOf(IReadOnlyList<Slot> inputs, PairStatistic statistic)
    {
        DeviceMatrix? second = TTerm.Matrices > 1 ? inputs[1].Matrix : null, third = TTerm.Matrices > 2 ? inputs[2].Matrix : null;
        return PairSet.Within(new(inputs[0].Matrix, second, third), inputs[TTerm.Matrices].Matrix, statistic);
    }

    /// <summary>The derivatives by the constants (C×1), from one statistic of the directional derivative for each.</summary>
    private static Node ByConstants(Node[] inputs, PairStatisticOf<ConstantDerivative<TTerm>> derivative)
    {
        Node constants = inputs[TTerm.Matrices];
        Graph graph = constants.Graph;
        int count = constants.Rows;
        var spread = new double[2 * count * count];
        for (int k = 0; k < count; k++)
            spread[(2 * k * count) + k] = 1;
        Node values = graph.Constant(2 * count, count, spread).Multiply(constants);
        return Node.ConcatenateRows([.. Enumerable.Range(0, count).Select(Along)]);

        Node Along(int k)
        {
            var direction = new double[2 * count];
            direction[(2 * k) + 1] = 1;
            return derivative.Of([.. inputs[..TTerm.Matrices], values + graph.Constant(2 * count, 1, direction)]);
        }
    }
}

/// <summary>The derivative of <see cref="PairStatisticOf{TTerm}"/> by one of the matrices of the points, in its shape.</summary>
internal sealed record PairGradientOf<TTerm>(PairStatistic Statistic, int Matrix) : Operation
    where TTerm : struct, IPairTerm
{
    public override string Noun => "gradient of a pair statistic";

    public override Node? Gradient(Node node, int input, Node upstream) => throw new ArgumentException(
        $"{node} has no derivative: pair terms are differentiated once by their points. "
        + "Compose the kernel of nodes (SquaredDistances, Exp) if the gradient of a gradient is needed.");

    public override Action Prepare(Device device, Slot output, IReadOnlyList<Slot> inputs)
    {
        double scale = 2 * Statistic.Weight(inputs[0].Rows);
        return () => device.PairGradient<TTerm>(output.Matrix, PairStatisticOf<TTerm>.PairsOf(inputs, Statistic), Matrix, scale);
    }

    /// <summary>Records the gradient of matrices and constants.</summary>
    public Node Of(IReadOnlyList<Node> inputs)
        => inputs[0].Graph.Record(this, inputs[Matrix].Rows, inputs[Matrix].Columns, [.. inputs]);
}
