using ILGPU;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Numbers, none of them negative, that a group can count.</summary>
internal interface ICountedNumbers
{
    /// <summary>This thread's share of the numbers whose bits are at most <paramref name="bits"/>.</summary>
    long CountUpTo(uint bits);
}

/// <summary>
/// Exact medians without sorting or room for the numbers: the bits of floats that are not negative are ordered as the
/// floats are, so the median is found by bisection on the bits, 31 counts in all, whatever the numbers.
/// </summary>
internal static class MedianKernels
{
    /// <summary>No bits of a number without its sign are above these: NaNs sort last, and the bisection always ends.</summary>
    private const uint Largest = 0x7FFFFFFF;

    /// <summary>One group: the lower median of the positive entries above the diagonal of a count×count matrix, or 0.</summary>
    public static void MedianAboveDiagonal(ArrayView<float> output, ArrayView<float> matrix, int count)
    {
        ArrayView<long> partial = SharedMemory.Allocate<long>(GroupSum.MaximumGroupSize);
        var numbers = new PositiveAboveDiagonal(matrix, count);
        long available = GroupSum.InAllThreads(numbers.CountUpTo(Largest), partial);
        float median = 0;
        if (available > 0)
            median = Select(numbers, (available - 1) / 2, partial);
        if (Group.IdxX == 0)
            output[0] = median;
    }

    /// <summary>
    /// One group a slice: the lower median of <c>(z_i − z_j)²</c> over i ≤ j of the first <paramref name="count"/> rows of
    /// the projections.
    /// </summary>
    public static void ProjectedMedians(ArrayView<float> output, ArrayView<float> projections, int count, int slices)
    {
        ArrayView<long> partial = SharedMemory.Allocate<long>(GroupSum.MaximumGroupSize);
        int slice = Grid.IdxX;
        long available = (long)count * (count + 1) / 2;
        float median = Select(new ProjectedDifferences(projections, count, slices, slice), (available - 1) / 2, partial);
        if (Group.IdxX == 0)
            output[slice] = median;
    }

    /// <summary>The number at the zero-based <paramref name="position"/> of the sorted numbers.</summary>
    private static float Select<TNumbers>(TNumbers numbers, long position, ArrayView<long> partial)
        where TNumbers : struct, ICountedNumbers
    {
        uint low = 0;
        uint high = Largest;
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

    /// <summary>The entries above the diagonal that are greater than 0; a NaN is not.</summary>
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
            // Threads in rows of at most 32, a row of threads to a row of the matrix.
            int width = IntrinsicMath.Min(32, Group.DimX);
            int height = Group.DimX / width;
            long found = 0;
            for (int i = Group.IdxX / width; i < count; i += height)
            {
                for (int j = i + 1 + (Group.IdxX % width); j < count; j += width)
                {
                    float entry = matrix[(i * count) + j];
                    if (entry > 0 && Interop.FloatAsInt(entry) <= bits)
                        found++;
                }
            }

            return found;
        }
    }

    /// <summary><c>(z_i − z_j)²</c> over i ≤ j of one slice.</summary>
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
