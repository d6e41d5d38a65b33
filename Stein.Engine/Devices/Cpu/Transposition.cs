using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Stein.Engine.Devices.Cpu;

/// <summary>Transposes a row-major matrix block by block; a block fits the first-level cache.</summary>
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
                if (typeof(TElement) == typeof(float) && Sse.IsSupported && rowEnd - row == Block && columnEnd - column == Block)
                {
                    for (int r = row; r < rowEnd; r += 4)
                    {
                        for (int c = column; c < columnEnd; c += 4)
                        {
                            FourByFour(
                                (float*)source + ((nint)r * sourceStride) + c, sourceStride,
                                (float*)destination + ((nint)c * destinationStride) + r, destinationStride);
                        }
                    }

                    continue;
                }

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourByFour(float* source, nint sourceStride, float* destination, nint destinationStride)
    {
        Vector128<float> row0 = Vector128.Load(source);
        Vector128<float> row1 = Vector128.Load(source + sourceStride);
        Vector128<float> row2 = Vector128.Load(source + (2 * sourceStride));
        Vector128<float> row3 = Vector128.Load(source + (3 * sourceStride));
        Vector128<float> low01 = Sse.UnpackLow(row0, row1);
        Vector128<float> low23 = Sse.UnpackLow(row2, row3);
        Vector128<float> high01 = Sse.UnpackHigh(row0, row1);
        Vector128<float> high23 = Sse.UnpackHigh(row2, row3);
        Sse.MoveLowToHigh(low01, low23).Store(destination);
        Sse.MoveHighToLow(low23, low01).Store(destination + destinationStride);
        Sse.MoveLowToHigh(high01, high23).Store(destination + (2 * destinationStride));
        Sse.MoveHighToLow(high23, high01).Store(destination + (3 * destinationStride));
    }
}
