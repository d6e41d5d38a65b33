using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// <c>C = α·A·B + β·C</c> for row-major B and C whose rows are padded to whole lanes; A has any strides, so that its
/// transpose costs nothing.
/// </summary>
/// <remarks>
/// The micro-kernel keeps a block of up to 14 rows × 2 lanes of C in registers and loops over k: two loads of B, and for each row
/// a broadcast of A and two fused multiply-adds. B is not packed: at the sizes of training it stays in the second-level cache, and
/// packing would cost more than it saves. The rows of C are split evenly (100 rows are 8 blocks of 12 or 13), so that no block is
/// left with few accumulators. Each element is summed over k in order.
/// </remarks>
internal static unsafe class MatrixProduct<TLane, TElement>
    where TLane : struct, ISimdLane<TLane, TElement>
    where TElement : unmanaged
{
    /// <summary>The memory of A, B and C, with strides in elements.</summary>
    public readonly record struct Operands(
        nint A, nint ARow, nint AInner, nint B, nint BRow, nint C, nint CRow, int Inner, TElement Alpha, TElement Beta, bool Accumulate);

    public static void Multiply(in Operands operands, int rows, int columns)
    {
        int blocks = (rows + TLane.ProductRows - 1) / TLane.ProductRows;
        int smaller = rows / blocks;
        int larger = rows - (smaller * blocks);
        int pair = 2 * TLane.Count;
        for (int column = 0; column < columns; column += pair)
        {
            bool wide = columns - column > TLane.Count;
            Operands panel = operands with
            {
                B = operands.B + (column * sizeof(TElement)),
                C = operands.C + (column * sizeof(TElement)),
            };
            int row = 0;
            for (int block = 0; block < blocks; block++)
            {
                int count = block < larger ? smaller + 1 : smaller;
                Operands tile = panel with
                {
                    A = panel.A + (row * panel.ARow * sizeof(TElement)),
                    C = panel.C + (row * panel.CRow * sizeof(TElement)),
                };
                Dispatch(tile, count, wide);
                row += count;
            }
        }
    }

    private static void Dispatch(in Operands tile, int count, bool wide)
    {
        switch (count)
        {
            case 1: Block<Rows1>(tile, wide); break;
            case 2: Block<Rows2>(tile, wide); break;
            case 3: Block<Rows3>(tile, wide); break;
            case 4: Block<Rows4>(tile, wide); break;
            case 5: Block<Rows5>(tile, wide); break;
            case 6: Block<Rows6>(tile, wide); break;
            case 7: Block<Rows7>(tile, wide); break;
            case 8: Block<Rows8>(tile, wide); break;
            case 9: Block<Rows9>(tile, wide); break;
            case 10: Block<Rows10>(tile, wide); break;
            case 11: Block<Rows11>(tile, wide); break;
            case 12: Block<Rows12>(tile, wide); break;
            case 13: Block<Rows13>(tile, wide); break;
            default: Block<Rows14>(tile, wide); break;
        }
    }

    private static void Block<TRows>(in Operands tile, bool wide)
        where TRows : struct, IRows
    {
        if (wide)
            WideBlock<TRows>(tile);
        else
            NarrowBlock<TRows>(tile);
    }

    /// <summary>A block of C two lanes wide.</summary>
    [SkipLocalsInit]
    private static void WideBlock<TRows>(in Operands tile)
        where TRows : struct, IRows
    {
        TLane sum0a = default, sum0b = default;
        TLane sum1a = default, sum1b = default;
        TLane sum2a = default, sum2b = default;
        TLane sum3a = default, sum3b = default;
        TLane sum4a = default, sum4b = default;
        TLane sum5a = default, sum5b = default;
        TLane sum6a = default, sum6b = default;
        TLane sum7a = default, sum7b = default;
        TLane sum8a = default, sum8b = default;
        TLane sum9a = default, sum9b = default;
        TLane sum10a = default, sum10b = default;
        TLane sum11a = default, sum11b = default;
        TLane sum12a = default, sum12b = default;
        TLane sum13a = default, sum13b = default;

        // Each row is addressed as base + {0, 1, 2} strides, which x86 does without extra arithmetic.
        nint stride = tile.ARow;
        nint twice = 2 * stride;
        nint inner = tile.AInner;
        var a0 = (TElement*)tile.A;
        TElement* a3 = a0 + twice + stride;
        TElement* a6 = a3 + twice + stride;
        TElement* a9 = a6 + twice + stride;
        TElement* a12 = a9 + twice + stride;
        var b = (TElement*)tile.B;
        for (int k = tile.Inner; k > 0; k--)
        {
            TLane ba = TLane.Load(b);
            TLane bb = TLane.Load(b + TLane.Count);
            TLane a;
            if (TRows.Count > 0)
            {
                a = TLane.Broadcast(a0[0]);
                sum0a = TLane.MultiplyAdd(a, ba, sum0a);
                sum0b = TLane.MultiplyAdd(a, bb, sum0b);
            }

            if (TRows.Count > 1)
            {
                a = TLane.Broadcast(a0[stride]);
                sum1a = TLane.MultiplyAdd(a, ba, sum1a);
                sum1b = TLane.MultiplyAdd(a, bb, sum1b);
            }

            if (TRows.Count > 2)
            {
                a = TLane.Broadcast(a0[twice]);
                sum2a = TLane.MultiplyAdd(a, ba, sum2a);
                sum2b = TLane.MultiplyAdd(a, bb, sum2b);
            }

            if (TRows.Count > 3)
            {
                a = TLane.Broadcast(a3[0]);
                sum3a = TLane.MultiplyAdd(a, ba, sum3a);
                sum3b = TLane.MultiplyAdd(a, bb, sum3b);
            }

            if (TRows.Count > 4)
            {
                a = TLane.Broadcast(a3[stride]);
                sum4a = TLane.MultiplyAdd(a, ba, sum4a);
                sum4b = TLane.MultiplyAdd(a, bb, sum4b);
            }

            if (TRows.Count > 5)
            {
                a = TLane.Broadcast(a3[twice]);
                sum5a = TLane.MultiplyAdd(a, ba, sum5a);
                sum5b = TLane.MultiplyAdd(a, bb, sum5b);
            }

            if (TRows.Count > 6)
            {
                a = TLane.Broadcast(a6[0]);
                sum6a = TLane.MultiplyAdd(a, ba, sum6a);
                sum6b = TLane.MultiplyAdd(a, bb, sum6b);
            }

            if (TRows.Count > 7)
            {
                a = TLane.Broadcast(a6[stride]);
                sum7a = TLane.MultiplyAdd(a, ba, sum7a);
                sum7b = TLane.MultiplyAdd(a, bb, sum7b);
            }

            if (TRows.Count > 8)
            {
                a = TLane.Broadcast(a6[twice]);
                sum8a = TLane.MultiplyAdd(a, ba, sum8a);
                sum8b = TLane.MultiplyAdd(a, bb, sum8b);
            }

            if (TRows.Count > 9)
            {
                a = TLane.Broadcast(a9[0]);
                sum9a = TLane.MultiplyAdd(a, ba, sum9a);
                sum9b = TLane.MultiplyAdd(a, bb, sum9b);
            }

            if (TRows.Count > 10)
            {
                a = TLane.Broadcast(a9[stride]);
                sum10a = TLane.MultiplyAdd(a, ba, sum10a);
                sum10b = TLane.MultiplyAdd(a, bb, sum10b);
            }

            if (TRows.Count > 11)
            {
                a = TLane.Broadcast(a9[twice]);
                sum11a = TLane.MultiplyAdd(a, ba, sum11a);
                sum11b = TLane.MultiplyAdd(a, bb, sum11b);
            }

            if (TRows.Count > 12)
            {
                a = TLane.Broadcast(a12[0]);
                sum12a = TLane.MultiplyAdd(a, ba, sum12a);
                sum12b = TLane.MultiplyAdd(a, bb, sum12b);
            }

            if (TRows.Count > 13)
            {
                a = TLane.Broadcast(a12[stride]);
                sum13a = TLane.MultiplyAdd(a, ba, sum13a);
                sum13b = TLane.MultiplyAdd(a, bb, sum13b);
            }

            a0 += inner;
            if (TRows.Count > 3)
                a3 += inner;
            if (TRows.Count > 6)
                a6 += inner;
            if (TRows.Count > 9)
                a9 += inner;
            if (TRows.Count > 12)
                a12 += inner;
            b += tile.BRow;
        }

        var c = (TElement*)tile.C;
        if (TRows.Count > 0)
        {
            Finish(c + (0 * tile.CRow), sum0a, tile);
            Finish(c + (0 * tile.CRow) + TLane.Count, sum0b, tile);
        }

        if (TRows.Count > 1)
        {
            Finish(c + (1 * tile.CRow), sum1a, tile);
            Finish(c + (1 * tile.CRow) + TLane.Count, sum1b, tile);
        }

        if (TRows.Count > 2)
        {
            Finish(c + (2 * tile.CRow), sum2a, tile);
            Finish(c + (2 * tile.CRow) + TLane.Count, sum2b, tile);
        }

        if (TRows.Count > 3)
        {
            Finish(c + (3 * tile.CRow), sum3a, tile);
            Finish(c + (3 * tile.CRow) + TLane.Count, sum3b, tile);
        }

        if (TRows.Count > 4)
        {
            Finish(c + (4 * tile.CRow), sum4a, tile);
            Finish(c + (4 * tile.CRow) + TLane.Count, sum4b, tile);
        }

        if (TRows.Count > 5)
        {
            Finish(c + (5 * tile.CRow), sum5a, tile);
            Finish(c + (5 * tile.CRow) + TLane.Count, sum5b, tile);
        }

        if (TRows.Count > 6)
        {
            Finish(c + (6 * tile.CRow), sum6a, tile);
            Finish(c + (6 * tile.CRow) + TLane.Count, sum6b, tile);
        }

        if (TRows.Count > 7)
        {
            Finish(c + (7 * tile.CRow), sum7a, tile);
            Finish(c + (7 * tile.CRow) + TLane.Count, sum7b, tile);
        }

        if (TRows.Count > 8)
        {
            Finish(c + (8 * tile.CRow), sum8a, tile);
            Finish(c + (8 * tile.CRow) + TLane.Count, sum8b, tile);
        }

        if (TRows.Count > 9)
        {
            Finish(c + (9 * tile.CRow), sum9a, tile);
            Finish(c + (9 * tile.CRow) + TLane.Count, sum9b, tile);
        }

        if (TRows.Count > 10)
        {
            Finish(c + (10 * tile.CRow), sum10a, tile);
            Finish(c + (10 * tile.CRow) + TLane.Count, sum10b, tile);
        }

        if (TRows.Count > 11)
        {
            Finish(c + (11 * tile.CRow), sum11a, tile);
            Finish(c + (11 * tile.CRow) + TLane.Count, sum11b, tile);
        }

        if (TRows.Count > 12)
        {
            Finish(c + (12 * tile.CRow), sum12a, tile);
            Finish(c + (12 * tile.CRow) + TLane.Count, sum12b, tile);
        }

        if (TRows.Count > 13)
        {
            Finish(c + (13 * tile.CRow), sum13a, tile);
            Finish(c + (13 * tile.CRow) + TLane.Count, sum13b, tile);
        }
    }

    /// <summary>A block of C one lane wide, for the columns left over at the right edge.</summary>
    [SkipLocalsInit]
    private static void NarrowBlock<TRows>(in Operands tile)
        where TRows : struct, IRows
    {
        TLane sum0 = default;
        TLane sum1 = default;
        TLane sum2 = default;
        TLane sum3 = default;
        TLane sum4 = default;
        TLane sum5 = default;
        TLane sum6 = default;
        TLane sum7 = default;
        TLane sum8 = default;
        TLane sum9 = default;
        TLane sum10 = default;
        TLane sum11 = default;
        TLane sum12 = default;
        TLane sum13 = default;

        // Each row is addressed as base + {0, 1, 2} strides, which x86 does without extra arithmetic.
        nint stride = tile.ARow;
        nint twice = 2 * stride;
        nint inner = tile.AInner;
        var a0 = (TElement*)tile.A;
        TElement* a3 = a0 + twice + stride;
        TElement* a6 = a3 + twice + stride;
        TElement* a9 = a6 + twice + stride;
        TElement* a12 = a9 + twice + stride;
        var b = (TElement*)tile.B;
        for (int k = tile.Inner; k > 0; k--)
        {
            TLane ba = TLane.Load(b);
            TLane a;
            if (TRows.Count > 0)
            {
                a = TLane.Broadcast(a0[0]);
                sum0 = TLane.MultiplyAdd(a, ba, sum0);
            }

            if (TRows.Count > 1)
            {
                a = TLane.Broadcast(a0[stride]);
                sum1 = TLane.MultiplyAdd(a, ba, sum1);
            }

            if (TRows.Count > 2)
            {
                a = TLane.Broadcast(a0[twice]);
                sum2 = TLane.MultiplyAdd(a, ba, sum2);
            }

            if (TRows.Count > 3)
            {
                a = TLane.Broadcast(a3[0]);
                sum3 = TLane.MultiplyAdd(a, ba, sum3);
            }

            if (TRows.Count > 4)
            {
                a = TLane.Broadcast(a3[stride]);
                sum4 = TLane.MultiplyAdd(a, ba, sum4);
            }

            if (TRows.Count > 5)
            {
                a = TLane.Broadcast(a3[twice]);
                sum5 = TLane.MultiplyAdd(a, ba, sum5);
            }

            if (TRows.Count > 6)
            {
                a = TLane.Broadcast(a6[0]);
                sum6 = TLane.MultiplyAdd(a, ba, sum6);
            }

            if (TRows.Count > 7)
            {
                a = TLane.Broadcast(a6[stride]);
                sum7 = TLane.MultiplyAdd(a, ba, sum7);
            }

            if (TRows.Count > 8)
            {
                a = TLane.Broadcast(a6[twice]);
                sum8 = TLane.MultiplyAdd(a, ba, sum8);
            }

            if (TRows.Count > 9)
            {
                a = TLane.Broadcast(a9[0]);
                sum9 = TLane.MultiplyAdd(a, ba, sum9);
            }

            if (TRows.Count > 10)
            {
                a = TLane.Broadcast(a9[stride]);
                sum10 = TLane.MultiplyAdd(a, ba, sum10);
            }

            if (TRows.Count > 11)
            {
                a = TLane.Broadcast(a9[twice]);
                sum11 = TLane.MultiplyAdd(a, ba, sum11);
            }

            if (TRows.Count > 12)
            {
                a = TLane.Broadcast(a12[0]);
                sum12 = TLane.MultiplyAdd(a, ba, sum12);
            }

            if (TRows.Count > 13)
            {
                a = TLane.Broadcast(a12[stride]);
                sum13 = TLane.MultiplyAdd(a, ba, sum13);
            }

            a0 += inner;
            if (TRows.Count > 3)
                a3 += inner;
            if (TRows.Count > 6)
                a6 += inner;
            if (TRows.Count > 9)
                a9 += inner;
            if (TRows.Count > 12)
                a12 += inner;
            b += tile.BRow;
        }

        var c = (TElement*)tile.C;
        if (TRows.Count > 0)
        {
            Finish(c + (0 * tile.CRow), sum0, tile);
        }

        if (TRows.Count > 1)
        {
            Finish(c + (1 * tile.CRow), sum1, tile);
        }

        if (TRows.Count > 2)
        {
            Finish(c + (2 * tile.CRow), sum2, tile);
        }

        if (TRows.Count > 3)
        {
            Finish(c + (3 * tile.CRow), sum3, tile);
        }

        if (TRows.Count > 4)
        {
            Finish(c + (4 * tile.CRow), sum4, tile);
        }

        if (TRows.Count > 5)
        {
            Finish(c + (5 * tile.CRow), sum5, tile);
        }

        if (TRows.Count > 6)
        {
            Finish(c + (6 * tile.CRow), sum6, tile);
        }

        if (TRows.Count > 7)
        {
            Finish(c + (7 * tile.CRow), sum7, tile);
        }

        if (TRows.Count > 8)
        {
            Finish(c + (8 * tile.CRow), sum8, tile);
        }

        if (TRows.Count > 9)
        {
            Finish(c + (9 * tile.CRow), sum9, tile);
        }

        if (TRows.Count > 10)
        {
            Finish(c + (10 * tile.CRow), sum10, tile);
        }

        if (TRows.Count > 11)
        {
            Finish(c + (11 * tile.CRow), sum11, tile);
        }

        if (TRows.Count > 12)
        {
            Finish(c + (12 * tile.CRow), sum12, tile);
        }

        if (TRows.Count > 13)
        {
            Finish(c + (13 * tile.CRow), sum13, tile);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(TElement* destination, TLane sum, in Operands tile)
    {
        TLane value = TLane.Broadcast(tile.Alpha) * sum;
        if (tile.Accumulate)
            value = TLane.MultiplyAdd(TLane.Broadcast(tile.Beta), TLane.Load(destination), value);
        TLane.Store(value, destination);
    }

    /// <summary>A number of rows known at compile time, so that the code for all other rows is removed.</summary>
    private interface IRows
    {
        static abstract int Count { get; }
    }

    private readonly struct Rows1 : IRows
    {
        public static int Count => 1;
    }

    private readonly struct Rows2 : IRows
    {
        public static int Count => 2;
    }

    private readonly struct Rows3 : IRows
    {
        public static int Count => 3;
    }

    private readonly struct Rows4 : IRows
    {
        public static int Count => 4;
    }

    private readonly struct Rows5 : IRows
    {
        public static int Count => 5;
    }

    private readonly struct Rows6 : IRows
    {
        public static int Count => 6;
    }

    private readonly struct Rows7 : IRows
    {
        public static int Count => 7;
    }

    private readonly struct Rows8 : IRows
    {
        public static int Count => 8;
    }

    private readonly struct Rows9 : IRows
    {
        public static int Count => 9;
    }

    private readonly struct Rows10 : IRows
    {
        public static int Count => 10;
    }

    private readonly struct Rows11 : IRows
    {
        public static int Count => 11;
    }

    private readonly struct Rows12 : IRows
    {
        public static int Count => 12;
    }

    private readonly struct Rows13 : IRows
    {
        public static int Count => 13;
    }

    private readonly struct Rows14 : IRows
    {
        public static int Count => 14;
    }
}
