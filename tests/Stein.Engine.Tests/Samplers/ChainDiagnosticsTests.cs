using Stein.Engine.Samplers;
using Stein.Engine.Tests.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Samplers;

public class ChainDiagnosticsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(-0.3)]
    public void An_autoregression_is_worth_what_theory_says(double correlation)
    {
        const int Chains = 4;
        const int Draws = 10_000;
        double[] noise = new Draw(60).Normal(Chains * Draws);
        double[] draws = new double[2 * Chains * Draws];
        for (int c = 0; c < Chains; c++)
        {
            double value = noise[c * Draws];
            for (int i = 0; i < Draws; i++)
            {
                value = i == 0 ? value : (correlation * value) + (Math.Sqrt(1 - (correlation * correlation)) * noise[(c * Draws) + i]);
                draws[(2 * ((c * Draws) + i)) + 1] = value;
            }
        }

        // The second of two coordinates; the first one is constant.
        (double rHat, double effective) = ChainDiagnostics.Compute(draws, Chains, 2, 1);
        Assert.Equal(1, rHat, 0.003);
        double expected = Chains * Draws * (1 - correlation) / (1 + correlation);
        Assert.InRange(effective, 0.85 * expected, 1.15 * expected);
        Assert.Equal((double.PositiveInfinity, 0.0), ChainDiagnostics.Compute(draws, Chains, 2, 0));
    }

    [Fact]
    public void R_hat_is_that_of_the_definition()
    {
        // Halves 0 1 2 3 and 4 5 6 7 of one chain: variance within 5/3, means 1.5 and 5.5, variance between 8, total (3/4)(5/3) + 8.
        (double rHat, _) = ChainDiagnostics.Compute([0, 1, 2, 3, 4, 5, 6, 7], 1, 1, 0);
        Assert.Equal(Math.Sqrt((1.25 + 8) / (5.0 / 3)), rHat, 1e-14);

        // The ninth of nine draws is dropped.
        Assert.Equal(rHat, ChainDiagnostics.Compute([0, 1, 2, 3, 4, 5, 6, 7, 100], 1, 1, 0).SplitRHat);
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        GaussianMixtureTests.Contains("M at least 8", () => ChainDiagnostics.Compute(new double[14], 2, 1, 0));
        GaussianMixtureTests.Contains("not 2 chains", () => ChainDiagnostics.Compute(new double[33], 2, 1, 0));
        GaussianMixtureTests.Contains("no coordinate 1", () => ChainDiagnostics.Compute(new double[32], 2, 1, 1));
        GaussianMixtureTests.Contains("chains cannot be 0", () => ChainDiagnostics.Compute(new double[32], 0, 1, 0));
    }
}
