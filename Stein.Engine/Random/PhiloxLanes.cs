using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Stein.Engine.Random;

/// <summary>
/// The words of <see cref="Count"/> consecutive substreams of one seed and purpose, one in each element of a vector: element i has the
/// words of <see cref="PhiloxStream"/> of substream first + i.
/// </summary>
internal sealed class PhiloxLanes
{
    /// <summary>The number of substreams.</summary>
    public const int Count = 8;

    /// <summary>The words of a block: those that are asked for at once must be a multiple of them.</summary>
    public const int WordsPerBlock = 4;

    // In 64 bits each, of which multiplications read the low half.
    private readonly Vector256<ulong>[] keys = new Vector256<ulong>[2 * Philox4x32.Rounds];
    private readonly Vector256<ulong> lowSubstreams;
    private readonly Vector256<ulong> highSubstreams;
    private readonly Vector256<ulong> purpose;
    private ulong blockNumber;

    /// <param name="seed">Any 64-bit number.</param>
    /// <param name="purpose">The purpose of the numbers.</param>
    /// <param name="firstSubstream">The substream of the first element.</param>
    public PhiloxLanes(ulong seed, StreamPurpose purpose, uint firstSubstream)
    {
        (uint key0, uint key1) = ((uint)seed, (uint)(seed >> 32));
        for (int round = 0; round < Philox4x32.Rounds; round++)
        {
            keys[2 * round] = Vector256.Create((ulong)key0);
            keys[(2 * round) + 1] = Vector256.Create((ulong)key1);
            key0 += Philox4x32.Weyl0;
            key1 += Philox4x32.Weyl1;
        }

        lowSubstreams = Vector256.Create(0UL, 1, 2, 3) + Vector256.Create((ulong)firstSubstream);
        highSubstreams = lowSubstreams + Vector256.Create(4UL);
        this.purpose = Vector256.Create((ulong)purpose);
    }

    /// <summary>The next words of every substream.</summary>
    /// <param name="words">Receives them; their number must be a multiple of <see cref="WordsPerBlock"/>.</param>
    public void Next(Span<Vector256<uint>> words)
    {
        for (int start = 0; start < words.Length; start += WordsPerBlock)
        {
            Vector256<ulong> low = Vector256.Create((ulong)(uint)blockNumber), high = Vector256.Create(blockNumber >> 32);
            Vector256<ulong> a0 = low, a1 = high, a2 = lowSubstreams, a3 = purpose;
            Vector256<ulong> b0 = low, b1 = high, b2 = highSubstreams, b3 = purpose;
            for (int round = 0; round < keys.Length; round += 2)
            {
                Round(ref a0, ref a1, ref a2, ref a3, keys[round], keys[round + 1]);
                Round(ref b0, ref b1, ref b2, ref b3, keys[round], keys[round + 1]);
            }

            words[start] = Vector256.Narrow(a0, b0);
            words[start + 1] = Vector256.Narrow(a1, b1);
            words[start + 2] = Vector256.Narrow(a2, b2);
            words[start + 3] = Vector256.Narrow(a3, b3);
            blockNumber++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        ref Vector256<ulong> c0,
        ref Vector256<ulong> c1,
        ref Vector256<ulong> c2,
        ref Vector256<ulong> c3,
        Vector256<ulong> key0,
        Vector256<ulong> key1)
    {
        Vector256<ulong> product0 = Multiply(c0, Philox4x32.Multiplier0);
        Vector256<ulong> product1 = Multiply(c2, Philox4x32.Multiplier1);
        c0 = (product1 >> 32) ^ c1 ^ key0;
        c1 = product1;
        c2 = (product0 >> 32) ^ c3 ^ key1;
        c3 = product0;
    }

    /// <summary>The products of the low halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Multiply(Vector256<ulong> value, uint multiplier)
        => Avx2.IsSupported
            ? Avx2.Multiply(value.AsUInt32(), Vector256.Create((ulong)multiplier).AsUInt32())
            : (value & Vector256.Create((ulong)uint.MaxValue)) * Vector256.Create((ulong)multiplier);
}
