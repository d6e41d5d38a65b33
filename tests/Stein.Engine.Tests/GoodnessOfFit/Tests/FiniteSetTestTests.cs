using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>The finite-set Stein discrepancy against its definition, and the tests by it.</summary>
public class FiniteSetTestTests
{
    private const int Dimension = 3;
    private const int Locations = 2;

    public static TheoryData<string> Names => ["fssd-rand", "fssd-opt"];

    /// <summary>Equation 4 of the paper: the mean of τ(x)·τ(y) over pairs, with the kernel's derivative by central differences.</summary>
    [Fact]
    public void Discrepancy_is_the_mean_over_pairs()
    {
        TestSamples samples = TestTrials.Samples(3, 12, Dimension, value => (1.3 * value) + 0.2);
        double[] point = Point();
        var features = new double[samples.Count][];
        for (int n = 0; n < samples.Count; n++)
        {
            double[] x = samples.Values[(n * Dimension)..((n + 1) * Dimension)];
            features[n] =
            [
                .. from j in Enumerable.Range(0, Locations)
                   from d in Enumerable.Range(0, Dimension)
                   let score = samples.Scores[(n * Dimension) + d]
                   select ((score * Kernel(x, j)) + ((Kernel(Moved(x, d, 1e-5), j) - Kernel(Moved(x, d, -1e-5), j)) / 2e-5))
                       / Math.Sqrt(Dimension * Locations),
            ];
        }

        double expected = (
            from i in Enumerable.Range(0, samples.Count)
            from j in Enumerable.Range(0, samples.Count)
            where i != j
            select features[i].Zip(features[j], (one, other) => one * other).Sum()).Average();
        var actual = new FiniteSetFeatures(samples, Locations);
        Assert.Equal(expected, actual.Discrepancy(point), 1e-9);
        Assert.Equal(features.SelectMany(row => row), actual.Features, (one, other) => Math.Abs(one - other) < 1e-9);

        double Kernel(double[] x, int j)
        {
            double distance = x.Select((entry, d) => entry - point[1 + (j * Dimension) + d]).Sum(difference => difference * difference);
            return Math.Exp(-distance / (2 * point[0] * point[0]));
        }

        static double[] Moved(double[] x, int d, double step)
        {
            double[] moved = [.. x];
            moved[d] += step;
            return moved;
        }
    }

    [Fact]
    public void Objective_is_the_discrepancy_in_units_of_its_deviation()
    {
        TestSamples samples = TestTrials.Samples(4, 30, Dimension, value => 1.5 * value);
        var features = new FiniteSetFeatures(samples, Locations);
        double objective = features.Objective(Point(), new double[Point().Length]), discrepancy = features.Discrepancy(Point());
        int width = Locations * Dimension;
        double[] mean = [.. Enumerable.Range(0, width).Select(i => Rows().Average(row => row[i]))];
        double[] products = [.. Rows().Select(row => row.Zip(mean, (one, other) => one * other).Sum())];
        double average = products.Average();
        double variance = 4 * products.Average(product => (product - average) * (product - average));
        Assert.Equal(discrepancy / (Math.Sqrt(variance) + 1e-4), objective, 1e-12);

        IEnumerable<double[]> Rows() => features.Features.Chunk(width);
    }

    [Fact]
    public void Gradient_is_that_of_finite_differences()
    {
        TestSamples samples = TestTrials.Samples(5, 20, Dimension, value => 1.4 * value);
        var features = new FiniteSetFeatures(samples, Locations, 1e-3);
        double[] point = Point(), gradient = new double[point.Length], unused = new double[point.Length];
        features.Objective(point, gradient);
        for (int i = 0; i < point.Length; i++)
        {
            double before = Objective(i, -1e-5), after = Objective(i, 1e-5);
            Assert.Equal((after - before) / 2e-5, gradient[i], 1e-7 * Math.Max(1, Math.Abs(gradient[i])));
        }

        double Objective(int i, double step)
        {
            double[] moved = [.. point];
            moved[i] += step;
            return features.Objective(moved, unused);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Level(string name) => TestTrials.CheckLevel(GoodnessOfFitTests.Find(name), 2, 100, 300, replicates: 199);

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_width_is_found(string name)
        => TestTrials.CheckPower(GoodnessOfFitTests.Find(name), TestTrials.Normal(2, variance: 4), 200);

    private static double[] Point()
    {
        var stream = new PhiloxStream(102, StreamPurpose.Slices);
        return [1.1, .. Enumerable.Range(0, Locations * Dimension).Select(_ => stream.NextNormal())];
    }
}
