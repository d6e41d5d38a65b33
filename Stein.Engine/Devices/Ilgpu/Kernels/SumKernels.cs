using ILGPU;
using Stein.Engine.Formulas;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>Sums of an elementwise formula along the rows of a matrix, or along its columns if the strides are swapped.</summary>
internal static class SumKernels
{
    /// <summary>
    /// <c>output_i = Σ_j map(a_ij, b_ij, c_ij; p, q)</c> over <paramref name="length"/> columns, with one group per row. Each thread
    /// sums blocks, then a tree sums over the threads, so the order depends only on the length and the group size.
    /// </summary>
    public static void SumLines<TMap>(
        ArrayView<float> output, int length, StridedView a, StridedView b, StridedView c, float p, float q)
        where TMap : struct, IElementMap
    {
        ArrayView<float> partial = SharedMemory.Allocate<float>(GroupSum.MaximumGroupSize);
        int row = Grid.IdxX;
        int step = Group.DimX;
        float total = 0;
        for (int start = Group.IdxX; start < length; start += step * GroupSum.BlockLength)
        {
            int end = IntrinsicMath.Min(length, start + (step * GroupSum.BlockLength));
            float block = 0;
            for (int column = start; column < end; column += step)
            {
                block += TMap.Apply(
                    new FloatLane(a[row, column]),
                    new FloatLane(b[row, column]),
                    new FloatLane(c[row, column]),
                    new FloatLane(p),
                    new FloatLane(q)).Value;
            }

            total += block;
        }

        float sum = GroupSum.InFirstThread(total, partial);
        if (Group.IdxX == 0)
            output[row] = sum;
    }
}
