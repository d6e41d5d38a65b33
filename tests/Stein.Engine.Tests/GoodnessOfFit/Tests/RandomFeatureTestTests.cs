using MathNet.Numerics.Distributions;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>The tests by random features: statistics against their definitions, levels and powers.</summary>
public class RandomFeatureTestTests
{
    private const int Functions = 3;

    public static TheoryData<string> Names => ["rfsd-l1-imq", "rfsd-rff-cauchy"];

    /// <summary>With derivatives of φ by central differences, and numbers drawn in the same order as by the test.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Statistic_of_random_locations(int dimension)
    {
        (TestSamples samples, double median, double statistic) = Run(new RandomLocationTest("", "", Functions), dimension);
        var stream = new PhiloxStream(101, StreamPurpose.Slices);
        const double Alpha = 0.25 / 3;
        double xi = 4 * Alpha / (2 + Alpha), smallest = dimension / (dimension + 2.6) * xi, power = -dimension / (2 * smallest);
        double scale = (1 - (Alpha / 2)) * 100 * median / 2, freedom = (-2 * xi * power) - dimension;
        Assert.Equal(2.6, freedom, 1e-12);
        var functions = new List<(Func<double[], double> Value, double Weight)>();
        for (int j = 0; j < Functions; j++)
        {
            double factor = Math.Sqrt(2.6 / ChiSquared.InvCDF(2.6, stream.NextOpenUniform()));
            double[] location = [.. Enumerable.Range(0, dimension).Select(d => Mean(d) + (factor * stream.NextNormal()))];
            double offset = location.Select((entry, d) => entry - Mean(d)).Sum(entry => entry * entry);

            // Student's t with variance c′²/2.6, and the function, both up to a factor that is the same for all.
            double density = Math.Pow(1 + (offset / (scale * scale / freedom) / freedom), -(freedom + dimension) / 2);
            functions.Add((
                x => Math.Pow(1 + (x.Zip(location, (a, b) => (a - b) * (a - b)).Sum() / (scale * scale)), power), 1 / density));
        }

        double expected = Enumerable.Range(0, dimension).Sum(d =>
        {
            double sum = functions.Sum(function => Math.Abs(function.Weight * MeanFeature(samples, function.Value, d)));
            return sum * sum;
        });
        Assert.Equal(samples.Count * expected, statistic, 1e-5 * Math.Abs(statistic));

        double Mean(int d) => Enumerable.Range(0, samples.Count).Average(n => samples.Values[(n * dimension) + d]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Statistic_of_random_frequencies(int dimension)
    {
        (TestSamples samples, double median, double statistic) = Run(new RandomFourierTest("", "", Functions), dimension);
        var stream = new PhiloxStream(101, StreamPurpose.Slices);
        double[][] frequencies =
        [
            .. Enumerable.Range(0, Functions).Select(
                _ => Enumerable.Range(0, dimension).Select(_ => stream.NextLaplace() / median).ToArray()),
        ];
        double[] phases = [.. frequencies.Select(_ => stream.NextUniform())];
        double expected = (
            from j in Enumerable.Range(0, Functions)
            from d in Enumerable.Range(0, dimension)
            let feature = MeanFeature(samples, x => Math.Sqrt(2) * Math.Cos(x.Zip(frequencies[j], (a, b) => a * b).Sum() + phases[j]), d)
            select feature * feature).Sum();
        Assert.Equal(samples.Count * expected, statistic, 1e-5 * Math.Abs(statistic));
    }

    /// <summary>The test by random locations rejects at a tenth of the level, so that its level is only bounded.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Level(string name)
    {
        GoodnessOfFitTest test = GoodnessOfFitTests.Find(name);
        TestTrials.CheckLevel(test, 2, 100, 300, isConservative: test is RandomLocationTest, replicates: 399);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_mean_is_found(string name)
        => TestTrials.CheckPower(GoodnessOfFitTests.Find(name), TestTrials.Normal(2, mean: 0.5), 200, replicates: 399);

    private static double MeanFeature(TestSamples samples, Func<double[], double> function, int d)
        => samples.Values.Chunk(samples.Dimension).Select((x, n) =>
        {
            double[] after = [.. x], before = [.. x];
            after[d] += 1e-5;
            before[d] -= 1e-5;
            return (samples.Scores[(n * samples.Dimension) + d] * function(x)) + ((function(after) - function(before)) / 2e-5);
        }).Average();

    private static (TestSamples Samples, double Median, double Statistic) Run(GoodnessOfFitTest test, int dimension)
    {
        TestSamples samples = TestTrials.Samples(6, 15, dimension, value => 1.2 * value);
        using Device device = CpuDevices.CreateSimdDouble();
        return (
            samples,
            MedianDistance.Of(samples.Values, dimension),
            test.Prepare(device, samples.Count, dimension, 19)(samples, new(101, 0)).Statistic);
    }
}
