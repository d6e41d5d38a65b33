using Stein.Engine.IndependentComponents;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class SourceDiscrepancyTests
{
    /// <summary>The double sum over pairs of different samples, of the definition.</summary>
    [Fact]
    public void The_discrepancy_is_the_mean_over_pairs()
    {
        const int Count = 300;
        double[] z = new Draw(3).Laplace(Count);
        double deviation = z.Average(Math.Abs) * Math.Sqrt(Math.PI / 2);
        double[] standard = [.. z.Select(value => value / deviation)];
        var discrepancy = new SourceDiscrepancy(z);
        foreach (SourceDensity density in (SourceDensity[])[SourceDensity.Logistic, SourceDensity.SubGaussian, SourceDensity.StudentT(4)])
        {
            foreach (double factor in (double[])[0.5, 1.3])
            {
                double scale = factor * deviation, sum = 0;
                for (int i = 0; i < Count; i++)
                {
                    for (int j = 0; j < Count; j++)
                    {
                        if (i == j)
                            continue;
                        (double t, double s) = (standard[i], standard[j]);
                        double near = Math.Exp(-(t - s) * (t - s)), far = Math.Exp(-(t + s) * (t + s));
                        (double u, double v) = (t - s, t + s);
                        double scoreT = scale * density.Score(scale * t), scoreS = scale * density.Score(scale * s);
                        sum += (scoreT * scoreS * (near - far))
                            + (scoreT * 2 * ((u * near) + (v * far)))
                            + (scoreS * 2 * ((-u * near) + (v * far)))
                            + ((2 - (4 * u * u)) * near) + ((2 - (4 * v * v)) * far);
                    }
                }

                Assert.Equal(sum / Count / (Count - 1), discrepancy.Squared(density, factor), 2e-3);
            }
        }
    }

    /// <summary>Whatever the scale of the source; by number: the type is internal.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_density_of_a_source_is_chosen(int index)
    {
        SourceDensity[] candidates = [SourceDensity.Laplace, SourceDensity.Logistic, SourceDensity.SubGaussian];
        var data = new MixedSources(
            [index switch { 0 => MixedSources.Laplace, 1 => MixedSources.Logistic, _ => MixedSources.SubGaussian }], 10_000, seed: 3);
        double size = Math.Abs(data.Mixing[0]);
        (SourceDensity density, double factor) = SourceDiscrepancy.Choose(candidates, data.Rows);
        Assert.Same(candidates[index], density);
        Assert.Equal(1, factor * size, 0.03);
        var discrepancy = new SourceDiscrepancy(data.Rows);
        double squared = discrepancy.Squared(density, factor);
        Assert.InRange(squared, -1e-3, 1e-3);
        Assert.All(candidates.Where(other => other != density), other => Assert.True(
            discrepancy.Squared(other, SourceScale.Fit(other, data.Rows).Factor) > squared + 1e-3));
    }
}
