using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Shared by the tests of score estimators: data, rows of theories, and slow reference implementations.</summary>
internal static class Estimates
{
    /// <summary>Every estimator with every kernel.</summary>
    public static TheoryData<string, string> EstimatorsAndKernels
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (string estimator in ScoreEstimators.Names)
            {
                foreach (string kernel in RadialKernels.NamesWith(KernelSmoothness.Bilaplacian))
                    rows.Add(estimator, kernel);
            }

            return rows;
        }
    }

    /// <summary>A regularisation that smooths a little and gives well-conditioned equations, for tests of formulas.</summary>
    public static double Moderate(string estimator) => estimator switch
    {
        "stein-u" => 1.5,
        "landweber" or "nu" => 7,
        "ssge" => 0.9,
        "kde" => 1,
        _ => 0.5,
    };

    public static ScoreEstimate Fit(
        Device device,
        string estimator,
        string kernel,
        double[] samples,
        int dimension,
        double? bandwidth = null,
        double? regularisation = null)
        => ScoreEstimators.Find(estimator).Fit(
            device,
            samples,
            dimension,
            new ScoreEstimatorSettings
            {
                Kernel = kernel,
                Bandwidth = bandwidth,
                Regularisation = regularisation ?? Moderate(estimator),
            });

    /// <summary>The profile at ρ, in double precision: φ, −φ′, φ″, −φ‴.</summary>
    public static double[] Profile<TKernel>(double rho)
        where TKernel : struct, IRadialKernel
    {
        RadialProfile<DoubleLane> profile = RadialKernel<TKernel>.At(new DoubleLane(rho));
        double first = profile.Value.Value * profile.FirstRatio.Value;
        double second = first * profile.SecondRatio.Value;
        return [profile.Value.Value, first, second, second * profile.ThirdRatio.Value];
    }

    /// <summary>k(x_i, y_j), pair by pair.</summary>
    public static Matrix<double> Gram<TKernel>(double[] x, double[] y, int dimension, double bandwidth)
        where TKernel : struct, IRadialKernel
        => Matrix<double>.Build.Dense(
            x.Length / dimension, y.Length / dimension, (i, j) => Profile<TKernel>(Rho(x, i, y, j, dimension, bandwidth))[0]);

    /// <summary><c>Σ_j ∇_{x_j} k(y_i, x_j) = Σ_j −2aφ′(y_i − x_j)</c>, pair by pair.</summary>
    public static Matrix<double> GradientSums<TKernel>(double[] y, double[] x, int dimension, double bandwidth)
        where TKernel : struct, IRadialKernel
    {
        double scale = 2 / (bandwidth * bandwidth);
        return Matrix<double>.Build.Dense(y.Length / dimension, dimension, (i, d) => Enumerable.Range(0, x.Length / dimension).Sum(
            j => scale * Profile<TKernel>(Rho(y, i, x, j, dimension, bandwidth))[1] * (y[(i * dimension) + d] - x[(j * dimension) + d])));
    }

    public static double Rho(double[] x, int i, double[] y, int j, int dimension, double bandwidth)
    {
        double square = 0;
        for (int d = 0; d < dimension; d++)
        {
            double difference = x[(i * dimension) + d] - y[(j * dimension) + d];
            square += difference * difference;
        }

        return square / (bandwidth * bandwidth);
    }

    public static Matrix<double> Rows(double[] values, int dimension)
        => Matrix<double>.Build.Dense(values.Length / dimension, dimension, (i, d) => values[(i * dimension) + d]);

    public static double[] Flat(Matrix<double> matrix) => [.. matrix.EnumerateRows().SelectMany(row => row)];

    public static Device Double() => CpuDevices.CreateDouble();

    public static double[] Samples(int count, int dimension, ulong seed = 1, double scale = 1)
        => new Draw(seed).Normal(count * dimension, scale);
}
