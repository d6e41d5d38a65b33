using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Thinning;

/// <summary>
/// N points with scores, and sums of the kernel <c>k(x, y) = φ((x − y)ᵀ P (x − y))</c> and of its Stein kernel k₀
/// (<see cref="SteinPairTerm{TKernel}.Kernel"/>) over them. In double precision.
/// </summary>
/// <remarks>
/// Points lie in blocks of <see cref="BlockSize"/>, coordinate after coordinate, and every number is computed by the same vector
/// operations whatever its place. Equal points therefore have equal bits, and no bit depends on the number of threads. Memory is O(ND):
/// coordinates <c>L⁻¹x</c> with <c>P⁻¹ = LLᵀ</c>, scores, and <c>Px</c> where P is not a multiple of the identity.
/// </remarks>
internal abstract class KernelPoints
{
    public const int BlockSize = 512;

    /// <summary>The number of coordinates from which a sweep over all points is divided among all cores.</summary>
    private const int SharedCoordinates = 1 << 15;

    /// <summary>N.</summary>
    public abstract int Count { get; }

    protected int Blocks => (Count + BlockSize - 1) / BlockSize;

    protected abstract int Dimension { get; }

    /// <param name="kernel">A name of <see cref="RadialKernels"/>.</param>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">N×D.</param>
    public static KernelPoints Create(string kernel, double[] samples, double[] scores, int dimension, Preconditioner preconditioner)
        => RadialKernels.Visit(kernel, new Creation(samples, scores, dimension, preconditioner));

    /// <summary>Some of the points, in the order of <paramref name="rows"/>.</summary>
    public abstract KernelPoints Select(IReadOnlyList<int> rows);

    /// <summary><c>k₀(x_n, x_n)</c> of every point (N).</summary>
    public abstract double[] SteinDiagonal();

    /// <summary>Adds <c>k₀(x, x_n)</c> to the sum of every point n, and finds the first point with the least sum.</summary>
    /// <param name="from">The points that x is one of.</param>
    /// <param name="row">Its number.</param>
    /// <param name="sums">N, or rounded up to whole blocks; changed.</param>
    /// <returns>−1 if no sum is a number.</returns>
    public int AddStein(KernelPoints from, int row, double[] sums)
    {
        double[] point = from.Read(row);
        var least = new int[Blocks];
        ForBlocks(block => least[block] = AddSteinBlock(point, block, sums));
        int best = -1;
        foreach (int candidate in least)
        {
            if (candidate >= 0 && (best < 0 || sums[candidate] < sums[best]))
                best = candidate;
        }

        return best;
    }

    /// <summary>Adds <c>k(x, x_n)</c> to the sum of every point n.</summary>
    /// <inheritdoc cref="AddStein"/>
    public void AddKernel(KernelPoints from, int row, double[] sums)
    {
        double[] point = from.Read(row);
        ForBlocks(block => AddKernelBlock(point, block, sums));
    }

    /// <summary><c>Σ_i w_i Σ_j v_j k₀(x_i, y_j)</c> over points x of another set and y of this one; no weights for 1 each.</summary>
    public double SteinSum(KernelPoints others, IReadOnlyList<double>? otherWeights = null, IReadOnlyList<double>? weights = null)
        => Sum(others, otherWeights, weights, (point, values) =>
        {
            for (int block = 0; block < Blocks; block++)
                AddSteinBlock(point, block, values);
        });

    /// <summary>The same of the kernel k itself.</summary>
    public double KernelSum(KernelPoints others, IReadOnlyList<double>? otherWeights = null, IReadOnlyList<double>? weights = null)
        => Sum(others, otherWeights, weights, (point, values) =>
        {
            for (int block = 0; block < Blocks; block++)
                AddKernelBlock(point, block, values);
        });

    /// <summary>The matrix <c>k₀(x_i, x_j)</c> (N×N, row-major).</summary>
    public double[] SteinMatrix()
    {
        var matrix = new double[Count * Count];
        Parallel.For(0, Count, row =>
        {
            var values = new double[Blocks * BlockSize];
            double[] point = Read(row);
            for (int block = 0; block < Blocks; block++)
                AddSteinBlock(point, block, values);
            values.AsSpan(0, Count).CopyTo(matrix.AsSpan(row * Count));
        });
        return matrix;
    }

    /// <summary>The numbers of a point: its coordinates, its scores, and Px where it is kept.</summary>
    protected abstract double[] Read(int row);

    /// <summary>Adds <c>k₀(x, x_n)</c> for the points of a block, and returns the first with the least sum, or −1.</summary>
    protected abstract int AddSteinBlock(double[] point, int block, double[] sums);

