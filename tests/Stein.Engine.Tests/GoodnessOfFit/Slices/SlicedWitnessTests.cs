using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Slices;

/// <summary>Learned functions of slices against their definition and their known optimum.</summary>
public class SlicedWitnessTests(ITestOutputHelper output)
{
    private const double Penalty = 0.5;

    [Fact]
    public void Stein_terms_are_their_definition_for_the_learned_functions()
    {
        using Device device = CpuDevices.CreateDouble();
        const int Count = 40, Dimension = 3;
        var draw = new Draw(530);
        double[] samples = [.. draw.Normal(Count * Dimension).Select(x => 1 + (3 * x))], scores = [.. samples.Select(x => -x)];
        var witness = new SlicedWitness(
            device, Count, Count, Dimension, 2, new() { ClimbsScoreDirections = true, BatchSize = 16, Ascent = new(20, 20) });
        SliceSet start = SliceSet.Random(draw.Normal(2 * Dimension), Dimension, new(1, StreamPurpose.Slices));
        (double first, double last) = witness.Train(
            samples, scores, start, new(1, StreamPurpose.CriticInitialisation), new(1, StreamPurpose.Batches));
        Assert.Equal(0, first);
        Assert.True(last > 0);
        SliceSet slices = witness.Slices;
        Assert.NotEqual(start.Samples, slices.Samples);

        // Away from the samples along g, f changes by f′.
        const double Step = 1e-5;
        var expected = new double[Count];
        double[] values = witness.Values(samples);
        double scale = 0;
        for (int slice = 0; slice < 2; slice++)
        {
            double[] r = slices.Scores[(slice * Dimension)..((slice + 1) * Dimension)];
            double[] g = slices.Samples[(slice * Dimension)..((slice + 1) * Dimension)];
            Assert.Equal(1, g.Sum(x => x * x), 1e-9);
            Assert.Equal(1, r.Sum(x => x * x), 1e-9);
            double[] after = witness.Values(Moved(g, Step)), before = witness.Values(Moved(g, -Step));
            double coupling = r.Zip(g, (a, b) => a * b).Sum();
            for (int i = 0; i < Count; i++)
            {
                double slope = (after[(2 * i) + slice] - before[(2 * i) + slice]) / (2 * Step);
                double along = Enumerable.Range(0, Dimension).Sum(d => r[d] * scores[(i * Dimension) + d]);
                expected[i] += (along * values[(2 * i) + slice]) + (coupling * slope);
            }
        }

        // Terms are those of samples in other units, in which f is larger by the unit and scores too.
        double[] terms = witness.SteinTerms(samples, scores);
        for (int d = 0; d < Dimension; d++)
        {
            double centre = Enumerable.Range(0, Count).Average(i => samples[(i * Dimension) + d]);
            scale += Enumerable.Range(0, Count).Sum(i => Math.Pow(samples[(i * Dimension) + d] - centre, 2)) / samples.Length;
        }

        Checks.CloseInMaximum("terms", [.. expected.Select(term => term * scale)], terms, 1e-6);

        double[] Moved(double[] g, double step) => [.. samples.Select((x, i) => x + (step * g[i % Dimension]))];
    }

    /// <summary>A normal q: f* is a line, <c>rᵀ(Σ⁻¹ − I)Σg y/(gᵀΣg)/(2λ)</c>.</summary>
    [Fact]
    public void The_regression_finds_the_line_of_two_normal_densities()
    {
        const int Count = 4000;
        double[] along = [.. new Draw(531).Normal(Count).Select(x => 0.5 * x)], noise = new Draw(532).Normal(Count);
        var regression = new WitnessRegression(along, [.. along.Select((y, i) => (3 * y) + noise[i])], Penalty);
        double[] at = [-0.8, -0.3, 0, 0.4, 0.9];
        Checks.Close("line", [.. at.Select(y => 3 * y / (2 * Penalty))], [.. at.Select(regression.At)], _ => 0.1);
    }

    /// <summary>
    /// Samples of independent coordinates against a normal model: for r = g = a coordinate f* is the difference of the two scores over 2λ,
    /// a line for thin normal samples and a curve for bimodal ones. At most a tenth of E f*² may be missed.
    /// </summary>
    [Theory]
    [InlineData("thin")]
    [InlineData("bimodal")]
    public void The_learned_functions_come_close_to_the_exact_ones(string problem)
    {
        using Device device = CpuDevices.CreateSimd();
        const int Count = 4000, Dimension = 2;
        double[] training = Samples(533), tested = Samples(534);
        SliceSet slices = new(Dimension, SliceSet.Coordinates(Dimension), SliceSet.Coordinates(Dimension));
        var witness = new SlicedWitness(
            device, Count, Count, Dimension, Dimension, new() { Penalty = Penalty, ClimbsSampleDirections = false });
        witness.Train(
            training, [.. training.Select(x => -x)], slices, new(3, StreamPurpose.CriticInitialisation), new(3, StreamPurpose.Batches));
        double[] learned = witness.Values(tested);
        for (int slice = 0; slice < Dimension; slice++)
        {
            double[] along = Coordinate(training, slice), at = Coordinate(tested, slice);
            var regression = new WitnessRegression(along, [.. along.Select(Difference)], Penalty);
            double[] optimum = [.. at.Select(y => Difference(y) / (2 * Penalty))];
            double[] regressed = [.. at.Select(regression.At)], f = Coordinate(learned, slice);
            double toRegression = Missing(f, regressed), toOptimum = Missing(f, optimum), oracle = Missing(regressed, optimum);
            output.WriteLine($"{problem}, slice {slice}: misses {toRegression:P1} of the regression, {toOptimum:P1} of the optimum, "
                + $"which the regression misses by {oracle:P1}");
            Assert.InRange(oracle, 0, 0.02);
            Assert.InRange(toRegression, 0, 0.1);
            Assert.InRange(toOptimum, 0, 0.1);
        }

        double Difference(double y) => problem == "thin" ? (y / 0.3) - y : ((y - Math.Tanh(4 * y)) / 0.25) - y;

        double[] Samples(uint seed)
        {
            var draw = new Draw(seed);
            double[] normal = draw.Normal(Count * Dimension);
            return problem == "thin"
                ? [.. normal.Select(x => x * Math.Sqrt(0.3))]
                : [.. normal.Select(x => (0.5 * x) + (draw.Uniform() < 0.5 ? -1 : 1))];
        }

        static double[] Coordinate(double[] rows, int slice) => [.. rows.Where((_, i) => i % Dimension == slice)];

        static double Missing(double[] values, double[] exact)
            => values.Zip(exact, (a, b) => (a - b) * (a - b)).Sum() / exact.Sum(b => b * b);
    }
}
