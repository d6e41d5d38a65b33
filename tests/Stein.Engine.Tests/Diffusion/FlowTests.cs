using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Diffusion;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Random;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Diffusion;

/// <summary>Flows, what they are learned by, and Stein discrepancies in the space of learned ones.</summary>
public class FlowTests
{
    private const int Count = 9;

    private static readonly Flow Line = new(1, 0, Terms: 2), Plane = new(2, 2);

    public static TheoryData<int> Dimensions => [1, 2];

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Start_at_the_identity(int dimension)
    {
        Flow flow = FlowOf(dimension);
        double[] x = new Draw(620).Normal(Count * dimension);
        double[][] image = Image(flow, flow.Identity, x);
        Checks.CloseInMaximum("T(x)", x, image[0], 1e-14);
        double[] unit = dimension == 1 ? [1] : [1, 0, 0, 1];
        Checks.CloseInMaximum("m", [.. Enumerable.Repeat(unit, Count).SelectMany(entries => entries)], image[1], 1e-14);
        Assert.All(image[2], logDeterminant => Assert.InRange(logDeterminant, -1e-14, 1e-14));
    }

    /// <summary>The columns of m are moves that change y by one coordinate alone, and its determinant is the inverse one.</summary>
    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Inverse_Jacobian_matrices(int dimension)
    {
        Flow flow = FlowOf(dimension);
        double[] values = Learn(flow, FlowCriterion.Likelihood), x = new Draw(621).Normal(Count * dimension);
        double[][] image = Image(flow, values, x);
        const double Step = 1e-5;
        for (int d = 0; d < dimension; d++)
        {
            double[] along = [.. Enumerable.Range(0, x.Length).Select(k => image[1][(k * dimension) + d])];
            double[] after = Image(flow, values, [.. x.Zip(along, (at, move) => at + (Step * move))])[0];
            double[] before = Image(flow, values, [.. x.Zip(along, (at, move) => at - (Step * move))])[0];
            double[] expected = [.. Enumerable.Range(0, x.Length).Select(k => k % dimension == d ? 1.0 : 0)];
            Checks.CloseInMaximum($"y {d}", expected, [.. after.Zip(before, (right, left) => (right - left) / (2 * Step))], 1e-7);
        }

        double[] determinants =
            [.. image[1].Chunk(dimension * dimension).Select(m => dimension == 1 ? m[0] : (m[0] * m[3]) - (m[1] * m[2]))];
        Checks.CloseInMaximum("log-determinant", [.. determinants.Select(value => -Math.Log(value))], image[2], 1e-12);
    }

    [Theory]
    [InlineData(1, nameof(FlowCriterion.Likelihood))]
    [InlineData(1, nameof(FlowCriterion.Variance))]
    [InlineData(2, nameof(FlowCriterion.Likelihood))]
    [InlineData(2, nameof(FlowCriterion.Variance))]
    public void Gradients_of_criteria(int dimension, string criterion)
    {
        Flow flow = FlowOf(dimension);
        using Device device = CpuDevices.CreateDouble();
        var loss = new FlowLoss(device, Model(dimension), flow, Pilot(dimension, 40), Enum.Parse<FlowCriterion>(criterion));
        double[] at = [.. flow.Identity.Zip(new Draw(622).Normal(flow.Parameters, 0.2), (start, noise) => start + noise)];
        var gradient = new double[at.Length];
        _ = loss.At(at, gradient);
        FiniteDifferences.Check(
            criterion, point => loss.At(point, new double[point.Length]), at, gradient, magnitude: 100, largestStep: 1.0 / 64);
    }

