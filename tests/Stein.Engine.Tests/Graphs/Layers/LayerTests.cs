using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs.Layers;

/// <summary>Layers: derivatives by finite differences, all devices against the reference device, and what each layer promises.</summary>
public class LayerTests
{
    public static TheoryData<string> Cases => [.. LayerCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void First_and_second_derivatives(string name)
    {
        using Device device = CpuDevices.CreateDouble();
        foreach (int rows in new[] { 3, 1 })
        {
            (Node output, Node[] leaves) = LayerCase.Create(name, rows);
            var draw = new Draw(21);
            new GraphFunction(device, output, leaves).Check(
                $"{name}, {rows} rows", [.. leaves.Select(leaf => draw.Normal(leaf.Rows * leaf.Columns, 0.75))], magnitude: 100);
        }
    }

    /// <summary>On a simulator only two layers: layers consist of nodes, all of which are tested there.</summary>
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void Every_device(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(LayerTests), loan.Device, (device, results) =>
        {
            foreach (string test in TestDevices.IsSlow(loan.Device) ? ["layer norm", "spectral norm"] : LayerCase.Names)
            {
                (Node output, Node[] leaves) = LayerCase.Create(test, Sizes.AreAll(loan.Device) ? 9 : 2);
                Node[] gradients = output.Square().Sum().Gradient(leaves);
                Plan plan = output.Graph.Compile(device, [output, .. gradients]);
                var draw = new Draw(22);
                foreach (Node leaf in leaves)
                    device.Write(plan[leaf], draw.Normal(leaf.Rows * leaf.Columns, 0.75));
                plan.Run();
                results.Add(test, plan[output]);
                for (int i = 0; i < leaves.Length; i++)
                    results.Add($"{test}, gradient by {leaves[i]}", plan[gradients[i]]);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Fact]
    public void Layers_are_recorded_by_their_definitions()
    {
        var graph = new Graph();
        Node x = graph.Input(2, 3, "x"), y = graph.Input(2, 5, "y");
        var block = new ResidualBlock(graph, 3, 5, "block", "tanh");
        Dense dense = block.First;
        Assert.Same(x.Multiply(dense.Weight) + dense.Bias!, dense.Of(x));
        Assert.Same(x.Multiply(dense.Weight), (dense with { Bias = null }).Of(x));
        Assert.Same(x + block.Second.Of(dense.Of(block.Norm!.Of(x)).Tanh()), block.Of(x));
        Assert.Same(x + block.Second.Of((dense.Of(x) + y).Tanh()), (block with { Norm = null }).Of(x, y));
        Assert.Equal(
            ["block first weight", "block first bias", "block second weight", "block second bias", "block norm gain", "block norm bias"],
            graph.Parameters.Select(node => node.Name));
    }

    [Fact]
    public void The_trace_is_the_sum_of_the_diagonal()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(4, 3, "x");
        Node output = LayerCase.Composed(x);
        Node trace = output.JacobianTrace(x);
        Node[] diagonal = [.. Enumerable.Range(0, 3).Select(d => output.SliceColumns(d, 1).Sum().Gradient(x).SliceColumns(d, 1))];
        Node sum = diagonal[0] + diagonal[1] + diagonal[2];
        Run(device, x, new Draw(23).Normal(12), trace, sum, out double[] actual, out double[] expected);
        Checks.CloseInMaximum("trace", expected, actual, 1e-14);
    }

    [Fact]
    public void Layer_norm_ignores_shift_and_scale_of_a_row()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(2, 7, "x");
        var norm = new LayerNorm(graph, 7, "norm", epsilon: 0);
        Node factors = graph.Constant(2, 1, [3, 0.25]), shifts = graph.Constant(2, 1, [-1, 5]);
        Run(device, x, new Draw(24).Normal(14), norm.Of(x), norm.Of((factors * x) + shifts), out double[] plain, out double[] changed);
        Checks.Close("normalised", plain, changed, _ => 1e-14);
        foreach (double[] row in plain.Chunk(7))
        {
            Assert.Equal(0, row.Average(), 1e-14);
            Assert.Equal(1, row.Average(value => value * value), 1e-14);
        }

        Node gain = graph.Constant(1, 7, [1, 2, 3, 4, 5, 6, 7]);
        LayerNorm other = norm with { Gain = gain, Bias = gain };
        Run(device, x, new Draw(24).Normal(14), other.Of(x), (norm.Of(x) + 1) * gain, out double[] actual, out double[] expected);
        Checks.CloseInMaximum("with gain and bias", expected, actual, 1e-15);
    }

    [Fact]
    public void Layer_norm_of_equal_numbers_is_finite()
    {
        using Device device = CpuDevices.CreateSimd();
        var graph = new Graph();
        Node x = graph.Input(1, 4, "x");
        Node output = new LayerNorm(graph, 4, "norm").Of(x);
        Run(device, x, [7, 7, 7, 7], output, output.Square().Sum().Gradient(x), out double[] values, out double[] gradient);
        Assert.Equal(new double[4], values);
        Assert.Equal(new double[4], gradient);
    }

    [Fact]
    public void Weight_norm_gives_columns_the_length_of_their_gain()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node weight = graph.Parameter(5, 3, "weight", Initialisation.HeNormal);
        Node normalised = weight.Normalised();
        Node gain = graph.Parameters[1];
        Plan plan = graph.Compile(device, normalised, normalised.Square().SumColumns().Sqrt());
        var parameters = new ParameterSet(device, graph);
        parameters.Initialise(new PhiloxStream(6, StreamPurpose.Initialisation));
        parameters.Bind(plan);
        Assert.Equal([1, 1, 1], device.Read(parameters[gain]));
        device.Write(parameters[gain], [2, 3, 4]);
        plan.Run();
        Checks.Close("lengths", [2, 3, 4], device.Read(plan[normalised.Square().SumColumns().Sqrt()]), _ => 1e-15);
        double[] before = device.Read(plan[normalised]);
        device.Write(parameters[weight], [.. device.Read(parameters[weight]).Select((value, i) => value * (1 + (i % 3)))]);
        plan.Run();
        Checks.Close("columns multiplied by 1, 2 and 3", before, device.Read(plan[normalised]), _ => 1e-15);
    }

