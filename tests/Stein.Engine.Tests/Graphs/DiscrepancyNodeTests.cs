using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs;

/// <summary>Stein discrepancies as nodes: pair terms, which form no matrix of pairs, and deep kernels.</summary>
public class DiscrepancyNodeTests
{
    private const int Count = 9;
    private const int Dimension = 2;

    [Theory]
    [InlineData(PairStatistic.U)]
    [InlineData(PairStatistic.V)]
    public void Values_are_those_of_the_discrepancy(PairStatistic statistic)
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(Count, Dimension, "x"), s = graph.Input(Count, Dimension, "s"), a = graph.Input(1, 1, "a");
        Node pairs = x.SteinDiscrepancy<GaussianKernel>(s, a, statistic);
        Node deep = x.SteinDiscrepancy(x, s, a, statistic);
        Plan plan = graph.Compile(device, pairs, deep);
        var draw = new Draw(31);
        (double[] samples, double[] scores) = (draw.Normal(Count * Dimension), draw.Normal(Count * Dimension));
        device.Write(plan[x], samples);
        device.Write(plan[s], scores);
        device.Write(plan[a], (double[])[0.5]);
        plan.Run();

        var discrepancy = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, statistic);
        discrepancy.Bandwidth.SetExactly(2);
        double[] expected = [discrepancy.Value(plan[x], plan[s])];
        Checks.Close("pair term", expected, device.Read(plan[pairs]), _ => 1e-13);
        Checks.Close("deep kernel with the samples as features", expected, device.Read(plan[deep]), _ => 1e-13);
    }

    [Fact]
    public void Derivatives_of_a_pair_term_by_samples_scores_and_bandwidth()
    {
        var graph = new Graph();
        Node x = graph.Input(Count, Dimension, "x"), s = graph.Input(Count, Dimension, "s"), a = graph.Input(1, 1, "a");
        Node value = x.SteinDiscrepancy<InverseMultiquadricKernel>(s, a.Square(), PairStatistic.U);
        Node byBandwidth = value.Gradient(a);
        Node[] outputs = [value, .. value.Gradient(x, s, a), .. byBandwidth.Gradient(x, s, a)];
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, outputs);
        var draw = new Draw(32);
        double[][] at = [draw.Normal(Count * Dimension), draw.Normal(Count * Dimension), [0.8]];
        Node[] inputs = [x, s, a];
        double[][] results = Run(at);
        for (int i = 0; i < inputs.Length; i++)
        {
            int input = i;
            FiniteDifferences.Check($"by {inputs[i].Name}", moved => Run(Moved(moved))[0][0], at[i], results[1 + i], magnitude: 10);
            FiniteDifferences.Check($"by a and {inputs[i].Name}", moved => Run(Moved(moved))[3][0], at[i], results[4 + i], magnitude: 10);

            double[][] Moved(double[] moved) => [.. at.Select((values, k) => k == input ? moved : values)];
        }

        double[][] Run(double[][] values)
        {
            for (int i = 0; i < inputs.Length; i++)
                device.Write(plan[inputs[i]], values[i]);
            plan.Run();
            return [.. outputs.Select(output => device.Read(plan[output]))];
        }
    }

    [Fact]
    public void A_second_derivative_by_the_samples_is_refused_with_the_way_out()
    {
        var graph = new Graph();
        Node x = graph.Input(Count, Dimension, "x"), s = graph.Input(Count, Dimension, "s");
        Node gradient = x.SteinDiscrepancy<GaussianKernel>(s, graph.Constant(1), PairStatistic.V).Gradient(x);
        string message = Assert.Throws<ArgumentException>(() => gradient.Square().Sum().Gradient(s)).Message;
        Assert.Contains("gradient of a pair statistic", message, StringComparison.Ordinal);
        Assert.Contains("Compose the kernel of nodes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_shapes_and_rough_kernels_are_refused()
    {
        var graph = new Graph();
        Node x = graph.Input(Count, Dimension, "x"), s = graph.Input(Count, 3, "s"), a = graph.Input(1, 1, "a");
        Assert.Contains(
            "x (9×2) and s (9×3)",
            Assert.Throws<ArgumentException>(() => x.SteinDiscrepancy<GaussianKernel>(s, a, PairStatistic.U)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => x.SteinDiscrepancy<GaussianKernel>(x, s, PairStatistic.U));
        Assert.Throws<ArgumentException>(() => x.SteinDiscrepancy<LaplaceKernel>(x, a, PairStatistic.U));
        Assert.Throws<ArgumentException>(() => x.SteinDiscrepancy(graph.Input(Count, 4, "f"), x, a, PairStatistic.U));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => graph.Input(1, 2, "one").SteinDiscrepancy<GaussianKernel>(graph.Input(1, 2), a, PairStatistic.U));
    }

    [Theory]
    [Trait("Category", "Device")]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Pair_terms_on_every_device(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Measurements.Compare(nameof(Pair_terms_on_every_device), loan.Device, (device, results) =>
        {
            var graph = new Graph();
            Node x = graph.Input(Count, Dimension, "x"), s = graph.Input(Count, Dimension, "s"), a = graph.Input(1, 1, "a");
            Node value = x.SteinDiscrepancy<GaussianKernel>(s, a, PairStatistic.V);
            Node[] outputs = [value, .. value.Gradient(x, s, a)];
            Plan plan = graph.Compile(device, outputs);
            var draw = new Draw(33);
            device.Write(plan[x], draw.Normal(Count * Dimension));
            device.Write(plan[s], draw.Normal(Count * Dimension));
            device.Write(plan[a], (double[])[0.5]);
            plan.Run();
            foreach ((Node output, int index) in outputs.Select((output, index) => (output, index)))
                results.Add($"output {index}", plan[output]);
        });
    }
}
