using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// The weighted bootstrap of a degenerate U-statistic of N samples. For a symmetric matrix H (N×N) of pair terms with a diagonal of
/// zeros, it computes B replicates <c>Σ_ij v_i v_j h_ij</c> of the statistic <c>Σ_ij h_ij/(N(N−1))</c> under the hypothesis, with
/// weights v given by <see cref="BootstrapWeights"/>.
/// </summary>
/// <remarks>
/// <para>
/// Weights (B×N) and buffers are allocated once; a test allocates nothing. It takes O(BN²) operations as one matrix product,
/// <c>rowsum((VH) ∘ V)</c>, and O(BN) memory. The device holds the integers Nv, which are exact in single precision too.
/// </para>
/// <para>
/// The same weights can serve any number of tests of N samples: given the weights, tests of independent data are independent, and
/// since the order of samples is arbitrary, the replicates of different data are as good as newly drawn ones.
/// <see cref="Redraw"/> draws new weights nevertheless. A bootstrap may only be used by the thread that uses its device.
/// </para>
/// </remarks>
public sealed class Bootstrap
{
    private readonly DeviceMatrix weights;
    private readonly DeviceMatrix product;
    private readonly DeviceMatrix quadratic;
    private readonly DeviceMatrix rowSums;
    private readonly float[] drawn;
    private readonly double[] sums;
    private readonly double[] replicates;

    /// <summary>Draws the weights of B = <paramref name="replicates"/> replicates for N = <paramref name="samples"/> samples.</summary>
    /// <param name="device">The device of the pair matrices.</param>
    /// <param name="samples">N, at least 2.</param>
    /// <param name="replicates">B, at least 1.</param>
    /// <param name="kind">The distribution of the weights.</param>
    /// <param name="stream">
    /// A stream for <see cref="StreamPurpose.Bootstrap"/>; consumes about NB words for multinomial weights and NB/32 for signs.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two samples, or no replicates.</exception>
    public Bootstrap(Device device, int samples, int replicates, BootstrapWeights kind, PhiloxStream stream)
        : this(device, samples, replicates, kind) => Redraw(stream);

    private Bootstrap(Device device, int samples, int replicates, BootstrapWeights kind)
    {
        ArgumentNullException.ThrowIfNull(device);
        RequireSamples(samples);
        if (replicates < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(replicates), replicates, $"The number of replicates cannot be {replicates}; it must be at least 1.");
        }

