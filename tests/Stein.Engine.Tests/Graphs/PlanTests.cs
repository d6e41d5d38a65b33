using System.Runtime.CompilerServices;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs;

/// <summary>Plans: replay, memory, sharing of matrices, and errors.</summary>
public class PlanTests
{
    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    [Trait("Category", "Device")]
    public void A_replay_gives_the_same_bits_whatever_ran_in_between(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        CriticGraph critic = Sizes.AreAll(device) ? Critic(7, 9, 17, out Node[] outputs) : Critic(2, 3, 5, out outputs);
        Plan plan = critic.Graph.Compile(device, outputs);
        Write(device, plan, critic, 1);
        double[][] first = Run();
        Write(device, plan, critic, 2);
        double[][] other = Run();
        Write(device, plan, critic, 1);
        double[][] again = Run();
        Plan second = critic.Graph.Compile(device, outputs);
        Write(device, second, critic, 1);
        second.Run();
        for (int i = 0; i < outputs.Length; i++)
        {
            Checks.Same($"output {i}", first[i], again[i]);
            Checks.Same($"output {i} of another plan", first[i], device.Read(second[outputs[i]]));
            Assert.NotEqual(first[i], other[i]);
        }

        double[][] Run()
        {
            plan.Run();
            return [.. outputs.Select(output => device.Read(plan[output]))];
        }
    }

    [Theory]
    [InlineData("simd")]
    [InlineData("simd-double")]
    [InlineData("double")]
    public void A_replay_allocates_nothing(string name)
    {
        using Device device = name == "simd" ? CpuDevices.CreateSimd()
            : name == "double" ? CpuDevices.CreateDouble() : CpuDevices.CreateSimdDouble();
        CriticGraph critic = Critic(7, 9, 17, out Node[] outputs);
        Node gram = critic.Samples.Multiply(critic.Samples, transposeLeft: true) + critic.Graph.Constant(3, 3, [9, 0, 0, 0, 9, 0, 0, 0, 9]);
        Node hostValues = gram.LogDeterminant() + gram.Solve(gram.Tanh(), triangle: Triangle.Upper).Sum();
        Node layouts = Node.ConcatenateRows(critic.Samples.Softmax().GatherRows(2, 0), critic.Samples).Reshape(3, 9).SliceColumns(1, 3);
        Plan plan = critic.Graph.Compile(device, [.. outputs, hostValues, hostValues.Gradient(critic.Samples), layouts]);
        Write(device, plan, critic, 1);
        for (int i = 0; i < 50; i++)
            plan.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            plan.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Memory_is_reused_and_released()
    {
        const int Size = 300;
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(Size, Size, "x");
        Node y = x;
        for (int i = 0; i < 50; i++)
            y = (i % 3 == 0 ? y.Multiply(x) : i % 3 == 1 ? y.Tanh() : y.Transpose()) * 0.5;
        long before = GC.GetAllocatedBytesForCurrentThread();
        WeakReference plan = Compile();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 3 * (Size + 8) * Size * sizeof(double));
        GC.Collect();
        Assert.False(plan.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Compile() => new(graph.Compile(device, y));
    }

    [Fact]
    public void Plans_share_matrices_that_are_bound()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node w = graph.Parameter(2, 2, "w"), x = graph.Input(1, 2, "x"), unused = graph.Input(1, 1, "unused");
        Node product = x.Multiply(w), square = w.Square();
        Plan first = graph.Compile(device, product), second = graph.Compile(device, square, w);
        second.Bind(w, first[w]);
        second.Bind(unused, device.Allocate(1, 1));
        device.Write(first[w], [1, 2, 3, 4]);
        device.Write(first[x], [1, -1]);
        first.Run();
        second.Run();
        Assert.Equal([-2, -2], device.Read(first[product]));
        Assert.Equal([1, 4, 9, 16], device.Read(second[square]));
        first.Bind(x, device.Upload(1, 2, [0, 2]));
        first.Run();
        Assert.Equal([6, 8], device.Read(first[product]));
        Assert.Same(first[w], second[w]);
        Assert.Equal([w], graph.Parameters);
    }

    /// <summary>Merged operations that could use memory twice: each output must be what it is on its own.</summary>
    [Fact]
    public void Merging_changes_no_output()
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(3, 3, "x"), row = graph.Input(1, 3, "row");
        Node product = x.Multiply(x), sum = product + x.Multiply(row.Expand(3, 3)), stopped = sum.StopGradient();
        Node[] outputs =
        [
            product,
            product + x,
            x + product,
            sum,
            stopped + sum,
            (2 * x.Multiply(x, transposeLeft: true)) + (x * x) - (3 * x.Multiply(x, transposeRight: true)),
            (x.Multiply(x.Square()) + product.Tanh()).SumRows(),
            (row * x).SumColumns(),
            (row * row.Exp()).SumRows(),
            (row.Transpose() * row).SumRows(),
            0.5 * x.Square().Multiply(x),
            stopped * stopped,
            x.SliceRows(1, 2),
            x,
            graph.Constant(3),
        ];
        Plan together = graph.Compile(device, outputs);
        Write(together);
        foreach (Node output in outputs)
        {
            Plan alone = graph.Compile(device, output);
            Write(alone);
            Checks.CloseInMaximum(output.ToString(), device.Read(alone[output]), device.Read(together[output]), 1e-15);
        }

        void Write(Plan plan)
        {
            if (Contains(x))
                device.Write(plan[x], new Draw(4).Normal(9));
            if (Contains(row))
                device.Write(plan[row], new Draw(5).Normal(3));
            plan.Run();
            plan.Run();

            bool Contains(Node input)
            {
                try
                {
                    return plan[input] is not null;
                }
                catch (ArgumentException)
                {
                    return false;
                }
            }
        }
    }

    private static CriticGraph Critic(int count, int hidden1, int hidden2, out Node[] outputs)
    {
        var critic = new CriticGraph(count, 3, hidden1, hidden2, 0.5);
        Node objective = critic.Objective(critic.Traces);
        outputs = [objective, .. objective.Gradient(critic.Parameters)];
        return critic;
    }

    private static void Write(Device device, Plan plan, CriticGraph critic, ulong seed)
    {
        var draw = new Draw(seed);
        foreach (Node leaf in (Node[])[critic.Samples, critic.Scores, .. critic.Parameters])
            device.Write(plan[leaf], draw.Normal(leaf.Rows * leaf.Columns));
    }
}
