using ILGPU;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Sums over the threads of a group, a power of two of at most <see cref="MaximumGroupSize"/>.</summary>
/// <remarks>
/// For OpenCL, ILGPU 1.5.3 translates a barrier to one that orders global memory by name, not shared memory, and has no other
/// to offer; these sums and the tiles of products rely on the driver to order both.
/// </remarks>
internal static class GroupSum
{
    /// <summary>The largest group that every OpenCL GPU in use accepts.</summary>
    public const int MaximumGroupSize = 256;

    /// <summary>
    /// Terms that a thread adds up before it adds the result to its total: with n terms the error grows like
    /// n/64 + 64 rather than n.
    /// </summary>
    public const int BlockLength = 64;

    /// <summary>The sum of one number of each thread, as a binary tree. The result is valid in thread 0 alone.</summary>
    /// <param name="value">The number of this thread.</param>
    /// <param name="partial">Shared memory with room for one number of each thread.</param>
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

    /// <summary>The sum of one count of each thread, in every thread.</summary>
    /// <param name="value">The count of this thread.</param>
    /// <param name="partial">Shared memory with room for one count of each thread.</param>
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
        // The next call may overwrite the numbers only when every thread has read the sum.
        Group.Barrier();
        return sum;
    }
}
