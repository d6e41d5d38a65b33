using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Models;

public class PaperMatricesTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(30)]
    public void Screening_accepts_what_the_plain_rule_accepts(int dimension)
    {
        for (uint seed = 0; seed < 10; seed++)
        {
            var random = new NumpyLegacyRandom(seed);
            PaperMatrices matrices = PaperMatrices.Draw(seed, dimension);
            AssertPlainRule(random, matrices.Truth, dimension, 1);
            AssertPlainRule(random, matrices.Initial, dimension, 1 / Math.Sqrt(dimension));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(46_341)]
    public void Dimensions_that_cannot_be_drawn_are_refused(int dimension)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => PaperMatrices.Draw(60, dimension));
        Assert.Contains("from 2 to 46340", error.Message, StringComparison.Ordinal);
    }

    private static void AssertPlainRule(NumpyLegacyRandom random, AcceptedMatrix accepted, int dimension, double scale)
    {
        var candidate = new double[dimension * dimension];
        double conditionNumber = double.PositiveInfinity;
        int attempts = 0;
        while (!(conditionNumber < dimension))
        {
            for (int i = 0; i < candidate.Length; i++)
            {
                candidate[i] = random.NextNormal() * scale;
            }

            conditionNumber = SquareMatrix.ConditionNumber(candidate, dimension);
            attempts++;
        }

        Assert.Equal(attempts, accepted.Attempts);
        Assert.Equal(candidate, accepted.Values);
        Assert.Equal(conditionNumber, accepted.ConditionNumber);
    }
}
