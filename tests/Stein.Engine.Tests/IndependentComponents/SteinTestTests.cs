using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

/// <summary>Stein identities with bounded test functions, and the samples that outliers are trimmed from.</summary>
public class SteinTestTests
{
    private const double Step = 1e-5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Identities => new()
    {
        { "laplace", "bounded" }, { "laplace", "weighted" }, { "logistic", "bounded" }, { "logistic", "weighted" },
    };

    /// <summary>Every entry of M within 4.5 standard errors of 0, although the weight is far from 1 for half of the samples.</summary>
    [Theory]
    [MemberData(nameof(Identities))]
    public void The_identity_holds_at_the_truth(string density, string test)
    {
        const int K = 3, N = 40_000;
        double[] z = Independent(density, K, N, seed: 5);
        (double[] means, double[] errors) = Moments(z, Density(density), Test(test));
        double[] m = LikelihoodEquations.Equations(
            new SourceMoments(PaddedMatrix.FromRows(z, K, N)), Identity(K), Density(density), Test(test), Cancellation);
        Checks.Close("M", means, m, _ => 1e-12);
        Assert.All(m.Zip(errors), entry => Assert.InRange(Math.Abs(entry.First), 0, 4.5 * entry.Second));
    }

    /// <summary>Leaving out samples breaks the identity, which is what makes the scale of trimmed likelihoods wrong.</summary>
    [Fact]
    public void Samples_left_out_break_the_identity_of_linear_test_functions()
    {
        const int K = 3, N = 40_000;
        double[] z = Independent("laplace", K, N, seed: 5);
        int[] near = [.. Enumerable.Range(0, N).Where(n => Enumerable.Range(0, K).Sum(i => z[(i * N) + n] * z[(i * N) + n]) < 12)];
        double scale = near.Average(n => Math.Abs(z[n]));
        Assert.InRange(scale, 0.5, 0.9);
    }

    /// <summary>
    /// On a grid of quantiles, of which the product is that of independent sources, M changes by
    /// <c>−(m E_ij + b E_ji)</c> and <c>−d E_ii</c>. That the score of Laplace sources jumps adds a term in |E|, which is extrapolated
    /// away.
    /// </summary>
    [Theory]
    [InlineData("laplace", 2)]
    [InlineData("laplace", 6)]
    [InlineData("logistic", 3)]
    public void The_Gauss_Newton_step_is_exact_to_first_order(string density, double bound)
    {
        const int Fine = 3000, Coarse = 400;
        double[] grid = new double[2 * Fine * Coarse];
        for (int i = 0; i < Fine * Coarse; i++)
        {
            grid[i] = Quantile(density, ((i / Coarse) + 0.5) / Fine);
            grid[(Fine * Coarse) + i] = Quantile(density, ((i % Coarse) + 0.5) / Coarse);
        }

        var moments = new SourceMoments(PaddedMatrix.FromRows(grid, 2, Fine * Coarse));
        var test = new BoundedTest(bound);
        GaussNewtonStep constants = test.Step(Density(density));
        double[] diagonal = Extrapolated(0), mixed = Extrapolated(1);
        Checks.Close("change by E_11", [constants.Diagonal, 0, 0, 0], diagonal, _ => 0.02);
        Checks.Close("step for it", [1, 0, 0, 0], constants.Step([constants.Diagonal, 0, 0, 0], 2), _ => 1e-12);
        Checks.Close("change by E_12", [0, constants.Own, constants.Other, 0], mixed, _ => 0.02);
        Checks.Close("step for it", [0, 1, 0, 0], constants.Step([0, constants.Own, constants.Other, 0], 2), _ => 1e-12);

        double[] Extrapolated(int entry)
            => [.. Difference(entry, 0.01).Zip(Difference(entry, 0.02), (near, far) => (2 * near) - far)];

        double[] Difference(int entry, double size)
            => [.. At(entry, -size).Zip(At(entry, size), (before, after) => (before - after) / (2 * size))];

        double[] At(int entry, double size)
        {
            double[] unmixing = Identity(2);
            unmixing[entry] += size;
            return LikelihoodEquations.Equations(moments, unmixing, Density(density), test, Cancellation);
        }
    }

    /// <summary>
    /// One more sample changes N·M by no more than a bound however far away it is; with linear test functions its size counts.
    /// </summary>
    [Theory]
    [InlineData("bounded")]
    [InlineData("weighted")]
    public void The_influence_of_a_sample_is_bounded(string name)
    {
        const int K = 3;
        SteinTest test = Test(name);
        double[] direction = [0.6, -0.64, 0.48];
        double largest = 0;
        for (double length = 0.25; length < 1e6; length *= 2)
        {
            double[] m = Influence(length);
            largest = Math.Max(largest, m.Max(Math.Abs));
            if (length > 100)
                Checks.Close("far away", new double[K * K], m, _ => 1e-12);
        }

        Assert.InRange(largest, 0.5, 10);
        double[] linear = Sample(1e5).Compute(
            Identity(K), [.. Enumerable.Repeat(SourceDensity.Laplace, K)], cancellation: Cancellation).SlopeProduct;
        Assert.Equal(64_000, linear.Max(Math.Abs), 1e-6);

        SourceMoments Sample(double length)
            => new(PaddedMatrix.FromRows(Array.ConvertAll(direction, entry => length * entry), K, 1));

        double[] Influence(double length)
            => LikelihoodEquations.Equations(Sample(length), Identity(K), SourceDensity.Laplace, test, Cancellation);
    }

