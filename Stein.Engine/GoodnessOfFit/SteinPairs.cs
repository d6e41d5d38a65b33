using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// Sums of the Stein kernel <c>u</c> over the pairs of N samples, in double precision on all cores, with memory proportional to the
/// samples: row sums, partial sums along the order of the samples, and the quadratic forms of a bootstrap, for any number of kernels at
/// once.
/// </summary>
/// <remarks>
/// <para>
/// The term is that of <see cref="SteinPairTerm{TKernel}"/>, with exactly <c>1/h²</c>. Samples are shifted by the first one and
/// divided by a length, the scores multiplied by it, so that units of any size neither overflow nor change a digit.
/// </para>
/// <para>
/// The pairs i &lt; j are formed in tiles: of a tile the three sums over coordinates are computed once, O(D) for each pair, and every
/// kernel takes its terms from them. Rows of tiles are dealt to a fixed number of groups, and the sums of the groups are added in their
/// order, so that the bits do not depend on the number of threads.
/// </para>
/// </remarks>
internal sealed unsafe class SteinPairs
{
    private const int TileRows = 64;
    private const int TileColumns = 256;
    private const int MaxGroups = 16;

    private readonly PaddedMatrix samples;
    private readonly PaddedMatrix scores;
    private readonly PaddedMatrix sampleColumns;
    private readonly PaddedMatrix scoreColumns;
    private readonly double unit;
    private readonly double[] given;

    /// <param name="samples">N×D, row-major, N at least 2.</param>
    /// <param name="scores">N×D, row-major.</param>
    /// <param name="unit">A typical length, such as a bandwidth; positive.</param>
    /// <exception cref="ArgumentException">The two are not N×D finite numbers each.</exception>
    public SteinPairs(ReadOnlySpan<double> samples, ReadOnlySpan<double> scores, int dimension, double unit)
    {
        SampleMatrix.CheckSameShape(samples, scores, dimension, nameof(scores));
        Samples = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 2);
        SampleMatrix.Rows(scores, dimension, nameof(scores));
        SampleMatrix.CheckPositive(unit, "The unit of length", nameof(unit));
        Dimension = dimension;
        this.unit = unit;
        given = scores.ToArray();
        this.samples = new(Samples, dimension);
        this.scores = new(Samples, dimension);
        for (int i = 0; i < Samples; i++)
        {
            Span<double> x = this.samples.Row(i), s = this.scores.Row(i);
            for (int d = 0; d < dimension; d++)
            {
                x[d] = (samples[(i * dimension) + d] - samples[d]) / unit;
                s[d] = scores[(i * dimension) + d] * unit;
            }
        }

