using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using Stein.Engine.State;

namespace Stein.Engine.Random;

/// <summary>
/// A stream of random 32-bit words from the counter-based generator Philox4x32-10, and the distributions made from it.
/// </summary>
/// <remarks>
/// <para>The key is the seed; the counter is (block number, substream, purpose), so streams that differ in seed, substream or
/// purpose do not share blocks. <see cref="Substream"/> and <see cref="Position"/> are the whole state of a stream: after a return to a
/// saved position it continues with exactly the same numbers. For this reason no distribution keeps a
/// spare value between calls. Nothing here allocates.</para>
/// <para>Words, integers, uniforms and shuffles are the same on every machine. Normal, Laplace and Student-t values
/// use the platform's logarithm, cosine and power, whose last bit may differ between C libraries.</para>
/// <para>A stream must not be used by several threads at once.</para>
/// <para>Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.</para>
/// </remarks>
[SuppressMessage(
    "Naming",
    "CA1711",
    Justification = "Stream of random numbers is the standard term; nobody will mistake it for a System.IO.Stream.")]
public sealed class PhiloxStream : IStateful
{
    /// <summary>The words that <see cref="NextLaplace"/> consumes.</summary>
    internal const uint LaplaceWords = 2;

    /// <summary>The words that <see cref="NextStudentT"/> consumes.</summary>
    internal const uint StudentTWords = 4;

    private const double TwoToMinus53 = 1.0 / (1UL << 53);
    private const double TwoToMinus52 = 1.0 / (1UL << 52);
    private const int WordsPerBlock = 4;

    private Philox4x32.Block block;
    private bool blockIsCurrent;
    private ulong position;

    /// <summary>Opens the stream of a seed and a purpose at its first word.</summary>
    /// <param name="seed">Any 64-bit number.</param>
    /// <param name="purpose">The purpose of the numbers.</param>
    /// <param name="substream">One of 2³² separate streams of the same seed and purpose, for example one per epoch.</param>
    /// <exception cref="ArgumentOutOfRangeException">The purpose is not a member of the enumeration.</exception>
    public PhiloxStream(ulong seed, StreamPurpose purpose, uint substream = 0)
    {
        if (!Enum.IsDefined(purpose))
        {
            throw new ArgumentOutOfRangeException(
                nameof(purpose),
                purpose,
                $"Stream purpose {(int)purpose} is unknown; it must be one of {string.Join(", ", Enum.GetNames<StreamPurpose>())}.");
        }

        (Seed, Purpose, Substream) = (seed, purpose, substream);
    }

    /// <summary>The seed, which is the generator's key.</summary>
    public ulong Seed { get; }

    /// <summary>The purpose of the numbers.</summary>
    public StreamPurpose Purpose { get; }

    /// <summary>The current substream of this seed and purpose.</summary>
    public uint Substream { get; private set; }

    /// <summary>
    /// The number of 32-bit words consumed. Setting it moves the stream forwards or backwards in constant time.
    /// </summary>
    public ulong Position
    {
        get => position;
        set => (position, blockIsCurrent) = (value, false);
    }

    /// <summary>Moves to the first word of another substream of the same seed and purpose.</summary>
    public void StartSubstream(uint substream) => (Substream, Position) = (substream, 0);

    /// <summary>A uniform 32-bit word; consumes one word.</summary>
    public uint NextUInt32()
    {
        int lane = (int)(position % WordsPerBlock);
        if (lane == 0 || !blockIsCurrent)
        {
            GenerateBlock();
        }

        position++;
        return block[lane];
    }

    /// <summary>A uniform 64-bit word, low half first; consumes two words.</summary>
    public ulong NextUInt64()
    {
        ulong low = NextUInt32();
        return low | ((ulong)NextUInt32() << 32);
    }

    /// <summary>A multiple of 2⁻⁵³ uniform on [0, 1); consumes two words.</summary>
    public double NextUniform() => (NextUInt64() >> 11) * TwoToMinus53;

    /// <summary>An odd multiple of 2⁻⁵³ uniform on (0, 1), whose logarithm is therefore finite; consumes two words.</summary>
    public double NextOpenUniform() => ToOpenUniform(NextUInt64());

    /// <summary>
    /// An integer uniform on {0, …, <paramref name="exclusiveUpperBound"/> − 1}, without bias; consumes one word, rarely more.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    /// <remarks>Source: Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.</remarks>
    public int NextInt32(int exclusiveUpperBound)
    {
        if (exclusiveUpperBound < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(exclusiveUpperBound),
                exclusiveUpperBound,
                $"The exclusive upper bound cannot be {exclusiveUpperBound}; it must be at least 1.");
        }

        uint bound = (uint)exclusiveUpperBound;
        ulong product = (ulong)NextUInt32() * bound;
        if ((uint)product < bound)
        {
            // To give all results the same number of words, 2³² mod bound of the 2³² words are rejected and drawn again.
            uint rejected = unchecked(0u - bound) % bound;
            while ((uint)product < rejected)
            {
                product = (ulong)NextUInt32() * bound;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>Puts the values into a uniformly random order (Fisher–Yates).</summary>
    public void Shuffle(Span<int> values)
    {
        for (int last = values.Length - 1; last > 0; last--)
        {
            int chosen = NextInt32(last + 1);
            (values[last], values[chosen]) = (values[chosen], values[last]);
        }
    }

    /// <summary>A standard normal value; consumes four words.</summary>
    /// <remarks>
    /// Box and Muller (1958). The sine half of each pair is discarded, because keeping it would be state outside of
    /// <see cref="Position"/>.
    /// </remarks>
    public double NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(NextOpenUniform()));
        return radius * Math.Cos(2 * Math.PI * NextUniform());
    }