    /// <summary>
    /// With singular values 3, 1, ½ the squared length of the other components falls by 3⁻⁴ in each step, and with it the error of σ.
    /// </summary>
    [Theory]
    [InlineData(6, 3)]
    [InlineData(3, 6)]
    public void Spectral_norm_converges_to_the_largest_singular_value(int rows, int columns)
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node weight = graph.Parameter(rows, columns, "weight", Initialisation.Orthogonal);
        Node normalised = weight.SpectrallyNormalised(hasGain: true);
        Plan plan = graph.Compile(device, normalised);
        var parameters = new ParameterSet(device, graph);
        parameters.Bind(plan);
        parameters.Initialise(new PhiloxStream(3, StreamPurpose.Initialisation));
        double[] left = device.Read(parameters[weight]);
        double[] right = new double[9];
        Initialisation.Orthogonal.Fill(new PhiloxStream(4, StreamPurpose.Initialisation), right, 3, 3);
        double[] matrix = WithSingularValues(left, right, [3, 1, 0.5], rows, columns);
        device.Write(parameters[weight], matrix);
        device.Write(parameters[graph.Parameters[1]], [2]);

        double error = double.PositiveInfinity;
        for (int step = 0; step < 16; step++)
        {
            plan.Run();
            double sigma = 2 * matrix[0] / device.Read(plan[normalised])[0];
            Assert.InRange(sigma, 0.5, 3 + 1e-14);
            if (step > 0 && error > 1e-12)
                Assert.InRange((3 - sigma) / error, 0, 1.0 / 9);
            error = 3 - sigma;
            parameters.Advance();
        }

