using System.Collections.Concurrent;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.LinearAlgebra;
using Product = Stein.Engine.Devices.Cpu.MatrixProduct<Stein.Engine.Lanes.SimdDoubleLane, double>;

namespace Stein.Engine.IndependentComponents;

/// <summary>Computes <see cref="SourceStatistics"/> in double precision on all cores, with contrasts of any kind.</summary>
/// <remarks>
/// The samples are divided into blocks, which depend on their number alone, and the sums of the blocks are added in order: the bits are the
/// same for any number of cores. Two or three products per sample, of 2K² operations each, and one evaluation for each source.
/// </remarks>
/// <param name="samples">x: K×N, one coordinate per row.</param>
internal sealed unsafe class SourceMoments(PaddedMatrix samples) : ISourceMoments
{
    private const int MinBlock = 1024;
    private const int MaxBlocks = 128;

    private readonly ConcurrentBag<Workspace> workspaces = [];

    /// <inheritdoc/>
    public int Sources => samples.Rows;

    /// <inheritdoc/>
    public int Count => samples.Columns;

    /// <inheritdoc/>
    public double UnitRoundoff => 1.0 / (1L << 53);

    /// <inheritdoc/>
    public SourceStatistics Compute(
        ReadOnlySpan<double> unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        bool hasCurvature = true,
        CancellationToken cancellation = default)
        => Compute(unmixing, contrasts, null, hasCurvature, cancellation);

    /// <summary>
    /// The parts of Stein identities: <see cref="SourceStatistics.SlopeProduct"/> is E[s_i a_j] and
    /// <see cref="SourceStatistics.MeanCurvatures"/> E[t_i], as <see cref="SteinTest.Apply"/> makes them of z and f_i′(z_i).
    /// </summary>
    /// <param name="unmixing">V (K×K, row-major).</param>
    /// <param name="contrasts">The log-densities of the sources.</param>
    /// <param name="test">The test functions.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SourceStatistics ComputeTested(
        ReadOnlySpan<double> unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        SteinTest test,
        CancellationToken cancellation = default)
        => Compute(unmixing, contrasts, test, hasCurvature: false, cancellation);

    private SourceStatistics Compute(
        ReadOnlySpan<double> unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        SteinTest? test,
        bool hasCurvature,
        CancellationToken cancellation)
    {
        int k = Sources;
        var matrix = PaddedMatrix.FromRows(unmixing, k, k);
        int block = Math.Max(MinBlock, ((Count + MaxBlocks - 1) / MaxBlocks + 7) / 8 * 8);
        int blocks = (Count + block - 1) / block;
        var sums = new BlockSums[blocks];
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellation }, index =>
        {
            if (!workspaces.TryTake(out Workspace? workspace))
                workspace = new Workspace(k, block);
            int first = index * block;
            sums[index] = Compute(matrix, contrasts, test, workspace, first, Math.Min(block, Count - first), hasCurvature);
            workspaces.Add(workspace);
        });
        GC.KeepAlive(samples);
        double value = 0;
        var product = new double[k * k];
        var curvature = new double[hasCurvature ? k * k : 0];
        var derivatives = new double[k];
        foreach (BlockSums sum in sums)
        {
            value += sum.Value;
            Add(product, sum.SlopeProduct);
            Add(curvature, sum.Curvature);
            Add(derivatives, sum.Derivatives);
        }

        return new(value / Count, Scale(product), Scale(curvature), Scale(derivatives));

        double[] Scale(double[] values) => Array.ConvertAll(values, value => value / Count);
    }

    private BlockSums Compute(
        PaddedMatrix unmixing,
        IReadOnlyList<SourceContrast> contrasts,
        SteinTest? test,
        Workspace workspace,
        int first,
        int count,
        bool hasCurvature)
    {
        int k = Sources;
        (PaddedMatrix z, PaddedMatrix scores, PaddedMatrix derivatives, PaddedMatrix transposed) =
            (workspace.Sources, workspace.Scores, workspace.Derivatives, workspace.Transposed);
        Multiply(unmixing.Pointer, unmixing.Stride, samples.Pointer + first, samples.Stride, z.Pointer, z.Stride, k, k, count);
        GC.KeepAlive(unmixing);
        double value = 0;
        for (int i = 0; i < k; i++)
            value += contrasts[i].Evaluate(z.Row(i)[..count], scores.Row(i)[..count], derivatives.Row(i)[..count]);
        test?.Apply(z, scores, derivatives, count);
        var meanDerivatives = new double[k];
        for (int i = 0; i < k; i++)
        {
            double sum = 0;
            foreach (double number in derivatives.Row(i)[..count])
                sum += number;
            meanDerivatives[i] = sum;
        }

        Transposition<double>.Run(z.Pointer, z.Stride, k, count, transposed.Pointer, transposed.Stride);
        double[] product = Product(scores);
        double[] curvature = [];
        if (hasCurvature)
        {
            for (int row = 0; row < count; row++)
            {
                foreach (ref double number in transposed.Row(row))
                    number *= number;
            }

            curvature = Product(derivatives);
        }

        GC.KeepAlive(workspace);
        return new(value, product, curvature, meanDerivatives);

        double[] Product(PaddedMatrix left)
        {
            PaddedMatrix result = workspace.Result;
            Multiply(
                left.Pointer, left.Stride, transposed.Pointer, transposed.Stride, result.Pointer, result.Stride, k, count, k);
            return result.ToArray();
        }
    }

    private static void Multiply(double* a, int aStride, double* b, int bStride, double* c, int cStride, int rows, int inner, int columns)
        => Product.Multiply(
            new Product.Operands((nint)a, aStride, 1, (nint)b, bStride, (nint)c, cStride, inner, Alpha: 1, Beta: 0, Accumulate: false),
            rows,
            columns);

    private static void Add(double[] sums, double[] values)
    {
        for (int i = 0; i < sums.Length; i++)
            sums[i] += values[i];
    }

    private sealed record BlockSums(double Value, double[] SlopeProduct, double[] Curvature, double[] Derivatives);

    private sealed class Workspace(int sources, int block)
    {
        public PaddedMatrix Sources { get; } = new(sources, block);

        public PaddedMatrix Scores { get; } = new(sources, block);

        public PaddedMatrix Derivatives { get; } = new(sources, block);

        public PaddedMatrix Transposed { get; } = new(block, sources);

        public PaddedMatrix Result { get; } = new(sources, sources);
    }
}
