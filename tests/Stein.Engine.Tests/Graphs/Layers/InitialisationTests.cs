using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Networks;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Graphs.Layers;

/// <summary>The distributions of first values.</summary>
public class InitialisationTests
{
    private const int Rows = 200;
    private const int Columns = 300;
    private const int Count = Rows * Columns;

    /// <summary>
    /// The mean, the variance and the fourth moment are those of the distribution up to five standard errors. For a right distribution
    /// each fails once in two million seeds; the seed is fixed.
    /// </summary>
    [Theory]
    [InlineData("fan-in-uniform", 1.0 / 3 / Rows)]
    [InlineData("glorot-uniform", 2.0 / (Rows + Columns))]
    [InlineData("glorot-normal", 2.0 / (Rows + Columns))]
    [InlineData("he-uniform", 2.0 / Rows)]
    [InlineData("he-normal", 2.0 / Rows)]
    public void Moments(string name, double variance)
    {
        double[] values = Draw(Initialisation.Find(name), Rows, Columns);
        bool uniform = name.EndsWith("uniform", StringComparison.Ordinal);

        // E z², E z⁴, … of the distribution scaled to variance 1.
        double[] even = uniform ? [1, 9.0 / 5, 27.0 / 7, 9] : [1, 3, 15, 105];
        double[] scaled = [.. values.Select(value => value / Math.Sqrt(variance))];
        Within("mean", 0, even[0], scaled.Average());
        Within("variance", 1, even[1] - 1, scaled.Average(z => z * z));
        Within("fourth moment", even[1], even[3] - (even[1] * even[1]), scaled.Average(z => z * z * z * z));
        if (uniform)
            Assert.InRange(Checks.LargestMagnitude(scaled), Math.Sqrt(3) * (1 - (20.0 / Count)), Math.Sqrt(3));
        Assert.Equal(values, Draw(Initialisation.Find(name), Rows, Columns));

        static void Within(string what, double expected, double variance, double actual)
            => Checks.Close(what, [expected], [actual], _ => 5 * Math.Sqrt(variance / Count));
    }

    [Theory]
    [InlineData(7, 4)]
    [InlineData(4, 7)]
    [InlineData(5, 5)]
    [InlineData(1, 3)]
    [InlineData(120, 100)]
    public void Orthogonal_lines_have_length_one(int rows, int columns)
    {
        double[] values = Draw(Initialisation.Orthogonal, rows, columns);
        int count = Math.Min(rows, columns);
        double[][] lines = rows < columns
            ? [.. values.Chunk(columns)]
            : [.. Enumerable.Range(0, count).Select(i => values.Where((_, k) => k % columns == i).ToArray())];
        for (int i = 0; i < count * count; i++)
            Assert.Equal(i / count == i % count ? 1 : 0, lines[i / count].Zip(lines[i % count], (a, b) => a * b).Sum(), 1e-14);
    }

    /// <summary>
    /// An entry q of an orthonormal column in four dimensions has E q² = 1/4 and E q⁴ = 3/24; five standard errors, as above.
    /// </summary>
    [Fact]
    public void Orthogonal_lines_have_no_preferred_direction()
    {
        const int Repetitions = 4000;
        var stream = new PhiloxStream(8, StreamPurpose.Initialisation);
        var values = new double[8];
        var sums = new double[8];
        var squares = new double[8];
        for (int i = 0; i < Repetitions; i++)
        {
            Initialisation.Orthogonal.Fill(stream, values, 4, 2);
            for (int k = 0; k < 8; k++)
            {
                sums[k] += values[k];
                squares[k] += values[k] * values[k];
            }
        }

        Checks.Close("means", new double[8], [.. sums.Select(sum => sum / Repetitions)], _ => 5 * Math.Sqrt(0.25 / Repetitions));
        double[] quarters = [.. Enumerable.Repeat(0.25, 8)];
        Checks.Close("squares", quarters, [.. squares.Select(sum => sum / Repetitions)], _ => 5 * Math.Sqrt(0.0625 / Repetitions));
    }

    [Fact]
    public void Names_are_known()
    {
        Assert.All(Initialisation.Names, name => Assert.Equal(name, Initialisation.Find(name).ToString()));
        Assert.Equal(new double[6], Draw(Initialisation.Find("zeros"), 2, 3));
        Assert.Equal([1, 1, 1], Draw(Initialisation.Find("ones"), 1, 3));
        Assert.Equal([2.5, 2.5], Draw(Initialisation.Constant(2.5), 2, 1));
        Assert.InRange(Checks.LargestMagnitude(Draw(Initialisation.Uniform(2), 9, 9)), 1.8, 2);
        Assert.InRange(Draw(Initialisation.Normal(2), 30, 30).Average(value => value * value), 3, 5);
        string message = Assert.Throws<ArgumentException>(() => Initialisation.Find("xavier")).Message;
        Assert.Contains("he-normal, orthogonal", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_starts_as_the_one_that_is_differentiated_by_hand()
    {
        using Device device = CpuDevices.CreateSimd();
        var byHand = new NetworkParameters(device, 3, 5, 4);
        byHand.Initialise(new PhiloxStream(9, StreamPurpose.CriticInitialisation));
        var graph = new Graph();
        _ = new[] { new Dense(graph, 3, 5, "first"), new Dense(graph, 5, 4, "second"), new Dense(graph, 4, 3, "last") };
        var parameters = new ParameterSet(device, graph);
        parameters.Initialise(new PhiloxStream(9, StreamPurpose.CriticInitialisation));
        var values = new double[parameters.Count];
        parameters.Read(values);
        Assert.Equal(byHand.All.SelectMany(device.Read), values);
    }

    private static double[] Draw(Initialisation initialisation, int rows, int columns)
    {
        var values = new double[rows * columns];
        initialisation.Fill(new PhiloxStream(10, StreamPurpose.Initialisation), values, rows, columns);
        return values;
    }
}
