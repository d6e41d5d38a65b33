using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// Points on grids. Columns are processed in blocks of a cache line, and rows in blocks that stay in the cache while the columns of a
/// block are visited one after the other.
/// </summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    private const int GridBlockColumns = 16;
    private const int GridBlockRows = 512;

    /// <summary>Four moments of the points and four of the weights.</summary>
    private const int MomentsPerCell = 8;

    /// <summary>The coefficients of a cubic polynomial for each of two tables.</summary>
    private const int CoefficientsPerCell = 8;

    private protected override void ColumnRangesCore(DeviceMatrix minima, DeviceMatrix maxima, DeviceMatrix values)
    {
        CpuMatrix<TElement> data = Cpu(values);
        int whole = data.Rows / 4 * 4;
        for (int column = 0; column < data.Columns; column += TLane.Count)
        {
            // Four rows at a time, because each minimum waits for the previous one.
            TLane first = TLane.Load(data.Row(0) + column);
            TLane low0 = first, low1 = first, low2 = first, low3 = first;
            TLane high0 = first, high1 = first, high2 = first, high3 = first;
            TLane check0 = default, check1 = default, check2 = default, check3 = default;
            for (int row = 0; row < whole; row += 4)
            {
                Include(data.Row(row) + column, ref low0, ref high0, ref check0);
                Include(data.Row(row + 1) + column, ref low1, ref high1, ref check1);
                Include(data.Row(row + 2) + column, ref low2, ref high2, ref check2);
                Include(data.Row(row + 3) + column, ref low3, ref high3, ref check3);
            }

            for (int row = whole; row < data.Rows; row++)
                Include(data.Row(row) + column, ref low0, ref high0, ref check0);
            TLane check = check0 + check1 + (check2 + check3);
            TLane.Store(TLane.Min(TLane.Min(low0, low1), TLane.Min(low2, low3)) + check, Cpu(minima).Pointer + column);
            TLane.Store(TLane.Max(TLane.Max(high0, high1), TLane.Max(high2, high3)) + check, Cpu(maxima).Pointer + column);
        }

        // Minima and maxima may lose a NaN; NaN and infinity subtracted from themselves give NaN.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Include(TElement* source, ref TLane low, ref TLane high, ref TLane check)
        {
            TLane value = TLane.Load(source);
            low = TLane.Min(low, value);
            high = TLane.Max(high, value);
            check += value - value;
        }
    }

    /// <remarks>
    /// A point at θ between two nodes adds 1, θ, θ², θ³ to the moments of its cell, in double precision. The interpolation weights of the
    /// nodes are polynomials in θ, so the moments of four cells give a node's number at the end. This needs one addition of a vector
    /// where adding to the nodes themselves would touch those of the neighbouring cells.
    /// </remarks>
    private protected override void SpreadColumnsCore(
        DeviceMatrix counts, DeviceMatrix sums, in ColumnGrids grids, DeviceMatrix points, DeviceMatrix weights)
    {
        CpuMatrix<TElement> z = Cpu(points);
        CpuMatrix<TElement> w = Cpu(weights);
        int nodes = counts.Columns;

        // Cells before the first and behind the last remain zero: node k needs those from k − 2 to k + 1.
        int size = (nodes + 3) * MomentsPerCell;
        var moments = (double*)Scratch(1, 1, GridBlockColumns * size * sizeof(double) / sizeof(TElement)).Pointer;
        for (int first = 0; first < z.Columns; first += GridBlockColumns)
        {
            int columns = Math.Min(GridBlockColumns, z.Columns - first);
            new Span<double>(moments, columns * size).Clear();
            for (int row = 0; row < z.Rows; row += GridBlockRows)
            {
                int rows = Math.Min(GridBlockRows, z.Rows - row);
                for (int column = 0; column < columns; column++)
                {
                    AddMoments(
                        z.Row(row) + first + column,
                        z.Stride,
                        w.Row(row) + first + column,
                        w.Stride,
                        rows,
                        Grid(grids, first + column, nodes),
                        moments + (column * size) + (2 * MomentsPerCell));
                }
            }

            for (int column = 0; column < columns; column++)
            {
                double* cells = moments + (column * size);
                FromMoments(cells, Cpu(counts).Row(first + column), nodes);
                FromMoments(cells + 4, Cpu(sums).Row(first + column), nodes);
            }
        }
    }

    private protected override void InterpolateColumnsCore(
        DeviceMatrix output,
        in ColumnGrids grids,
        DeviceMatrix points,
        DeviceMatrix table,
        double scale,
        DeviceMatrix? weights,
        DeviceMatrix? second)
    {
        CpuMatrix<TElement> z = Cpu(points);
        CpuMatrix<TElement> target = Cpu(output);
        CpuMatrix<TElement>? w = weights is null ? null : Cpu(weights);
        int nodes = table.Columns;
        int size = nodes * CoefficientsPerCell;
        TElement factor = TElement.CreateTruncating(scale);
        TElement* coefficients = Scratch(1, 1, GridBlockColumns * size).Pointer;
        for (int first = 0; first < z.Columns; first += GridBlockColumns)
        {
            int columns = Math.Min(GridBlockColumns, z.Columns - first);
            for (int column = 0; column < columns; column++)
            {
                TElement* cells = coefficients + (column * size);
                Polynomials(Cpu(table).Row(first + column), nodes, factor, cells);
                if (second is not null)
                    Polynomials(Cpu(second).Row(first + column), nodes, factor, cells + 4);
            }

            for (int row = 0; row < z.Rows; row += GridBlockRows)
            {
                int rows = Math.Min(GridBlockRows, z.Rows - row);
                for (int column = 0; column < columns; column++)
                {
                    TElement* from = z.Row(row) + first + column;
                    TElement* to = target.Row(row) + first + column;
                    TElement* weight = w is null ? null : w.Row(row) + first + column;
                    TElement* cells = coefficients + (column * size);
                    GridOfColumn grid = Grid(grids, first + column, nodes);
                    if (second is null)
                        Interpolate<OneTable>(from, z.Stride, weight, w?.Stride ?? 0, rows, grid, cells, to, target.Stride);
                    else
                        Interpolate<TwoTables>(from, z.Stride, weight, w?.Stride ?? 0, rows, grid, cells, to, target.Stride);
                }
            }
        }
    }

    private protected override void ConvolveRowsCore(
        DeviceMatrix output, DeviceMatrix signal, DeviceMatrix taps, bool isOdd, double alpha, double beta)
    {
        CpuMatrix<TElement> target = Cpu(output);
        int nodes = target.Columns;

        // The function at −(G − 1), …, G − 1, padded to whole lanes.
        TElement* function = Scratch(1, 1, (2 * nodes) + TLane.Count).Pointer;
        TLane factor = TLane.Constant(alpha);
        TLane keep = TLane.Constant(beta);
        for (int row = 0; row < target.Rows; row++)
        {
            TElement* tap = Cpu(taps).Row(row);
            for (int k = 0; k < nodes; k++)
            {
                function[nodes - 1 - k] = isOdd ? -tap[k] : tap[k];
                function[nodes - 1 + k] = tap[k];
            }

            TElement* from = Cpu(signal).Row(row);
            TElement* to = target.Row(row);
            int node = 0;
            for (; node + (4 * TLane.Count) <= nodes; node += 4 * TLane.Count)
            {
                TElement* source = function + node + nodes - 1;
                TLane sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                for (int l = 0; l < nodes; l++, source--)
                {
                    TLane value = TLane.Broadcast(from[l]);
                    sum0 = TLane.MultiplyAdd(value, TLane.Load(source), sum0);
                    sum1 = TLane.MultiplyAdd(value, TLane.Load(source + TLane.Count), sum1);
                    sum2 = TLane.MultiplyAdd(value, TLane.Load(source + (2 * TLane.Count)), sum2);
                    sum3 = TLane.MultiplyAdd(value, TLane.Load(source + (3 * TLane.Count)), sum3);
                }

                Finish(sum0, to + node);
                Finish(sum1, to + node + TLane.Count);
                Finish(sum2, to + node + (2 * TLane.Count));
                Finish(sum3, to + node + (3 * TLane.Count));
            }

            for (; node < nodes; node += TLane.Count)
            {
                TElement* source = function + node + nodes - 1;
                TLane sum = default;
                for (int l = 0; l < nodes; l++, source--)
                    sum = TLane.MultiplyAdd(TLane.Broadcast(from[l]), TLane.Load(source), sum);
                Finish(sum, to + node);
            }
        }

        void Finish(TLane sum, TElement* to)
            => TLane.Store(beta == 0 ? factor * sum : TLane.MultiplyAdd(factor, sum, keep * TLane.Load(to)), to);
    }

    private static GridOfColumn Grid(in ColumnGrids grids, int column, int nodes)
        => new(Cpu(grids.Origins).Pointer[column], Cpu(grids.InverseSpacings).Pointer[column], nodes);

    /// <param name="z">The points, one per <paramref name="stride"/>.</param>
    /// <param name="stride">From one point to the next.</param>
    /// <param name="w">The weights.</param>
    /// <param name="weightStride">From one weight to the next.</param>
    /// <param name="count">The number of points.</param>
    /// <param name="grid">The grid.</param>
    /// <param name="cells">The moments of cell 0.</param>
    private static void AddMoments(
        TElement* z, int stride, TElement* w, int weightStride, int count, in GridOfColumn grid, double* cells)
    {
        Vector256<double> ones = Vector256.Create(1.0);
        Vector256<double> odd = Vector256.Create(0L, -1, 0, -1).AsDouble();
        Vector256<double> upper = Vector256.Create(0L, 0, -1, -1).AsDouble();
        GridOfColumn local = grid;
        for (int i = 0; i < count; i++, z += stride, w += weightStride)
        {
            Vector256<double> theta = Vector256.Create(double.CreateTruncating(local.Locate(*z, out int cell)));
            Vector256<double> powers = Vector256.ConditionalSelect(odd, theta, ones)
                * Vector256.ConditionalSelect(upper, theta * theta, ones);
            double* moments = cells + ((nint)cell * MomentsPerCell);
            (Vector256.Load(moments) + powers).Store(moments);
            (Vector256.Load(moments + 4) + (powers * Vector256.Create(double.CreateTruncating(*w)))).Store(moments + 4);
        }
    }

    /// <summary>The numbers at the nodes from the moments of the cells, of which the first is cell −2.</summary>
    private static void FromMoments(double* cells, TElement* output, int nodes)
    {
        for (int k = 0; k < nodes; k++)
        {
            double* second = cells + (k * MomentsPerCell);
            double* first = second + MomentsPerCell;
            double* own = first + MomentsPerCell;
            double* next = own + MomentsPerCell;
            double sum = ((second[3] - second[1]) / 6) + (first[1] + ((first[2] - first[3]) / 2))
                + (own[0] - own[2] + ((own[3] - own[1]) / 2)) + ((next[2] / 2) - ((2 * next[1]) + next[3]) / 6);
            output[k] = TElement.CreateTruncating(sum);
        }
    }

    /// <summary>The coefficients of the cubic polynomial of each cell, times <paramref name="scale"/>.</summary>
    private static void Polynomials(TElement* table, int nodes, TElement scale, TElement* cells)
    {
        TElement half = scale * TElement.CreateTruncating(0.5);
        TElement third = scale * TElement.CreateTruncating(1.0 / 3);
        TElement sixth = scale * TElement.CreateTruncating(1.0 / 6);
        for (int cell = 1; cell < nodes - 2; cell++)
        {
            TElement before = table[cell - 1] - table[cell];
            TElement after = table[cell + 1] - table[cell];
            TElement last = table[cell + 2] - table[cell];
            TElement* polynomial = cells + (cell * CoefficientsPerCell);
            polynomial[0] = scale * table[cell];
            polynomial[1] = (scale * after) - (third * before) - (sixth * last);
            polynomial[2] = half * (before + after);
            polynomial[3] = (sixth * (last - before)) - (half * after);
        }
    }

    private static void Interpolate<TTables>(
        TElement* z,
        int stride,
        TElement* w,
        int weightStride,
        int count,
        in GridOfColumn grid,
        TElement* cells,
        TElement* output,
        int outputStride)
        where TTables : struct
    {
        GridOfColumn local = grid;
        for (int i = 0; i < count; i++, z += stride, w += weightStride, output += outputStride)
        {
            TElement theta = local.Locate(*z, out int cell);
            TElement* polynomial = cells + ((nint)cell * CoefficientsPerCell);
            TElement value = Evaluate(polynomial, theta);
            if (w is not null)
                value *= *w;
            if (typeof(TTables) == typeof(TwoTables))
                value += Evaluate(polynomial + 4, theta);
            *output = value;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TElement Evaluate(TElement* polynomial, TElement theta)
            => polynomial[0] + (theta * (polynomial[1] + (theta * (polynomial[2] + (theta * polynomial[3])))));
    }

    /// <summary>The grid of one column.</summary>
    private readonly struct GridOfColumn(TElement origin, TElement inverseSpacing, int nodes)
    {
        private readonly TElement end = TElement.CreateTruncating(nodes - 2);
        private readonly int lastCell = nodes - 3;

        /// <summary>Returns the position of a point within its cell, from 0 to 1; NaN for NaN.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TElement Locate(TElement point, out int cell)
        {
            TElement position = (point - origin) * inverseSpacing;
            position = position < TElement.One ? TElement.One : position;
            position = position > end ? end : position;

            // The conversion of NaN may give any cell.
            cell = Math.Min(Math.Max(TElement.ConvertToIntegerNative<int>(position), 1), lastCell);
            return position - TElement.CreateTruncating(cell);
        }
    }

    private readonly struct OneTable;

    private readonly struct TwoTables;
}
