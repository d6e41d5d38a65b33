namespace Stein.Engine.Random;

/// <summary>
/// The Mersenne Twister MT19937 with 32-bit output, seeded by one word with <c>init_genrand</c>.
/// Source: Matsumoto and Nishimura, ACM TOMACS 8(1), 1998; initialisation of the 2002 reference code.
/// </summary>
internal sealed class MersenneTwister
{
    private const int StateLength = 624;
    private const int MiddleOffset = 397;
    private const uint UpperMask = 0x80000000;
    private const uint LowerMask = 0x7FFFFFFF;
    private const uint TwistMatrix = 0x9908B0DF;

    private readonly uint[] state = new uint[StateLength];
    private int next = StateLength;

    /// <summary>Seeds the generator; every 32-bit number is a valid seed.</summary>
    public MersenneTwister(uint seed)
    {
        state[0] = seed;
        for (int i = 1; i < StateLength; i++)
        {
            uint previous = state[i - 1];
            state[i] = unchecked((1812433253u * (previous ^ (previous >> 30))) + (uint)i);
        }
    }

    /// <summary>A uniform 32-bit word.</summary>
    public uint NextUInt32()
    {
        if (next == StateLength)
        {
            Twist();
        }

        uint word = state[next++];
        word ^= word >> 11;
        word ^= (word << 7) & 0x9D2C5680;
        word ^= (word << 15) & 0xEFC60000;
        return word ^ (word >> 18);
    }

    /// <summary>A multiple of 2⁻⁵³ uniform on [0, 1), from two words (<c>genrand_res53</c>).</summary>
    public double NextUniform()
    {
        uint high = NextUInt32() >> 5;
        uint low = NextUInt32() >> 6;
        return ((high * 67108864.0) + low) / 9007199254740992.0;
    }

    private void Twist()
    {
        for (int i = 0; i < StateLength; i++)
        {
            uint mixed = (state[i] & UpperMask) | (state[(i + 1) % StateLength] & LowerMask);
            uint twisted = (mixed >> 1) ^ ((mixed & 1) == 0 ? 0 : TwistMatrix);
            state[i] = state[(i + MiddleOffset) % StateLength] ^ twisted;
        }

        next = 0;
    }
}