    /// <summary>Adds <c>k(x, x_n)</c> for the points of a block.</summary>
    protected abstract void AddKernelBlock(double[] point, int block, double[] sums);

    private double Sum(
        KernelPoints others, IReadOnlyList<double>? otherWeights, IReadOnlyList<double>? weights, Action<double[], double[]> add)
    {
        var rowSums = new double[others.Count];
        Parallel.For(0, others.Count, () => new double[Blocks * BlockSize], (row, _, values) =>
        {
            Array.Clear(values);
            add(others.Read(row), values);
            double sum = 0;
            for (int j = 0; j < Count; j++)
                sum += (weights?[j] ?? 1) * values[j];
            rowSums[row] = (otherWeights?[row] ?? 1) * sum;
            return values;
        }, _ => { });
        return rowSums.Sum();
    }

    private void ForBlocks(Action<int> work)
    {
        if ((long)Count * Dimension >= SharedCoordinates)
        {
            Parallel.For(0, Blocks, work);
            return;
        }

        for (int block = 0; block < Blocks; block++)
            work(block);
    }

    private sealed class Creation(double[] samples, double[] scores, int dimension, Preconditioner preconditioner)
        : IRadialKernelVisitor<KernelPoints>
    {
        public KernelPoints Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "Stein thinning");
            return KernelPoints<TKernel>.Create(samples, scores, dimension, preconditioner);
        }
    }
}

