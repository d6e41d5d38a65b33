using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>KSD with a trained deep kernel: its terms, its gradients against finite differences, and its bounds.</summary>
public class DeepDiscrepancyTests
{
    private const int Count = 7;
    private const int Dimension = 3;

    private static readonly DeepKernelSettings[] Every =
    [
        .. from normalisation in Enum.GetValues<DeepKernelNormalisation>()
           from mixture in new[] { 0, 0.1, 0.6 }
           select new DeepKernelSettings(Hidden: 4, Outputs: 2, mixture, normalisation),
        new(4, 2, 0.1, DeepKernelNormalisation.Raw) { GradientPenalty = 0.7 },
        new(4, 2, 0.1, DeepKernelNormalisation.Diagonal)
        {
            Layers = CriticNormalisation.SpectralGain,
            GradientPenalty = 0.7,
            Form = GradientPenaltyForm.Unit,
            ScoreShare = 0.8,
        },
        new(4, 2, 0.1, DeepKernelNormalisation.Deviation) { Layers = CriticNormalisation.Spectral, ScoreShare = 0.5 },
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Every.Length)];

    public static TheoryData<string, int> DevicesAndIndices => TestDevices.With(Enumerable.Range(0, Every.Length));

    /// <summary>The closed form against deep kernels of the graph, which take any features: (x/√D, f(x)), and x/√D alone.</summary>
    [Theory]
    [MemberData(nameof(Indices))]
    public void Terms_are_those_of_the_mixture(int index)
    {
        using Device device = CpuDevices.CreateDouble();
        var graph = new Graph();
        Node x = graph.Input(Count, Dimension, "x"), s = graph.Input(Count, Dimension, "s"), one = graph.Constant(1);
        var kernel = new DeepKernel(graph, Dimension, Every[index]);
        Node scaled = x / Math.Sqrt(Dimension), features = Node.ConcatenateColumns(scaled, kernel.Features(x));
        Node[] outputs =
        [
            kernel.SteinKernel(x, s).Sum() / (Count * Count),
            x.SteinDiscrepancy(features, s, one, PairStatistic.V),
            x.SteinDiscrepancy(scaled, s, one, PairStatistic.V),
        ];
        Plan plan = graph.Compile(device, outputs);
        var parameters = new ParameterSet(device, graph);
        parameters.Bind(plan);
        var draw = new Draw(60);
        parameters.Initialise(new PhiloxStream(60, StreamPurpose.CriticInitialisation));
        parameters.Write(draw.Normal(parameters.Count));
        device.Write(plan[x], draw.Normal(Count * Dimension));
        device.Write(plan[s], draw.Normal(Count * Dimension));
        plan.Run();
        double[] values = [.. outputs.Select(output => device.Read(plan[output])[0])];
        double mixture = Every[index].Mixture;
        Assert.Equal(((1 - mixture) * values[1]) + (mixture * values[2]), values[0], 1e-12);
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void By_samples_scores_and_every_parameter(int index)
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(61);
        double[] at = draw.Normal(Count * Dimension), given = draw.Normal(Count * Dimension);
        DeviceMatrix x = device.Upload(Count, Dimension, at), s = device.Upload(Count, Dimension, given);
        DeepSteinDiscrepancy moving = Create(device, Every[index], hasScore: true), fixedPoints = Create(device, Every[index], false);
        double[] parameters = draw.Normal(moving.Parameters.Count);
        ByParameters(moving, null);
        ByParameters(fixedPoints, s);
        Check("samples", values => With(x, values, () => moving.Value(x)), at, device.Read(moving.ModelGradient(x)));
        Check("scores", values => With(s, values, () => fixedPoints.Value(x, s)), given, device.Read(fixedPoints.ModelGradient(x, s)));

        void Check(string by, Func<double[], double> f, double[] point, double[] gradient)
            => FiniteDifferences.Check($"{Every[index]}, {by}", f, point, gradient, magnitude: 10, largestStep: 1.0 / 64);

        double With(DeviceMatrix matrix, double[] values, Func<double> value)
        {
            double[] before = device.Read(matrix);
            device.Write(matrix, values);
            double result = value();
            device.Write(matrix, before);
            return result;
        }

        void ByParameters(DeepSteinDiscrepancy ksd, DeviceMatrix? scores)
        {
            ksd.Parameters.Write(parameters);
            ksd.SetUnit(x);
            ksd.FeatureGradient(x, scores);
            Check("features", Value, parameters, [.. ksd.Gradient.SelectMany(device.Read)]);
            ksd.Parameters.Write(parameters);

            double Value(double[] values)
            {
                ksd.Parameters.Write(values);
                return ksd.FeatureValue(x, scores);
            }
        }
    }

    /// <summary>What is subtracted, from slopes by finite differences in units in which the median distance is √D.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_penalty_is_on_the_slopes_of_the_features(bool isUnit)
    {
        const double Weight = 0.7, Step = 1e-4;
        GradientPenaltyForm form = isUnit ? GradientPenaltyForm.Unit : GradientPenaltyForm.Square;
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(66);
        double[] at = draw.Normal(Count * Dimension);
        DeviceMatrix x = device.Upload(Count, Dimension, at), s = draw.NormalOn(device, Count, Dimension);
        DeepSteinDiscrepancy ksd = Create(
            device, new(4, 2, 0.1, DeepKernelNormalisation.Diagonal) { GradientPenalty = Weight, Form = form }, hasScore: false);
        ksd.Parameters.Write(draw.Normal(ksd.Parameters.Count));
        ksd.SetUnit(x);
        DeviceMatrix distances = device.Allocate(Count, Count);
        device.SquaredDistances(distances, x);
        double[] between = [.. Enumerable.Range(0, Count * Count).Where(k => k / Count < k % Count).Select(k => device.Read(distances)[k])];
        double unit = Math.Sqrt(Dimension / between.Order().ElementAt(between.Length / 2));

        double expected = 0;
        for (int n = 0; n < Count; n++)
        {
            double squares = 0;
            for (int d = 0; d < Dimension; d++)
            {
                double[] up = FeaturesAt(n, d, Step), down = FeaturesAt(n, d, -Step);
                squares += up.Zip(down, (high, low) => Math.Pow((high - low) / (2 * Step * unit), 2)).Sum();
            }

            expected += form == GradientPenaltyForm.Square ? squares : Math.Pow(Math.Sqrt(squares / 2) - 1, 2);
        }

        Assert.Equal(Weight * expected / Count, ksd.Value(x, s) - ksd.FeatureValue(x, s), 1e-6);

        double[] FeaturesAt(int n, int d, double step)
        {
            double[] moved = [.. at[(n * Dimension)..((n + 1) * Dimension)]];
            moved[d] += step;
            return ksd.Features(device.Upload(1, Dimension, moved));
        }
    }

    /// <summary>
    /// Smoothing by samples of the model changes no kernel's discrepancy but for a factor: the mean of u over a sample of the model is 0.
    /// </summary>
    [Fact]
    public void Under_the_model_the_terms_have_mean_zero_for_any_features()
    {
        const int Many = 1500;
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(67);
        double[] at = draw.Normal(Many * Dimension);
        DeviceMatrix x = device.Upload(Many, Dimension, at), s = device.Upload(Many, Dimension, [.. at.Select(value => -value)]);
        var ksd = new DeepSteinDiscrepancy(device, Many, Dimension, new(4, 2));
        ksd.Initialise(new PhiloxStream(67, StreamPurpose.CriticInitialisation));
        ksd.SetUnit(x);

        // The mean over the others, for each of the first hundred samples.
        double[] pairs = device.Read(ksd.Pairs(x, s));
        foreach (double[] row in pairs.Chunk(Many).Take(100))
        {
            double mean = row.Sum() / (Many - 1), variance = (row.Sum(value => value * value) / (Many - 1)) - (mean * mean);
            Assert.InRange(Math.Abs(mean), 0, 5 * Math.Sqrt(variance / Many));
        }
    }

    [Fact]
    public void Features_with_layer_normalisation_are_refused()
    {
        using Device device = CpuDevices.CreateDouble();
        Assert.Throws<ArgumentException>(
            () => Create(device, new(4, 2) { Layers = CriticNormalisation.Layer }, hasScore: false));
    }

    [Theory]
    [MemberData(nameof(DevicesAndIndices))]
    public void Every_device_agrees(string name, int index)
    {
        using Device reference = CpuDevices.CreateDouble();
        using DeviceLoan loan = TestDevices.Rent(name);
        var draw = new Draw(62);
        double[] samples = draw.Normal(Count * Dimension), scores = draw.Normal(Count * Dimension);
        double[][] expected = Compute(reference), actual = Compute(loan.Device);
        for (int i = 0; i < expected.Length; i++)
            Checks.CloseInMaximum($"{Every[index]}, output {i}", expected[i], actual[i], 2e-4);

        double[][] Compute(Device device)
        {
            DeepSteinDiscrepancy ksd = Create(device, Every[index], hasScore: false);
            DeviceMatrix x = device.Upload(Count, Dimension, samples), s = device.Upload(Count, Dimension, scores);
            ksd.SetUnit(x);
            ksd.FeatureGradient(x, s);
            return
            [
                [ksd.Value(x, s)],
                device.Read(ksd.Pairs(x, s)),
                device.Read(ksd.ModelGradient(x, s)),
                .. ksd.Gradient.Select(device.Read),
            ];
        }
    }

    [Fact]
    public void With_features_of_zero_it_is_the_discrepancy_with_the_median_distance()
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(63);
        DeviceMatrix x = draw.NormalOn(device, Count, Dimension), s = draw.NormalOn(device, Count, Dimension);
        DeepSteinDiscrepancy ksd = Create(device, new(4, 2, 0.6, DeepKernelNormalisation.Diagonal), hasScore: false);
        ksd.Parameters.Write(new double[ksd.Parameters.Count]);
        ksd.SetUnit(x);
        var plain = new KernelisedSteinDiscrepancy<GaussianKernel>(device, Count, Dimension, PairStatistic.U);
        plain.SetSamples(x);
        DeviceMatrix distances = device.Allocate(Count, Count);
        device.SquaredDistances(distances, x);
        plain.Bandwidth.Set(MedianRule.MedianDistance, distances);
        double inverseSquare = device.Read(plain.Bandwidth.InverseSquares)[0];
        plain.Bandwidth.SetExactly(1 / inverseSquare);
        double discrepancy = PairStatistic.U.Weight(Count) * device.Read(ksd.Pairs(x, s)).Sum();
        Assert.Equal(plain.Value(x, s), Dimension * inverseSquare * discrepancy, 1e-12);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1)]
    [InlineData(1e3)]
    public void Over_the_diagonal_it_is_at_most_one_however_steep_the_features(double steepness)
    {
        using Device device = CpuDevices.CreateDouble();
        var draw = new Draw(64);
        DeepSteinDiscrepancy ksd = Create(device, new(4, 2, 0.1, DeepKernelNormalisation.Diagonal), hasScore: true);
        for (int repetition = 0; repetition < 20; repetition++)
        {
            DeviceMatrix z = draw.NormalOn(device, Count, Dimension);
            ksd.Parameters.Write([.. draw.Normal(ksd.Parameters.Count).Select(value => steepness * value)]);
            ksd.SetUnit(z);
            Assert.InRange(ksd.Value(z), -1.0 / (Count - 1), 1);
        }
    }

    /// <summary>With spectral norms no two points are farther apart as features than as samples; without, they are.</summary>
    [Fact]
    public void Spectral_norms_bound_the_slopes_of_the_features()
    {
        Assert.InRange(Stretch(DeepKernelNormalisation.Raw), 0, 1 + 1e-6);
        Assert.InRange(Stretch(DeepKernelNormalisation.Deviation), 1.1, double.MaxValue);

        static double Stretch(DeepKernelNormalisation normalisation)
        {
            using Device device = CpuDevices.CreateDouble();
            var draw = new Draw(65);
            var graph = new Graph();
            Node x = graph.Input(Count, Dimension);
            Node features = new DeepKernel(graph, Dimension, new(4, 2, 0.1, normalisation)).Features(x);
            Plan plan = graph.Compile(device, features);
            var parameters = new ParameterSet(device, graph);
            parameters.Bind(plan);
            parameters.Initialise(new PhiloxStream(65, StreamPurpose.CriticInitialisation));
            parameters.Write([.. draw.Normal(parameters.Count).Select(value => 5 * value)]);
            for (int step = 0; step < 100; step++)
                parameters.Advance();
            device.Write(plan[x], [.. draw.Normal(Count * Dimension).Select(value => 0.1 * value)]);
            plan.Run();
            DeviceMatrix near = device.Allocate(Count, Count), far = device.Allocate(Count, Count);
            device.SquaredDistances(near, plan[x]);
            device.SquaredDistances(far, plan[features]);
            return Enumerable.Zip(device.Read(far), device.Read(near)).Where(pair => pair.Second > 0)
                .Max(pair => Math.Sqrt(pair.First / pair.Second));
        }
    }

    [Fact]
    public void The_shape_tells_a_diagonal_kernel_from_a_constant_one()
    {
        KernelShape diagonal = Shape((i, j) => i == j ? 1 : 0), constant = Shape((_, _) => 1);
        Assert.Equal((0, "the kernel has collapsed to its diagonal"), (diagonal.Mean, diagonal.Collapse));
        Assert.Equal(1.0 / Count, diagonal.LargestShare, 1e-12);
        Assert.Equal(1, diagonal.EffectiveRank, 1e-12);
        Assert.Equal((1, "the kernel has become constant"), (constant.Mean, constant.Collapse));
        Assert.Equal(1, constant.LargestShare, 1e-12);
        Assert.Equal(1.0 / Count, constant.EffectiveRank, 1e-9);

        // Two groups of 3 and 4 equal samples: eigenvalues 3 and 4.
        KernelShape groups = Shape((i, j) => i < 3 == j < 3 ? 1 : 0);
        Assert.Null(groups.Collapse);
        Assert.Equal((6.0 + 12) / 42, groups.Mean, 1e-12);
        Assert.Equal(4.0 / 7, groups.LargestShare, 1e-12);
        Assert.Equal(Math.Exp(-(3.0 / 7 * Math.Log(3.0 / 7)) - (4.0 / 7 * Math.Log(4.0 / 7))) / 7, groups.EffectiveRank, 1e-9);

        static KernelShape Shape(Func<int, int, double> kernel)
            => KernelShape.Of([.. Enumerable.Range(0, Count * Count).Select(k => kernel(k / Count, k % Count))]);
    }

    private static DeepSteinDiscrepancy Create(Device device, DeepKernelSettings settings, bool hasScore)
    {
        var ksd = new DeepSteinDiscrepancy(device, Count, Dimension, settings, hasScore ? z => -(2 * z).Tanh() : null);
        ksd.Initialise(new PhiloxStream(61, StreamPurpose.CriticInitialisation));
        return ksd;
    }
}
