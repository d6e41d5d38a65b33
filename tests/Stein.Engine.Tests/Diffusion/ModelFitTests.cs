using MathNet.Numerics.Statistics;
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

/// <summary>Densities, losses and estimates of models with location and scale.</summary>
public class ModelFitTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, LocationScaleShape> Shapes = new()
    {
        ["student-t 5"] = new StudentTShape(5),
        ["generalised Gaussian 1"] = new GeneralisedGaussianShape(1),
        ["generalised Gaussian 2"] = new GeneralisedGaussianShape(2),
        ["generalised Gaussian 5"] = new GeneralisedGaussianShape(5),
        ["Bessel 1/2"] = new BesselShape(0),
        ["Bessel 3/2"] = new BesselShape(1),
        ["Bessel 5/2"] = new BesselShape(2),
    };

    public static TheoryData<string> ShapeNames => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Densities_integrate_to_1_and_draws_have_their_variance(string name)
    {
        LocationScaleShape shape = Shapes[name];
        foreach (int dimension in (int[])[1, 2, 3])
        {
            // Along a ray, the area of the sphere times r^(D−1) p(r).
            double area = dimension switch { 1 => 2, 2 => 2 * Math.PI, _ => 4 * Math.PI };
            double[] nodes = [.. Enumerable.Range(1, 400_000).Select(i => (i - 0.5) * 1e-3)];
            double[] densities = DensitiesAlong(shape, dimension, nodes);
            double total = 0, second = 0;
            for (int i = 0; i < nodes.Length; i++)
            {
                double mass = 1e-3 * area * Math.Pow(nodes[i], dimension - 1) * densities[i];
                total += mass;
                second += mass * nodes[i] * nodes[i];
            }

            Assert.InRange(total, 1 - 1e-4, 1 + 1e-4);
            const int Draws = 40_000;
            var stream = new PhiloxStream(7, StreamPurpose.TestData);
            double[] squares = [.. Enumerable.Range(0, Draws).Select(_ => shape.Draw(stream, dimension).Sum(entry => entry * entry))];

            // Five standard errors, the fourth moment of a Student-t included.
            Assert.InRange(squares.Average(), second * 0.93, second * 1.07);
        }
    }

    public static TheoryData<string, string, int> Losses
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach (string name in (string[])["student-t 5", "generalised Gaussian 5", "Bessel 5/2"])
            {
                foreach (string loss in Enum.GetNames<FitLoss>())
                {
                    data.Add(name, loss, 1);
                    data.Add(name, loss, 2);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Gradients_by_parameters(string name, string kind, int dimension)
    {
        var loss = Enum.Parse<FitLoss>(kind);
        using Device device = CpuDevices.CreateDouble();
        var model = new LocationScaleModel(Shapes[name], dimension);
        double[] samples = new Draw(610).Normal(20 * dimension, 2);
        double[] at = [.. Enumerable.Range(0, dimension).Select(d => 0.3 - d), 1.7];
        foreach (DiffusionCoefficient m in (DiffusionCoefficient[])
            [new UnitDiffusion(), new InversePowerDiffusion(4), new QuadraticDiffusion(5), new GaussianDiffusion(2)])
        {
            if (loss == FitLoss.ScoreMatching && m.HasParameters)
            {
                Assert.Throws<ArgumentException>(() => new ModelFit(device, model, samples, new(loss, m) { IsFrozen = false }));
                continue;
            }

            var fit = new ModelFit(device, model, samples, new(loss, m));
            FiniteDifferences.Check(
                $"{name}, {m}", point => fit.At(point, at).Loss, at, fit.At(at).Gradient, magnitude: 100, largestStep: 1.0 / 64);
        }
    }

    /// <summary>Score matching of a normal model has the mean and the variance of the sample as its estimate.</summary>
    [Fact]
    public void Score_matching_of_a_normal_model_is_its_moments()
    {
        using Device device = CpuDevices.CreateDouble();
        double[] samples = [.. new Draw(611).Normal(200, 3).Select(value => value + 5)];
        var fit = new ModelFit(
            device, new(new GeneralisedGaussianShape(2), 1), samples, new(FitLoss.ScoreMatching, new UnitDiffusion()));
        double[] estimate = fit.Fit([4, 3]).Parameters;
        Assert.Equal(samples.Average(), estimate[0], 1e-6);
        Assert.Equal(samples.PopulationVariance(), estimate[1] * estimate[1] / 2, 1e-5);
    }

    /// <summary>What leaving a sample out does to the estimate is what its influence says, to first order.</summary>
    [Theory]
    [InlineData(nameof(FitLoss.Likelihood), nameof(PairStatistic.U))]
    [InlineData(nameof(FitLoss.ScoreMatching), nameof(PairStatistic.U))]
    [InlineData(nameof(FitLoss.KernelDiscrepancy), nameof(PairStatistic.U))]
    [InlineData(nameof(FitLoss.KernelDiscrepancy), nameof(PairStatistic.V))]
    public void Influences_are_those_of_samples_left_out(string kind, string statistic)
    {
        var loss = Enum.Parse<FitLoss>(kind);
        using Device device = CpuDevices.CreateDouble();
        var model = new LocationScaleModel(new StudentTShape(5), 1);
        double[] samples = model.Sample(new PhiloxStream(8, StreamPurpose.TestData), [2, 1.5], 400);
        FitSettings settings = new(loss, loss == FitLoss.Likelihood ? new UnitDiffusion() : new QuadraticDiffusion(5, -1))
        {
            Statistic = Enum.Parse<PairStatistic>(statistic),
        };
        var fit = new ModelFit(device, model, samples, settings);
        double[] estimate = fit.Fit(model.Start(samples)).Parameters;
        double[,] influences = fit.Influences(estimate);
        double largest = influences.Cast<double>().Max(Math.Abs);
        foreach (int left in (int[])[0, 17, Array.IndexOf(samples, samples.Max())])
        {
            double[] rest = [.. samples.Where((_, n) => n != left)];
            double[] without = new ModelFit(device, model, rest, settings).Fit(estimate).Parameters;
            for (int k = 0; k < 2; k++)
            {
                double measured = (samples.Length - 1) * (estimate[k] - without[k]);
                output.WriteLine($"{loss}, sample {left}, parameter {k}: {measured} measured, {influences[left, k]} derived");
                Assert.InRange(measured - influences[left, k], -0.03 * largest, 0.03 * largest);
            }
        }
    }

    /// <summary>
    /// Estimates of 200 samples of 300 lie within 1.96 standard errors of the truth in 95 % of them; outside of 88 to 99 % a correct
    /// program is in less than 1 of 1000 repetitions.
    /// </summary>
    [Theory]
    [InlineData(nameof(FitLoss.Likelihood))]
    [InlineData(nameof(FitLoss.ScoreMatching))]
    [InlineData(nameof(FitLoss.KernelDiscrepancy))]
    public void Standard_errors_cover_the_truth(string kind)
    {
        var loss = Enum.Parse<FitLoss>(kind);
        const int Trials = 200;
        var model = new LocationScaleModel(new StudentTShape(5), 1);
        double[] truth = [25, 10];
        int[] covered = new int[2];
        Parallel.For(0, Trials, trial =>
        {
            using Device device = CpuDevices.CreateDouble();
            double[] samples = model.Sample(new PhiloxStream(9, StreamPurpose.TestData, (uint)trial), truth, 300);
            var fit = new ModelFit(device, model, samples, new(loss, new UnitDiffusion()) { Bandwidth = 10 });
            double[] estimate = fit.Fit(model.Start(samples)).Parameters, errors = fit.StandardErrors(estimate);
            for (int k = 0; k < 2; k++)
            {
                if (Math.Abs(estimate[k] - truth[k]) <= 1.96 * errors[k])
                    Interlocked.Increment(ref covered[k]);
            }
        });
        output.WriteLine($"{loss}: {covered[0]} and {covered[1]} of {Trials} covered");
        Assert.All(covered, count => Assert.InRange(count, 0.88 * Trials, 0.99 * Trials));
    }

    private static double[] DensitiesAlong(LocationScaleShape shape, int dimension, double[] lengths)
    {
        var graph = new Graph();
        Node z = graph.Input(lengths.Length, dimension, "z");
        Node density = (shape.LogDensity(z) + shape.LogConstant(dimension)).Exp();
        using Device device = CpuDevices.CreateDouble();
        Plan plan = graph.Compile(device, density);
        device.Write(plan[z], [.. lengths.SelectMany(length => Enumerable.Range(0, dimension).Select(d => d == 0 ? length : 0))]);
        plan.Run();
        return device.Read(plan[density]);
    }
}
