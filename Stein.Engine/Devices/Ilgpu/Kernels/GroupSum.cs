using ILGPU;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Sums over the threads of a group, a power of two of at most <see cref="MaximumGroupSize"/>.</summary>
/// <remarks>
/// For OpenCL, ILGPU 1.5.3 translates a barrier to one that names global memory only, not shared memory, and offers no other
/// barrier. These sums and the tiles of matrix products therefore rely on the driver to order both.
/// </remarks>
internal static class GroupSum
{
    /// <summary>The largest group size that all current OpenCL GPUs support.</summary>
    public const int MaximumGroupSize = 256;

    /// <summary>
    /// The number of terms that a thread sums before it adds the result to its total, so that with n terms the error grows like
    /// n/64 + 64 rather than n.
    /// </summary>
    public const int BlockLength = 64;

    /// <summary>Sums one number per thread by a binary tree. The result is valid only in thread 0.</summary>
    /// <param name="value">The number of this thread.</param>
    /// <param name="partial">Shared memory for one number per thread.</param>
    public static float InFirstThread(float value, ArrayView<float> partial)
    {
        int thread = Group.IdxX;
        partial[thread] = value;
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (thread < half)
                partial[thread] += partial[thread + half];
        }

        return partial[thread];
    }

    /// <summary>Sums one count per thread. The result is valid in every thread.</summary>
    /// <param name="value">The count of this thread.</param>
    /// <param name="partial">Shared memory for one count per thread.</param>
    public static long InAllThreads(long value, ArrayView<long> partial)
    {
        int thread = Group.IdxX;
        partial[thread] = value;
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            Group.Barrier();
            if (thread < half)
                partial[thread] += partial[thread + half];
        }

        Group.Barrier();
        long sum = partial[0];
        // The next call must not overwrite the numbers before every thread has read the sum.
        Group.Barrier();
        return sum;
    }
}