        sampleColumns = Transposed(this.samples);
        scoreColumns = Transposed(this.scores);
    }

    /// <summary>N.</summary>
    public int Samples { get; }

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>The sums of each kernel.</summary>
    /// <param name="kernels">All of one profile.</param>
    /// <param name="weights">Those of the replicates; null for none.</param>
    /// <param name="threads">The number of threads; null for all cores.</param>
    /// <param name="progress">Gets the part that is done, from 0 to 1.</param>
    /// <param name="reach">R: only pairs of samples at most R apart are summed, <c>0 &lt; |i − j| ≤ R</c>; null for all.</param>
    /// <exception cref="ArgumentException">
    /// A kernel cannot be used, or they do not have the same profile, or the weights are not those of N samples.
    /// </exception>
    public SteinPairSums[] Compute(
        IReadOnlyList<SteinKernel> kernels,
        ReplicateWeights? weights = null,
        int? threads = null,
        IProgress<double>? progress = null,
        int? reach = null,
        CancellationToken cancellation = default)
        => ComputeAll(kernels, weights, null, threads, progress, reach, cancellation);

    /// <summary>The sums of each kernel, without replicates, and the products of the kernels.</summary>
    /// <param name="products">
    /// Receives <c>Σ_{i&lt;j} u_ij u′_ij</c> of every two kernels over the pairs (K×K), relative to the squared unit of <c>u</c>.
    /// </param>
    public SteinPairSums[] ComputeWithProducts(
        IReadOnlyList<SteinKernel> kernels, double[,] products, int? threads = null, int? reach = null)
        => ComputeAll(kernels, null, products, threads, null, reach, default);

    private SteinPairSums[] ComputeAll(
        IReadOnlyList<SteinKernel> kernels,
        ReplicateWeights? weights,
        double[,]? products,
        int? threads,
        IProgress<double>? progress,
        int? reach,
        CancellationToken cancellation)
    {
        foreach (SteinKernel kernel in kernels)
        {
            kernel.Check();
            if (kernel.Profile != kernels[0].Profile)
                throw new ArgumentException($"{kernel.Profile} and {kernels[0].Profile} are two kernels; pass one at a time.");
        }

        if (weights is not null && weights.Samples != Samples)
            throw new ArgumentException($"Weights of {weights.Samples} samples were passed for {Samples} samples.");
        int blocks = (Samples + TileRows - 1) / TileRows;
        var groups = new Group[Math.Min(MaxGroups, blocks)];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads ?? -1, CancellationToken = cancellation };
        long done = 0;
        Parallel.For(
            0,
            groups.Length,
            options,
            () => new Buffers(kernels.Count, weights?.Replicates, hasProducts: products is not null),
            (index, _, buffers) =>
            {
                int within = Math.Min(reach ?? Samples, Samples);
                var run = new RunGroup(this, kernels, weights, products is not null, within, Report, cancellation)
                {
                    Index = index,
                    Step = groups.Length,
                    Buffers = buffers,
                };
                groups[index] = RadialKernels.Visit(kernels[0].Profile, run);
                return buffers;
            },
            _ => { });
        for (int a = 0; a < kernels.Count && products is not null; a++)
        {
            for (int b = 0; b <= a; b++)
                products[a, b] = products[b, a] = groups.Sum(group => group.Products[a, b]);
        }

        return [.. kernels.Select((kernel, index) => Merge(kernel, index, groups, weights))];

        void Report(long pairs) => progress?.Report(Interlocked.Add(ref done, pairs) / (0.5 * Samples * Samples));
    }

    private SteinPairSums Merge(SteinKernel kernel, int index, Group[] groups, ReplicateWeights? weights)
    {
        double scale = 1 / unit / unit;
        double[] before = new double[Samples], after = new double[Samples];
        double[] forms = new double[weights?.Replicates ?? 0];
        foreach (Group group in groups)
        {
            Add(before, group.Before[index], scale);
            Add(after, group.After[index], scale);
            Add(forms, group.Forms[index], 2 * scale);
        }

        return new(kernel, kernel.Diagonal(given, Dimension), before, after, forms, weights);

        static void Add(double[] total, double[] part, double scale)
        {
            for (int i = 0; i < total.Length; i++)
                total[i] += scale * part[i];
        }
    }

    private static PaddedMatrix Transposed(PaddedMatrix rows)
    {
        var columns = new PaddedMatrix(rows.Columns, rows.Rows);
        Transposition<double>.Run(rows.Pointer, rows.Stride, rows.Rows, rows.Columns, columns.Pointer, columns.Stride);
        GC.KeepAlive(rows);
        return columns;
    }

    /// <summary>
    /// <c>‖d‖²</c>, <c>s·s′</c> and <c>(s − s′)·d</c> of two rows with <paramref name="count"/> columns, rounded up to whole lanes.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Contract(
        double* x0, double* s0, double* x1, double* s1, double* columns, double* scoreColumns, nint stride, int dimension, int count,
        double* sums0, double* sums1)
    {
        for (int j = 0; j < count; j += SimdDoubleLane.Count)
        {
            SimdDoubleLane square0 = default, product0 = default, along0 = default;
            SimdDoubleLane square1 = default, product1 = default, along1 = default;
            double* x = columns + j;
            double* s = scoreColumns + j;
            for (int d = 0; d < dimension; d++, x += stride, s += stride)
            {
                SimdDoubleLane point = SimdDoubleLane.Load(x), score = SimdDoubleLane.Load(s);
                SimdDoubleLane d0 = SimdDoubleLane.Broadcast(x0[d]) - point, d1 = SimdDoubleLane.Broadcast(x1[d]) - point;
                SimdDoubleLane t0 = SimdDoubleLane.Broadcast(s0[d]), t1 = SimdDoubleLane.Broadcast(s1[d]);
                square0 = SimdDoubleLane.MultiplyAdd(d0, d0, square0);
                square1 = SimdDoubleLane.MultiplyAdd(d1, d1, square1);
                product0 = SimdDoubleLane.MultiplyAdd(t0, score, product0);
                product1 = SimdDoubleLane.MultiplyAdd(t1, score, product1);
                along0 = SimdDoubleLane.MultiplyAdd(t0 - score, d0, along0);
                along1 = SimdDoubleLane.MultiplyAdd(t1 - score, d1, along1);
            }

            Store(sums0 + j, square0, product0, along0);
            Store(sums1 + j, square1, product1, along1);
        }

        static void Store(double* sums, SimdDoubleLane square, SimdDoubleLane product, SimdDoubleLane along)
        {
            SimdDoubleLane.Store(square, sums);
            SimdDoubleLane.Store(product, sums + TileColumns);
            SimdDoubleLane.Store(along, sums + (2 * TileColumns));
        }
    }

    /// <summary>The terms of a row, of all bandwidths with these <c>1/h²</c>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Terms<TKernel>(double* sums, int count, int dimension, ReadOnlySpan<double> inverseSquares, double* terms)
        where TKernel : struct, IRadialKernel
    {
        for (int j = 0; j < count; j += SimdDoubleLane.Count)
        {
            SimdDoubleLane square = SimdDoubleLane.Load(sums + j);
            SimdDoubleLane product = SimdDoubleLane.Load(sums + TileColumns + j);
            SimdDoubleLane along = SimdDoubleLane.Load(sums + (2 * TileColumns) + j);
            SimdDoubleLane total = default;
            foreach (double inverseSquare in inverseSquares)
            {
                SimdDoubleLane a = SimdDoubleLane.Constant(inverseSquare);
                SimdDoubleLane rho = a * square;
                total += SteinPairTerm<TKernel>.Kernel(rho, rho, product, along, SimdDoubleLane.Constant(dimension), a + a);
            }

            SimdDoubleLane.Store(total, terms + j);
        }
    }

    /// <summary>Adds the products of the terms of a row, of every two kernels, to the lower triangle of sums.</summary>
    /// <param name="terms">One row for each kernel.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddProducts(PaddedMatrix terms, int count, double[,] products)
    {
        // Whole lanes, of which the last may be filled up; four rows at a time, so that their sums do not wait for one another.
        int whole = (count + SimdDoubleLane.Count - 1) / SimdDoubleLane.Count * SimdDoubleLane.Count;
        for (int a = 0; a < terms.Rows; a++)
            terms.Row(a)[count..whole].Clear();
        for (int a = 0; a < terms.Rows; a++)
        {
            for (int b = 0; b <= a; b += 4)
            {
                double* row = Row(a), row0 = Row(b), row1 = Row(b + 1), row2 = Row(b + 2), row3 = Row(b + 3);
                SimdDoubleLane sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                for (int j = 0; j < whole; j += SimdDoubleLane.Count)
                {
                    SimdDoubleLane value = SimdDoubleLane.Load(row + j);
                    sum0 = SimdDoubleLane.MultiplyAdd(value, SimdDoubleLane.Load(row0 + j), sum0);
                    sum1 = SimdDoubleLane.MultiplyAdd(value, SimdDoubleLane.Load(row1 + j), sum1);
                    sum2 = SimdDoubleLane.MultiplyAdd(value, SimdDoubleLane.Load(row2 + j), sum2);
                    sum3 = SimdDoubleLane.MultiplyAdd(value, SimdDoubleLane.Load(row3 + j), sum3);
                }

                Add(a, b, sum0);
                Add(a, b + 1, sum1);
                Add(a, b + 2, sum2);
                Add(a, b + 3, sum3);
            }
        }

        GC.KeepAlive(terms);

        double* Row(int index) => terms.Pointer + ((nint)Math.Min(index, terms.Rows - 1) * terms.Stride);

        void Add(int a, int b, SimdDoubleLane sum)
        {
            if (b <= a)
                products[a, b] += SimdDoubleLane.Sum(sum);
        }
    }

    /// <summary>The sums of some rows of tiles, in units of the scaled samples; one array for each kernel.</summary>
    private sealed record Group(double[][] Before, double[][] After, double[][] Forms, double[,] Products);

    /// <summary>The memory of a thread, for one group after another.</summary>
    private sealed class Buffers(int kernels, int? replicates, bool hasProducts)
    {
        /// <summary>The sums over coordinates of a tile.</summary>
        public PaddedMatrix Sums { get; } = new(TileRows, 3 * TileColumns);

        /// <summary>The terms of a tile and a kernel, or of a row and all kernels if they are multiplied.</summary>
        public PaddedMatrix Terms { get; } = new(hasProducts ? kernels : TileRows, TileColumns);

        /// <summary>The weights of the second samples of a tile.</summary>
        public PaddedMatrix? Panel { get; } = replicates is { } count ? new(TileColumns, Padded(count)) : null;

        /// <summary>Terms times weights, for each kernel.</summary>
        public PaddedMatrix[] Products { get; } = replicates is { } count
            ? [.. Enumerable.Range(0, kernels).Select(_ => new PaddedMatrix(TileRows, Padded(count)))]
            : [];

        /// <summary>No stride is a multiple of a memory page, which would put a column into few lines of the cache.</summary>
        private static int Padded(int replicates) => replicates % 512 > 504 || replicates % 512 == 0 ? replicates + 16 : replicates;
    }

    /// <summary>Computes a group, compiled for a kernel.</summary>
    private sealed record RunGroup(
        SteinPairs Pairs,
        IReadOnlyList<SteinKernel> Kernels,
        ReplicateWeights? Weights,
        bool HasProducts,
        int Reach,
        Action<long> Report,
        CancellationToken Cancellation) : IRadialKernelVisitor<Group>
    {
        public required int Index { get; init; }

        public required int Step { get; init; }

        public required Buffers Buffers { get; init; }

        public Group Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            (int count, int replicates) = (Pairs.Samples, Weights?.Replicates ?? 0);
            double[][] before = Arrays(count), after = Arrays(count), forms = Arrays(replicates);
            double[][] inverseSquares =
            [
                .. Kernels.Select(kernel => (double[])[.. kernel.Bandwidths.Select(
                    bandwidth => Pairs.unit / bandwidth * (Pairs.unit / bandwidth))]),
            ];
            (PaddedMatrix sums, PaddedMatrix terms, PaddedMatrix? panel) = (Buffers.Sums, Buffers.Terms, Buffers.Panel);
            PaddedMatrix[] products = Buffers.Products;
            var kernelProducts = new double[Kernels.Count, Kernels.Count];
            for (int first = Index * TileRows; first < count; first += Step * TileRows)
            {
                int rows = Math.Min(TileRows, count - first);
                int end = (int)Math.Min(count, (long)first + rows + Reach);
                for (int start = first; start < end; start += TileColumns)
                {
                    Cancellation.ThrowIfCancellationRequested();
                    int columns = Math.Min(TileColumns, end - start);
                    Contract(first, rows, start, columns, sums);
                    for (int i = 0; i < rows && HasProducts; i++)
                    {
                        for (int k = 0; k < Kernels.Count; k++)
                            AddTerms(k, i, first, start, columns, row: k);
                        AddProducts(terms, columns, kernelProducts);
                    }

                    if (panel is not null)
                        LoadWeights(panel, start, columns);
                    for (int k = 0; k < Kernels.Count && !HasProducts; k++)
                    {
                        for (int i = 0; i < rows; i++)
                            AddTerms(k, i, first, start, columns, row: i);
                        if (panel is not null)
                            Multiply(terms, panel, products[k], rows, columns, replicates, isFirst: start == first);
                    }
                }

                for (int k = 0; k < products.Length; k++)
                    AddForms(forms[k], products[k], first, rows);
                Report((long)rows * (count - first));
            }

            GC.KeepAlive(sums);
            return new(before, after, forms, kernelProducts);

            double[][] Arrays(int length) => [.. Kernels.Select(_ => new double[length])];

            // Sets a row of terms to those of kernel k and row i of the tile, and adds them to the sums of both samples.
            void AddTerms(int k, int i, int first, int start, int columns, int row)
            {
                Terms<TKernel>(
                    sums.Pointer + (i * sums.Stride), columns, Pairs.Dimension, inverseSquares[k], terms.Pointer + (row * terms.Stride));
                Span<double> values = terms.Row(row)[..columns];
                values[..Math.Clamp(first + i + 1 - start, 0, columns)].Clear();
                values[(int)Math.Clamp((long)first + i + 1 + Reach - start, 0, columns)..].Clear();
                after[k][first + i] += AddTo(before[k].AsSpan(start, columns), values);
            }
        }

        private void Contract(int first, int rows, int start, int columns, PaddedMatrix sums)
        {
            for (int i = 0; i < rows; i += 2)
            {
                // The row after the last repeats it.
                int next = Math.Min(i + 1, rows - 1);
                SteinPairs.Contract(
                    Row(Pairs.samples, first + i),
                    Row(Pairs.scores, first + i),
                    Row(Pairs.samples, first + next),
                    Row(Pairs.scores, first + next),
                    Pairs.sampleColumns.Pointer + start,
                    Pairs.scoreColumns.Pointer + start,
                    Pairs.sampleColumns.Stride,
                    Pairs.Dimension,
                    columns,
                    Row(sums, i),
                    Row(sums, next));
            }

            static double* Row(PaddedMatrix matrix, int row) => matrix.Pointer + ((nint)row * matrix.Stride);
        }

        /// <summary>Adds a row to sums of columns, and returns the sum of the row.</summary>
        private static double AddTo(Span<double> totals, ReadOnlySpan<double> row)
        {
            // Eight sums at a time, on every processor.
            Vector512<double> lanes = default;
            int whole = row.Length & -Vector512<double>.Count;
            for (int j = 0; j < whole; j += Vector512<double>.Count)
            {
                Vector512<double> numbers = Vector512.Create(row[j..]);
                (Vector512.Create<double>(totals[j..]) + numbers).CopyTo(totals[j..]);
                lanes += numbers;
            }

            double sum = Vector512.Sum(lanes);
            for (int j = whole; j < row.Length; j++)
            {
                totals[j] += row[j];
                sum += row[j];
            }

            return sum;
        }

        private void LoadWeights(PaddedMatrix panel, int start, int columns)
        {
            int replicates = Weights!.Replicates;
            for (int j = 0; j < columns; j++)
            {
                ReadOnlySpan<sbyte> from = Weights.Values.AsSpan((int)((long)(start + j) * replicates), replicates);
                Span<double> to = panel.Row(j);
                for (int b = 0; b < from.Length; b++)
                    to[b] = from[b];
            }
        }

        private static void Multiply(
            PaddedMatrix terms, PaddedMatrix panel, PaddedMatrix product, int rows, int columns, int replicates, bool isFirst)
        {
            var operands = new MatrixProduct<SimdDoubleLane, double>.Operands(
                (nint)terms.Pointer, terms.Stride, 1, (nint)panel.Pointer, panel.Stride, (nint)product.Pointer, product.Stride, columns,
                Alpha: 1, Beta: isFirst ? 0 : 1, Accumulate: !isFirst);
            MatrixProduct<SimdDoubleLane, double>.Multiply(operands, rows, replicates);
            GC.KeepAlive(terms);
            GC.KeepAlive(panel);
            GC.KeepAlive(product);
        }

        private void AddForms(double[] forms, PaddedMatrix product, int first, int rows)
        {
            for (int i = 0; i < rows; i++)
            {
                ReadOnlySpan<sbyte> weights = Weights!.Values.AsSpan((int)((long)(first + i) * forms.Length), forms.Length);
                ReadOnlySpan<double> row = product.Row(i);
                for (int b = 0; b < forms.Length; b++)
                    forms[b] += weights[b] * row[b];
            }
        }
    }
}
