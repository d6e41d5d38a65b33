using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Diffusion;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Diffusion;

/// <summary>The diffusion operator and diffusion score matching against closed forms and against score matching in another space.</summary>
public class DiffusionOperatorTests
{
    private const int Count = 7;

    /// <summary>A number, the same number on a diagonal, and as a matrix give the same drift and loss, those of a closed form.</summary>
    [Fact]
    public void Forms_of_a_scalar_agree()
    {
        const int Dimension = 3;
        var graph = new Graph();
        Node x = graph.Input(Count, Dimension, "x");
        Node s = -x, scalar = 1 + x.Square().SumRows(), diagonal = scalar.Expand(Count, Dimension);
        Node matrix = DiffusionOperator.Full(diagonal, Dimension);
        Node[] outputs =
        [
            .. new[] { scalar, diagonal, matrix }.SelectMany(m => (Node[])
                [DiffusionOperator.Drift(m, s, x), DiffusionOperator.ScoreMatching(m, s, x)]),
        ];
        double[] samples = new Draw(600).Normal(Count * Dimension);
        double[][] values = Run(graph, x, samples, outputs);
        double[] squares = [.. samples.Chunk(Dimension).Select(row => row.Sum(entry => entry * entry))];

        // a = m s + ∇m = (2 − m) x, and with r² = m − 1: m²r² + 2 div(−m²x) = m²r² − 2(D m² + 4 m r²).
        double[] drift = [.. samples.Select((entry, i) => (1 - squares[i / Dimension]) * entry)];
        double[] loss = [.. squares.Select(square => Math.Pow(1 + square, 2) * (square - (2 * Dimension)) - (8 * (1 + square) * square))];
        for (int i = 0; i < outputs.Length; i += 2)
        {
            Checks.CloseInMaximum($"drift {i}", drift, values[i], 1e-13);
            Checks.CloseInMaximum($"loss {i}", loss, values[i + 1], 1e-13);
        }
    }

    /// <summary>The drift is <c>mᵀs + div m</c> with the divergence over the first index, and the product is not transposed.</summary>
    [Fact]
    public void Conventions_of_a_matrix()
    {
        var graph = new Graph();
        Node x = graph.Input(Count, 2, "x"), first = x.SliceColumns(0, 1), second = x.SliceColumns(1, 1);

        // m = (x₁x₂, x₁²; x₂², x₁): div m = (∂₁m₁₁ + ∂₂m₂₁, ∂₁m₁₂ + ∂₂m₂₂) = (x₂ + 2x₂, 2x₁ + 0).
        Node m = Node.ConcatenateColumns(first * second, first.Square(), second.Square(), first);
        double[] samples = new Draw(601).Normal(Count * 2);
        double[][] values = Run(graph, x, samples, DiffusionOperator.Divergence(m, x), DiffusionOperator.Times(m, x));
        double[][] rows = [.. samples.Chunk(2)];
        Checks.CloseInMaximum("div m", [.. rows.SelectMany(row => (double[])[3 * row[1], 2 * row[0]])], values[0], 1e-14);
        double[] product =
        [
            .. rows.SelectMany(row => (double[])
            [
                (row[0] * row[1] * row[0]) + (row[0] * row[0] * row[1]),
                (row[1] * row[1] * row[0]) + (row[0] * row[1]),
            ]),
        ];
        Checks.CloseInMaximum("m x", product, values[1], 1e-14);
    }

    /// <summary>
    /// With m the inverse Jacobian matrix of a map y = T(x), the score of the model in the space of y is the drift, and score matching
    /// there is diffusion score matching but for a function of the samples that is the same for all models (Gong and Li, "Interpreting
    /// diffusion score matching using normalizing flow", 2021).
    /// </summary>
    [Fact]
    public void Score_matching_in_the_space_of_a_flow()
    {
        var graph = new Graph();
        Node x = graph.Input(Count, 2, "x");
        (_, Node m) = Flow(x);
        Node[] scores = [-x, -x.Square() * x, x.Tanh() - (2 * x)];
        Node[] differences = [.. scores.Select(s =>
        {
            Node drift = DiffusionOperator.Drift(m, s, x);

            // Σ_j ∂a_j/∂y_j = Σ_ij m_ij ∂_i a_j, since ∂x_i/∂y_j = m_ij.
            Node divergence = graph.Constant(0).Expand(Count, 1);
            for (int i = 0; i < 2; i++)
            {
                Node along = drift.JacobianVectorProduct((x, graph.Constant(1, 2, i == 0 ? [1, 0] : [0, 1]).Expand(Count, 2)));
                divergence += (m.SliceColumns(2 * i, 2) * along).SumRows();
            }

            return drift.Square().SumRows() + (2 * divergence) - DiffusionOperator.ScoreMatching(m, s, x);
        })];
        double[][] values = Run(graph, x, new Draw(602).Normal(Count * 2), differences);
        Assert.True(Checks.LargestMagnitude(values[0]) > 0.1);
        Checks.CloseInMaximum("another model", values[0], values[1], 1e-12);
        Checks.CloseInMaximum("a third", values[0], values[2], 1e-12);
    }