        Assert.InRange(error, -1e-14, 1e-14);
        double[] vector = device.Read(parameters[graph.States[0].State]);
        Assert.Equal(1, vector.Sum(u => u * u), 1e-14);
    }

    [Fact]
    public void Dropout_keeps_the_mean()
    {
        const double Rate = 0.3;
        const int Count = 100_000;
        var dropout = new Dropout(new Graph(), 1, Count, Rate, "dropout");
        var mask = new double[Count];
        dropout.Draw(new PhiloxStream(5, StreamPurpose.TrainingData), mask);
        Assert.Equal([0, 1 / (1 - Rate)], mask.Distinct().Order());

        // Five standard errors of the share of zeros; by chance, more happen once in two million seeds.
        double error = 5 * Math.Sqrt(Rate * (1 - Rate) / Count);
        Assert.InRange(mask.Count(factor => factor == 0) / (double)Count, Rate - error, Rate + error);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(new Graph(), 1, 1, 1, "dropout"));
    }

    [Fact]
    public void Noise_levels_are_embedded_by_sines_and_cosines()
    {
        var features = new double[2 * 6];
        NoiseEmbedding.Sinusoids([1, Math.E], features, lowest: 0.5, highest: 2);
        double[] expected =
            [0, 0, 0, 1, 1, 1, Math.Sin(0.5), Math.Sin(1), Math.Sin(2), Math.Cos(0.5), Math.Cos(1), Math.Cos(2)];
        Checks.Close("features", expected, features, _ => 1e-15);
        Assert.Throws<ArgumentException>(() => NoiseEmbedding.Sinusoids([1, 2], new double[6]));
        Assert.Throws<ArgumentException>(() => NoiseEmbedding.Sinusoids([], []));
    }

    [Fact]
    public void Activations_by_name()
    {
        var graph = new Graph();
        Node x = graph.Input(2, 3, "x");
        Assert.Equal(
            [x.Swish(), x.Tanh(), x.Relu(), x.LeakyRelu(), x.Softplus(), x.Sigmoid(), x.Elu(), x],
            Activations.Names.Select(name => Activations.Find(name)(x)));
        Assert.Contains("swish, tanh", Assert.Throws<ArgumentException>(() => Activations.Find("gelu")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clipping_limits_the_norm_of_all_gradients_together()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(1, 2, "x");
        Node loose = Node.ConcatenateColumns(new[] { x, 2 * x }.ClippedByNorm(16));
        Node tight = Node.ConcatenateColumns(new[] { x, 2 * x }.ClippedByNorm(Math.Sqrt(5)));
        Run(device, x, [3, 4], loose, tight, out double[] unchanged, out double[] clipped);
        Assert.Equal([3, 4, 6, 8], unchanged);
        Checks.Close("clipped", [0.6, 0.8, 1.2, 1.6], clipped, _ => 1e-15);
        Assert.Throws<ArgumentException>(() => Array.Empty<Node>().ClippedByNorm(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new[] { x }.ClippedByNorm(0));
    }

    /// <summary>Runs two nodes for an input, with parameters as initialised.</summary>
    private static void Run(Device device, Node x, double[] at, Node first, Node second, out double[] one, out double[] two)
    {
        Plan plan = x.Graph.Compile(device, first, second);
        var parameters = new ParameterSet(device, x.Graph);
        parameters.Initialise(new PhiloxStream(7, StreamPurpose.Initialisation));
        parameters.Bind(plan);
        device.Write(plan[x], at);
        plan.Run();
        (one, two) = (device.Read(plan[first]), device.Read(plan[second]));
    }

    /// <summary>Σ_k values_k·a_k·b_kᵀ, where the longer singular vectors are orthonormal lines of <paramref name="orthogonal"/>.</summary>
    private static double[] WithSingularValues(double[] orthogonal, double[] square, double[] values, int rows, int columns)
    {
        var matrix = new double[rows * columns];
        for (int i = 0; i < matrix.Length; i++)
        {
            (int row, int column) = (i / columns, i % columns);
            for (int k = 0; k < values.Length; k++)
            {
                matrix[i] += values[k] * (rows > columns
                    ? orthogonal[(row * columns) + k] * square[(k * columns) + column]
                    : square[(row * rows) + k] * orthogonal[(k * columns) + column]);
            }
        }

        return matrix;
    }
}
