using System.Buffers;
using System.Runtime.CompilerServices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// Sums over the pairs of two bilinear forms. A tile of both forms is computed by the micro-kernel of matrix products into memory that
/// stays in the second-level cache, and summed from there. Only the pairs i ≤ j are visited.
/// </summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    /// <summary>Rows of a tile, four times those of the micro-kernel for the widest lanes.</summary>
    private const int TileRows = 56;

    /// <summary>Columns of a tile.</summary>
    private const int TileColumns = 512;

    private protected override void BilinearSumsCore<TMap>(
        DeviceMatrix output, BilinearForm first, BilinearForm second, PairStatistic statistic, double p, double q)
    {
        int count = output.Rows;
        var a = new TiledForm(first, Transposed(1, Cpu(first.Vectors)), Transposed(2, Cpu(first.Offsets)));
        var b = new TiledForm(second, Transposed(3, Cpu(second.Vectors)), Transposed(4, Cpu(second.Offsets)));
        CpuMatrix<TElement> sums = Cpu(output);
        Parallel.For(0, (count + TileRows - 1) / TileRows, strip =>
        {
            int start = strip * TileRows;
            int rows = Math.Min(TileRows, count - start);
            TElement[] rented = ArrayPool<TElement>.Shared.Rent(2 * TileRows * TileColumns);
            Span<double> totals = stackalloc double[TileRows];
            totals.Clear();
            fixed (TElement* tile = rented)
            {
                AddTile<TMap>(a, b, tile, start, start, rows, rows, statistic == PairStatistic.U, totals, p, q);
                for (int column = start + rows; column < count; column += TileColumns)
                    AddTile<TMap>(a, b, tile, start, column, rows, Math.Min(TileColumns, count - column), false, totals, p, q);
            }

            ArrayPool<TElement>.Shared.Return(rented);
            for (int row = 0; row < rows; row++)
                *sums.Row(start + row) = TElement.CreateTruncating(totals[row]);
        });
    }

    /// <summary>
    /// Adds the sum of each row of a tile to the row's total: on the diagonal once, elsewhere twice, since a pair stands for both of its
    /// orders.
    /// </summary>
    private static void AddTile<TMap>(
        in TiledForm a,
        in TiledForm b,
        TElement* tile,
        int row,
        int column,
        int rows,
        int columns,
        bool skipDiagonal,
        Span<double> totals,
        double p,
        double q)
        where TMap : struct, IElementMap
    {
        TElement* other = tile + (TileRows * TileColumns);
        a.Multiply(tile, row, column, rows, columns);
        b.Multiply(other, row, column, rows, columns);
        double weight = row == column ? 1 : 2;
        for (int i = 0; i < rows; i++)
        {
            TLane sum = RowOfTile<TMap>(
                tile + (i * TileColumns),
                other + (i * TileColumns),
                a.Offsets + column,
                b.Offsets + column,
                TLane.Broadcast(a.Offsets[row + i]),
                TLane.Broadcast(b.Offsets[row + i]),
                columns,
                skipDiagonal ? i : -1,
                TLane.Constant(p),
                TLane.Constant(q));
            totals[i] += weight * double.CreateTruncating(TLane.Sum(sum));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLane RowOfTile<TMap>(
        TElement* a, TElement* b, TElement* offsetsA, TElement* offsetsB, TLane ownA, TLane ownB, int columns, int skip, TLane p, TLane q)
        where TMap : struct, IElementMap
    {
        TLane sum = default;
        for (int j = 0; j < columns; j += TLane.Count)
        {
            TLane valueA = TLane.Load(a + j) + (TLane.Load(offsetsA + j) + ownA);
            TLane valueB = TLane.Load(b + j) + (TLane.Load(offsetsB + j) + ownB);
            TLane term = TMap.Apply(valueA, valueB, valueA, p, q);
            if (j + TLane.Count > columns || (uint)(skip - j) < (uint)TLane.Count)
                term = Restrict(term, columns - j, skip - j);
            sum += term;
        }

        return sum;
    }

    /// <summary>A bilinear form with its vectors transposed (D×N) and its offsets as a row.</summary>
    private readonly struct TiledForm(BilinearForm form, Working transposed, Working offsets)
    {
        private readonly CpuMatrix<TElement> vectors = Cpu(form.Vectors);

        public TElement* Offsets { get; } = offsets.Pointer;

        /// <summary>Writes the products of a tile, without the offsets.</summary>
        public void Multiply(TElement* tile, int row, int column, int rows, int columns)
        {
            var operands = new MatrixProduct<TLane, TElement>.Operands(
                (nint)vectors.Row(row),
                vectors.Stride,
                1,
                (nint)(transposed.Pointer + column),
                transposed.Stride,
                (nint)tile,
                TileColumns,
                vectors.Columns,
                TElement.CreateTruncating(form.Scale),
                TElement.Zero,
                false);
            MatrixProduct<TLane, TElement>.Multiply(operands, rows, columns);
        }
    }
}
