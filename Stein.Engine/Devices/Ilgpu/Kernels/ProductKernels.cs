using ILGPU;

namespace Stein.Engine.Devices.Ilgpu.Kernels;

/// <summary>The tiles of a matrix product: Size×Depth of the left factor and Depth×Size of the right one at a time.</summary>
internal interface IProductTile
{
    /// <summary>The side of the tile of the product that a group computes with one thread per element.</summary>
    static abstract int Size { get; }

    /// <summary>Terms of the inner sum between two barriers, a multiple of <see cref="Size"/>.</summary>
    static abstract int Depth { get; }
}

/// <summary>Tiles for GPUs, with 256 threads per group.</summary>
internal readonly struct GpuProductTile : IProductTile
{
    public static int Size => 16;

    public static int Depth => 32;
}

/// <summary>Tiles for the simulator, with few threads and few barriers, because both are expensive there.</summary>
internal readonly struct SimulatorProductTile : IProductTile
{
    public static int Size => 2;

    public static int Depth => 64;
}

/// <summary>Matrix products for devices without a library for them.</summary>
internal static class ProductKernels
{
    /// <summary>
    /// <c>product = alpha·left·right + beta·product</c>, where left is rows×inner, right is inner×columns and the product is contiguous.
    /// Every group computes one tile of the product from a row of tiles of left and a column of tiles of right. Each pair of
    /// tiles is summed separately first, so that the error grows like inner/Depth + Depth.
    /// </summary>
    public static void Multiply<TTile>(
        ArrayView<float> product,
        int rows,
        int inner,
        int columns,
        StridedView left,
        StridedView right,
        float alpha,
        float beta)
        where TTile : struct, IProductTile
    {
        // One column more than needed, so that threads that read down a column use different memory banks.
        int leftPitch = TTile.Depth + 1;
        int rightPitch = TTile.Size + 1;
        ArrayView<float> leftTile = SharedMemory.Allocate<float>(TTile.Size * (TTile.Depth + 1));
        ArrayView<float> rightTile = SharedMemory.Allocate<float>(TTile.Depth * (TTile.Size + 1));
        int x = Group.IdxX;
        int y = Group.IdxY;
        int firstRow = Grid.IdxX * TTile.Size;
        int firstColumn = Grid.IdxY * TTile.Size;

        // Neighbouring threads (x) read neighbouring numbers, whether or not a factor is transposed.
        int leftRow = left.ColumnStride == 1 ? y : x;
        int leftColumn = left.ColumnStride == 1 ? x : y;
        int rightRow = right.ColumnStride == 1 ? y : x;
        int rightColumn = right.ColumnStride == 1 ? x : y;

        float total = 0;
        for (int start = 0; start < inner; start += TTile.Depth)
        {
            for (int offset = 0; offset < TTile.Depth; offset += TTile.Size)
            {
                int k = offset + leftColumn;
                leftTile[(leftRow * leftPitch) + k] = firstRow + leftRow < rows && start + k < inner
                    ? left[firstRow + leftRow, start + k]
                    : 0;
                k = offset + rightRow;
                rightTile[(k * rightPitch) + rightColumn] = start + k < inner && firstColumn + rightColumn < columns
                    ? right[start + k, firstColumn + rightColumn]
                    : 0;
            }

            Group.Barrier();
            float block = 0;
            for (int k = 0; k < TTile.Depth; k++)
                block += leftTile[(y * leftPitch) + k] * rightTile[(k * rightPitch) + x];
            total += block;
            Group.Barrier();
        }

        int row = firstRow + y;
        int column = firstColumn + x;
        if (row < rows && column < columns)
        {
            int index = (row * columns) + column;
            // With beta = 0 the old contents are not read, since they may be NaN.
            product[index] = beta == 0 ? alpha * total : (alpha * total) + (beta * product[index]);
        }
    }
}
