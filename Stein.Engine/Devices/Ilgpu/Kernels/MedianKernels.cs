using ILGPU;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Non-negative numbers that a group of threads can count.</summary>
internal interface ICountedNumbers
{
    /// <summary>How many numbers of this thread's share have bits of at most <paramref name="bits"/>.</summary>
    long CountUpTo(uint bits);
}

/// <summary>
/// Exact medians without sorting or storing the numbers. The bits of non-negative floats are ordered like the floats themselves, so
/// the median is found by bisection on the bits, with 33 counts for any numbers.
/// </summary>
internal static class MedianKernels
{
    /// <summary>The largest bits of a number without its sign bit.</summary>
    private const uint Largest = 0x7FFFFFFF;

    /// <summary>The bits of infinity; larger bits are those of NaNs.</summary>
    private const uint Infinity = 0x7F800000;

    private const uint NotANumber = 0x7FC00000;

    /// <summary>
    /// The lower median of the positive entries above the diagonal of a count×count matrix, or 0 if there are none. Runs as one group.
    /// </summary>
    public static void MedianAboveDiagonal(ArrayView<float> output, ArrayView<float> matrix, int count)
    {
        ArrayView<long> partial = SharedMemory.Allocate<long>(GroupSum.MaximumGroupSize);
        float median = LowerMedian(new PositiveAboveDiagonal(matrix, count), partial);
        if (Group.IdxX == 0)
            output[0] = median;
    }

    /// <summary>
    /// The lower median of <c>(z_i − z_j)²</c> over i ≤ j of the first <paramref name="count"/> rows of the projections. Runs as one
    /// group per slice.
    /// </summary>
    public static void ProjectedMedians(ArrayView<float> output, ArrayView<float> projections, int count, int slices)
    {
        ArrayView<long> partial = SharedMemory.Allocate<long>(GroupSum.MaximumGroupSize);
        int slice = Grid.IdxX;
        float median = LowerMedian(new ProjectedDifferences(projections, count, slices, slice), partial);
        if (Group.IdxX == 0)
            output[slice] = median;
    }

    /// <summary>The lower median of the numbers; 0 if there are none, NaN if any is NaN.</summary>
    private static float LowerMedian<TNumbers>(TNumbers numbers, ArrayView<long> partial)
        where TNumbers : struct, ICountedNumbers
    {
        long available = GroupSum.InAllThreads(numbers.CountUpTo(Largest), partial);
        long ordered = GroupSum.InAllThreads(numbers.CountUpTo(Infinity), partial);
        long position = (available - 1) / 2;
        uint low = available == 0 ? 0 : NotANumber;
        uint high = low;
        if (available > 0 && ordered == available)
        {
            low = 0;
            high = Infinity;
        }

        while (low < high)
        {
            uint middle = low + ((high - low) / 2);
            if (GroupSum.InAllThreads(numbers.CountUpTo(middle), partial) > position)
                high = middle;
            else
                low = middle + 1;
        }

        return Interop.IntAsFloat(low);
    }

    /// <summary>The entries above the diagonal that are greater than 0, and NaNs.</summary>
    private readonly struct PositiveAboveDiagonal : ICountedNumbers
    {
        private readonly ArrayView<float> matrix;
        private readonly int count;

        public PositiveAboveDiagonal(ArrayView<float> matrix, int count)
        {
            this.matrix = matrix;
            this.count = count;
        }

        public long CountUpTo(uint bits)
        {
            // The threads are arranged in rows of at most 32; a row of threads works on a row of the matrix.
            int width = IntrinsicMath.Min(32, Group.DimX);
            int height = Group.DimX / width;
            long found = 0;
            for (int i = Group.IdxX / width; i < count; i += height)
            {
                for (int j = i + 1 + (Group.IdxX % width); j < count; j += width)
                {
                    float entry = matrix[(i * count) + j];
                    uint magnitude = Interop.FloatAsInt(entry) & Largest;
                    if ((entry > 0 || magnitude > Infinity) && magnitude <= bits)
                        found++;
                }
            }

            return found;
        }
    }

    /// <summary><c>(z_i − z_j)²</c> over i ≤ j of one slice; NaN for i = j if z_i is NaN or infinite.</summary>
    private readonly struct ProjectedDifferences : ICountedNumbers
    {
        private readonly ArrayView<float> projections;
        private readonly int count;
        private readonly int slices;
        private readonly int slice;

        public ProjectedDifferences(ArrayView<float> projections, int count, int slices, int slice)
        {
            this.projections = projections;
            this.count = count;
            this.slices = slices;
            this.slice = slice;
        }

        public long CountUpTo(uint bits)
        {
            long found = 0;
            for (int i = Group.IdxX; i < count; i += Group.DimX)
            {
                float zi = projections[(i * slices) + slice];
                for (int j = i; j < count; j++)
                {
                    float difference = zi - projections[(j * slices) + slice];
                    // A NaN may come with its sign bit set.
                    if ((Interop.FloatAsInt(difference * difference) & Largest) <= bits)
                        found++;
                }
            }

            return found;
        }
    }
}
