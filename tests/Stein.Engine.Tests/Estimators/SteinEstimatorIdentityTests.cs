using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>
/// Identities of the Stein gradient estimator as a minimiser, a limit and a solution of linear equations, in double precision.
/// </summary>
public sealed class SteinEstimatorIdentityTests
{
    private const int Count = 17;
    private const int Dimension = 3;
    private const double Bandwidth = 1.7;
    private const double Tolerance = 1e-9;

    public static TheoryData<string> Kernels => EveryKernel.Names;

    /// <summary>At the estimate, the gradient of the KSD is the negative of the gradient of the ridge penalty.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Is_the_ridge_minimiser_of_the_V_statistic(string kernel) => EveryKernel.Run(kernel, new Minimiser());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Of_the_U_statistic_solves_equations_with_a_diagonal_of_zeros(string kernel) => EveryKernel.Run(kernel, new UStatistic());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Augmented_is_the_estimate_of_the_samples_and_the_point_together(string kernel) => EveryKernel.Run(kernel, new Augmented());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Is_the_limit_of_the_iterations(string kernel) => EveryKernel.Run(kernel, new Limit());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Landweber_steps_are_those_of_functional_gradient_descent(string kernel) => EveryKernel.Run(kernel, new Steps());

    /// <summary>Compares Chebyshev polynomials of a low degree with all single steps, at the samples and at other points.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Landweber_iteration_at_once_is_step_by_step(string kernel)
    {
        using Device device = Estimates.Double();
        double[] samples = Estimates.Samples(Count, Dimension);
        double[] points = Estimates.Samples(4, Dimension, seed: 2);
        var iteration = ScoreIteration.Create(device, samples, Dimension, kernel, Bandwidth);
        foreach (int steps in (int[])[1, 2, 3, 10, 100, 1000])
        {
            while (iteration.Iteration < steps)
                iteration.Step();
            ScoreEstimate expected = iteration.Estimate();
            ScoreEstimate actual = Estimates.Fit(device, "landweber", kernel, samples, Dimension, Bandwidth, steps);
            Checks.CloseInMaximum($"{steps}, samples", expected.ScoresAtSamples(), actual.ScoresAtSamples(), Tolerance);
            Checks.CloseInMaximum($"{steps}, points", expected.Scores(points), actual.Scores(points), Tolerance);
        }

        Assert.InRange(LandweberPolynomial.Create(1000, device.UnitRoundoff).Scores.Length, 1, 250);
    }

    /// <summary>Checks the polynomials at x = 1 and 0 and compares them with sums of powers in between.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(500)]
    public void Landweber_polynomials_are_sums_of_powers(int steps)
    {
        var polynomial = LandweberPolynomial.Create(steps, 1e-16);
        foreach (double x in (double[])[0, 0.1, 0.5, 0.9, 0.999, 1])
        {
            double p = 0, q = 0, power = 1;
            for (int j = 0; j < steps; j++)
            {
                p += power;
                q += (steps - 1 - j) * power;
                power *= x;
            }

            Assert.Equal(p, Value(polynomial.Scores, x), 1e-12 * steps);
            Assert.Equal(q, Value(polynomial.Coefficients, x), 1e-12 * steps * steps);
        }

        static double Value(double[] coefficients, double x)
            => coefficients.Select((coefficient, k) => coefficient * Math.Cos(k * Math.Acos((2 * x) - 1))).Sum();
    }

    /// <summary>
    /// At one of its samples the augmented estimator counts that sample twice. The formulas of all other estimators give the estimate at
    /// the samples when evaluated there.
    /// </summary>
    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void The_formula_for_other_points_agrees_at_the_samples(string estimator, string kernel)
    {
        if (estimator == "stein-augmented")
            return;
        using Device device = Estimates.Double();
        double[] samples = Estimates.Samples(Count, Dimension);
        ScoreEstimate estimate = Estimates.Fit(device, estimator, kernel, samples, Dimension);
        Checks.CloseInMaximum(estimator, estimate.ScoresAtSamples(), estimate.Scores(samples), Tolerance);
    }

    private static Matrix<double> Direct<TKernel>(double[] samples, double ridge, double diagonal)
        where TKernel : struct, IRadialKernel
    {
        Matrix<double> gram = Estimates.Gram<TKernel>(samples, samples, Dimension, Bandwidth);
        for (int i = 0; i < gram.RowCount; i++)
            gram[i, i] = diagonal + ridge;
        return -gram.LU().Solve(Estimates.GradientSums<TKernel>(samples, samples, Dimension, Bandwidth));
    }

    private sealed class Minimiser : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            const double Ridge = 0.3;
            using Device device = Estimates.Double();
            double[] samples = Estimates.Samples(Count, Dimension);

