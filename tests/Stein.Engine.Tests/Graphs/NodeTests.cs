using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Tests.Testing;
using Xunit;
using Xunit.Sdk;

namespace Stein.Engine.Tests.Graphs;

/// <summary>Every node: derivatives by finite differences in double precision, and all devices against the reference device.</summary>
public class NodeTests
{
    public static TheoryData<string> Cases => NodeCase.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public void First_and_second_derivatives(string name)
    {
        NodeCase test = NodeCase.All.Single(candidate => candidate.Name == name);
        using Device device = CpuDevices.CreateDouble();
        foreach ((int n, int m) in new[] { (4, 3), (1, 1), (1, 5), (5, 1) })
            Check(device, test, n, m);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void Every_device(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        (int, int)[] shapes = Sizes.AreAll(loan.Device) ? [(1, 1), (7, 17), (17, 8), (2, 33)] : [(3, 5)];
        double worst = Measurements.Compare(nameof(NodeTests), loan.Device, (device, results) =>
        {
            foreach (NodeCase test in NodeCase.All)
            {
                foreach ((int n, int m) in shapes)
                {
                    Node[] inputs = Inputs(test, n, m);
                    Node output = test.Record(inputs).Named(test.Name);
                    var draw = new Draw(13);
                    Node weights = output.Graph.Constant(output.Rows, output.Columns, draw.Normal(output.Rows * output.Columns));
                    Node[] gradients = (weights * output).Sum().Gradient(inputs);
                    Plan plan = output.Graph.Compile(device, [output, .. gradients]);
                    for (int i = 0; i < inputs.Length; i++)
                        device.Write(plan[inputs[i]], test.Values(draw, i, inputs[i].Rows, inputs[i].Columns));
                    plan.Run();
                    results.Add($"{test.Name} {n}×{m}", plan[output]);
                    for (int i = 0; i < inputs.Length && !test.IsRegular; i++)
                        results.Add($"{test.Name} {n}×{m}, gradient {i}", plan[gradients[i]]);
                }
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Fact]
    public void A_wrong_derivative_fails_the_differences()
    {
        using Device device = CpuDevices.CreateDouble();
        Check(device, Square(2), 4, 3);
        Assert.Throws<FailException>(() => Check(device, Square(2.00001), 4, 3));

        static NodeCase Square(double factor)
        {
            var square = new ElementaryFunction<Square>("square", (_, x, u) => u.Times(x, factor));
            return new("square", (n, m) => [(n, m)], x => square.Of(x[0]));
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void Activations_and_derivatives_far_from_zero(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        double[] at = [-1e30, -1e4, -100, -88, 88, 100, 1e4, 1e30];
        var graph = new Graph();
        Node x = graph.Input(1, at.Length, "x");
        (string Name, Node Node, Func<double, double> Value, double Slope)[] functions =
        [
            ("sigmoid", x.Sigmoid(), v => v > 0 ? 1 : 0, 0),
            ("swish", x.Swish(), v => Math.Max(v, 0), 1),
            ("tanh", x.Tanh(), v => Math.Sign(v), 0),
            ("softplus", x.Softplus(), v => Math.Max(v, 0), 1),
            ("ELU", x.Elu(2), v => v > 0 ? v : -2, 1),
            ("ReLU", x.Relu(), v => Math.Max(v, 0), 1),
            ("leaky ReLU", x.LeakyRelu(0.5), v => Math.Max(v, v / 2), 1),
        ];
        foreach ((string what, Node value, Func<double, double> expected, double right) in functions)
        {
            double left = what == "leaky ReLU" ? 0.5 : 0;
            Node[] derivatives = [value, value.Sum().Gradient(x), value.Sum().Gradient(x), value.Sum().Gradient(x)];
            for (int order = 2; order < 4 && !what.Contains("ReLU", StringComparison.Ordinal); order++)
                derivatives[order] = derivatives[order - 1].Sum().Gradient(x);
            Plan plan = graph.Compile(device, derivatives);
            device.Write(plan[x], at);
            plan.Run();
            Func<int, double> tolerance = i => Math.Abs(at[i]) * 2 * device.UnitRoundoff + 1e-7;
            Checks.Close(what, [.. at.Select(expected)], device.Read(plan[value]), tolerance);
            Checks.Close($"{what}′", [.. at.Select(v => v > 0 ? right : left)], device.Read(plan[derivatives[1]]), _ => 1e-6);
            for (int order = 2; order < 4 && derivatives[order] != derivatives[1]; order++)
                Checks.Close($"{what}, derivative {order}", new double[at.Length], device.Read(plan[derivatives[order]]), _ => 1e-30);
        }
    }

    [Fact]
    public void A_stopped_gradient_is_that_of_a_constant()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(1, 3, "x");
        Node product = x * x.Square().StopGradient();
        Node gradient = product.Sum().Gradient(x);
        Plan plan = graph.Compile(device, product, gradient, x.StopGradient());
        device.Write(plan[x], [2, -3, 4]);
        plan.Run();
        Assert.Equal([8, -27, 64], device.Read(plan[product]));
        Assert.Equal([4, 9, 16], device.Read(plan[gradient]));
        Assert.Equal([2, -3, 4], device.Read(plan[x.StopGradient()]));
    }

    [Fact]
    public void Softmax_of_large_numbers()
    {
        using Device device = CpuDevices.CreateSimd();
        var graph = new Graph();
        Node x = graph.Input(2, 3, "x");
        Node y = x.Softmax(), z = x.LogSumExp();
        Plan plan = graph.Compile(device, y, z);
        device.Write(plan[x], [1000, 1000, -1000, -2000, -2001, double.NegativeInfinity]);
        plan.Run();
        Checks.Close("softmax", [0.5, 0.5, 0, 1 / (1 + Math.Exp(-1)), 1 / (1 + Math.E), 0], device.Read(plan[y]), _ => 1e-6);
        Checks.Close("log-sum-exp", [1000 + Math.Log(2), -2000 + Math.Log(1 + Math.Exp(-1))], device.Read(plan[z]), _ => 1e-3);
    }

    private static Node[] Inputs(NodeCase test, int n, int m)
    {
        var graph = new Graph();
        return [.. test.Shapes(n, m).Select((shape, i) => graph.Input(shape.Rows, shape.Columns, $"x{i}"))];
    }

    private static void Check(Device device, NodeCase test, int n, int m)
    {
        Node[] inputs = Inputs(test, n, m);
        var function = new GraphFunction(device, test.Record(inputs), inputs);
        var draw = new Draw(12);
        function.Check($"{test.Name} {n}×{m}", [.. inputs.Select((x, i) => test.Values(draw, i, x.Rows, x.Columns))]);
    }
}
