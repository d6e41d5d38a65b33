using System.Globalization;
using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Stein.Tests;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class MaximumLikelihoodIcaTests
{
    private static readonly IReadOnlyList<SourceDensity> Candidates = MaximumLikelihoodIca.Candidates(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An independent program found the maximum for two Laplace sources without an offset.</summary>
    [Fact]
    public void The_maximum_is_that_of_an_independent_program()
    {
        double[] rows =
        [
            .. File.ReadLines(Path.Combine(Repository.Folder, "tests", "golden", "ica_x.csv"))
                .SelectMany(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))),
        ];
        SamplePreparation whitening = SamplePreparation.Whiten(rows, 2, 2) with { Mean = new double[2] };
        for (uint start = 0; start < 3; start++)
        {
            IcaSolution solution = Fit(
                whitening.Apply(rows), MaximumLikelihoodIca.RandomRotation(2, 1, start), SourceDensity.Laplace);
            Assert.True(solution.IsConverged);
            Assert.InRange(solution.GradientNorm, 0, 1e-12);
            Assert.Equal(-3.25552947, solution.LogLikelihood + whitening.LogVolume, 5e-9);
            double[] unmixing = HostProduct.Multiply(
                PaddedMatrix.FromRows(solution.Unmixing, 2, 2), PaddedMatrix.FromRows(whitening.Forward, 2, 2)).ToArray();
            double[][] ordered = [.. unmixing.Chunk(2).OrderBy(row => Math.Abs(row[0]))];
            Checks.Close("first", [0.30795461, 1.16021831], Signed(ordered[0]), _ => 5e-9);
            Checks.Close("second", [0.86947031, -0.42514196], Signed(ordered[1]), _ => 5e-9);
        }

        static double[] Signed(double[] row) => row[0] < 0 ? [-row[0], -row[1]] : row;
    }

    /// <summary>Finite differences of the log-likelihood by <c>V ← (I + tE_ij) V</c>, and of the gradient for the Hessian.</summary>
    [Fact]
    public void Gradients_are_differences_of_the_likelihood()
    {
        const int K = 4, N = 1500;
        const double Step = 1e-5;
        var draw = new Draw(3);
        var samples = PaddedMatrix.FromRows(draw.Normal(K * N), K, N);
        double[] unmixing = draw.NearIdentity(K);
        SourceDensity[] densities =
            [SourceDensity.Logistic, SourceDensity.StudentT(3), SourceDensity.SubGaussian, SourceDensity.SmoothedLaplace(0.5)];
        var moments = new SourceMoments(samples);
        SourceStatistics statistics = moments.Compute(unmixing, densities, cancellation: Cancellation);
        for (int i = 0; i < K; i++)
        {
            for (int j = 0; j < K; j++)
            {
                double[] up = Moved(i, j, Step), down = Moved(i, j, -Step);
                double gradient = statistics.SlopeProduct[(i * K) + j] + (i == j ? 1 : 0);
                Assert.Equal((Likelihood(up) - Likelihood(down)) / (2 * Step), gradient, 1e-8);

                // ∂E[ψ_i z_j] along E_ij is E[ψ_i′ z_j²], on the diagonal plus E[ψ_i z_i].
                double second = (Entry(up, i, j) - Entry(down, i, j)) / (2 * Step);
                double expected = statistics.Curvature[(i * K) + j] + (i == j ? statistics.SlopeProduct[(i * K) + j] : 0);
                Assert.Equal(second, expected, 1e-8);
            }
        }

        double[] Moved(int i, int j, double step)
        {
            var moved = (double[])unmixing.Clone();
            for (int d = 0; d < K; d++)
                moved[(i * K) + d] += step * unmixing[(j * K) + d];
            return moved;
        }

        double Likelihood(double[] at)
            => moments.Compute(at, densities, cancellation: Cancellation).Value + SquareMatrix.LogDeterminant(at, K).LogAbsoluteDeterminant;

        double Entry(double[] at, int i, int j) => moments.Compute(at, densities, cancellation: Cancellation).SlopeProduct[(i * K) + j];
    }

    [Theory]
    [InlineData("logistic")]
    [InlineData("student-t")]
    [InlineData("laplace")]
    public void Every_start_reaches_the_same_maximum_to_the_tolerance(string name)
    {
        const int K = 6, N = 3000;
        (SamplePreparation whitening, PaddedMatrix samples, _) = Mixture(K, N, 5, (stream, _) => stream.NextLaplace());
        SourceDensity density = Candidates.Single(candidate => candidate.Name == name);
        IcaSolution[] solutions =
        [
            .. Enumerable.Range(0, 3).Select(start => Fit(
                samples, MaximumLikelihoodIca.RandomRotation(K, 1, (uint)start), density)),
        ];
        foreach (IcaSolution solution in solutions)
        {
            Assert.True(solution.IsConverged);
            Assert.InRange(solution.GradientNorm, 0, 1e-9);
            // Maxima of the likelihood with kinks may lie side by side.
            Assert.Equal(solutions[0].LogLikelihood, solution.LogLikelihood, name == "laplace" ? 1e-5 : 1e-12);
        }

        Assert.Equal(K, whitening.Components);
    }

    /// <summary>At a vertex the likelihood falls in every direction, however small the step.</summary>
    [Fact]
    public void No_step_from_the_maximum_of_Laplace_sources_leads_upwards()
    {
        const int K = 5, N = 400;
        (_, PaddedMatrix samples, _) = Mixture(K, N, 8, (stream, _) => stream.NextLaplace());
        IcaSolution solution = Fit(samples, MaximumLikelihoodIca.RandomRotation(K, 1, 0), SourceDensity.Laplace);
        Assert.True(solution.IsConverged);
        var newton = new RelativeQuasiNewton(new SourceMoments(samples));
        SourceDensity[] densities = [.. solution.Densities];
        var draw = new Draw(1);
        foreach (double size in (double[])[1e-2, 1e-4, 1e-6])
        {
            for (int trial = 0; trial < 50; trial++)
            {
                double[] noise = draw.Normal(K * K, size);
                double[] moved = [.. solution.Unmixing.Zip(noise, (value, step) => value + step)];
                Assert.True(newton.Evaluate(moved, densities, Cancellation).LogLikelihood <= solution.LogLikelihood + 1e-13);
            }
        }

        // Each row has K − 1 samples with a source of 0.
        PaddedMatrix sources = MaximumLikelihoodIca.Apply(solution.Unmixing, samples);
        for (int i = 0; i < K; i++)
            Assert.Equal(K - 1, sources.Row(i).ToArray().Count(value => Math.Abs(value) < 1e-12));
    }

    /// <summary>Samples that occur twice are as one with twice the weight.</summary>
    [Fact]
    public void Repeated_samples_do_no_harm()
    {
        const int K = 3, N = 300;
        (_, PaddedMatrix samples, _) = Mixture(K, N, 4, (stream, _) => stream.NextLaplace());
        var twice = new PaddedMatrix(K, 2 * N);
        for (int i = 0; i < 2 * N; i++)
        {
            for (int d = 0; d < K; d++)
                twice.Row(d)[i] = samples.Row(d)[i % N];
        }

        double[] start = MaximumLikelihoodIca.RandomRotation(K, 1, 0);
        IcaSolution once = Fit(samples, start, SourceDensity.Laplace);
        IcaSolution again = Fit(twice, start, SourceDensity.Laplace);
        Assert.True(again.IsConverged);
        Assert.Equal(once.LogLikelihood, again.LogLikelihood, 1e-10);
    }

    [Fact]
    public void Ten_sub_and_ten_super_Gaussian_sources_are_separated()
    {
        const int K = 20, N = 4000;
        (SamplePreparation whitening, PaddedMatrix samples, double[] mixing) = Mixture(
            K, N, 2, (stream, source) => source % 2 == 0 ? stream.NextLaplace() : Math.Sqrt(12) * (stream.NextUniform() - 0.5));
        IcaSolution solution = Fit(samples, MaximumLikelihoodIca.RandomRotation(K, 1, 0), [.. Candidates]);
        Assert.True(solution.IsConverged);
        Assert.Equal(10, solution.Densities.Count(density => density == SourceDensity.SubGaussian));
        Assert.Equal(10, solution.Densities.Count(density => density == SourceDensity.Laplace));
        double[] product = HostProduct.Multiply(
            HostProduct.Multiply(PaddedMatrix.FromRows(solution.Unmixing, K, K), PaddedMatrix.FromRows(whitening.Forward, K, K)),
            PaddedMatrix.FromRows(mixing, K, K)).ToArray();
        double others = 0;
        foreach (double[] row in product.Chunk(K))
            others += (row.Sum(Math.Abs) / row.Max(Math.Abs)) - 1;
        // Of the Amari distance, the part of the rows.
        Assert.InRange(others / (K * (K - 1)), 0, 0.05);
    }

    [Fact]
    public void FastICA_separates_too_and_is_not_the_maximum()
    {
        const int K = 4, N = 3000;
        (_, PaddedMatrix samples, _) = Mixture(K, N, 6, (stream, _) => stream.NextLaplace());
        var ica = new MaximumLikelihoodIca(samples);
        double[] start = MaximumLikelihoodIca.RandomRotation(K, 1, 0);
        var search = new FastIca(ica.Moments, start, 1e-12);
        search.Run(500, cancellation: Cancellation);
        Assert.InRange(search.Remainder, 0, 1e-12);
        IcaSolution fast = ica.FitScales(search.Unmixing, [SourceDensity.Laplace], search.Iterations, isConverged: true, Cancellation);
        IcaSolution best = Fit(samples, start, SourceDensity.Laplace);
        Assert.InRange(best.LogLikelihood - fast.LogLikelihood, 1e-6, 0.02);
    }

    [Fact]
    public void Densities_with_a_cusp_are_refused()
    {
        var ica = new MaximumLikelihoodIca(PaddedMatrix.FromRows(new Draw(1).Normal(40), 2, 20));
        Assert.Contains("Laplace", Assert.Throws<ArgumentException>(
            () => ica.Fit([1, 0, 0, 1], [SourceDensity.GeneralisedGaussian(0.7)], cancellation: Cancellation)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_start_gives_the_same_bits()
    {
        (_, PaddedMatrix samples, _) = Mixture(3, 5000, 9, (stream, source) => source == 0 ? stream.NextUniform() : stream.NextLaplace());
        IcaSolution[] twice =
        [
            .. Enumerable.Range(0, 2).Select(_ => Fit(
                samples, MaximumLikelihoodIca.RandomRotation(3, 1, 0), [.. Candidates])),
        ];
        Checks.Same("unmixing", twice[0].Unmixing, twice[1].Unmixing);
    }

    private static IcaSolution Fit(PaddedMatrix samples, double[] start, params SourceDensity[] candidates)
        => new MaximumLikelihoodIca(samples).Fit(start, candidates, cancellation: Cancellation);

    private static (SamplePreparation Whitening, PaddedMatrix Samples, double[] Mixing) Mixture(
        int dimension, int count, ulong seed, Func<PhiloxStream, int, double> source)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        double[] mixing = [.. Enumerable.Range(0, dimension * dimension).Select(_ => stream.NextNormal())];
        var samples = new double[count * dimension];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < dimension; j++)
            {
                double value = source(stream, j);
                for (int d = 0; d < dimension; d++)
                    samples[(i * dimension) + d] += mixing[(d * dimension) + j] * value;
            }
        }

        SamplePreparation whitening = SamplePreparation.Whiten(samples, dimension, dimension);
        return (whitening, whitening.Apply(samples), mixing);
    }
}