    /// <summary>
    /// Many standard normal values; each pair consumes four words, and a single one at the end too. They are not those of
    /// <see cref="NextNormal"/>, and several times as fast.
    /// </summary>
    /// <remarks>
    /// Box and Muller (1958) with both halves of each pair. Logarithms, sines and cosines are the same for all widths of vectors, and their
    /// last bit may depend on whether the machine multiplies and adds in one operation.
    /// </remarks>
    public void FillNormal(Span<double> values)
    {
        const int MaxPairs = 64;
        Span<double> first = stackalloc double[MaxPairs], second = stackalloc double[MaxPairs];
        while (!values.IsEmpty)
        {
            int pairs = Math.Min(MaxPairs, (values.Length + 1) / 2);
            for (int i = 0; i < pairs; i++)
                (first[i], second[i]) = (NextOpenUniform(), NextUniform());
            for (int i = 0; i < pairs; i += Vector512<double>.Count)
            {
                Span<double> radii = first.Slice(i, Vector512<double>.Count), angles = second.Slice(i, Vector512<double>.Count);
                Vector512<double> radius = Vector512.Sqrt(-2 * Vector512.Log(Vector512.Create<double>(radii)));
                (Vector512<double> sine, Vector512<double> cosine) = Vector512.SinCos(2 * Math.PI * Vector512.Create<double>(angles));
                (radius * cosine).CopyTo(radii);
                (radius * sine).CopyTo(angles);
            }

            first[..pairs].CopyTo(values);
            int others = Math.Min(pairs, values.Length - pairs);
            second[..others].CopyTo(values[pairs..]);
            values = values[(pairs + others)..];
        }
    }

    /// <summary>A Laplace value with location 0 and scale 1, density ½ exp(−|z|); consumes two words.</summary>
    public double NextLaplace()
    {
        // The uniform number uses the top 52 bits, so the lowest bit can serve as the sign.
        ulong bits = NextUInt64();
        double magnitude = -Math.Log(ToOpenUniform(bits));
        return (bits & 1) == 0 ? magnitude : -magnitude;
    }

    /// <summary>A Student-t value with location 0 and scale 1; consumes four words.</summary>
    /// <param name="degreesOfFreedom">ν, a positive finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">ν is not a positive finite number.</exception>
    /// <remarks>
    /// Bailey, "Polar generation of random variates with the t-distribution", Mathematics of Computation 62, 1994, in
    /// trigonometric form: the squared radius of the bivariate t is ν (u^(−2/ν) − 1), and a coordinate of it is a t.
    /// </remarks>
    public double NextStudentT(double degreesOfFreedom)
    {
        if (!(degreesOfFreedom > 0 && double.IsFinite(degreesOfFreedom)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(degreesOfFreedom),
                degreesOfFreedom,
                $"A Student-t cannot have {degreesOfFreedom} degrees of freedom; pass a positive finite number.");
        }

        double radius = Math.Sqrt(degreesOfFreedom * (Math.Pow(NextOpenUniform(), -2 / degreesOfFreedom) - 1));
        return radius * Math.Cos(2 * Math.PI * NextUniform());
    }

    /// <summary>
    /// A Gamma value with scale 1, density proportional to z^(k−1) e^(−z); consumes six words, eight if k is below 1, rarely more.
    /// </summary>
    /// <param name="shape">k, a positive finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is not a positive finite number.</exception>
    /// <remarks>
    /// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000; for k below 1 a value with
    /// shape k + 1 times <c>u^(1/k)</c>, their section 6.
    /// </remarks>
    public double NextGamma(double shape)
    {
        if (!(shape > 0 && double.IsFinite(shape)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(shape), shape, $"A Gamma value cannot have shape {shape}; pass a positive finite number.");
        }

        if (shape < 1)
            return NextGamma(shape + 1) * Math.Pow(NextOpenUniform(), 1 / shape);

        double d = shape - (1.0 / 3);
        while (true)
        {
            double normal = NextNormal();
            double root = 1 + (normal / Math.Sqrt(9 * d));
            double uniform = NextOpenUniform();
            double cube = root * root * root;
            if (root > 0 && Math.Log(uniform) < (0.5 * normal * normal) + (d * (1 - cube + Math.Log(cube))))
                return d * cube;
        }
    }

    /// <summary>Writes <see cref="Substream"/> and <see cref="Position"/>; seed and purpose are constructor arguments.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Substream);
        writer.Write(Position);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        (Substream, Position) = (reader.ReadUInt32(), reader.ReadUInt64());
    }

    private static double ToOpenUniform(ulong bits) => ((bits >> 12) + 0.5) * TwoToMinus52;

    private void GenerateBlock()
    {
        ulong blockNumber = position / WordsPerBlock;
        block[0] = (uint)blockNumber;
        block[1] = (uint)(blockNumber >> 32);
        block[2] = Substream;
        block[3] = (uint)Purpose;
        Philox4x32.Transform(ref block, (uint)Seed, (uint)(Seed >> 32));
        blockIsCurrent = true;
    }
}
