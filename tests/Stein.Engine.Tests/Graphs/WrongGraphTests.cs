using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Xunit;

namespace Stein.Engine.Tests.Graphs;

/// <summary>A graph that is built wrongly is refused where it is built, with the shapes and names of the nodes.</summary>
public class WrongGraphTests
{
    private static readonly Graph Graph = new();
    private static readonly Node X = Graph.Input(10, 3, "x");
    private static readonly Node W = Graph.Parameter(4, 5, "w");
    private static readonly Node B = Graph.Parameter(1, 3, "b");
    private static readonly Node Hidden = X + B;

    public static TheoryData<string, Func<object>> Wrong => new()
    {
        { "product of x (10×3) and w (4×5)|the left has 3 columns and the right 4 rows", () => X.Multiply(W) },
        { "product of x (10×3) and the transpose of w (4×5)|3 columns and the right 5 rows after", () => X.Multiply(W, false, true) },
        { "product of [sum of x (10×3) and b (1×3)] (10×3) and w (4×5)", () => Hidden.Multiply(W) },
        { "sum of x (10×3) and w (4×5)|shapes must be equal", () => X + W },
        { "elementwise product of", () => Hidden * W },
        { "x (10×3) has 30 numbers|(4×8)", () => X.Reshape(4, 8) },
        { "x (10×3) cannot be repeated to (10×6)", () => X.Expand(10, 6) },
        { "x (10×3) has no block of (4×3) from row 7", () => X.SliceRows(7, 4) },
        { "x (10×3) and w (4×5) cannot be concatenated by rows", () => Node.ConcatenateRows(X, W) },
        { "x (10×3) and w (4×5) cannot be concatenated by columns", () => Node.ConcatenateColumns(X, W) },
        { "at least one node", () => Node.ConcatenateRows() },
        { "x (10×3) has no row 10; its rows are 0 to 9", () => X.GatherRows(0, 10) },
        { "rows of x (10×3) and w (4×5)", () => X.SquaredDistances(W) },
        { "square matrix, and x (10×3) is not square", () => X.LogDeterminant() },
        { "square matrix, and w (4×5) is not square", () => W.Solve(X) },
        { "matrix [product of x (10×3) and x (10×3)] (10×10)|right-hand side w (4×5)", () => X.Multiply(X, false, true).Solve(W) },
        { "only a number (1×1) has a gradient, not x (10×3)", () => X.Gradient(B) },
        { "[column sums of unnamed row sums (10×1)] (1×1) does not depend on w (4×5)", () => Hidden.Sum().Gradient(W) },
        { "does not depend on b (1×3)", () => B.StopGradient().Sum().Gradient(B) },
        { "does not depend on w (4×5)", () => Hidden.JacobianVectorProduct((X, X), (W, W)) },
        { "shapes of x (10×3) and w (4×5)", () => Hidden.JacobianVectorProduct((X, W)) },
        { "shapes of [sum of x (10×3) and b (1×3)] (10×3) and w (4×5)", () => Hidden.VectorJacobianProduct(W, X) },
        { "shapes of [sum of x (10×3) and b (1×3)] (10×3) and b (1×3)", () => Hidden.JacobianTrace(B) },
        { "mixes rows in [column sums of", () => (Hidden * Hidden.SumColumns()).JacobianTrace(X) },
        { "two graphs|x (10×3)|y (10×3)", () => X * new Graph().Input(10, 3, "y") },
        { "two graphs|x (10×3)|y (3×1)", () => X.Multiply(new Graph().Input(3, 1, "y")) },
        { "two graphs", () => X.Sum().Gradient(new Graph().Input(3, 1, "y")) },
        { "7 numbers do not fill a constant of 2×3", () => Graph.Constant(2, 3, new double[7]) },
        { "another graph", () => new Graph().Compile(Host, X) },
        { "at least one output", () => Graph.Compile(Host) },
        { "b (1×3) is neither an input nor an output", () => Graph.Compile(Host, X.Exp())[B] },
        { "8×3 cannot be bound to x (10×3)", () => Bind(X, Host.Allocate(8, 3)) },
        { "[sum of x (10×3) and b (1×3)] (10×3) is computed", () => Bind(Hidden, Host.Allocate(10, 3)) },
        { "matrix on simd cannot be bound to x (10×3), because the plan is on double", () => Bind(X, Simd.Allocate(10, 3)) },
        { "y (10×3) belongs to another graph", () => Bind(new Graph().Input(10, 3, "y"), Host.Allocate(10, 3)) },
    };

    private static Device Host { get; } = CpuDevices.CreateDouble();

    private static Device Simd { get; } = CpuDevices.CreateSimd();

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Wrong))]
    public void Is_refused(string parts, Func<object> wrong)
    {
        string message = Assert.Throws<ArgumentException>(wrong).Message;
        foreach (string part in parts.Split('|'))
            Assert.Contains(part, message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_plan_without_an_input_does_not_run()
    {
        Plan plan = Graph.Compile(Host, Hidden);
        _ = plan[X];
        Assert.Contains("b (1×3) is missing", Assert.Throws<InvalidOperationException>(plan.Run).Message, StringComparison.Ordinal);
        _ = plan[B];
        plan.Run();
    }

    [Fact]
    public void Sizes_are_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Graph.Input(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Graph.Parameter(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Graph.Constant(0, 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => X.Repeat(0));
    }

    [Fact]
    public void The_same_operation_is_recorded_once()
    {
        Assert.Same(X + B, B + X);
        Assert.Same(X * B, B * X);
        Assert.Same(X.Tanh(), X.Tanh());
        Assert.Same(X, X.Transpose().Transpose());
        Assert.Same(X, X * 1 + 0);
        Assert.Same(X, -(-X));
        Assert.Same(X.Power(2.5), X.Power(2.5));
        Assert.Same(X.Multiply(X, transposeLeft: true), X.Transpose().Multiply(X));
    }

    private static DeviceMatrix Bind(Node node, DeviceMatrix matrix)
    {
        Graph.Compile(Host, Hidden).Bind(node, matrix);
        return matrix;
    }
}