        Device = device;
        Samples = samples;
        Kind = kind;
        weights = device.Allocate(replicates, samples);
        product = device.Allocate(replicates, samples);
        quadratic = device.Allocate(replicates, 1);
        rowSums = device.Allocate(samples, 1);
        drawn = new float[replicates * samples];
        sums = new double[samples];
        this.replicates = new double[replicates];
    }

    public Device Device { get; }

    /// <summary>The number of samples N.</summary>
    public int Samples { get; }

    public BootstrapWeights Kind { get; }

    /// <summary>The replicates (B) of the last matrix, in the order of their weights; valid until the next matrix.</summary>
    public ReadOnlySpan<double> Replicates => replicates;

    /// <summary>Creates a bootstrap with given multinomial weights, such as those drawn by another program.</summary>
    /// <param name="device">The device of the pair matrices.</param>
    /// <param name="samples">N, at least 2.</param>
    /// <param name="counts">How often each sample was drawn (B×N, row-major); the sum of every row is N.</param>
    /// <exception cref="ArgumentException">The counts are not whole rows, or a row does not add up to N.</exception>
    internal static Bootstrap FromCounts(Device device, int samples, ReadOnlySpan<int> counts)
    {
        RequireSamples(samples);
        if (counts.Length % samples != 0)
            throw new ArgumentException($"{counts.Length} counts are not a whole number of rows of {samples}.", nameof(counts));
        var bootstrap = new Bootstrap(device, samples, counts.Length / samples, BootstrapWeights.Multinomial);
        for (int row = 0; row < counts.Length; row += samples)
        {
            int total = 0;
            for (int i = row; i < row + samples; i++)
            {
                total += counts[i];
                bootstrap.drawn[i] = counts[i] - 1;
            }

            if (total != samples)
            {
                throw new ArgumentException(
                    $"The counts of replicate {row / samples} add up to {total}; they must add up to {samples}, the number of samples.",
                    nameof(counts));
            }
        }

        device.Write(bootstrap.weights, bootstrap.drawn);
        return bootstrap;
    }

    /// <summary>Draws new weights from the current position of <paramref name="stream"/>.</summary>
    public void Redraw(PhiloxStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (Kind == BootstrapWeights.Multinomial)
            DrawCounts(stream);
        else
            DrawSigns(stream);
        Device.Write(weights, drawn);
    }

    /// <summary>Computes the replicates of a pair matrix.</summary>
    /// <param name="pairs">H (N×N), symmetric, with a diagonal of zeros.</param>
    /// <returns><see cref="Replicates"/>.</returns>
    /// <exception cref="ArgumentException">The matrix is not N×N.</exception>
    public ReadOnlySpan<double> Run(DeviceMatrix pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Rows != Samples || pairs.Columns != Samples)
        {
            throw new ArgumentException(
                $"A pair matrix of {pairs.Rows}×{pairs.Columns} was passed to a bootstrap of {Samples} samples; "
                + $"it must be {Samples}×{Samples}.",
                nameof(pairs));
        }

        Device.Multiply(product, weights, pairs);
        Device.SumRows<Product>(quadratic, product, weights);
        Device.Read(quadratic, replicates);
        double inverseSquare = PairStatistic.V.Weight(Samples);
        foreach (ref double replicate in replicates.AsSpan())
            replicate *= inverseSquare;
        return replicates;
    }

    /// <summary>Tests a pair matrix by comparing its U-statistic with its <see cref="Replicates"/>.</summary>
    /// <param name="pairs">H (N×N), symmetric, with a diagonal of zeros.</param>
    /// <exception cref="ArgumentException">The matrix is not N×N, or its sum is not finite.</exception>
    public TestOutcome Test(DeviceMatrix pairs)
    {
        Run(pairs);
        Device.SumRows<Identity>(rowSums, pairs);
        Device.Read(rowSums, sums);
        double statistic = 0;
        foreach (double sum in sums)
            statistic += sum;
        statistic *= PairStatistic.U.Weight(Samples);
        return new(statistic, PValue(statistic));
    }

    /// <summary>
    /// <c>(1 + k)/(B + 1)</c>, where k is the number of <see cref="Replicates"/> that are not below <paramref name="statistic"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The statistic is NaN or infinite, so that it cannot be compared.</exception>
    public double PValue(double statistic) => PValue(statistic, replicates);

    /// <summary>The same for replicates of any kind (B).</summary>
    /// <exception cref="ArgumentException">The statistic is NaN or infinite, so that it cannot be compared.</exception>
    internal static double PValue(double statistic, ReadOnlySpan<double> replicates)
    {
        if (!double.IsFinite(statistic))
        {
            throw new ArgumentException(
                $"A statistic of {statistic} cannot be tested: samples, scores and bandwidth must be finite numbers, without NaN.",
                nameof(statistic));
        }

        int above = 0;
        foreach (double replicate in replicates)
        {
            // Written as a negation, so that a replicate that is NaN never makes a rejection more likely.
            if (!(replicate < statistic))
                above++;
        }

        return (1.0 + above) / (1.0 + replicates.Length);
    }

    private static void RequireSamples(int samples)
    {
        if (samples < 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(samples), samples, $"The number of samples cannot be {samples}; a test needs at least two.");
        }
    }

    /// <summary>Draws Nv = counts − 1, with N draws per replicate.</summary>
    private void DrawCounts(PhiloxStream stream)
    {
        Array.Fill(drawn, -1);
        for (int row = 0; row < drawn.Length; row += Samples)
        {
            Span<float> counts = drawn.AsSpan(row, Samples);
            for (int draw = 0; draw < Samples; draw++)
                counts[stream.NextInt32(Samples)]++;
        }
    }

    /// <summary>Draws the signs Nv = ε, one per bit, lowest bit first; each replicate begins with a new word.</summary>
    private void DrawSigns(PhiloxStream stream)
    {
        const int Bits = 32;
        uint word = 0;
        for (int i = 0; i < drawn.Length; i++)
        {
            int bit = i % Samples % Bits;
            if (bit == 0)
                word = stream.NextUInt32();
            drawn[i] = ((word >> bit) & 1) == 0 ? -1 : 1;
        }
    }
}
