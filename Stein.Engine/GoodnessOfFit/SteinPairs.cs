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
    /// <exception cref="ArgumentException">
    /// A kernel cannot be used, or they do not have the same profile, or the weights are not those of N samples.
    /// </exception>
    public SteinPairSums[] Compute(
        IReadOnlyList<SteinKernel> kernels,
        ReplicateWeights? weights = null,
        int? threads = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
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
        var compute = new RunGroup(
            this,
            kernels,
            weights,
            pairs => progress?.Report(Interlocked.Add(ref done, pairs) / (0.5 * Samples * Samples)),
            cancellation);
        Parallel.For(0, groups.Length, options, index =>
        {
            groups[index] = RadialKernels.Visit(kernels[0].Profile, compute with { Index = index, Step = groups.Length });
        });
        return [.. kernels.Select((kernel, index) => Merge(kernel, index, groups, weights))];
    }

    private SteinPairSums Merge(SteinKernel kernel, int index, Group[] groups, ReplicateWeights? weights)
    {
        double scale = 1 / unit / unit;
        double[] before = new double[Samples], after = new double[Samples];
        double[] forms = new double[weights?.Replicates ?? 0], diagonalForms = new double[forms.Length];
        foreach (Group group in groups)
        {
            Add(before, group.Before[index], scale);
            Add(after, group.After[index], scale);
            Add(forms, group.Forms[index], 2 * scale);
        }

        double[] diagonal = kernel.Diagonal(given, Dimension);
        for (int i = 0; i < Samples && weights is not null; i++)
        {
            for (int b = 0; b < forms.Length; b++)
            {
                double weight = weights.Values[((long)i * forms.Length) + b];
                diagonalForms[b] += weight * weight * diagonal[i];
            }
        }

        return new(kernel, diagonal, before, after, forms, diagonalForms);

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

    /// <summary>The sums of some rows of tiles, in units of the scaled samples; one array for each kernel.</summary>
    private sealed record Group(double[][] Before, double[][] After, double[][] Forms);

    /// <summary>Computes a group, compiled for a kernel.</summary>
    private sealed record RunGroup(
        SteinPairs Pairs,
        IReadOnlyList<SteinKernel> Kernels,
        ReplicateWeights? Weights,
        Action<long> Report,
        CancellationToken Cancellation) : IRadialKernelVisitor<Group>
    {
        public int Index { get; init; }

        public int Step { get; init; }

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
            var sums = new PaddedMatrix(TileRows, 3 * TileColumns);
            var terms = new PaddedMatrix(TileRows, TileColumns);
            PaddedMatrix? panel = Weights is null ? null : new(TileColumns, Padded(replicates));
            PaddedMatrix[] products = Weights is null ? [] : [.. Kernels.Select(_ => new PaddedMatrix(TileRows, Padded(replicates)))];
            for (int first = Index * TileRows; first < count; first += Step * TileRows)
            {
                int rows = Math.Min(TileRows, count - first);
                for (int start = first; start < count; start += TileColumns)
                {
                    Cancellation.ThrowIfCancellationRequested();
                    int columns = Math.Min(TileColumns, count - start);
                    Contract(first, rows, start, columns, sums);
                    if (panel is not null)
                        LoadWeights(panel, start, columns);
                    for (int k = 0; k < Kernels.Count; k++)
                    {
                        for (int i = 0; i < rows; i++)
                        {
                            Terms<TKernel>(
                                sums.Pointer + (i * sums.Stride),
                                columns,
                                Pairs.Dimension,
                                inverseSquares[k],
                                terms.Pointer + (i * terms.Stride));
                            Span<double> row = terms.Row(i)[..columns];
                            row[..Math.Clamp(first + i + 1 - start, 0, columns)].Clear();
                            after[k][first + i] += AddTo(before[k].AsSpan(start, columns), row);
                        }

                        if (panel is not null)
                            Multiply(terms, panel, products[k], rows, columns, replicates, isFirst: start == first);
                    }
                }

                for (int k = 0; k < products.Length; k++)
                    AddForms(forms[k], products[k], first, rows);
                Report((long)rows * (count - first));
            }

            GC.KeepAlive(sums);
            return new(before, after, forms);

            double[][] Arrays(int length) => [.. Kernels.Select(_ => new double[length])];
        }

        /// <summary>No stride is a multiple of a memory page, which would put a column into few lines of the cache.</summary>
        private static int Padded(int replicates) => replicates % 512 > 504 || replicates % 512 == 0 ? replicates + 16 : replicates;

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