/// <inheritdoc/>
internal sealed unsafe class KernelPoints<TKernel> : KernelPoints
    where TKernel : struct, IRadialKernel
{
    private readonly Preconditioner preconditioner;

    /// <summary>For each block one matrix (D×512) of coordinates, of scores, and of Px where it is kept.</summary>
    private readonly PaddedMatrix[][] blocks;

    private KernelPoints(int count, int dimension, Preconditioner preconditioner)
    {
        (Count, Dimension, this.preconditioner) = (count, dimension, preconditioner);
        int kinds = preconditioner.Covariance is null ? 2 : 3;
        blocks =
        [
            .. Enumerable.Range(0, Blocks).Select(
                _ => Enumerable.Range(0, kinds).Select(_ => new PaddedMatrix(dimension, BlockSize)).ToArray()),
        ];
    }

    public override int Count { get; }

    protected override int Dimension { get; }

    public static KernelPoints<TKernel> Create(double[] samples, double[] scores, int dimension, Preconditioner preconditioner)
    {
        var points = new KernelPoints<TKernel>(samples.Length / dimension, dimension, preconditioner);
        double[] origin = preconditioner.Covariance is null ? new double[dimension] : Middle(samples, dimension);
        double unit = preconditioner.Covariance is null ? Math.Sqrt(preconditioner.Scale) : 1;
        for (int row = 0; row < points.Count; row++)
        {
            PaddedMatrix[] block = points.blocks[row / BlockSize];
            for (int d = 0; d < dimension; d++)
            {
                double coordinate = unit * (samples[(row * dimension) + d] - origin[d]);
                block[0].Row(d)[row % BlockSize] = coordinate;
                block[1].Row(d)[row % BlockSize] = scores[(row * dimension) + d];
                if (block.Length > 2)
                    block[2].Row(d)[row % BlockSize] = coordinate;
            }
        }

        if (preconditioner.Covariance is { } covariance)
        {
            foreach (PaddedMatrix[] block in points.blocks)
            {
                covariance.SolveLower(block[0]);
                covariance.Solve(block[2]);
            }
        }

        return points;
    }

    public override KernelPoints Select(IReadOnlyList<int> rows)
    {
        var selected = new KernelPoints<TKernel>(rows.Count, Dimension, preconditioner);
        for (int i = 0; i < rows.Count; i++)
        {
            PaddedMatrix[] source = blocks[rows[i] / BlockSize];
            PaddedMatrix[] target = selected.blocks[i / BlockSize];
            for (int kind = 0; kind < source.Length; kind++)
            {
                for (int d = 0; d < Dimension; d++)
                    target[kind].Row(d)[i % BlockSize] = source[kind].Row(d)[rows[i] % BlockSize];
            }
        }

        return selected;
    }

    public override double[] SteinDiagonal()
    {
        RadialProfile<DoubleLane> atZero = RadialKernel<TKernel>.At(DoubleLane.Constant(0));
        double constant = 2 * TKernel.Weigh(atZero.FirstRatio, DoubleLane.Constant(preconditioner.Trace)).Value;
        var diagonal = new double[Count];
        for (int row = 0; row < Count; row++)
        {
            PaddedMatrix scores = blocks[row / BlockSize][1];
            double square = 0;
            for (int d = 0; d < Dimension; d++)
            {
                double score = scores.Row(d)[row % BlockSize];
                square += score * score;
            }

            diagonal[row] = square + constant;
        }

        return diagonal;
    }

    protected override double[] Read(int row)
    {
        PaddedMatrix[] block = blocks[row / BlockSize];
        var point = new double[block.Length * Dimension];
        for (int i = 0; i < point.Length; i++)
            point[i] = block[i / Dimension].Row(i % Dimension)[row % BlockSize];
        return point;
    }

    protected override int AddSteinBlock(double[] point, int block, double[] sums)
    {
        int used = Math.Min(BlockSize, Count - (block * BlockSize));
        PaddedMatrix[] matrices = blocks[block];
        int stride = matrices[0].Stride;
        double* coordinates = matrices[0].Pointer;
        double* scores = matrices[1].Pointer;
        double* images = matrices.Length > 2 ? matrices[2].Pointer : null;
        double root = Math.Sqrt(preconditioner.Scale);
        SimdDoubleLane trace = SimdDoubleLane.Constant(preconditioner.Trace);
        SimdDoubleLane two = SimdDoubleLane.Constant(2);
        Span<double> values = stackalloc double[BlockSize];
        fixed (double* x = point)
        fixed (double* output = values)
        {
            for (int j = 0; j < used; j += SimdDoubleLane.Count)
            {
                SimdDoubleLane distance = SimdDoubleLane.Constant(0);
                SimdDoubleLane product = distance;
                SimdDoubleLane cross = distance;
                SimdDoubleLane image = distance;
                for (int d = 0; d < Dimension; d++)
                {
                    nint offset = ((nint)d * stride) + j;
                    SimdDoubleLane score = SimdDoubleLane.Load(scores + offset);
                    SimdDoubleLane own = SimdDoubleLane.Broadcast(x[Dimension + d]);
                    SimdDoubleLane step = SimdDoubleLane.Broadcast(x[d]) - SimdDoubleLane.Load(coordinates + offset);
                    distance = SimdDoubleLane.MultiplyAdd(step, step, distance);
                    product = SimdDoubleLane.MultiplyAdd(own, score, product);
                    if (images is not null)
                    {
                        step = SimdDoubleLane.Broadcast(x[(2 * Dimension) + d]) - SimdDoubleLane.Load(images + offset);
                        image = SimdDoubleLane.MultiplyAdd(step, step, image);
                    }

                    cross = SimdDoubleLane.MultiplyAdd(own - score, step, cross);
                }

                if (images is null)
                {
                    cross *= SimdDoubleLane.Constant(root);
                    image = distance * SimdDoubleLane.Constant(preconditioner.Scale);
                }

                SimdDoubleLane.Store(SteinPairTerm<TKernel>.Kernel(distance, image, product, cross, trace, two), output + j);
            }
        }

        GC.KeepAlive(this);
        int least = -1;
        for (int j = 0; j < used; j++)
        {
            int n = (block * BlockSize) + j;
            sums[n] += values[j];
            if (!double.IsNaN(sums[n]) && (least < 0 || sums[n] < sums[least]))
                least = n;
        }

        return least;
    }

    protected override void AddKernelBlock(double[] point, int block, double[] sums)
    {
        int used = Math.Min(BlockSize, Count - (block * BlockSize));
        PaddedMatrix matrix = blocks[block][0];
        double* coordinates = matrix.Pointer;
        Span<double> values = stackalloc double[BlockSize];
        fixed (double* x = point)
        fixed (double* output = values)
        {
            for (int j = 0; j < used; j += SimdDoubleLane.Count)
            {
                SimdDoubleLane distance = SimdDoubleLane.Constant(0);
                for (int d = 0; d < Dimension; d++)
                {
                    SimdDoubleLane step = SimdDoubleLane.Broadcast(x[d]) - SimdDoubleLane.Load(coordinates + ((nint)d * matrix.Stride) + j);
                    distance = SimdDoubleLane.MultiplyAdd(step, step, distance);
                }

                SimdDoubleLane.Store(RadialKernel<TKernel>.At(distance).Value, output + j);
            }
        }

        GC.KeepAlive(this);
        for (int j = 0; j < used; j++)
            sums[(block * BlockSize) + j] += values[j];
    }

    /// <summary>The middle of the range of each coordinate, which does not depend on the order of the samples.</summary>
    private static double[] Middle(double[] samples, int dimension)
    {
        var low = samples[..dimension];
        var high = samples[..dimension];
        for (int i = dimension; i < samples.Length; i++)
        {
            low[i % dimension] = Math.Min(low[i % dimension], samples[i]);
            high[i % dimension] = Math.Max(high[i % dimension], samples[i]);
        }

        return [.. low.Zip(high, (least, most) => (0.5 * least) + (0.5 * most))];
    }
}
