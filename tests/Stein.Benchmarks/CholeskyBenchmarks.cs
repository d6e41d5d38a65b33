using BenchmarkDotNet.Attributes;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;
using Stein.Engine.LinearAlgebra;

namespace Stein.Benchmarks;

/// <summary>
/// Factorising a Gram matrix with a ridge and solving for D = 100 right-hand sides, as the Stein gradient estimator does, beside MathNet
/// on the same cores.
/// </summary>
public class CholeskyBenchmarks
{
    private const int RightHandSides = 100;
    private const int Dimension = 10;

    private double[] gram = [];
    private double[] right = [];

    [Params(200, 1000, 2000)]
    public int Order { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Control.UseManaged();
        Control.UseMultiThreading();
        double[] samples = Rivals.Widen(Rivals.Normal(Order * Dimension, 1));
        right = Rivals.Widen(Rivals.Normal(Order * RightHandSides, 2));
        gram = new double[Order * Order];
        for (int i = 0; i < Order; i++)
        {
            for (int j = 0; j < Order; j++)
            {
                double distance = 0;
                for (int d = 0; d < Dimension; d++)
                    distance += Math.Pow(samples[(i * Dimension) + d] - samples[(j * Dimension) + d], 2);
                gram[(i * Order) + j] = Math.Exp(-distance / (2 * Dimension)) + (i == j ? 0.1 : 0);
            }
        }

        Rivals.Agree(nameof(MathNetManaged), Stein(), MathNetManaged(), 1e-9);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Quick")]
    public double[] Stein()
    {
        PaddedMatrix solution = PaddedMatrix.FromRows(right, Order, RightHandSides);
        CholeskyFactor.TryFactor(PaddedMatrix.FromRows(gram, Order, Order))!.Solve(solution);
        return solution.ToArray();
    }

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public double[] MathNetManaged()
    {
        var columns = DenseMatrix.Build.DenseOfRowMajor(Order, RightHandSides, right);
        return new DenseMatrix(Order, Order, gram).Cholesky().Solve(columns).ToRowMajorArray();
    }
}
