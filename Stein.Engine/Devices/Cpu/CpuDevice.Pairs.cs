using System.Buffers;
using System.Runtime.CompilerServices;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// Sums, matrices and gradients of pair terms. A tile is two first points and a lane of second points, held as a lane of two lanes. The
/// second points are transposed once, so that a lane loads the same entry of several points.
/// </summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    /// <summary>Pairs of a row that are summed in the element's precision before the sum is added to the total.</summary>
    private const int PairBlock = 2048;

    private protected override void PairSumsCore<TTerm>(DeviceMatrix output, PairSet pairs)
    {
        var tiles = new Tiles(this, pairs, TTerm.Matrices);
        ShareRows(tiles.Count, Operations<TTerm>(pairs), new SumsOfRows<TTerm>(tiles, Cpu(output)));
    }

    private protected override void PairMatrixCore<TTerm>(DeviceMatrix output, PairSet pairs)
    {
        var tiles = new Tiles(this, pairs, TTerm.Matrices);
        ShareRows(tiles.Count, Operations<TTerm>(pairs), new TermsOfRows<TTerm>(tiles, Cpu(output), pairs.IsWithinOneSet));
        if (pairs.IsWithinOneSet)
            MirrorUpper(Cpu(output));
        if (!pairs.HasDiagonal)
            FillDiagonalCore(output, 0, 0);
    }

    private protected override void PairGradientCore<TTerm>(DeviceMatrix output, PairSet pairs, int matrix, double scale)
    {
        var tiles = new Tiles(this, pairs, TTerm.Matrices);
        double operations = Operations<TTerm>(pairs) * (1 + ((double)output.Columns / pairs.First.Dimension));
        ShareRows(
            tiles.Count, operations, new GradientsOfRows<TTerm>(tiles, Cpu(output), matrix, TElement.CreateTruncating(scale)));
    }

    private static double Operations<TTerm>(PairSet pairs)
        where TTerm : struct, IPairTerm
    {
        double entries = 0;
        for (int matrix = 0; matrix < TTerm.Matrices; matrix++)
            entries += pairs.First[matrix]!.Columns;
        return 4 * entries * pairs.First.Count * pairs.Second.Count;
    }

    /// <summary>
    /// The terms of two first points with the second points from <paramref name="from"/> to <paramref name="end"/>, in whole lanes; a
    /// method of its own, so that sums stay in registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteTerms<TTerm>(in RowPair rows, int from, int end, TElement* to0, TElement* to1)
        where TTerm : struct, IPairTerm
    {
        for (int j = from; j < end; j += TLane.Count, to0 += TLane.Count, to1 += TLane.Count)
        {
            var pair = new TilePair(rows, j);
            TwinLane<TLane> terms = TTerm.Value(pair, TTerm.Contract<TwinLane<TLane>, TilePair>(pair));
            TLane.Store(terms.First, to0);
            TLane.Store(terms.Second, to1);
        }
    }

    /// <summary>Adds the terms of row i, lane by lane, of those that exist and belong to the pairs.</summary>
    private static void AddTerms(ref TElement sum, TElement* terms, int i, int from, int end, in Tiles tiles)
    {
        for (int j = from; j < end; j += TLane.Count, terms += TLane.Count)
        {
            TElement ofLane = TElement.Zero;
            int count = Math.Min(TLane.Count, tiles.Columns - j);
            for (int lane = 0; lane < count; lane++)
            {
                if (tiles.HasDiagonal || j + lane != i)
                    ofLane += terms[lane];
            }

            sum += ofLane;
        }
    }

    /// <summary>Adds the derivatives of a tile by the entries of its first points, one lane per entry and point.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddGradients<TTerm>(in Tiles tiles, int i, int j, int matrix, int entries, TElement* sums)
        where TTerm : struct, IPairTerm
    {
        var pair = new TilePair(tiles.Rows(i), j);
        CoordinateSums<TwinLane<TLane>> slopes = TTerm.Slopes(pair, TTerm.Contract<TwinLane<TLane>, TilePair>(pair));
        int count = tiles.Columns - j;
        int skip = tiles.HasDiagonal ? -2 : i - j;
        bool isPartial = count < TLane.Count || (skip >= -1 && skip < TLane.Count);
        for (int entry = 0; entry < entries; entry++)
        {
            TwinLane<TLane> gradient = TTerm.Gradient(pair, slopes, matrix, entry);
            if (isPartial)
                gradient = new(Restrict(gradient.First, count, skip), Restrict(gradient.Second, count, skip + 1));
            TElement* first = sums + (entry * TLane.Count);
            TElement* second = first + (entries * TLane.Count);
            TLane.Store(TLane.Load(first) + gradient.First, first);
            TLane.Store(TLane.Load(second) + gradient.Second, second);
        }
    }

    /// <summary>The lane with zeros from element <paramref name="count"/> on and at element <paramref name="skip"/>.</summary>
    private static TLane Restrict(TLane lane, int count, int skip)
    {
        TElement* elements = stackalloc TElement[TLane.Count];
        TLane.Store(lane, elements);
        for (int k = 0; k < TLane.Count; k++)
        {
            if (k >= count || k == skip)
                elements[k] = TElement.Zero;
        }

        return TLane.Load(elements);
    }

    /// <summary>
    /// The sums of rows. The terms of a lane are added one after another, then the lanes, then the blocks in double precision.
    /// </summary>
    private readonly struct SumsOfRows<TTerm>(Tiles tiles, CpuMatrix<TElement> output) : IRowWork
        where TTerm : struct, IPairTerm
    {
        [SkipLocalsInit]
        public void Run(int first, int end)
        {
            TElement* terms = stackalloc TElement[2 * PairBlock];
            double* totals = stackalloc double[SharedRows];
            TElement* sums = stackalloc TElement[SharedRows];
            new Span<double>(totals, SharedRows).Clear();
            for (int block = 0; block < tiles.Columns; block += PairBlock)
            {
                new Span<TElement>(sums, SharedRows).Clear();
                int blockEnd = Math.Min(block + PairBlock, tiles.Columns);
                for (int panel = block; panel < blockEnd; panel += tiles.PanelWidth)
                {
                    int panelEnd = Math.Min(panel + tiles.PanelWidth, blockEnd);
                    for (int i = first; i < end; i += 2)
                    {
                        WriteTerms<TTerm>(tiles.Rows(i), panel, panelEnd, terms, terms + PairBlock);
                        for (int row = i; row < Math.Min(i + 2, end); row++)
                            AddTerms(ref sums[row - first], terms + ((row - i) * PairBlock), row, panel, panelEnd, tiles);
                    }
                }

                for (int i = 0; i < end - first; i++)
                    totals[i] += double.CreateTruncating(sums[i]);
            }

            for (int i = first; i < end; i++)
                *output.Row(i) = TElement.CreateTruncating(totals[i - first]);
        }
    }

    /// <summary>The terms of rows; within one set of points, those from the diagonal block on.</summary>
    private readonly struct TermsOfRows<TTerm>(Tiles tiles, CpuMatrix<TElement> output, bool isUpper) : IRowWork
        where TTerm : struct, IPairTerm
    {
        public void Run(int first, int end)
        {
            for (int i = first; i < end; i += 2)
            {
                int next = Math.Min(i + 1, tiles.Count - 1);
                int from = isUpper ? i / MirrorBlock * MirrorBlock : 0;
                WriteTerms<TTerm>(tiles.Rows(i), from, tiles.Columns, output.Row(i) + from, output.Row(next) + from);
            }
        }
    }

    /// <summary>
    /// The derivatives of rows. Those of a tile are added entry by entry to one lane each; blocks of pairs have sums of their own.
    /// </summary>
    private readonly struct GradientsOfRows<TTerm>(Tiles tiles, CpuMatrix<TElement> output, int matrix, TElement scale) : IRowWork
        where TTerm : struct, IPairTerm
    {
        public void Run(int first, int end)
        {
            // The sums of the current block and of all blocks, of every entry of two rows, one lane each.
            int entries = output.Columns;
            int length = 2 * entries * TLane.Count;
            TElement[] rented = ArrayPool<TElement>.Shared.Rent(2 * length);
            fixed (TElement* sums = rented)
            {
                TElement* totals = sums + length;
                for (int i = first; i < end; i += 2)
                {
                    new Span<TElement>(sums, 2 * length).Clear();
                    for (int block = 0; block < tiles.Columns; block += PairBlock)
                    {
                        int blockEnd = Math.Min(block + PairBlock, tiles.Columns);
                        for (int j = block; j < blockEnd; j += TLane.Count)
                            AddGradients<TTerm>(tiles, i, j, matrix, entries, sums);
                        for (int k = 0; k < length; k += TLane.Count)
                        {
                            TLane.Store(TLane.Load(totals + k) + TLane.Load(sums + k), totals + k);
                            TLane.Store(default, sums + k);
                        }
                    }

                    for (int row = i; row < Math.Min(i + 2, end); row++)
                    {
                        TElement* ofRow = totals + ((row - i) * entries * TLane.Count);
                        for (int entry = 0; entry < entries; entry++)
                            output.Row(row)[entry] = scale * TLane.Sum(TLane.Load(ofRow + (entry * TLane.Count)));
                    }
                }
            }

            ArrayPool<TElement>.Shared.Return(rented);
        }
    }

    /// <summary>The tiles of the pairs: rows of the first points, columns of the transposed second points.</summary>
    private readonly struct Tiles
    {
        private readonly CpuMatrix<TElement> rows0;
        private readonly CpuMatrix<TElement> rows1;
        private readonly CpuMatrix<TElement> rows2;
        private readonly Working columns0;
        private readonly Working columns1;
        private readonly Working columns2;
        private readonly CpuMatrix<TElement> constants;

        public Tiles(CpuDevice<TLane, TElement> device, PairSet pairs, int matrices)
        {
            (Count, Columns, HasDiagonal) = (pairs.First.Count, pairs.Second.Count, pairs.HasDiagonal);
            rows0 = rows1 = rows2 = Cpu(pairs.First.First);
            columns0 = columns1 = columns2 = device.Transposed(1, Cpu(pairs.Second.First));
            int entries = rows0.Columns;
            if (matrices > 1)
            {
                rows1 = Cpu(pairs.First.Second!);
                columns1 = device.Transposed(2, Cpu(pairs.Second.Second!));
                entries += rows1.Columns;
            }

            if (matrices > 2)
            {
                rows2 = Cpu(pairs.First.Third!);
                columns2 = device.Transposed(3, Cpu(pairs.Second.Third!));
                entries += rows2.Columns;
            }

            constants = Cpu(pairs.Constants);

            // A panel of second points that stays in the second-level cache while all rows of a share pass over it.
            const int CacheBytes = 1 << 18;
            PanelWidth = Math.Clamp(CacheBytes / sizeof(TElement) / entries / 64 * 64, 64, PairBlock);
        }

        public int Count { get; }

        public int Columns { get; }

        public bool HasDiagonal { get; }

        /// <summary>Second points that are processed together; a multiple of any lane.</summary>
        public int PanelWidth { get; }

        /// <summary>
        /// Points i and i + 1. An index past the last row repeats it, so that it is computed twice with the same numbers.
        /// </summary>
        public RowPair Rows(int i)
        {
            int next = Math.Min(i + 1, Count - 1);
            return new()
            {
                First0 = rows0.Row(i),
                First1 = rows1.Row(i),
                First2 = rows2.Row(i),
                Next0 = rows0.Row(next),
                Next1 = rows1.Row(next),
                Next2 = rows2.Row(next),
                Second0 = columns0.Pointer,
                Second1 = columns1.Pointer,
                Second2 = columns2.Pointer,
                Stride = columns0.Stride,
                Constants = constants.Pointer,
                ConstantStride = constants.Stride,
                Dimension = rows0.Columns,
            };
        }
    }

    /// <summary>Two first points, and all second points, transposed; all matrices of the second points have the same stride.</summary>
    private struct RowPair
    {
        public TElement* First0;
        public TElement* First1;
        public TElement* First2;
        public TElement* Next0;
        public TElement* Next1;
        public TElement* Next2;
        public TElement* Second0;
        public TElement* Second1;
        public TElement* Second2;
        public nint Stride;
        public TElement* Constants;
        public nint ConstantStride;
        public int Dimension;
    }

    /// <summary>Two first points and the lane of second points from j on.</summary>
    [method: MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly struct TilePair(RowPair rows, nint j) : IPair<TwinLane<TLane>>
    {
        public int Dimension => rows.Dimension;

        public TwinLane<TLane> DimensionLane => TwinLane<TLane>.Constant(rows.Dimension);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TwinLane<TLane> First(int matrix, int index) => matrix switch
        {
            0 => new(TLane.Broadcast(rows.First0[index]), TLane.Broadcast(rows.Next0[index])),
            1 => new(TLane.Broadcast(rows.First1[index]), TLane.Broadcast(rows.Next1[index])),
            _ => new(TLane.Broadcast(rows.First2[index]), TLane.Broadcast(rows.Next2[index])),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TwinLane<TLane> Second(int matrix, int index) => TwinLane<TLane>.Both(
            TLane.Load((matrix switch { 0 => rows.Second0, 1 => rows.Second1, _ => rows.Second2 }) + (index * rows.Stride) + j));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TwinLane<TLane> Constant(int index)
            => TwinLane<TLane>.Both(TLane.Broadcast(rows.Constants[index * rows.ConstantStride]));
    }
}
