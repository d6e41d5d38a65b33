using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs;

/// <summary>A function of one to three matrices, recorded as nodes.</summary>
/// <param name="Name">The name of the row in theories.</param>
/// <param name="Shapes">The shapes of the inputs for N rows and M columns.</param>
/// <param name="Record">Records the function of the inputs.</param>
internal sealed record NodeCase(string Name, Func<int, int, (int Rows, int Columns)[]> Shapes, Func<Node[], Node> Record)
{
    /// <summary>Whether the inputs must be positive.</summary>
    public bool IsPositive { get; init; }

    /// <summary>Whether there are kinks at 0, which the inputs avoid.</summary>
    public bool HasKinks { get; init; }

    /// <summary>Whether the first input must be far from singular.</summary>
    public bool IsRegular { get; init; }

    /// <summary>Every operation, by at least one row.</summary>
    public static IReadOnlyList<NodeCase> All { get; } =
    [
        new("sum", Same, x => x[0] + x[1]),
        new("difference with a row", Row, x => x[0] - x[1]),
        new("row minus matrix", Row, x => x[1] - x[0]),
        new("product with a column", Column, x => x[0] * x[1]),
        new("product of row and column", Outer, x => x[0] * x[1]),
        new("product with a number", Scalar, x => x[1] * x[0] * x[0]),
        new("quotient", Same, x => x[0] / x[1]) { IsPositive = true },
        new("quotient with a column", Column, x => x[1] / x[0]) { IsPositive = true },
        new("numbers", One, x => ((3 - (2 * x[0])) / 4) + (-x[0] * 0.5) + (1 / (x[0].Square() + 2)) + 1),
        new("constant matrix", One, x => Constant(x[0]) * x[0].Square()),
        new("exp", One, x => x[0].Exp()),
        new("log", One, x => x[0].Log()) { IsPositive = true },
        new("sqrt", One, x => x[0].Sqrt()) { IsPositive = true },
        new("square", One, x => x[0].Square()),
        new("cube by products", One, x => x[0] * x[0] * x[0]),
        new("abs", One, x => x[0].Abs() * x[0]) { HasKinks = true },
        new("reciprocal", One, x => x[0].Reciprocal()) { IsPositive = true },
        new("power", One, x => x[0].Power(-1.5)) { IsPositive = true },
        new("sigmoid", One, x => x[0].Sigmoid()),
        new("swish", One, x => x[0].Swish()),
        new("tanh", One, x => x[0].Tanh()),
        new("softplus", One, x => x[0].Softplus()),
        new("elu", One, x => x[0].Elu(0.8)) { HasKinks = true },
        new("relu", One, x => x[0].Relu() * x[0]) { HasKinks = true },
        new("leaky relu", One, x => x[0].LeakyRelu(0.1).Square()) { HasKinks = true },
        new("matrix product", (n, m) => [(n, m), (m, 3)], x => x[0].Multiply(x[1])),
        new("product, left transposed", (n, m) => [(m, n), (m, 3)], x => x[0].Multiply(x[1], transposeLeft: true)),
        new("product, right transposed", (n, m) => [(n, m), (3, m)], x => x[0].Multiply(x[1], transposeRight: true)),
        new("product, both transposed", (n, m) => [(m, n), (3, m)], x => x[0].Multiply(x[1], true, true)),
        new("gram matrix", One, x => x[0].Multiply(x[0], transposeRight: true)),
        new("sum of products", (n, m) => [(n, m), (m, 4), (4, m)], x => x[0].Multiply(x[1]) - (0.5 * x[0].Multiply(x[2], false, true))),
        new("product plus row", (n, m) => [(n, m), (m, 3), (1, 3)], x => (2 * x[0].Multiply(x[1])) + x[2]),
        new("sums", Same, x => x[0].SumRows() * x[1].SumColumns() * x[0].Sum()),
        new("means", Same, x => x[0].MeanRows() + x[1].MeanColumns().Square() + x[0].Mean().Exp()),
        new("sum of products of entries", Same, x => (x[0] * x[1]).SumRows() + (x[0] * x[1]).SumColumns().Sum()),
        new("expand", Row, x => x[1].Expand(x[0].Rows, x[0].Columns).Multiply(x[0], transposeRight: true)),
        new("transpose", Same, x => x[0].Transpose().Multiply(x[1].Square())),
        new("reshape", Same, x => x[0].Square().Reshape(x[0].Columns, x[0].Rows).Multiply(x[1])),
        new("repeat", One, x => x[0].Repeat(3).SumRows().Square()),
        new("concatenate rows", Row, x => Node.ConcatenateRows(x[0], x[1], x[0]).Square()),
        new("concatenate columns", Column, x => Node.ConcatenateColumns(x[1], x[0], x[1]).Square()),
        new("slices", Same, x => x[0].SliceRows(x[0].Rows / 2, 1) * x[1].SliceColumns(x[1].Columns / 3, 1)),
        new("gather rows", Same, x => x[0].GatherRows(0, x[0].Rows - 1, 0) * x[1].SliceRows(0, 1)),
        new("rearranged rows", Same, x => x[0].GatherRows([.. Enumerable.Range(0, x[0].Rows).Select(i => (i + 1) % x[0].Rows)]) * x[1]),
        new("softmax", One, x => x[0].Softmax()),
        new("log-sum-exp", One, x => x[0].LogSumExp()),
        new("squared distances", (n, m) => [(n, m), (n + 2, m)], x => x[0].SquaredDistances(x[1])),
        new("gaussian kernel of features", (n, m) => [(n, m), (m, 3)], x => Kernel(x[0].Multiply(x[1]))),
        new("log-determinant", Square, x => x[0].LogDeterminant()) { IsRegular = true },
        new("solve", System, x => x[0].Solve(x[1])) { IsRegular = true },
        new("solve with the transpose", System, x => x[0].Solve(x[1], transpose: true)) { IsRegular = true },
        new("solve lower", System, x => x[0].Solve(x[1], triangle: Triangle.Lower)) { IsRegular = true },
        new("solve upper transposed", System, x => x[0].Solve(x[1], true, Triangle.Upper)) { IsRegular = true },
        new("trace", (n, m) => [(n, m), (m, 4), (4, m)], x => x[0].Multiply(x[1]).Tanh().Multiply(x[2]).JacobianTrace(x[0])),
        new("deep-kernel KSD", (n, m) => [(n, m), (m, 2), (n, m)], x => DeepKsd(x[0], x[0].Multiply(x[1]).Tanh(), x[2])),
        new("gradient penalty", (n, m) => [(n, m), (m, 3), (3, 1)], x => Penalty(x[0], x[0].Multiply(x[1]).Softplus().Multiply(x[2]))),
    ];

