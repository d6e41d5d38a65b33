namespace Stein.Engine.Devices.Cpu;

/// <summary>The transpose of a row-major matrix, by blocks that fit the first-level cache.</summary>
internal static unsafe class Transposition<TElement>
    where TElement : unmanaged
{
    private const int Block = 16;

    public static void Run(TElement* source, int sourceStride, int rows, int columns, TElement* destination, int destinationStride)
    {
        for (int row = 0; row < rows; row += Block)
        {
            int rowEnd = Math.Min(row + Block, rows);
            for (int column = 0; column < columns; column += Block)
            {
                int columnEnd = Math.Min(column + Block, columns);
                for (int c = column; c < columnEnd; c++)
                {
                    TElement* to = destination + ((nint)c * destinationStride);
                    TElement* from = source + ((nint)row * sourceStride) + c;
                    for (int r = row; r < rowEnd; r++, from += sourceStride)
                        to[r] = *from;
                }
            }
        }
    }
}
