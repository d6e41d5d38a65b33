using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Stein.Engine.Lanes;
using Stein.Engine.Random;

namespace Stein.Engine.Targets;

/// <summary>
/// Chains of the blocked Gibbs sampler of a <see cref="GaussBernoulliMachine"/>: an update draws all h given x,
/// <c>P(h_k = 1) = 1/(1 + exp(−(Bᵀx)_k − 2c_k))</c>, and then all x given h, <c>N(b + ½Bh, I)</c>.
/// </summary>
/// <remarks>
/// A chain is an element of a vector, so that it has the same bits however many run beside it. In single precision; an update takes 4DH
/// operations, and D + H random words from the chain's own substream.
/// </remarks>
internal sealed unsafe class GibbsChains
{
    /// <summary>The rows of a product that are summed at once.</summary>
    private const int RowsAtOnce = 8;

    private readonly int dimension;
    private readonly int hidden;
    private readonly float[] toHidden;
    private readonly float[] hiddenOffsets;
    private readonly float[] toVisible;
    private readonly float[] visibleOffsets;

    /// <param name="couplings">B (D×H, row-major).</param>
    /// <param name="visibleBias">b (D).</param>
    /// <param name="hiddenBias">c (H).</param>
    public GibbsChains(double[] couplings, double[] visibleBias, double[] hiddenBias)
    {
        (dimension, hidden) = (visibleBias.Length, hiddenBias.Length);
        toHidden = Packed(hidden, dimension, (k, d) => couplings[(d * hidden) + k]);
        toVisible = Packed(dimension, hidden, (d, k) => 0.5 * couplings[(d * hidden) + k]);
        hiddenOffsets = Packed(hidden, 1, (k, _) => 2 * hiddenBias[k]);
        visibleOffsets = Packed(dimension, 1, (d, _) => visibleBias[d]);
    }

    /// <summary>The ends of chains (N×D, row-major) that start from N(0, I).</summary>
    /// <param name="seed">Seed of the streams, whose purpose is <see cref="StreamPurpose.GibbsChains"/>; chain n has substream n.</param>
    /// <param name="count">N.</param>
    /// <param name="updates">The updates of each chain.</param>
    public double[] Run(ulong seed, int count, int updates)
    {
        var ends = new double[count * dimension];
        for (int first = 0; first < count; first += PhiloxLanes.Count)
        {
            Vector256<float>[] x = Run(new PhiloxLanes(seed, StreamPurpose.GibbsChains, (uint)first), updates);
            for (int chain = 0; chain < Math.Min(PhiloxLanes.Count, count - first); chain++)
            {
                for (int d = 0; d < dimension; d++)
                    ends[((first + chain) * dimension) + d] = x[d][chain];
            }
        }

        return ends;
    }

    private Vector256<float>[] Run(PhiloxLanes stream, int updates)
    {
        int pairs = (dimension + 1) / 2;
        var x = new Vector256<float>[RoundUp(dimension, RowsAtOnce)];
        var h = new Vector256<float>[RoundUp(hidden, RowsAtOnce)];
        var words = new Vector256<uint>[RoundUp(hidden + (2 * pairs), PhiloxLanes.WordsPerBlock)];
        stream.Next(words);
        AddNormals(x, words.AsSpan(hidden));
        for (int update = 0; update < updates; update++)
        {
            stream.Next(words);
            Multiply(h, toHidden, hiddenOffsets, x, dimension);
            for (int k = 0; k < hidden; k++)
            {
                Vector256<float> odds = Simd256Lane.Exp(new() { Value = -h[k] }).Value;
                Vector256<float> isOne = Vector256.LessThan(
                    Vector256.FusedMultiplyAdd(Uniform(words[k]), odds, Uniform(words[k])), Vector256<float>.One);
                h[k] = Vector256.ConditionalSelect(isOne, Vector256<float>.One, -Vector256<float>.One);
            }

            Multiply(x, toVisible, visibleOffsets, h, hidden);
            AddNormals(x, words.AsSpan(hidden));
        }

        return x;
    }

    /// <summary>Adds a standard normal number to each coordinate: both numbers of each pair of Box and Muller (1958).</summary>
    private void AddNormals(Vector256<float>[] x, ReadOnlySpan<Vector256<uint>> words)
    {
        for (int d = 0; d < dimension; d += 2)
        {
            Vector256<float> radius = Vector256.Sqrt(Vector256.Log(Uniform(words[d])) * Vector256.Create(-2f));
            (Vector256<float> sine, Vector256<float> cosine) = Vector256.SinCos(Uniform(words[d + 1]) * Vector256.Create(2 * MathF.PI));
            x[d] += radius * cosine;
            if (d + 1 < dimension)
                x[d + 1] += radius * sine;
        }
    }

    /// <summary>An odd multiple of 2⁻²⁵ in (0, 1], rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Uniform(Vector256<uint> word)
        => Vector256.FusedMultiplyAdd(
            Vector256.ConvertToSingle((word >> 8).AsInt32()), Vector256.Create(1f / (1 << 24)), Vector256.Create(0.5f / (1 << 24)));

    /// <summary>Sets <paramref name="output"/> to the offsets plus the weights times the inputs.</summary>
    private static void Multiply(Vector256<float>[] output, float[] weights, float[] offsets, Vector256<float>[] inputs, int inner)
    {
        fixed (float* allWeights = weights)
        {
            float* weight = allWeights;
            for (int row = 0; row < output.Length; row += RowsAtOnce)
            {
                Vector256<float> sum0 = Vector256.Create(offsets[row]), sum1 = Vector256.Create(offsets[row + 1]);
                Vector256<float> sum2 = Vector256.Create(offsets[row + 2]), sum3 = Vector256.Create(offsets[row + 3]);
                Vector256<float> sum4 = Vector256.Create(offsets[row + 4]), sum5 = Vector256.Create(offsets[row + 5]);
                Vector256<float> sum6 = Vector256.Create(offsets[row + 6]), sum7 = Vector256.Create(offsets[row + 7]);
                for (int i = 0; i < inner; i++, weight += RowsAtOnce)
                {
                    Vector256<float> input = inputs[i];
                    sum0 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[0]), input, sum0);
                    sum1 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[1]), input, sum1);
                    sum2 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[2]), input, sum2);
                    sum3 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[3]), input, sum3);
                    sum4 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[4]), input, sum4);
                    sum5 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[5]), input, sum5);
                    sum6 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[6]), input, sum6);
                    sum7 = Vector256.FusedMultiplyAdd(Vector256.Create(weight[7]), input, sum7);
                }

                (output[row], output[row + 1], output[row + 2], output[row + 3]) = (sum0, sum1, sum2, sum3);
                (output[row + 4], output[row + 5], output[row + 6], output[row + 7]) = (sum4, sum5, sum6, sum7);
            }
        }
    }

    /// <summary>
    /// A matrix in the order in which <see cref="Multiply"/> reads it: by <see cref="RowsAtOnce"/> rows, column after column; rows that
    /// are missing are zero.
    /// </summary>
    private static float[] Packed(int rows, int columns, Func<int, int, double> entry) =>
    [
        .. from block in Enumerable.Range(0, RoundUp(rows, RowsAtOnce) / RowsAtOnce)
           from column in Enumerable.Range(0, columns)
           from offset in Enumerable.Range(0, RowsAtOnce)
           let row = (block * RowsAtOnce) + offset
           select row < rows ? (float)entry(row, column) : 0,
    ];

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
