using ILGPU;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Points on grids (<see cref="ColumnGrids"/>).</summary>
internal static class GridKernels
{
    /// <summary>
    /// The smallest and the largest number of each column, NaN if the column has a NaN or an infinity. Runs as one group per column.
    /// </summary>
    public static void ColumnRanges(ArrayView<float> minima, ArrayView<float> maxima, ArrayView<float> values, int rows, int columns)
    {
        ArrayView<float> lowest = SharedMemory.Allocate<float>(GroupSum.MaximumGroupSize);
        ArrayView<float> highest = SharedMemory.Allocate<float>(GroupSum.MaximumGroupSize);
        ArrayView<float> checks = SharedMemory.Allocate<float>(GroupSum.MaximumGroupSize);
        int column = Grid.IdxX;
        int thread = Group.IdxX;
        float low = values[column];
        float high = low;
        float check = 0;
        for (int row = thread; row < rows; row += Group.DimX)
        {
            float value = values[(row * columns) + column];
            low = IntrinsicMath.Min(low, value);
            high = IntrinsicMath.Max(high, value);

            // NaN for NaN and infinity, which minima and maxima may lose.
            check += value - value;
        }

        lowest[thread] = low;
        highest[thread] = high;
        checks[thread] = check;
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (thread < half)
            {
                lowest[thread] = IntrinsicMath.Min(lowest[thread], lowest[thread + half]);
                highest[thread] = IntrinsicMath.Max(highest[thread], highest[thread + half]);
                checks[thread] += checks[thread + half];
            }
        }

        if (thread == 0)
        {
            minima[column] = lowest[0] + checks[0];
            maxima[column] = highest[0] + checks[0];
        }
    }

    /// <summary>
    /// Distributes a part of the points of a column over nodes of its own, for the fixed order of summation. One thread per part and
    /// column, the columns of a part side by side.
    /// </summary>
    /// <param name="index">The part and the column.</param>
    /// <param name="output">The nodes of every part and column (parts × R × G).</param>
    /// <param name="grids">The grids and the points.</param>
    /// <param name="weights">The weights (N×R).</param>
    /// <param name="areUsed">1 if the weights are used, 0 if every weight is 1.</param>
    /// <param name="rowsPerPart">The points of a part.</param>
    public static void Spread(
        Index1D index, ArrayView<float> output, GridViews grids, ArrayView<float> weights, int areUsed, int rowsPerPart)
    {
        int part = index / grids.Columns;
        int column = index - (part * grids.Columns);
        int start = index * grids.Nodes;
        for (int node = 0; node < grids.Nodes; node++)
            output[start + node] = 0;
        int end = IntrinsicMath.Min(grids.Rows, (part + 1) * rowsPerPart);
        for (int row = part * rowsPerPart; row < end; row++)
        {
            int entry = (row * grids.Columns) + column;
            float theta = grids.Locate(entry, column, out int cell);
            float weight = areUsed == 1 ? weights[entry] : 1;
            int first = start + cell - 1;
            output[first] += weight * Before(theta);
            output[first + 1] += weight * At(theta);
            output[first + 2] += weight * At(1 - theta);
            output[first + 3] += weight * Before(1 - theta);
        }
    }

    /// <summary>Adds the parts (parts × R × G). One thread per column and node.</summary>
    public static void SumParts(Index1D index, ArrayView<float> output, ArrayView<float> parts, int count, int length)
    {
        float sum = 0;
        for (int part = 0; part < count; part++)
            sum += parts[(part * length) + index];
        output[index] = sum;
    }

    /// <summary><c>scale·(w·T(z) + S(z))</c>. One thread per point and column.</summary>
    /// <param name="index">The point and the column.</param>
    /// <param name="output">The interpolated numbers (N×R).</param>
    /// <param name="grids">The grids and the points.</param>
    /// <param name="table">The table T (R×G).</param>
    /// <param name="scale">The factor of everything.</param>
    /// <param name="weights">The weights w (N×R).</param>
    /// <param name="areUsed">1 if the weights are used, 0 if every weight is 1.</param>
    /// <param name="second">The table S (R×G).</param>
    /// <param name="isSecondUsed">1 if S is used, 0 if it is zero.</param>
    public static void Interpolate(
        Index1D index,
        ArrayView<float> output,
        GridViews grids,
        ArrayView<float> table,
        float scale,
        ArrayView<float> weights,
        int areUsed,
        ArrayView<float> second,
        int isSecondUsed)
    {
        int column = index % grids.Columns;
        float theta = grids.Locate(index, column, out int cell);
        int first = (column * grids.Nodes) + cell - 1;
        float value = Cubic(table, first, theta);
        if (areUsed == 1)
            value *= weights[index];
        if (isSecondUsed == 1)
            value += Cubic(second, first, theta);
        output[index] = scale * value;
    }

    /// <summary>A convolution of each row with a function. One thread per entry.</summary>
    /// <param name="index">The row and the node.</param>
    /// <param name="output">The convolved rows (R×G).</param>
    /// <param name="nodes">G.</param>
    /// <param name="signal">The rows (R×G).</param>
    /// <param name="taps">The functions at 0, …, G − 1 (R×G).</param>
    /// <param name="below">The factor of the functions at negative arguments: 1 if they are even, −1 if they are odd.</param>
    /// <param name="alpha">The factor of the convolution.</param>
    /// <param name="beta">The factor of the previous contents of the output.</param>
    public static void Convolve(
        Index1D index,
        ArrayView<float> output,
        int nodes,
        ArrayView<float> signal,
        ArrayView<float> taps,
        float below,
        float alpha,
        float beta)
    {
        int row = index / nodes;
        int start = row * nodes;
        int node = index - start;
        float sum = 0;
        for (int other = 0; other <= node; other++)
            sum += signal[start + other] * taps[start + node - other];
        for (int other = node + 1; other < nodes; other++)
            sum += signal[start + other] * (below * taps[start + other - node]);
        sum *= alpha;
        if (beta != 0)
            sum += beta * output[index];
        output[index] = sum;
    }

    private static float Cubic(ArrayView<float> table, int first, float theta)
        => (Before(theta) * table[first]) + (At(theta) * table[first + 1])
            + (At(1 - theta) * table[first + 2]) + (Before(1 - theta) * table[first + 3]);

    /// <summary>Lagrange's polynomial of the node −1 for the nodes −1, 0, 1, 2.</summary>
    private static float Before(float theta) => theta * (1 - theta) * (theta - 2) / 6;

    /// <summary>Lagrange's polynomial of the node 0 for the nodes −1, 0, 1, 2.</summary>
    private static float At(float theta) => (1 + theta) * (1 - theta) * (2 - theta) / 2;
}
