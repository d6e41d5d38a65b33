using Stein.Engine.Tests.Testing;
using Stein.Engine.Thinning;
using Xunit;

namespace Stein.Engine.Tests.Thinning;

public class SimplexWeightsTests
{
    /// <summary>Sizes, and how many features the matrix is a product of: fewer than its size make it singular.</summary>
    public static TheoryData<int, int> Sizes => new() { { 1, 1 }, { 2, 2 }, { 5, 9 }, { 20, 3 }, { 60, 60 }, { 60, 200 }, { 150, 5 } };

    /// <summary>
    /// At the minimum the products Kw are the same, the value, where a weight is positive, and nowhere below; for a convex problem these
    /// conditions of Karush, Kuhn and Tucker are sufficient as well.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_conditions_of_the_minimum_hold(int count, int features)
    {
        foreach (double offset in (double[])[0, 1, 5])
        {
            double[] values = [.. new Draw((ulong)((100 * count) + features)).Normal(count * features).Select(x => x + offset)];
            RequireMinimum(Gram(values, count, features), count);
        }
    }

    [Fact]
    public void Copies_and_outliers_do_no_harm()
    {
        double[] values = new Draw(7).Normal(40 * 6);
        for (int i = 0; i < 6; i++)
            (values[i], values[(39 * 6) + i]) = (1e6 * values[i], values[(20 * 6) + i]);
        RequireMinimum(Gram(values, 40, 6), 40);
    }

    [Fact]
    public void Small_problems_have_the_known_solution()
    {
        Checks.Close("one", [1], SimplexWeights.Minimise([3], 1), _ => 0);
        Checks.Close("orthogonal", [0.8, 0.2], SimplexWeights.Minimise([1, 0, 0, 4], 2), _ => 1e-15);
        Checks.Close("beyond", [1, 0], SimplexWeights.Minimise([1, 2, 2, 5], 2), _ => 0);
        Checks.Close("zero", [0.5, 0.5], SimplexWeights.Minimise([1, -1, -1, 1], 2), _ => 1e-15);
        Checks.Close("nothing", [1, 0], SimplexWeights.Minimise([0, 0, 0, 0], 2), _ => 0);
    }

    [Fact]
    public void Weights_make_the_discrepancy_least()
    {
        double[] samples = [.. new Draw(5).Normal(80).Select(x => x + 0.3)];
        var thinning = new SteinThinning(samples, [.. samples.Select(x => -x)], 2);
        int[] rows = [.. thinning.Select(25).Rows, 3, 3];
        double[] weights = thinning.Weights(rows);
        double least = thinning.Discrepancy(rows, weights);
        Assert.Equal(1, weights.Sum(), 1e-12);
        Assert.All(weights, weight => Assert.True(weight >= 0));
        Assert.True(least < thinning.Discrepancy(rows));
        var draw = new Draw(6);
        for (int trial = 0; trial < 20; trial++)
        {
            double[] other = [.. weights.Select(weight => weight + (0.1 * draw.Uniform()))];
            double sum = other.Sum();
            Assert.True(least <= thinning.Discrepancy(rows, [.. other.Select(weight => weight / sum)]));
        }
    }

    private static void RequireMinimum(double[] gram, int count)
    {
        double[] weights = SimplexWeights.Minimise(gram, count);
        Assert.Equal(1, weights.Sum(), 1e-12);
        Assert.All(weights, weight => Assert.True(weight >= 0));
        double[] products =
            [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count).Sum(j => gram[(i * count) + j] * weights[j]))];
        double value = weights.Zip(products, (weight, product) => weight * product).Sum();
        double size = weights.Select((weight, i) => weight * Math.Sqrt(gram[(i * count) + i])).Sum();
        for (int i = 0; i < count; i++)
        {
            double rounding = 1e-11 * size * (size + Math.Sqrt(gram[(i * count) + i]));
            Assert.True(products[i] >= value - rounding, $"{i}: {products[i]} is below {value}");
            Assert.True(weights[i] == 0 || products[i] <= value + rounding, $"{i} has a weight and {products[i]} is above {value}");
        }
    }

    private static double[] Gram(double[] values, int count, int features)
    {
        var gram = new double[count * count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                for (int f = 0; f < features; f++)
                    gram[(i * count) + j] += values[(i * features) + f] * values[(j * features) + f];
            }
        }

        return gram;
    }
}
