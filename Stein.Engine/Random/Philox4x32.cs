using System.Runtime.CompilerServices;

namespace Stein.Engine.Random;

/// <summary>
/// The Philox4x32-10 bijection: a 128-bit counter and a 64-bit key give four random 32-bit words.
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
/// </summary>
internal static class Philox4x32
{
    public const int Rounds = 10;
    public const uint Multiplier0 = 0xD2511F53;
    public const uint Multiplier1 = 0xCD9E8D57;
    public const uint Weyl0 = 0x9E3779B9;
    public const uint Weyl1 = 0xBB67AE85;

    /// <summary>Replaces the four words of <paramref name="block"/>, taken as the counter, with the generator's output.</summary>
    public static void Transform(ref Block block, uint key0, uint key1)
    {
        uint c0 = block[0], c1 = block[1], c2 = block[2], c3 = block[3];
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(product1 >> 32) ^ c1 ^ key0;
            c1 = (uint)product1;
            c2 = (uint)(product0 >> 32) ^ c3 ^ key1;
            c3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }

        (block[0], block[1], block[2], block[3]) = (c0, c1, c2, c3);
    }

    /// <summary>Four 32-bit words, first word first.</summary>
    [InlineArray(4)]
    internal struct Block
    {
        private uint word;
    }
}