    /// <summary>For discrepancies too: the diffusion KSD with the kernel of y, pulled back to x, is the KSD in the space of y.</summary>
    [Theory]
    [InlineData(PairStatistic.U)]
    [InlineData(PairStatistic.V)]
    public void Discrepancy_in_the_space_of_a_flow(PairStatistic statistic)
    {
        var graph = new Graph();
        Node x = graph.Input(Count, 2, "x"), y = graph.Input(Count, 2, "y"), a = graph.Input(Count, 2, "a"), width = graph.Constant(0.7);
        (Node mapped, Node m) = Flow(x);
        Node drift = DiffusionOperator.Drift(m, -x, x);
        Node pulled = x.DiffusionSteinDiscrepancy(mapped, drift, m, width, statistic);
        Node there = y.SteinDiscrepancy<GaussianKernel>(a, width, statistic);
        double[] samples = new Draw(605).Normal(Count * 2);
        double[][] values = Run(graph, x, samples, mapped, drift, pulled);
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, there);
        device.Write(plan[y], values[0]);
        device.Write(plan[a], values[1]);
        plan.Run();
        Checks.CloseInMaximum("discrepancy", device.Read(plan[there]), values[2], 1e-12);
    }

    /// <summary>
    /// The trap: with the location in <c>m = 1 + z²/ν</c> the loss of a Student-t model with ν = 5 does not depend on the location, because
    /// <c>(ν + 1)² = 6(ν + 1)</c>.
    /// </summary>
    [Fact]
    public void Parameters_in_m_make_score_matching_blind_and_are_refused()
    {
        var graph = new Graph();
        Node x = graph.Input(Count, 1, "x"), location = graph.Input(1, 1, "location"), scale = graph.Constant(1.5);
        var model = new LocationScaleModel(new StudentTShape(5), 1);
        Node s = model.LogDensity(x, [location, scale]).Sum().Gradient(x);
        Node m = new QuadraticDiffusion(5).Of(model, x, [location, scale]);
        Node blind = DiffusionOperator.ScoreMatching(m, s, x);
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, blind);
        device.Write(plan[x], new Draw(603).Normal(Count));
        foreach (double at in (double[])[0, 7, -40])
        {
            device.Write(plan[location], [at]);
            plan.Run();
            Checks.CloseInMaximum("loss", [.. Enumerable.Repeat(-2 * 6 / (5 * 1.5 * 1.5), Count)], device.Read(plan[blind]), 1e-9);
        }

        ArgumentException refused = Assert.Throws<ArgumentException>(() => DiffusionOperator.ScoreMatching(m, s, x, location));
        Assert.Contains("depends on location", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Freeze", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// The mean over noise of the noise-matched loss is that of diffusion score matching of the samples with noise but for a constant, so
    /// that for normal samples and models both rank models alike.
    /// </summary>
    [Fact]
    public void Noise_matching_differs_from_score_matching_by_a_constant()
    {
        const int Many = 200_000;
        const double Variance = 0.3;
        var graph = new Graph();
        Node x = graph.Input(Many, 1, "x"), noisy = graph.Input(Many, 1, "noisy"), m = 1 / (1 + noisy.Square());
        Node[] differences =
        [
            .. ((double[])[1, 2]).Select(precision => (DiffusionOperator.NoiseMatching(m, -precision * noisy, noisy, x, Variance)
                - DiffusionOperator.ScoreMatching(m, -precision * noisy, noisy)).Mean()),
        ];
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, differences);
        var draw = new Draw(604);
        double[] clean = draw.Normal(Many), noise = draw.Normal(Many, Math.Sqrt(Variance));
        device.Write(plan[x], clean);
        device.Write(plan[noisy], [.. clean.Zip(noise, (value, error) => value + error)]);
        plan.Run();
        double[] values = [.. differences.Select(node => device.Read(plan[node])[0])];

        // Four standard errors of the difference of two means of terms of size 1/σ.
        Assert.InRange(values[1] - values[0], -0.03, 0.03);
    }

    /// <summary>
    /// <c>T(x) = (x₁, x₂ exp(tanh x₁) + x₁³)</c> and the inverse of its Jacobian matrix <c>J = (1, 0; b, e)</c>,
    /// <c>m = (1, 0; −b/e, 1/e)</c>.
    /// </summary>
    private static (Node Mapped, Node Inverse) Flow(Node x)
    {
        Node first = x.SliceColumns(0, 1), second = x.SliceColumns(1, 1), e = first.Tanh().Exp();
        Node b = (second * e * (1 - first.Tanh().Square())) + (3 * first.Square());
        Node one = x.Graph.Constant(1).Expand(x.Rows, 1);
        return (
            Node.ConcatenateColumns(first, (second * e) + (first.Square() * first)),
            Node.ConcatenateColumns(one, 0 * first, -b / e, e.Reciprocal()));
    }

    private static double[][] Run(Graph graph, Node x, double[] samples, params Node[] outputs)
    {
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, outputs);
        device.Write(plan[x], samples);
        plan.Run();
        return [.. outputs.Select(output => device.Read(plan[output]))];
    }
}
