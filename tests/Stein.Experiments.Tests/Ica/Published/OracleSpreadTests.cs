using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;
using Stein.Experiments.Ica.Published;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Published;

public sealed class OracleSpreadTests
{
    /// <summary>The generator of the committed table: the whole of it for D = 10, to rounding.</summary>
    [Fact]
    public void The_table_is_what_the_simulation_gives()
    {
        OracleSpread table = OracleSpread.Of(10);
        OracleSpread simulated = OracleSpread.Simulate(10, table.Draws);
        Assert.Equal(table.MeanLogDeterminant, simulated.MeanLogDeterminant, 1e-9);
        Assert.Equal(table.StandardDeviation, simulated.StandardDeviation, 1e-9);
    }

    /// <summary>For larger D with n = 500 draws, within five standard errors: σ/√n for the mean, σ/√(2n) for σ.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(200)]
    public void The_table_agrees_with_a_smaller_simulation(int dim)
    {
        const int Draws = 500;
        OracleSpread table = OracleSpread.Of(dim);
        Assert.Equal(20000, table.Draws);
        OracleSpread simulated = OracleSpread.Simulate(dim, Draws);
        double error = table.StandardDeviation / Math.Sqrt(Draws);
        Assert.Equal(table.MeanLogDeterminant, simulated.MeanLogDeterminant, 5 * error);
        Assert.Equal(table.StandardDeviation, simulated.StandardDeviation, 5 * error / Math.Sqrt(2));
    }

    [Fact]
    public void Bidiagonal_draws_have_the_law_of_dense_matrices()
    {
        const int Dimension = 10;
        const int Draws = 400;
        var random = new MathNet.Numerics.Random.MersenneTwister(5);
        var accepted = new List<double>();
        int tries = 0;
        while (accepted.Count < Draws)
        {
            tries++;
            var matrix = Matrix<double>.Build.Dense(Dimension, Dimension, (_, _) => Normal.Sample(random, 0, 1));
            var singular = matrix.Svd(computeVectors: false).S;
            if (singular[0] < Dimension * singular[Dimension - 1])
            {
                accepted.Add(singular.Sum(Math.Log));
            }
        }

        OracleSpread spread = OracleSpread.Of(Dimension);
        double error = spread.StandardDeviation / Math.Sqrt(Draws);
        Assert.Equal(spread.MeanLogDeterminant, accepted.Mean(), 4.5 * error);
        Assert.Equal(spread.StandardDeviation, accepted.StandardDeviation(), 4.5 * error / Math.Sqrt(2));
        // 4 % of the draws, within five standard errors of 400 counts; the limit for large D is e⁻⁴ = 1.8 %.
        Assert.InRange((double)Draws / tries, 0.03, 0.05);
    }

    [Fact]
    public void Dimension_one_has_no_such_matrix() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => OracleSpread.Simulate(1, 10));
}