    public static TheoryData<string> Names => [.. All.Select(test => test.Name)];

    /// <summary>Entries for an input.</summary>
    public double[] Values(Draw draw, int index, int rows, int columns)
    {
        if (IsRegular && index == 0)
            return draw.NearIdentity(rows);
        double[] values = draw.Normal(rows * columns, IsPositive || HasKinks ? 0.5 : 0.75);
        for (int i = 0; i < values.Length; i++)
        {
            double away = (float)(Math.Abs(values[i]) + 0.375);
            values[i] = IsPositive ? away : HasKinks && values[i] != 0 ? Math.Sign(values[i]) * away : values[i];
        }

        return values;
    }

    private static (int, int)[] One(int n, int m) => [(n, m)];

    private static (int, int)[] Same(int n, int m) => [(n, m), (n, m)];

    private static (int, int)[] Row(int n, int m) => [(n, m), (1, m)];

    private static (int, int)[] Column(int n, int m) => [(n, m), (n, 1)];

    private static (int, int)[] Outer(int n, int m) => [(1, m), (n, 1)];

    private static (int, int)[] Scalar(int n, int m) => [(n, m), (1, 1)];

    private static (int, int)[] Square(int n, int m) => [(n, n)];

    private static (int, int)[] System(int n, int m) => [(n, n), (n, m)];

    private static Node Constant(Node x) => x.Graph.Constant(x.Rows, x.Columns, new Draw(3).Normal(x.Rows * x.Columns));

    private static Node Kernel(Node features) => (-0.5 * features.SquaredDistances(features)).Exp();

    private static Node DeepKsd(Node x, Node features, Node scores)
        => x.SteinDiscrepancy(features, scores, x.Graph.Constant(0.8), PairStatistic.V);

    private static Node Penalty(Node x, Node critic) => ((critic.Sum().Gradient(x).Square().SumRows() + 0.25).Sqrt() - 1).Square();
}
