using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>
/// Compares the parametric, spectral, curl-free and kernel-density estimators with slow reference implementations in double precision.
/// </summary>
public sealed class OtherEstimatorTests
{
    private const int Count = 13;
    private const int Dimension = 3;
    private const double Bandwidth = 1.7;
    private const double Tolerance = 1e-9;

    public static TheoryData<string> Kernels => EveryKernel.Names;

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Parametric_minimises_the_V_statistic(string kernel) => EveryKernel.Run(kernel, new Parametric());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Spectral_is_the_sum_over_eigenfunctions(string kernel) => EveryKernel.Run(kernel, new Spectral());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Curl_free_solves_its_equations(string kernel) => EveryKernel.Run(kernel, new CurlFree());

    [Fact]
    public void Gaussian_kernel_density_is_the_mixture_even_far_away()
    {
        using Device device = Estimates.Double();
        double[] samples = Estimates.Samples(Count, Dimension);
        double[] points = [.. Estimates.Samples(5, Dimension, seed: 2), 300, -200, 100];
        GaussianMixture density = KernelDensity.Create(samples, Dimension, Bandwidth / Math.Sqrt(2));
        var expected = new double[points.Length];
        density.Score(points, expected);
        double[] scores = Estimates.Fit(device, "kde", "rbf", samples, Dimension, Bandwidth, 1).Scores(points);
        Checks.CloseInMaximum("near", expected.AsSpan(0, 15), scores.AsSpan(0, 15), Tolerance);
        Checks.CloseInMaximum("far", expected.AsSpan(15), scores.AsSpan(15), Tolerance);

        // In single precision e^−ρ is 0 at these points.
        using Device simd = DeviceCatalog.Create("simd");
        double[] single = Estimates.Fit(simd, "kde", "rbf", samples, Dimension, Bandwidth, 1).Scores(points);
        Checks.CloseInMaximum("far", expected.AsSpan(15), single.AsSpan(15), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Curl_free_has_a_symmetric_Jacobian(string kernel)
    {
        const double Step = 1e-4;
        using Device device = Estimates.Double();
        ScoreEstimate estimate = Estimates.Fit(device, "kef", kernel, Estimates.Samples(Count, Dimension), Dimension);
        double[] at = Estimates.Samples(1, Dimension, seed: 7);
        for (int i = 0; i < Dimension; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.Equal(Slope(i, j), Slope(j, i), 1e-6);
        }

        double Slope(int component, int direction)
            => (estimate.Scores(Moved(direction, Step))[component] - estimate.Scores(Moved(direction, -Step))[component]) / (2 * Step);

        double[] Moved(int direction, double by)
        {
            double[] moved = [.. at];
            moved[direction] += by;
            return moved;
        }
    }

    private sealed class Parametric : IKernelTest
    {
        /// <summary>
        /// The statistic is a quadratic form of the coefficients, which the estimator represents by a matrix Λ and a vector b. Here
        /// it is computed pair by pair from scores and kernels, and its gradient is compared with the equations.
        /// </summary>
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = Estimates.Double();
            SampleSet set = SampleSet.Create(
                device, Estimates.Samples(Count, Dimension), Dimension, Bandwidth, BandwidthRule.Median);

            // The equations are in the scaled units.
            double[] samples = set.ScaledSamples;
            double bandwidth = Math.Sqrt(set.SquaredBandwidth);
            (PaddedMatrix system, PaddedMatrix right) = ParametricSteinEstimator.Equations<TKernel>(set);
            Matrix<double> gram = Estimates.Gram<TKernel>(samples, samples, Dimension, bandwidth);
            Matrix<double> sums = Estimates.GradientSums<TKernel>(samples, samples, Dimension, bandwidth);
            Matrix<double>[] basis = [.. Enumerable.Range(0, Count).Select(Basis)];
            double unit = 4 / Math.Pow(bandwidth, 4);
            for (int k = 0; k < Count; k++)
            {
                for (int l = 0; l <= k; l++)
                    Assert.Equal((basis[k].Transpose() * gram * basis[l]).Trace() / unit, system.Row(k)[l], 1e-9 * system.Row(k)[k]);
                Assert.Equal(-(basis[k].Transpose() * sums).Trace() / unit, right.Row(k)[0], 1e-9 * right.ToArray().Max(Math.Abs));
            }

            // The estimate is computed from the solution.
            const double Ridge = 0.2;
            Vector<double> b = Vector<double>.Build.Dense(right.ToArray());
            Matrix<double> lambda = Matrix<double>.Build.Dense(Count, Count, (i, j) => system.Row(Math.Max(i, j))[Math.Min(i, j)]);
            Vector<double> a = (lambda + (Ridge * lambda.Trace() / Count * Matrix<double>.Build.DenseIdentity(Count))).LU().Solve(b);
            Matrix<double> expected = basis.Select((scores, k) => a[k] * scores).Aggregate((sum, term) => sum + term);
            double[] estimate =
                Estimates.Fit(device, "stein-parametric", TKernel.Name, samples, Dimension, bandwidth, Ridge).ScoresAtSamples();
            Checks.CloseInMaximum("scores", Estimates.Flat(expected), estimate, Tolerance);

            // The gradient of k(·, x_k) at the samples: 2aφ′(x_i − x_k).
            Matrix<double> Basis(int k) => Matrix<double>.Build.Dense(Count, Dimension, (i, d) =>
                -2 / (bandwidth * bandwidth) * Estimates.Profile<TKernel>(Estimates.Rho(samples, i, samples, k, Dimension, bandwidth))[1]
                * (samples[(i * Dimension) + d] - samples[(k * Dimension) + d]));
        }
    }

    private sealed class Spectral : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const double Share = 0.93;
            using Device device = Estimates.Double();
            double[] samples = Estimates.Samples(Count, Dimension);
            double[] points = Estimates.Samples(4, Dimension, seed: 2);
            Matrix<double> gram = Estimates.Gram<TKernel>(samples, samples, Dimension, Bandwidth);
            Matrix<double> sums = Estimates.GradientSums<TKernel>(samples, samples, Dimension, Bandwidth);
            Matrix<double> cross = Estimates.Gram<TKernel>(points, samples, Dimension, Bandwidth);
            var decomposition = gram.Evd(Symmetricity.Symmetric);
            Matrix<double> expected = Matrix<double>.Build.Dense(4, Dimension);
            double held = 0;
            for (int j = Count - 1; held < Share * Count; j--)
            {
                double value = decomposition.EigenValues[j].Real;
                Vector<double> vector = decomposition.EigenVectors.Column(j);
                expected -= (cross * vector).OuterProduct(sums.Transpose() * vector) / (value * value);
                held += value;
            }

            double[] estimate = Estimates.Fit(device, "ssge", TKernel.Name, samples, Dimension, Bandwidth, Share).Scores(points);
            Checks.CloseInMaximum("scores", Estimates.Flat(expected), estimate, Tolerance);
        }
    }

    private sealed class CurlFree : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const double Ridge = 0.4;
            using Device device = Estimates.Double();
            double[] samples = Estimates.Samples(Count, Dimension);
            double[] points = Estimates.Samples(4, Dimension, seed: 2);
            double scale = 1 / (Bandwidth * Bandwidth);
            Matrix<double> matrix = Block(samples, samples);
            Vector<double> right = Laplacians(samples) / Ridge;
            Vector<double> c = (matrix + (Ridge * Matrix<double>.Build.DenseIdentity(matrix.RowCount))).Cholesky().Solve(right);
            ScoreEstimate estimate = Estimates.Fit(device, "kef", TKernel.Name, samples, Dimension, Bandwidth, Ridge);
            double[] atSamples = [.. -Ridge * c];
            Checks.CloseInMaximum("at samples", atSamples, estimate.ScoresAtSamples(), Tolerance);
            double[] expected = [.. (Block(points, samples) * c) - (Laplacians(points) / Ridge)];
            Checks.CloseInMaximum("off samples", expected, estimate.Scores(points), Tolerance);

            // Γ = ∇_x∇_yᵀ k/(2a): −φ′I − 2aφ″ddᵀ.
            Matrix<double> Block(double[] x, double[] y)
                => Matrix<double>.Build.Dense(x.Length, y.Length, (row, column) =>
                {
                    (int i, int j, int d, int e) = (row / Dimension, column / Dimension, row % Dimension, column % Dimension);
                    double[] profile = Estimates.Profile<TKernel>(Estimates.Rho(x, i, y, j, Dimension, Bandwidth));
                    double product = (x[row] - y[(j * Dimension) + d]) * (x[(i * Dimension) + e] - y[column]);
                    return (d == e ? profile[1] : 0) - (2 * scale * profile[2] * product);
                });

            // Z = Σ_n ∇_y Δ k/(2a) = 2a Σ_n [(D + 2)φ″ + 2ρφ‴] d.
            Vector<double> Laplacians(double[] y)
                => Vector<double>.Build.Dense(y.Length, index => Enumerable.Range(0, Count).Sum(n =>
                {
                    double rho = Estimates.Rho(y, index / Dimension, samples, n, Dimension, Bandwidth);
                    double[] profile = Estimates.Profile<TKernel>(rho);
                    double difference = y[index] - samples[(n * Dimension) + (index % Dimension)];
                    return 2 * scale * (((Dimension + 2) * profile[2]) - (2 * rho * profile[3])) * difference;
                }));
        }
    }
}
