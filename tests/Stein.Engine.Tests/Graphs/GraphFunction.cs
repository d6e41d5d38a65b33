using Stein.Engine.Devices;
using Stein.Engine.Graphs;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;

namespace Stein.Engine.Tests.Graphs;

/// <summary>A number computed by a graph, with its first and second derivatives, for comparison with finite differences.</summary>
internal sealed class GraphFunction
{
    private readonly Device device;
    private readonly Node[] inputs;
    private readonly Plan plan;
    private readonly Node value;
    private readonly Node[] gradients;
    private readonly Node[] tangents;
    private readonly Node[] slopes;
    private readonly Node slope;
    private readonly Node?[] curvatures;

    /// <summary>
    /// Records the derivatives of <c>f = Σ weights·output</c> with random weights by each input, the derivatives of <c>Σ v·∇f</c> with a
    /// random direction v, and the derivative of the output along v.
    /// </summary>
    public GraphFunction(Device device, Node output, Node[] inputs, ulong seed = 11)
    {
        (this.device, this.inputs) = (device, inputs);
        Graph graph = output.Graph;
        var draw = new Draw(seed);
        Node weights = graph.Constant(output.Rows, output.Columns, draw.Normal(output.Rows * output.Columns));
        Node[] directions = [.. inputs.Select(x => graph.Constant(x.Rows, x.Columns, draw.Normal(x.Rows * x.Columns)))];
        value = (weights * output).Sum();
        gradients = value.Gradient(inputs);
        tangents = [.. inputs.Select((x, i) => (weights * output.JacobianVectorProduct((x, directions[i]))).Sum())];
        slopes = [.. gradients.Zip(directions, (gradient, v) => (gradient * v).Sum())];
        slope = slopes.Aggregate((sum, next) => sum + next);
        curvatures = [.. inputs.Select(x => GradientOrNull(slope, x))];
        plan = graph.Compile(device, [value, slope, .. gradients, .. tangents, .. slopes, .. curvatures.OfType<Node>()]);
    }

    /// <summary>Fails unless forward mode, gradient and second derivatives agree with differences.</summary>
    public void Check(string what, double[][] at, double magnitude = 10, double largestStep = 1.0 / 32)
    {
        double[] all = [.. at.SelectMany(values => values)];
        _ = Evaluate(value, all);
        double[] forward = [.. tangents.SelectMany(node => device.Read(plan[node]))];
        double[] reverse = [.. slopes.SelectMany(node => device.Read(plan[node]))];
        double scale = magnitude * Checks.LargestMagnitude([1, .. reverse]);
        Checks.Close($"{what}: forward mode", reverse, forward, _ => 1e-14 * scale);
        double[] gradient = [.. gradients.SelectMany(node => device.Read(plan[node]))];
        double[] curvature = [.. curvatures.SelectMany((node, i) => node is null ? new double[at[i].Length] : device.Read(plan[node]))];
        FiniteDifferences.Check($"{what}: gradient", x => Evaluate(value, x), all, gradient, false, magnitude, largestStep);
        FiniteDifferences.Check($"{what}: second derivative", x => Evaluate(slope, x), all, curvature, false, magnitude * 10, largestStep);
    }

    /// <summary>The gradient, or null if the number does not depend on the node; the differences then have to be zero.</summary>
    private static Node? GradientOrNull(Node number, Node by)
    {
        try
        {
            return number.Gradient(by);
        }
        catch (ArgumentException error) when (error.Message.Contains("does not depend on", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private double Evaluate(Node number, double[] all)
    {
        int start = 0;
        foreach (Node input in inputs)
        {
            int length = input.Rows * input.Columns;
            device.Write(plan[input], all.AsSpan(start, length));
            start += length;
        }

        plan.Run();
        return device.Read(plan[number])[0];
    }
}