            // The discrepancy adds 10⁻⁹ to h², and the estimator does not.
            double[] estimate = Estimates.Fit(device, "stein", TKernel.Name, samples, Dimension, Bandwidth, Ridge).ScoresAtSamples();
            var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, Count, Dimension, PairStatistic.V);
            DeviceMatrix x = device.Upload(Count, Dimension, samples);
            discrepancy.SetSamples(x);
            discrepancy.Bandwidth.Set([Math.Sqrt((Bandwidth * Bandwidth) - 1e-9)]);
            DeviceMatrix gradient = device.Allocate(Count, Dimension);
            discrepancy.Gradient(gradient, x, device.Upload(Count, Dimension, estimate));
            double factor = -2 * Ridge / (Count * Count);
            Checks.CloseInMaximum("gradient", [.. estimate.Select(score => factor * score)], device.Read(gradient), Tolerance);

            double lowest = Objective(estimate);
            var draw = new Draw(3);
            for (int repetition = 0; repetition < 5; repetition++)
            {
                double[] step = draw.Normal(estimate.Length, 0.01);
                Assert.True(Objective([.. estimate.Zip(step, (score, move) => score + move)]) > lowest);
            }

            double Objective(double[] scores) => discrepancy.Value(x, device.Upload(Count, Dimension, scores))
                + (Ridge / (Count * Count) * scores.Sum(score => score * score));
        }
    }

    private sealed class UStatistic : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = Estimates.Double();
            double[] samples = Estimates.Samples(Count, Dimension);
            double[] estimate = Estimates.Fit(device, "stein-u", TKernel.Name, samples, Dimension, Bandwidth, 1.4).ScoresAtSamples();
            Checks.CloseInMaximum("U", Estimates.Flat(Direct<TKernel>(samples, 1.4, diagonal: 0)), estimate, Tolerance);
            double[] v = Estimates.Fit(device, "stein", TKernel.Name, samples, Dimension, Bandwidth, 1.4 - 1).ScoresAtSamples();
            Checks.CloseInMaximum("V", v, estimate, Tolerance);
        }
    }

    private sealed class Augmented : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = Estimates.Double();
            double[] samples = Estimates.Samples(Count, Dimension, scale: 2);
            double[] points = Estimates.Samples(4, Dimension, seed: 5, scale: 2);
            foreach (double ridge in (double[])[0.3, 0])
            {
                double[] estimate =
                    Estimates.Fit(device, "stein-augmented", TKernel.Name, samples, Dimension, Bandwidth, ridge).Scores(points);
                for (int point = 0; point < 4; point++)
                {
                    double[] y = points[(point * Dimension)..((point + 1) * Dimension)];
                    double[] expected = [.. Direct<TKernel>([.. samples, .. y], ridge, diagonal: 1).Row(Count)];
                    Checks.CloseInMaximum("augmented", expected, estimate.AsSpan(point * Dimension, Dimension), 1e-8);
                }
            }
        }
    }

    private sealed class Limit : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            // With samples far apart the Gram matrix is close to the identity, and the iterations converge in a few hundred steps.
            const double Narrow = 0.35;
            using Device device = Estimates.Double();
            double[] samples = Estimates.Samples(Count, Dimension, scale: 2);
            double[] expected = Estimates.Fit(device, "stein", TKernel.Name, samples, Dimension, Narrow, 0).ScoresAtSamples();
            double[] landweber = Estimates.Fit(device, "landweber", TKernel.Name, samples, Dimension, Narrow, 2000).ScoresAtSamples();
            Checks.CloseInMaximum("Landweber", expected, landweber, Tolerance);

            // The ν-method converges like 1/T², not geometrically.
            double[] nu = Estimates.Fit(device, "nu", TKernel.Name, samples, Dimension, Narrow, 2000).ScoresAtSamples();
            Checks.CloseInMaximum("ν", expected, nu, 1e-4);
        }
    }

    private sealed class Steps : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = Estimates.Double();
            double[] samples = Estimates.Samples(Count, Dimension);
            Matrix<double> gram = Estimates.Gram<TKernel>(samples, samples, Dimension, Bandwidth);
            Matrix<double> sums = Estimates.GradientSums<TKernel>(samples, samples, Dimension, Bandwidth);
            var iteration = ScoreIteration.Create(device, samples, Dimension, TKernel.Name, Bandwidth);
            double largest = gram.Evd(Symmetricity.Symmetric).EigenValues.Max(value => value.Real);
            Assert.InRange(iteration.LargestEigenvalue, largest, 1.001 * largest);
            Matrix<double> scores = Matrix<double>.Build.Dense(Count, Dimension);
            for (int step = 0; step < 20; step++)
            {
                scores -= ((gram * scores) + sums) / iteration.LargestEigenvalue;
                iteration.Step();
                Checks.CloseInMaximum("scores", Estimates.Flat(scores), iteration.ScoresAtSamples(), Tolerance);
                Checks.CloseInMaximum("estimate", Estimates.Flat(scores), iteration.Estimate().Scores(samples), Tolerance);
            }
        }
    }
}
