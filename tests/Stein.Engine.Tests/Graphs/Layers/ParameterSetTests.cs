using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs.Layers;

/// <summary>Parameters of a graph: one array, saved state, moving averages, memory, and errors.</summary>
public class ParameterSetTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void Training_continues_with_the_same_bits(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        var run = new Training(loan.Device);
        run.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.Initialisation));
        int steps = TestDevices.IsSlow(loan.Device) ? 1 : 3;
        run.Steps(steps);
        using var saved = new MemoryStream();
        using (var writer = new BinaryWriter(saved, System.Text.Encoding.UTF8, leaveOpen: true))
            run.Parts.SaveAll(writer);
        run.Steps(steps);

        var other = new Training(loan.Device);
        saved.Position = 0;
        using (var reader = new BinaryReader(saved))
        {
            other.Parts.RestoreAll(reader);
            Assert.Equal(saved.Length, saved.Position);
        }

        other.Steps(steps);
        Checks.Same("parameters, states and averages", run.All(), other.All());
    }

    [Fact]
    public void One_array_holds_all_parameters()
    {
        using Device device = CpuDevices.CreateDouble();
        var run = new Training(device);
        double[] values = new Draw(41).Normal(run.Parameters.Count);
        run.Parameters.Write(values);
        Assert.Equal(values, run.Parameters.Matrices.SelectMany(device.Read));
        var copy = new double[values.Length];
        run.Parameters.Read(copy);
        Assert.Equal(values, copy);
        Assert.Equal((4 * 5) + 5 + 1 + (5 * 4) + 4 + 4, values.Length);
    }

    [Fact]
    public void States_advance_together()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node w = graph.Parameter(1, 2, "w", Initialisation.Zeros);
        Node last = graph.State(1, 2, _ => w, "last", Initialisation.Constant(-1));
        Node before = graph.State(1, 2, _ => last, "before", Initialisation.Constant(-2));
        Node sum = graph.State(1, 2, own => own + before, "sum", Initialisation.Zeros);
        var parameters = new ParameterSet(device, graph);
        parameters.Initialise(new PhiloxStream(1, StreamPurpose.Initialisation));
        for (int i = 1; i <= 4; i++)
        {
            parameters.Write([i, 10 * i]);
            parameters.Advance();
        }

        Assert.Equal([4, 40], device.Read(parameters[last]));
        Assert.Equal([3, 30], device.Read(parameters[before]));
        Assert.Equal([-2 - 1 + 1 + 2, -2 - 1 + 10 + 20], device.Read(parameters[sum]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_moving_average_is_that_of_its_definition(bool correctBias)
    {
        const double Decay = 0.8;
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node w = graph.Parameter(2, 3, "w");
        Node output = w.SpectrallyNormalised().Square();
        var parameters = new ParameterSet(device, graph);
        var average = new MovingAverage(parameters, Decay, correctBias);
        Plan plan = graph.Compile(device, output, w);
        average.Average.Bind(plan);
        Assert.Same(parameters[graph.States[0].State], average.Average[graph.States[0].State]);
        Assert.Same(average.Average[w], plan[w]);
        var draw = new Draw(42);
        var sum = new double[6];
        for (int t = 1; t <= 6; t++)
        {
            double[] values = draw.Normal(6);
            parameters.Write(values);
            average.Update();
            double weight = correctBias || t > 1 ? 1 - Decay : 1;
            for (int i = 0; i < 6; i++)
                sum[i] = (Decay * sum[i]) + (weight * values[i]);
            double total = correctBias ? 1 - Math.Pow(Decay, t) : 1;
            Checks.Close($"update {t}", [.. sum.Select(value => value / total)], device.Read(average.Average[w]), _ => 1e-15);
        }
    }

    [Theory]
    [InlineData("simd")]
    [InlineData("double")]
    public void Training_allocates_nothing(string name)
    {
        using Device device = name == "simd" ? CpuDevices.CreateSimd() : CpuDevices.CreateDouble();
        var run = new Training(device);
        run.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.Initialisation));
        var values = new double[run.Parameters.Count];
        run.Steps(50);
        long before = GC.GetAllocatedBytesForCurrentThread();
        run.Steps(20);
        run.Parameters.Read(values);
        run.Parameters.Write(values);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Errors()
    {
        using Device device = CpuDevices.CreateDouble(), other = CpuDevices.CreateSimd();
        var graph = new Graph();
        Node x = graph.Input(1, 2, "x"), w = graph.Parameter(1, 2, "w");
        var parameters = new ParameterSet(device, graph);
        Says<InvalidOperationException>("w (1×2) has no initialisation", () => parameters.Initialise(new(1, StreamPurpose.Initialisation)));
        Says<ArgumentException>("x (1×2) is neither a parameter nor a state", () => _ = parameters[x]);
        Says<ArgumentException>("3 numbers are not the parameters of this set, which are 2", () => parameters.Write(new double[3]));
        Says<ArgumentException>("3 numbers are not the parameters", () => parameters.Read(new double[3]));
        Says<ArgumentException>("on double cannot be bound to w", () => parameters.Bind(graph.Compile(other, w.Exp())));
        Says<ArgumentException>("another graph", () => parameters.Bind(new Graph() is var g ? g.Compile(device, g.Input(1, 1)) : null!));
        Says<ArgumentOutOfRangeException>("cannot be 1; it must be from 0 to below 1", () => _ = new MovingAverage(parameters, 1));
        Says<ArgumentException>("cannot replace s (1×2)", () => graph.State(1, 2, s => s.SumRows(), "s"));
        Assert.Empty(graph.States);

        static void Says<TException>(string part, Action action)
            where TException : Exception
            => Assert.Contains(part, Assert.Throws<TException>(action).Message, StringComparison.Ordinal);
    }

    /// <summary>A small network with a state, its optimiser and averages.</summary>
    private sealed class Training
    {
        private readonly Plan plan;
        private readonly Adam adam;
        private readonly MovingAverage average;

        public Training(Device device)
        {
            var graph = new Graph();
            Node x = graph.Constant(3, 4, new Draw(43).Normal(12));
            Dense first = new Dense(graph, 4, 5, "first").WithSpectralNorm(hasGain: true);
            Dense second = new Dense(graph, 5, 4, "second").WithWeightNorm();
            Node loss = (second.Of(first.Of(x).Swish()) - x).Square().Mean();
            Node[] gradients = loss.Gradient(graph.Parameters).ClippedByNorm(0.1);
            plan = graph.Compile(device, gradients);
            Parameters = new ParameterSet(device, graph);
            Parameters.Bind(plan);
            average = new MovingAverage(Parameters, 0.5, correctBias: true);
            Schedule schedule = Schedule.Step(2, 0.5).AfterWarmUp(2);
            adam = new Adam(new AdamSettings(), Parameters.Matrices, [.. gradients.Select(node => plan[node])], schedule: schedule);
        }

        public ParameterSet Parameters { get; }

        public IEnumerable<IStateful> Parts => [Parameters, adam, average];

        public void Steps(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Parameters.Advance();
                plan.Run();
                adam.Step();
                average.Update();
            }
        }

        public double[] All()
        {
            DeviceMatrix state = Parameters[Parameters.Nodes[0].Graph.States[0].State];
            return [.. Parameters.Matrices.Append(state).Concat(average.Average.Matrices).SelectMany(matrix => matrix.Device.Read(matrix))];
        }
    }
}
