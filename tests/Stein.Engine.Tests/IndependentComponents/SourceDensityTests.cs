using Stein.Engine.IndependentComponents;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class SourceDensityTests
{
    private const double Step = 1e-5;

    /// <summary>By number: the type is internal.</summary>
    public static TheoryData<int> Normalised => [0, 1, 2, 3, 4, 6, 7];

    public static TheoryData<int> All => [0, 1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [MemberData(nameof(Normalised))]
    public void The_integral_is_one(int index)
    {
        SourceDensity density = Density(index);
        // The trapezoidal rule in u, z = sinh u, converges fast for all of these, heavy tails included.
        const double Width = 1e-3, End = 18;
        double sum = 0;
        for (double u = -End; u <= End; u += Width)
            sum += Math.Exp(density.LogDensity(Math.Sinh(u))) * Math.Cosh(u) * Width;
        Assert.Equal(1, sum, 1e-6);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Scores_and_their_derivatives_are_differences(int index)
    {
        SourceDensity density = Density(index);
        foreach (double z in (double[])[-30, -2.5, -0.3, 0.1, 1, 4, 50])
        {
            (double score, double derivative) = At(density, z);
            Assert.Equal((density.LogDensity(z + Step) - density.LogDensity(z - Step)) / (2 * Step), score, 1e-7 * (1 + Math.Abs(score)));
            double slope = (At(density, z + Step).Score - At(density, z - Step).Score) / (2 * Step);
            Assert.Equal(slope, derivative, 1e-7 * (1 + Math.Abs(derivative)));
        }
    }

    [Fact]
    public void Many_factors_do_not_overflow()
    {
        double[] z = [.. Enumerable.Repeat(1e30, 1000)];
        var scratch = new double[1000];
        double sum = SourceDensity.StudentT(5).Evaluate(z, scratch, new double[1000]);
        Assert.Equal(1000 * SourceDensity.StudentT(5).LogDensity(1e30), sum, 1e-9 * Math.Abs(sum));
    }

    [Fact]
    public void The_best_scale_is_that_of_the_source()
    {
        foreach (int index in Enumerable.Range(0, 5))
        {
            SourceDensity density = Density(index);
            // Quantiles of the density itself, to the midpoint of each of many parts of equal probability.
            double[] source = Quantiles(density, 4000);
            double[] scaled = [.. source.Select(z => 7 * z)];
            (double factor, double logLikelihood) = SourceScale.Fit(density, scaled);
            Assert.Equal(1 / 7.0, factor, 0.002);
            Assert.True(logLikelihood > SourceScale.Fit(Density((index + 1) % 5), scaled).LogLikelihood);
        }
    }

    [Fact]
    public void Degrees_of_freedom_are_positive()
        => Assert.Contains("-1 degrees", Assert.Throws<ArgumentOutOfRangeException>(() => SourceDensity.StudentT(-1)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Generalised_Gaussians_contain_known_densities()
    {
        foreach (double z in (double[])[-3, -0.5, 1e-200, 2, 40])
        {
            SourceDensity laplace = SourceDensity.GeneralisedGaussian(1), normal = SourceDensity.GeneralisedGaussian(2);
            Assert.Equal(SourceDensity.Laplace.LogDensity(z), laplace.LogDensity(z), 1e-12);
            Assert.Equal(At(SourceDensity.Laplace, z), At(laplace, z));
            Assert.Equal(-(z * z) - (0.5 * Math.Log(Math.PI)), normal.LogDensity(z), 1e-12 * (1 + (z * z)));
            Assert.Equal((-2 * z, -2), At(normal, z));
        }

        Assert.Equal((0.0, 0.0), At(SourceDensity.GeneralisedGaussian(0.7), 0));
        Assert.Equal((0.0, -2.0), At(SourceDensity.GeneralisedGaussian(2), 0));
        Assert.False(SourceDensity.GeneralisedGaussian(0.7).IsSmooth);
        Assert.True(SourceDensity.GeneralisedGaussian(1.5).IsSmooth);

        // At the best scale the mean of |z|^a is 1/a.
        double[] source = [0.3, -1.2, 0.9, 2.5, -0.1];
        double factor = SourceScale.Fit(SourceDensity.GeneralisedGaussian(0.7), source).Factor;
        Assert.Equal(1 / 0.7, source.Average(z => Math.Pow(Math.Abs(factor * z), 0.7)), 1e-10);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Exponents_are_above_a_half(double exponent)
        => Assert.Contains("above 0.5", Assert.Throws<ArgumentOutOfRangeException>(
            () => SourceDensity.GeneralisedGaussian(exponent)).Message, StringComparison.Ordinal);

    private static SourceDensity Density(int index) => index switch
    {
        0 => SourceDensity.Laplace,
        1 => SourceDensity.Logistic,
        2 => SourceDensity.SubGaussian,
        3 => SourceDensity.HyperbolicSecant,
        4 => SourceDensity.StudentT(3.5),
        6 => SourceDensity.GeneralisedGaussian(1.5),
        7 => SourceDensity.GeneralisedGaussian(4),
        8 => SourceDensity.GeneralisedGaussian(0.7),
        _ => SourceDensity.SmoothedLaplace(0.2),
    };

    private static (double Score, double Derivative) At(SourceDensity density, double z)
    {
        double[] score = new double[1], derivative = new double[1];
        density.Evaluate([z], score, derivative);
        return (score[0], derivative[0]);
    }

    private static double[] Quantiles(SourceDensity density, int count)
    {
        const double Width = 1e-3;
        var quantiles = new List<double>();
        double sum = 0.5 * Width * Math.Exp(density.LogDensity(0)), z = 0;
        while (quantiles.Count < count / 2)
        {
            double next = 0.5 + ((quantiles.Count + 0.5) / count);
            if (0.5 + sum > next)
            {
                quantiles.Add(z);
                continue;
            }

            z += Width;
            sum += Width * Math.Exp(density.LogDensity(z));
        }

        return [.. quantiles, .. quantiles.Select(value => -value)];
    }
}