    /// <summary>The variance that the criterion estimates is that of the standard errors of the fit.</summary>
    [Fact]
    public void Variance_is_that_of_the_sandwich()
    {
        const int Many = 50;
        double[] samples = Pilot(1, Many), values = Learn(Line, FlowCriterion.Likelihood);
        using Device device = CpuDevices.CreateDouble();
        LocationScaleModel model = Model(1);
        double value = new FlowLoss(device, model, Line, samples, FlowCriterion.Variance).At(values, new double[values.Length]);

        // With one parameter known, a sandwich is a number; of two, its determinant is compared with that of the influences at fixed m.
        var graph = new Graph();
        Node x = graph.Input(Many, 1, "x"), location = graph.Input(1, 1, "location"), scale = graph.Input(1, 1, "scale");
        Node m = Line.Of(x, graph.Constant(1, values.Length, values)).Inverse;
        Node terms = DiffusionOperator.ScoreMatching(m, model.LogDensity(x, [location, scale]).Sum().Gradient(x), x, location, scale);
        Plan plan = graph.Compile(device, terms);
        device.Write(plan[x], samples);
        const double Step = 1e-3;
        double[][] at = [.. from i in (int[])[-1, 0, 1] from j in (int[])[-1, 0, 1] select At(i * Step, 1 + (j * Step))];
        (double b11, double b12, double b22) = (0, 0, 0);
        for (int n = 0; n < Many; n++)
        {
            (double first, double second) = ((at[7][n] - at[1][n]) / (2 * Step), (at[5][n] - at[3][n]) / (2 * Step));
            b11 += first * first / Many;
            b12 += first * second / Many;
            b22 += second * second / Many;
        }

        double[] mean = [.. at.Select(some => some.Average())];
        double a11 = (mean[7] - (2 * mean[4]) + mean[1]) / (Step * Step), a22 = (mean[5] - (2 * mean[4]) + mean[3]) / (Step * Step);
        double a12 = (mean[8] - mean[6] - mean[2] + mean[0]) / (4 * Step * Step);
        Assert.Equal(Math.Log((b11 * b22) - (b12 * b12)) - (2 * Math.Log((a11 * a22) - (a12 * a12))), value, 1e-4);

        double[] At(double mu, double sigma)
        {
            device.Write(plan[location], [mu]);
            device.Write(plan[scale], [sigma]);
            plan.Run();
            return device.Read(plan[terms]);
        }
    }

    /// <summary>
    /// A flow that is learned from other samples makes score matching more precise: of a Bessel density the variance of the location is
    /// nearly halved.
    /// </summary>
    [Fact]
    public void Learning_lowers_the_variance()
    {
        using Device device = CpuDevices.CreateDouble();
        var model = new LocationScaleModel(new BesselShape(2), 1);
        double[] pilot = model.Sample(new PhiloxStream(10, StreamPurpose.TestData), [0, 1], 1000);
        double[] fresh = model.Sample(new PhiloxStream(11, StreamPurpose.TestData), [0, 1], 4000);
        var flow = new Flow(1, 0);
        double[] values = FlowLearning.Learn(device, model, flow, pilot, FlowCriterion.Variance);
        double[] learned = Errors(new FlowDiffusion(flow, values)), plain = Errors(new UnitDiffusion());
        Assert.True(learned[0] < 0.8 * plain[0], $"location {learned[0]} against {plain[0]}");
        Assert.True(learned[1] < 0.95 * plain[1], $"scale {learned[1]} against {plain[1]}");

        double[] Errors(DiffusionCoefficient m) => new ModelFit(device, model, fresh, new(FitLoss.ScoreMatching, m)).StandardErrors([0, 1]);
    }

    /// <summary>
    /// With a learned flow too, the drift is the score <c>mᵀ(s − ∇log|det J|)</c> in the space of y, and score matching there differs from
    /// diffusion score matching by a function of the samples that is the same for all models.
    /// </summary>
    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Score_matching_in_the_space_of_a_learned_flow(int dimension)
    {
        Flow flow = FlowOf(dimension);
        double[] values = Learn(flow, FlowCriterion.Likelihood);
        var graph = new Graph();
        Node x = graph.Input(Count, dimension, "x");
        FlowImage image = flow.Of(x, graph.Constant(1, values.Length, values));
        Node m = image.Inverse, gradient = image.LogDeterminant.Sum().Gradient(x);
        Node[] scores = [-x, -x.Square() * x, x.Tanh() - (2 * x)];
        Node[] differences = [.. scores.Select(s =>
        {
            // Σ_j ∂a_j/∂y_j = Σ_ij m_ij ∂_i a_j, since ∂x_i/∂y_j = m_ij.
            Node score = DiffusionOperator.Times(m, s - gradient, isTransposed: true);
            Node divergence = graph.Constant(0).Expand(Count, 1);
            for (int i = 0; i < dimension; i++)
            {
                Node along = score.JacobianVectorProduct((x, x.Unit(i).Expand(Count, dimension)));
                divergence += (m.SliceColumns(dimension * i, dimension) * along).SumRows();
            }

            return score.Square().SumRows() + (2 * divergence) - DiffusionOperator.ScoreMatching(m, s, x);
        })];
        using Device device = CpuDevices.CreateDouble();
        Node drift = DiffusionOperator.Drift(m, scores[1], x);
        Node there = DiffusionOperator.Times(m, scores[1] - gradient, isTransposed: true);
        Plan plan = graph.Compile(device, [.. differences, drift, there]);
        device.Write(plan[x], new Draw(623).Normal(Count * dimension));
        plan.Run();
        double[][] read = [.. differences.Select(node => device.Read(plan[node]))];
        Assert.True(Checks.LargestMagnitude(read[0]) > 0.1);
        Checks.CloseInMaximum("another model", read[0], read[1], 1e-12);
        Checks.CloseInMaximum("a third", read[0], read[2], 1e-12);
        Checks.CloseInMaximum("drift", device.Read(plan[there]), device.Read(plan[drift]), 1e-12);
    }

