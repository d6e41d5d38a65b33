using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Squared distances, and sums, matrices and gradients of pair terms.</summary>
internal static class PairKernels
{
    /// <summary>The numbers in <see cref="CoordinateSums{T}"/>.</summary>
    public const int Sums = 5;

    /// <summary><c>output_ij = ‖y_i − x_j‖²</c> of points (M×D) and samples (N×D), with one thread per pair.</summary>
    public static void SquaredDistances(
        Index1D index, ArrayView<float> output, ArrayView<float> points, ArrayView<float> samples, int count, int dimension)
    {
        int i = index / count;
        int j = index - (i * count);
        float sum = 0;
        for (int d = 0; d < dimension; d++)
        {
            float difference = points[(i * dimension) + d] - samples[(j * dimension) + d];
            sum += difference * difference;
        }

        output[index] = sum;
    }

    /// <summary>
    /// <c>output_i = Σ_j u_ij</c>. Each first point has a group, whose threads divide the second points among themselves.
    /// </summary>
    public static void RowSums<TTerm>(ArrayView<float> output, PairViews views)
        where TTerm : struct, IPairTerm
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(GroupSum.MaximumGroupSize);
        int i = Grid.IdxX;
        int step = Group.DimX;
        float total = 0;
        for (int start = Group.IdxX; start < views.Columns; start += step * GroupSum.BlockLength)
        {
            int end = IntrinsicMath.Min(views.Columns, start + (step * GroupSum.BlockLength));
            float block = 0;
            for (int j = start; j < end; j += step)
            {
                if (views.Has(i, j))
                    block += Term<TTerm>(views.At(i, j));
            }

            total += block;
        }

        float sum = GroupSum.InFirstThread(total, partial);
        if (Group.IdxX == 0)
            output[i] = sum;
    }

    /// <summary>
    /// <c>output_ij = u_ij</c>, 0 for pairs that do not belong to the set, with one thread per pair. Within one set, both orders of a pair
    /// are computed alike, so that the matrix is symmetric to the last bit.
    /// </summary>
    public static void Terms<TTerm>(Index1D index, ArrayView<float> output, PairViews views)
        where TTerm : struct, IPairTerm
    {
        int i = index / views.Columns;
        int j = index - (i * views.Columns);
        bool swap = views.IsWithinOneSet && i > j;
        output[index] = views.Has(i, j) ? Term<TTerm>(views.At(swap ? j : i, swap ? i : j)) : 0;
    }

    /// <summary>
    /// The slopes of the pairs of the rows from <paramref name="first"/> on, <see cref="Sums"/> numbers each, 0 for pairs that do not
    /// belong to the set, with one thread per pair.
    /// </summary>
    public static void Slopes<TTerm>(Index1D index, ArrayView<float> slopes, PairViews views, int first)
        where TTerm : struct, IPairTerm
    {
        int row = index / views.Columns;
        int j = index - (row * views.Columns);
        int i = first + row;
        CoordinateSums<FloatLane> sums = default;
        if (views.Has(i, j))
        {
            ViewPair pair = views.At(i, j);
            sums = TTerm.Slopes(pair, TTerm.Contract<FloatLane, ViewPair>(pair));
        }

        int to = index * Sums;
        slopes[to] = sums.First.Value;
        slopes[to + 1] = sums.Second.Value;
        slopes[to + 2] = sums.Third.Value;
        slopes[to + 3] = sums.Fourth.Value;
        slopes[to + 4] = sums.Fifth.Value;
    }

    /// <summary>The derivatives by one matrix of the first points, given the slopes of some rows, with one thread per entry.</summary>
    public static void Gradient<TTerm>(
        Index1D index, ArrayView<float> output, ArrayView<float> slopes, PairViews views, GradientEntries entries)
        where TTerm : struct, IPairTerm
    {
        int row = index / entries.Columns;
        int entry = index - (row * entries.Columns);
        int i = entries.FirstRow + row;
        float total = 0;
        for (int start = 0; start < views.Columns; start += GroupSum.BlockLength)
        {
            int end = IntrinsicMath.Min(views.Columns, start + GroupSum.BlockLength);
            float block = 0;
            for (int j = start; j < end; j++)
            {
                int from = ((row * views.Columns) + j) * Sums;
                CoordinateSums<FloatLane> sums = default;
                sums.First = new FloatLane(slopes[from]);
                sums.Second = new FloatLane(slopes[from + 1]);
                sums.Third = new FloatLane(slopes[from + 2]);
                sums.Fourth = new FloatLane(slopes[from + 3]);
                sums.Fifth = new FloatLane(slopes[from + 4]);
                block += TTerm.Gradient(views.At(i, j), sums, entries.Matrix, entry).Value;
            }

            total += block;
        }

        output[(i * entries.Columns) + entry] = entries.Scale * total;
    }

    private static float Term<TTerm>(ViewPair pair)
        where TTerm : struct, IPairTerm
        => TTerm.Value(pair, TTerm.Contract<FloatLane, ViewPair>(pair)).Value;
}
