using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class SteinContrastTests
{
    private const double Step = 1e-4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<double, double> Settings => new() { { 8, 10 / Math.Sqrt(2) }, { 2, 2 }, { 0.5, 1 } };

    /// <summary>
    /// F from the definition: the witness <c>E_q[ψ(z) k_o(t, z) + ∂_z k_o(t, z)]</c> by sums over a grid, F by differences.
    /// </summary>
    [Theory]
    [MemberData(nameof(Settings))]
    public void The_contrast_is_the_Stein_operator_applied_to_the_witness(double smoothness, double bandwidth)
    {
        var contrast = new SteinContrast(smoothness, bandwidth);
        foreach (double t in (double[])[0, 0.3, 1, 2.5, 6])
        {
            double expected = (contrast.Score(t).Score * Witness(t)) + Slope(Witness, t);
            (double value, double slope, double curvature) = contrast.At(t);
            Checks.Close($"F({t})", [expected], [value], _ => 1e-7);
            Checks.Close($"F′({t})", [Slope(x => contrast.At(x).Value, t)], [slope], _ => 1e-6);
            Checks.Close($"F″({t})", [Slope(x => contrast.At(x).Slope, t)], [curvature], _ => 1e-6);
            double[] slopes = new double[2], curvatures = new double[2];
            double sum = contrast.Evaluate([t, -t], slopes, curvatures);
            Checks.Close("table", [2 * value, slope, -slope, curvature, curvature], [sum, .. slopes, .. curvatures], _ => 1e-5);
        }

        double Witness(double t) => Mean(z => (contrast.Score(z).Score * Odd(t, z)) + Slope(x => Odd(t, x), z));

        double Odd(double t, double z) => Kernel(t - z) - Kernel(t + z);

        double Kernel(double u) => Math.Exp(-u * u / bandwidth / bandwidth);
    }

    /// <summary>The Stein identity: the mean is 0 under the density of the scores, whose variance is 1.</summary>
    [Theory]
    [MemberData(nameof(Settings))]
    public void The_mean_is_0_under_the_density(double smoothness, double bandwidth)
    {
        var contrast = new SteinContrast(smoothness, bandwidth);
        double mass = 0, variance = 0, mean = 0, logDensity = 0;
        for (double z = 0; z < 60; z += Step * 10)
        {
            double weight = Math.Exp(logDensity);
            mass += weight;
            variance += weight * z * z;
            mean += weight * contrast.At(z).Value * (z == 0 ? 0.5 : 1);
            logDensity += Step * 10 * contrast.Score(z + (Step * 5)).Score;
        }

        Assert.Equal(1, variance / mass, 2e-3);
        Assert.Equal(0, mean / mass, 1e-5);
        Assert.True(Mean(z => contrast.At(z).Value) > 1e-6, "the mean is not above 0 for whitened mixtures");
    }

    [Fact]
    public void The_gradient_is_a_difference_along_rotations()
    {
        const int K = 4, N = 800;
        var samples = PaddedMatrix.FromRows(new Draw(3).Normal(K * N), K, N);
        var moments = new SourceMoments(samples);
        SteinContrast[] contrasts = [.. Enumerable.Repeat(new SteinContrast(2, 2), K)];
        double[] rotation = MaximumLikelihoodIca.RandomRotation(K, 1, 0);
        double[] g = moments.Compute(rotation, contrasts, cancellation: Cancellation).SlopeProduct;
        for (int i = 0; i < K; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double difference = Slope(
                    angle => moments.Compute(Turned(rotation, i, j, angle), contrasts, cancellation: Cancellation).Value, 0);
                Assert.Equal(difference, g[(i * K) + j] - g[(j * K) + i], 1e-6);
            }
        }

        static double[] Turned(double[] rotation, int i, int j, double angle)
        {
            var turned = (double[])rotation.Clone();
            for (int d = 0; d < K; d++)
            {
                turned[(i * K) + d] = (Math.Cos(angle) * rotation[(i * K) + d]) + (Math.Sin(angle) * rotation[(j * K) + d]);
                turned[(j * K) + d] = (Math.Cos(angle) * rotation[(j * K) + d]) - (Math.Sin(angle) * rotation[(i * K) + d]);
            }

            return turned;
        }
    }

    /// <summary>From a random rotation to the maximum of the likelihood: every source, as in the manual.</summary>
    [Theory]
    [InlineData(10, 5000)]
    [InlineData(30, 8000)]
    public void Laplace_sources_are_separated(int sources, int count)
    {
        var stream = new PhiloxStream(7, StreamPurpose.TrainingData);
        double[] mixing = [.. Enumerable.Range(0, sources * sources).Select(_ => stream.NextNormal())];
        var rows = new double[count * sources];
        for (int i = 0; i < count; i++)
        {
            double[] z = [.. Enumerable.Range(0, sources).Select(_ => stream.NextLaplace())];
            for (int d = 0; d < sources; d++)
                rows[(i * sources) + d] = Enumerable.Range(0, sources).Sum(j => mixing[(d * sources) + j] * z[j]);
        }

        SamplePreparation whitening = SamplePreparation.Whiten(rows, sources, sources);
        var ica = new MaximumLikelihoodIca(whitening.Apply(rows));
        var rotation = new SteinRotation(
            ica.Moments,
            MaximumLikelihoodIca.RandomRotation(sources, 1, 0),
            SteinContrast.Default,
            SourceDensity.Laplace);
        rotation.Run(200, cancellation: Cancellation);
        double[] scaled = [.. rotation.Unmixing.Select(entry => Math.Sqrt(2) * entry)];
        var equations = new LikelihoodEquations(ica.Moments, scaled, SourceDensity.Laplace);
        equations.Run(60, cancellation: Cancellation);
        (double[] unmixing, double norm, int iterations) = (equations.Unmixing, equations.Remainder, equations.Iterations);
        double[] product = HostProduct.Multiply(
            PaddedMatrix.FromRows(
                HostProduct.Multiply(
                    PaddedMatrix.FromRows(unmixing, sources, sources),
                    PaddedMatrix.FromRows(whitening.Forward, sources, sources)).ToArray(),
                sources,
                sources),
            PaddedMatrix.FromRows(mixing, sources, sources)).ToArray();
        int[] largest = [.. product.Chunk(sources).Select(row => Array.FindIndex(row, entry => Math.Abs(entry) == row.Max(Math.Abs)))];
        Assert.Equal(Enumerable.Range(0, sources), largest.Order());
        foreach ((int i, double[] row) in product.Chunk(sources).Index())
            Assert.All(row.Index().Where(entry => entry.Index != largest[i]), entry => Assert.InRange(Math.Abs(entry.Item), 0, 0.1));
        Assert.InRange(norm, 0, 0.02 * sources);
        Assert.InRange(iterations, 1, 60);

        // As good as the exact maximum, but for the kinks of the likelihood.
        IcaSolution best = ica.Fit(unmixing, [SourceDensity.Laplace], cancellation: Cancellation);
        IcaSolution reached = ica.Describe(unmixing, best.Densities, iterations, isConverged: true, Cancellation);
        Assert.InRange(best.LogLikelihood - reached.LogLikelihood, -1e-9, 1e-4 * sources);
    }

    /// <summary>Under N(0, 1).</summary>
    private static double Mean(Func<double, double> function)
    {
        const double Spacing = 0.02;
        return Enumerable.Range(-500, 1001).Sum(
            i => Spacing / Math.Sqrt(2 * Math.PI) * Math.Exp(-0.5 * i * i * Spacing * Spacing) * function(i * Spacing));
    }

    private static double Slope(Func<double, double> function, double at) => (function(at + Step) - function(at - Step)) / (2 * Step);
}
