namespace Stein.Engine.Devices;

/// <content>Numbers on a line, one grid per column.</content>
public abstract partial class Device
{
    /// <summary>
    /// <c>minima_r</c> and <c>maxima_r</c> (1×R) = the smallest and the largest number of each column of the values (N×R); both are NaN
    /// for a column with a NaN or an infinity.
    /// </summary>
    internal void ColumnRanges(DeviceMatrix minima, DeviceMatrix maxima, DeviceMatrix values)
    {
        foreach (DeviceMatrix output in (ReadOnlySpan<DeviceMatrix>)[minima, maxima])
            Require(output.Rows == 1 && output.Columns == values.Columns, output, values, nameof(ColumnRanges));
        ColumnRangesCore(minima, maxima, values);
        KeepAlive(minima, maxima, values);
    }

    /// <summary>
    /// Distributes points (N×R) over the nodes of a grid for each column, each point over four nodes by the weights of cubic
    /// interpolation: <c>counts_rk = Σ_i ℓ_k(z_ir)</c> and <c>sums_rk = Σ_i w_ir ℓ_k(z_ir)</c> (R×G), so that for every table T (R×G)
    /// the sum <c>Σ_k counts_rk T_rk</c> is that of the numbers that <see cref="InterpolateColumns"/> reads from T at the points. O(NR).
    /// </summary>
    /// <param name="counts">Receives the distribution of the points (R×G).</param>
    /// <param name="sums">Receives the distribution of the weights (R×G).</param>
    /// <param name="grids">The grids, one per column.</param>
    /// <param name="points">The points z (N×R).</param>
    /// <param name="weights">The weights w (N×R).</param>
    internal void SpreadColumns(DeviceMatrix counts, DeviceMatrix sums, in ColumnGrids grids, DeviceMatrix points, DeviceMatrix weights)
    {
        RequireGrids(grids, points, counts, nameof(SpreadColumns));
        Require(sums.Rows == counts.Rows && sums.Columns == counts.Columns, sums, counts, nameof(SpreadColumns));
        Require(weights.Rows == points.Rows && weights.Columns == points.Columns, weights, points, nameof(SpreadColumns));
        SpreadColumnsCore(counts, sums, grids, points, weights);
        KeepAlive(counts, sums, points, weights, grids.Origins);
        KeepAlive(grids.InverseSpacings);
    }

    /// <summary>
    /// <c>output_ir = scale·(w_ir T_r(z_ir) + S_r(z_ir))</c> (N×R), where T and S (R×G) are tables at the nodes of a grid for each column,
    /// interpolated by the cubic polynomial through the nearest four nodes. O(NR).
    /// </summary>
    /// <param name="output">The interpolated numbers (N×R).</param>
    /// <param name="grids">The grids, one per column.</param>
    /// <param name="points">The points z (N×R).</param>
    /// <param name="table">The table T (R×G).</param>
    /// <param name="scale">The factor of everything.</param>
    /// <param name="weights">The weights w (N×R); 1 if null.</param>
    /// <param name="second">The table S (R×G); 0 if null.</param>
    internal void InterpolateColumns(
        DeviceMatrix output,
        in ColumnGrids grids,
        DeviceMatrix points,
        DeviceMatrix table,
        double scale = 1,
        DeviceMatrix? weights = null,
        DeviceMatrix? second = null)
    {
        RequireGrids(grids, points, table, nameof(InterpolateColumns));
        DeviceMatrix other = second ?? table;
        Require(other.Rows == table.Rows && other.Columns == table.Columns, other, table, nameof(InterpolateColumns));
        foreach (DeviceMatrix matrix in (ReadOnlySpan<DeviceMatrix>)[output, weights ?? output])
            Require(matrix.Rows == points.Rows && matrix.Columns == points.Columns, matrix, points, nameof(InterpolateColumns));
        InterpolateColumnsCore(output, grids, points, table, scale, weights, second);
        KeepAlive(output, points, table, weights, second);
        KeepAlive(grids.Origins, grids.InverseSpacings);
    }

    /// <summary>
    /// <c>output_rk = alpha·Σ_l signal_rl taps_r,k−l + beta·output_rk</c> (R×G), a convolution of every row with an even or an odd
    /// function, of which <paramref name="taps"/> (R×G) has the values at 0, 1, …, G − 1. O(RG²).
    /// </summary>
    /// <param name="output">The convolved rows (R×G), which must not share memory with the inputs.</param>
    /// <param name="signal">The rows (R×G).</param>
    /// <param name="taps">The functions (R×G).</param>
    /// <param name="isOdd">Whether the functions are odd: <c>taps_−k = −taps_k</c>; otherwise they are even.</param>
    /// <param name="alpha">The factor of the convolution.</param>
    /// <param name="beta">The factor of the previous contents of the output.</param>
    internal void ConvolveRows(
        DeviceMatrix output, DeviceMatrix signal, DeviceMatrix taps, bool isOdd, double alpha = 1, double beta = 0)
    {
        foreach (DeviceMatrix input in (ReadOnlySpan<DeviceMatrix>)[signal, taps])
            Require(input.Rows == output.Rows && input.Columns == output.Columns, input, output, nameof(ConvolveRows));
        ConvolveRowsCore(output, signal, taps, isOdd, alpha, beta);
        KeepAlive(output, signal, taps);
    }

    private protected abstract void ColumnRangesCore(DeviceMatrix minima, DeviceMatrix maxima, DeviceMatrix values);

    private protected abstract void SpreadColumnsCore(
        DeviceMatrix counts, DeviceMatrix sums, in ColumnGrids grids, DeviceMatrix points, DeviceMatrix weights);

    private protected abstract void InterpolateColumnsCore(
        DeviceMatrix output,
        in ColumnGrids grids,
        DeviceMatrix points,
        DeviceMatrix table,
        double scale,
        DeviceMatrix? weights,
        DeviceMatrix? second);

    private protected abstract void ConvolveRowsCore(
        DeviceMatrix output, DeviceMatrix signal, DeviceMatrix taps, bool isOdd, double alpha, double beta);

    private static void RequireGrids(in ColumnGrids grids, DeviceMatrix points, DeviceMatrix table, string operation)
    {
        foreach (DeviceMatrix perColumn in (ReadOnlySpan<DeviceMatrix>)[grids.Origins, grids.InverseSpacings])
            Require(perColumn.Rows == 1 && perColumn.Columns == points.Columns, perColumn, points, operation);
        Require(table.Rows == points.Columns && table.Columns >= ColumnGrids.MinimumNodes, table, points, operation);
    }
}