    /// <summary>The diffusion KSD of x with a learned m and the kernel of y is the KSD of y, which a fit in its space minimises.</summary>
    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Discrepancy_in_the_space_of_a_learned_flow(int dimension)
    {
        Flow flow = FlowOf(dimension);
        LocationScaleModel model = Model(dimension);
        double[] values = Learn(flow, FlowCriterion.Likelihood), samples = Pilot(dimension, 20);
        double[] at = [.. Enumerable.Repeat(0.3, dimension), 1.4];
        var graph = new Graph();
        Node x = graph.Input(20, dimension, "x");
        Node[] parameters = [.. at.Select(graph.Constant)];
        var m = new FlowDiffusion(flow, values);
        Node drift = DiffusionOperator.Drift(
            m.Of(model, x, parameters), model.LogDensity(x, parameters).Sum().Gradient(x), x);
        Node mapped = m.Mapped(model, x, parameters)!;
        Node pulled = x.DiffusionSteinDiscrepancy(mapped, drift, m.Of(model, x, parameters), graph.Constant(1), PairStatistic.U);
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, pulled, drift);
        device.Write(plan[x], samples);
        plan.Run();
        var fit = new ModelFit(device, model, samples, new(FitLoss.KernelDiscrepancy, m) { IsFrozen = true, Kernel = "rbf" });
        double scale = device.Read(plan[drift]).Max(entry => entry * entry);
        Assert.InRange(fit.At(at).Loss - device.Read(plan[pulled])[0], -1e-12 * scale, 1e-12 * scale);
        FiniteDifferences.Check(
            "fit", point => fit.At(point, at).Loss, at, fit.At(at).Gradient, magnitude: 100, largestStep: 1.0 / 64);
    }

    /// <summary>The density of a banana integrates to 1, and its draws have its moments.</summary>
    [Fact]
    public void Banana()
    {
        const int Many = 50_000;
        var model = new LocationScaleModel(new BananaShape(0.7), 2);
        double[] draws = model.Sample(new PhiloxStream(12, StreamPurpose.TestData), [0, 0, 1], Many);

        // E z₂ = 0 and Var z₂ = 1 + 2b²; five standard errors.
        double[] second = [.. draws.Chunk(2).Select(row => row[1])];
        double variance = 1 + (2 * 0.7 * 0.7);
        Assert.InRange(second.Average(), -5 * Math.Sqrt(variance / Many), 5 * Math.Sqrt(variance / Many));
        Assert.InRange(second.Average(entry => entry * entry), 0.92 * variance, 1.08 * variance);
        double[] nodes = [.. Enumerable.Range(0, 301).Select(i => -7.5 + (0.05 * i))];
        double[] grid = [.. nodes.SelectMany(first => Enumerable.Range(0, 1001).SelectMany(j => (double[])[first, -10 + (0.05 * j)]))];
        var graph = new Graph();
        Node x = graph.Input(grid.Length / 2, 2, "x");
        Node total = model.LogDensity(x, [graph.Constant(0), graph.Constant(0), graph.Constant(1)]).Exp().Sum();
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, total);
        device.Write(plan[x], grid);
        plan.Run();
        Assert.Equal(1, 0.05 * 0.05 * device.Read(plan[total])[0], 1e-6);
    }

    private static Flow FlowOf(int dimension) => dimension == 1 ? Line : Plane;

    private static LocationScaleModel Model(int dimension) => new(dimension == 1 ? new StudentTShape(5) : new BananaShape(1), dimension);

    private static double[] Pilot(int dimension, int count)
        => Model(dimension).Sample(new PhiloxStream(10, StreamPurpose.TestData), [.. new double[dimension], 1], count);

    private static double[] Learn(Flow flow, FlowCriterion criterion)
    {
        using Device device = CpuDevices.CreateDouble();
        return FlowLearning.Learn(device, Model(flow.Dimension), flow, Pilot(flow.Dimension, 200), criterion);
    }

    /// <summary>T(x), m and the log-determinants.</summary>
    private static double[][] Image(Flow flow, double[] values, double[] samples)
    {
        var graph = new Graph();
        Node x = graph.Input(samples.Length / flow.Dimension, flow.Dimension, "x");
        (Node mapped, Node inverse, Node logDeterminant) = flow.Of(x, graph.Constant(1, values.Length, values));
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, mapped, inverse, logDeterminant);
        device.Write(plan[x], samples);
        plan.Run();
        return [device.Read(plan[mapped]), device.Read(plan[inverse]), device.Read(plan[logDeterminant])];
    }
}
