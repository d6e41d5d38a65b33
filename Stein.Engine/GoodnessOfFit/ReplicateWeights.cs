using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// The weights of B bootstrap replicates for N samples, one byte each: N v for the weights v of <see cref="BootstrapWeights"/>, or the
/// signs of a Markov chain.
/// </summary>
/// <param name="Samples">N.</param>
/// <param name="Replicates">B.</param>
/// <param name="Values">N×B: the weights of the first sample in all replicates, then those of the second, and so on.</param>
internal sealed record ReplicateWeights(int Samples, int Replicates, sbyte[] Values)
{
    /// <summary>Counts of N draws among N samples, minus 1: for independent samples.</summary>
    /// <param name="stream">Of <see cref="StreamPurpose.Bootstrap"/>; consumes about NB words.</param>
    public static ReplicateWeights Multinomial(int samples, int replicates, PhiloxStream stream)
    {
        sbyte[] values = Allocate(samples, replicates);
        Array.Fill(values, (sbyte)-1);
        for (int replicate = 0; replicate < replicates; replicate++)
        {
            for (int draw = 0; draw < samples; draw++)
            {
                ref sbyte count = ref values[((long)stream.NextInt32(samples) * replicates) + replicate];
                count = checked((sbyte)(count + 1));
            }
        }

        return new(samples, replicates, values);
    }

    /// <summary>Independent signs, one per bit: the wild bootstrap for independent samples.</summary>
    /// <param name="stream">Of <see cref="StreamPurpose.Bootstrap"/>; consumes a word for each sample and 32 replicates.</param>
    public static ReplicateWeights Signs(int samples, int replicates, PhiloxStream stream)
    {
        const int Bits = 32;
        sbyte[] values = Allocate(samples, replicates);
        for (int first = 0; first < values.Length; first += replicates)
        {
            uint word = 0;
            for (int replicate = 0; replicate < replicates; replicate++)
            {
                if (replicate % Bits == 0)
                    word = stream.NextUInt32();
                values[first + replicate] = (sbyte)(1 - (int)(2 * (word & 1)));
                word >>= 1;
            }
        }

        return new(samples, replicates, values);
    }

    /// <summary>
    /// Signs that flip from one sample to the next with a probability a, so that signs l samples apart have the correlation
    /// <c>(1 − 2a)^l</c>: the wild bootstrap for chains (Chwialkowski, Sejdinovic and Gretton, "A wild bootstrap for degenerate kernel
    /// tests", NeurIPS 2014; Leucht and Neumann 2013). Every chain begins with a sign of its own.
    /// </summary>
    /// <param name="chains">The chains.</param>
    /// <param name="flip">a, above 0 and at most ½, which makes all signs independent.</param>
    /// <param name="stream">Of <see cref="StreamPurpose.Bootstrap"/>; consumes NB words.</param>
    public static ReplicateWeights MarkovSigns(ChainRows chains, int replicates, double flip, PhiloxStream stream)
    {
        int samples = chains.Samples;
        sbyte[] values = Allocate(samples, replicates);
        uint bound = (uint)Math.Min(uint.MaxValue, flip * 4294967296.0);
        foreach ((int first, int end) in chains.Ranges)
        {
            for (int replicate = 0; replicate < replicates; replicate++)
            {
                sbyte sign = (stream.NextUInt32() & 1) == 0 ? (sbyte)1 : (sbyte)-1;
                for (int i = first; i < end; i++)
                {
                    if (i > first && stream.NextUInt32() < bound)
                        sign = (sbyte)-sign;
                    values[((long)i * replicates) + replicate] = sign;
                }
            }
        }

        return new(samples, replicates, values);
    }

    private static sbyte[] Allocate(int samples, int replicates)
    {
        long length = (long)samples * replicates;
        return length <= Array.MaxLength
            ? new sbyte[length]
            : throw new ArgumentException(
                $"{replicates} replicates of {samples} samples are too many; at most {Array.MaxLength / samples} are possible.");
    }
}