    [Fact]
    public void Slopes_are_derivatives()
    {
        var bounded = new BoundedTest(2);
        var weighted = new WeightedTest(3, 8);
        foreach (double x in (double[])[0.2, 1.5, 3.5, 5, 7.9, 30])
        {
            Assert.Equal((bounded.At(x + Step).Value - bounded.At(x - Step).Value) / (2 * Step), bounded.At(x).Slope, 1e-8);
            Assert.Equal((weighted.At(x + Step).Value - weighted.At(x - Step).Value) / (2 * Step), weighted.At(x).Slope, 1e-8);
        }

        Assert.Equal(bounded.Bound / Math.Sqrt(Math.E), bounded.At(bounded.Bound).Value, 1e-12);
        Assert.Equal((1, 0), weighted.At(2));
        Assert.Equal((0, 0), weighted.At(9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Bounds_that_are_none_are_refused(double bound)
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => new BoundedTest(bound)).Message;
        Assert.Contains($"cannot be {bound};", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightedTest(0, bound));
    }

    /// <summary>A tenth of the samples in one place: found, and the sources are those of the other samples, with their scales.</summary>
    [Theory]
    [InlineData("bounded")]
    [InlineData("weighted")]
    public void Sources_are_recovered_from_samples_with_outliers(string name)
    {
        const int K = 5, N = 6000, Outliers = 600;
        var stream = new PhiloxStream(3, StreamPurpose.TrainingData);
        double[] mixing = [.. Enumerable.Range(0, K * K).Select(_ => stream.NextNormal())];
        double[] rows = TrimmedSamplesTests.Mixed(mixing, K, N, stream);
        TrimmedSamplesTests.Cluster(rows, K, Outliers, stream);

        TrimmedSamples trimmed = TrimmedSamples.Of(rows, K, cancellation: Cancellation);
        double[] kept = trimmed.Kept(rows);
        SamplePreparation whitening = SamplePreparation.Whiten(kept, K, K);
        var rotation = new SteinRotation(
            new SourceMoments(whitening.Apply(kept)),
            MaximumLikelihoodIca.RandomRotation(K, 1, 0),
            SteinContrast.Default,
            SourceDensity.Laplace);
        rotation.Run(200, cancellation: Cancellation);
        double[] start = LocalIca.Scaled(rotation.Unmixing, SourceDensity.Laplace);
        var all = new SourceMoments(whitening.Apply(rows));
        SteinTest test = name == "bounded"
            ? new BoundedTest(2)
            : new WeightedTest(trimmed.Median + trimmed.Limit, 2 * trimmed.Limit);
        var robust = new LikelihoodEquations(all, start, SourceDensity.Laplace, test);
        robust.Run(60, cancellation: Cancellation);
        Assert.InRange(robust.Iterations, 1, 60);
        Assert.InRange(robust.Remainder, 0, 0.05);
        Assert.InRange(Error(robust.Unmixing), 0, 0.1);
        var linear = new LikelihoodEquations(all, start, SourceDensity.Laplace);
        linear.Run(60, cancellation: Cancellation);
        Assert.InRange(Error(linear.Unmixing), 0.5, double.MaxValue);

        // The largest distance of V W from a permutation with signs.
        double Error(double[] of)
        {
            double[] product = Product(Product(of, whitening.Forward), mixing);
            return product.Chunk(K).Max(
                row => row.Select(Math.Abs).OrderDescending().Select((size, i) => Math.Abs(size - (i == 0 ? 1 : 0))).Max());
        }

        static double[] Product(double[] a, double[] b)
            => HostProduct.Multiply(PaddedMatrix.FromRows(a, K, K), PaddedMatrix.FromRows(b, K, K)).ToArray();
    }

    private static SteinTest Test(string name) => name == "bounded" ? new BoundedTest(2) : new WeightedTest(3, 12);

    private static SourceDensity Density(string name) => name == "laplace" ? SourceDensity.Laplace : SourceDensity.Logistic;

    private static double Quantile(string density, double share) => density == "laplace"
        ? Math.CopySign(Math.Log(1 - Math.Abs(1 - (2 * share))), share - 0.5)
        : Math.Log(share / (1 - share));

    private static double[] Identity(int k) => [.. Enumerable.Range(0, k * k).Select(i => i % (k + 1) == 0 ? 1.0 : 0)];

    /// <summary>K×N.</summary>
    private static double[] Independent(string density, int k, int n, ulong seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        return [.. Enumerable.Range(0, k * n).Select(_ => Quantile(density, stream.NextOpenUniform()))];
    }

    /// <summary>M of sources (K×N), and its standard errors.</summary>
    private static (double[] Means, double[] Errors) Moments(double[] z, SourceDensity density, SteinTest test)
    {
        const int K = 3;
        int n = z.Length / K;
        PaddedMatrix sources = PaddedMatrix.FromRows(z, K, n), scores = new(K, n), divergences = new(K, n);
        for (int i = 0; i < K; i++)
            density.Evaluate(sources.Row(i), scores.Row(i), divergences.Row(i));
        test.Apply(sources, scores, divergences, n);
        double[] means = new double[K * K], errors = new double[K * K];
        for (int i = 0; i < K; i++)
        {
            for (int j = 0; j < K; j++)
            {
                double[] terms =
                [
                    .. Enumerable.Range(0, n).Select(
                        at => (scores.Row(i)[at] * sources.Row(j)[at]) + (i == j ? divergences.Row(i)[at] : 0)),
                ];
                double mean = terms.Average();
                means[(i * K) + j] = mean;
                errors[(i * K) + j] = Math.Sqrt(terms.Average(term => (term - mean) * (term - mean)) / n);
            }
        }

        return (means, errors);
    }
}
