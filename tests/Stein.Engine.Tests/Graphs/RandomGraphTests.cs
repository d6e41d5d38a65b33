using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs;

/// <summary>Nodes composed at random: gradients and Hessian-vector products agree with finite differences.</summary>
public class RandomGraphTests
{
    private const int Count = 50;

    private const int Operations = 12;

    [Fact]
    public void Gradients_and_hessian_vector_products()
    {
        using Device device = CpuDevices.CreateDouble();
        for (ulong seed = 0; seed < Count; seed++)
        {
            var draw = new Draw(1000 + seed);
            var graph = new Graph();
            Node[] inputs = [graph.Input(4, 3, "x"), graph.Input(3, 4, "w"), graph.Input(1, 4, "b")];
            var nodes = new List<Node>(inputs);
            for (int i = 0; i < Operations; i++)
                nodes.Add(Bounded(Next(nodes, draw)));
            Node output = inputs.Concat(nodes[^4..]).Select(node => node.Mean()).Aggregate((sum, next) => sum + next.Sigmoid());
            new GraphFunction(device, output, inputs, seed).Check(
                $"graph {seed}", [.. inputs.Select(x => draw.Normal(x.Rows * x.Columns, 0.5))], magnitude: 100, largestStep: 1.0 / 64);
        }
    }

    /// <summary>An operation of random nodes whose shapes fit.</summary>
    private static Node Next(List<Node> nodes, Draw draw)
    {
        Node a = nodes[(int)(draw.Word() % nodes.Count)];
        Node[] same = [.. nodes.Where(node => Fits(node.Rows, a.Rows) && Fits(node.Columns, a.Columns))];
        Node[] right = [.. nodes.Where(node => node.Rows == a.Columns)];
        Node[] wide = [.. nodes.Where(node => node.Columns == a.Columns)];
        Node b = same[(int)(draw.Word() % same.Length)];
        Node c = wide[(int)(draw.Word() % wide.Length)];
        return (draw.Word() % 22) switch
        {
            0 => a + b,
            1 => a - (2 * b),
            2 => a * b,
            3 => a / (b.Square() + 1),
            4 => a.Swish(),
            5 => a.Softplus(),
            6 => (a.Square() + 0.5).Sqrt(),
            7 => (a.Square() + 0.5).Log(),
            8 => (-a.Square()).Exp(),
            9 => a.Softmax() * 3,
            10 => a.LogSumExp(),
            11 => a.MeanRows() + a.SumColumns(),
            12 => a.Transpose(),
            13 => a.SliceRows(a.Rows / 2, 1),
            14 => Node.ConcatenateRows(a, c),
            15 => a.GatherRows(0, a.Rows - 1),
            16 => a.SquaredDistances(c),
            17 => a.Multiply(c, transposeRight: true),
            18 when a.Rows * a.Columns < 40 => a.Reshape(1, a.Rows * a.Columns),
            19 => a.Multiply(a.Multiply(a, transposeLeft: true)),
            20 => 1 / (a.Square() + 1),
            _ when right.Length > 0 => a.Multiply(right[(int)(draw.Word() % right.Length)]),
            _ => a.Tanh(),
        };

        static bool Fits(int size, int other) => size == other || size == 1 || other == 1;
    }

    /// <summary>Keeps numbers and derivatives of order 1.</summary>
    private static Node Bounded(Node node)
        => (node.Rows > 6 ? node.SliceRows(0, 6) : node) is var rows && rows.Columns > 6 ? rows.SliceColumns(1, 6).Tanh() : rows.Tanh();
}
