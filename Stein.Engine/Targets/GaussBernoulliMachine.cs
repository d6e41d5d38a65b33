using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// The Gauss–Bernoulli restricted Boltzmann machine: <c>p(x, h) ∝ exp(½ xᵀBh + bᵀx + cᵀh − ½‖x‖²)</c> with hidden h in {−1, 1}^H, summed
/// over h. With <c>t = ½ Bᵀx + c</c>, <c>log p(x) = bᵀx − ½‖x‖² + Σ_k log(2 cosh t_k)</c> up to a constant, and the score is
/// <c>b − x + ½ B tanh(t)</c>.
/// </summary>
/// <remarks>
/// <para>
/// It is the density of kernel-gof (Jitkrittum et al., "A linear-time kernel goodness-of-fit test", NIPS 2017) and of the tests that follow
/// it. The score <c>b − x + B tanh(Bᵀx + c)</c> that Liu, Lee and Jordan print (ICML 2016) is that of this density with 2B for B.
/// </para>
/// <para>
/// It is a mixture of 2^H Gaussians N(b + ½Bh, I), so that samples come from chains: <see cref="GibbsChains"/>.
/// </para>
/// </remarks>
internal sealed class GaussBernoulliMachine : ITarget
{
    /// <summary>The updates of a chain before its draw that the authors of the tests use.</summary>
    public const int PublishedBurnIn = 2000;

    private readonly int hidden;
    private readonly double[] couplings;
    private readonly double[] visibleBias;
    private readonly double[] hiddenBias;
    private readonly int burnIn;
    private readonly PaddedMatrix factor;

    /// <param name="couplings">B (D×H, row-major).</param>
    /// <param name="visibleBias">b (D), D at least 1.</param>
    /// <param name="hiddenBias">c (H), H at least 1.</param>
    /// <param name="burnIn">The updates of a chain before the one that gives its sample, at least 0.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    /// <exception cref="ArgumentOutOfRangeException">D or H is 0, or the burn-in is negative.</exception>
    public GaussBernoulliMachine(double[] couplings, double[] visibleBias, double[] hiddenBias, int burnIn = PublishedBurnIn)
    {
        SampleMatrix.CheckDimension(visibleBias.Length, nameof(visibleBias));
        SampleMatrix.CheckAtLeast(hiddenBias.Length, 1, "The number of hidden units", nameof(hiddenBias));
        SampleMatrix.CheckAtLeast(burnIn, 0, "The burn-in", nameof(burnIn));
        SampleMatrix.CheckPoint(couplings, visibleBias.Length * hiddenBias.Length, nameof(couplings));
        (this.couplings, this.visibleBias, this.hiddenBias, this.burnIn) = (couplings, visibleBias, hiddenBias, burnIn);
        hidden = hiddenBias.Length;
        factor = PaddedMatrix.FromRows(couplings, Dimension, hidden);
    }

    /// <inheritdoc/>
    public int Dimension => visibleBias.Length;

    /// <summary>
    /// A machine of the published experiments: entries of B are −1 or 1 with equal probability, those of b and c standard normal.
    /// </summary>
    /// <param name="stream">Supplies the entries of B, by rows, then b and c.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="hidden">H, at least 1.</param>
    public static GaussBernoulliMachine Random(PhiloxStream stream, int dimension, int hidden, int burnIn = PublishedBurnIn)
    {
        ArgumentNullException.ThrowIfNull(stream);
        double[] couplings = [.. Enumerable.Range(0, dimension * hidden).Select(_ => stream.NextInt32(2) == 0 ? -1.0 : 1)];
        return new(couplings, Normals(stream, dimension), Normals(stream, hidden), burnIn);
    }

    /// <summary>The machine with independent noise N(0, σ²) added to every entry of B.</summary>
    /// <param name="stream">Supplies D·H normal numbers, those of B by rows.</param>
    /// <param name="deviation">σ.</param>
    public GaussBernoulliMachine Perturbed(PhiloxStream stream, double deviation)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new(Array.ConvertAll(couplings, entry => entry + (deviation * stream.NextNormal())), visibleBias, hiddenBias, burnIn);
    }

    /// <summary>The mixture that the machine is: normalised, and sampled exactly, in O(2^H D).</summary>
    /// <exception cref="InvalidOperationException">H is above 16: there are too many components.</exception>
    public GaussianMixture ToMixture()
    {
        const int MaxHidden = 16;
        if (hidden > MaxHidden)
        {
            throw new InvalidOperationException(
                $"A machine with {hidden} hidden units is a mixture of 2^{hidden} components; at most 2^{MaxHidden} can be listed.");
        }

        int states = 1 << hidden;
        double[] means = new double[states * Dimension], logWeights = new double[states], units = new double[hidden];
        for (int state = 0; state < states; state++)
        {
            for (int k = 0; k < hidden; k++)
                units[k] = ((state >> k) & 1) == 1 ? 1 : -1;
            Span<double> mean = means.AsSpan(state * Dimension, Dimension);
            for (int d = 0; d < mean.Length; d++)
                mean[d] = visibleBias[d] + (0.5 * Dot(couplings.AsSpan(d * hidden, hidden), units));
            logWeights[state] = Dot(hiddenBias, units) + (0.5 * Dot(mean, mean));
        }

        double largest = logWeights.Max();
        double[] weights = Array.ConvertAll(logWeights, weight => Math.Exp(weight - largest));
        double total = weights.Sum();
        return new(
            Array.ConvertAll(weights, weight => weight / total),
            means,
            [.. Enumerable.Repeat(GaussianCovariance.Isotropic(Dimension, 1), states)]);
    }

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        var inputs = new double[hidden];
        double sum = HiddenInputs(point, inputs);
        foreach (double t in inputs)
            sum += Math.Abs(t) + Math.Log(1 + Math.Exp(-2 * Math.Abs(t)));
        return sum;
    }

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckPoint(score, Dimension, nameof(score));
        double logDensity = LogDensity(point);
        var inputs = new double[hidden];
        HiddenInputs(point, inputs);
        foreach (ref double t in inputs.AsSpan())
            t = Math.Tanh(t);
        for (int d = 0; d < score.Length; d++)
            score[d] = visibleBias[d] - point[d] + (0.5 * Dot(couplings.AsSpan(d * hidden, hidden), inputs));
        return logDensity;
    }

    /// <inheritdoc/>
    /// <remarks>Two matrix products; O(NDH).</remarks>
    public void Score(ReadOnlySpan<double> points, Span<double> scores)
    {
        SampleMatrix.CheckSameShape(points, scores, Dimension, nameof(scores));
        PaddedMatrix mean = Through(points, points, (input, _) => Math.Tanh(input));
        for (int n = 0; n < mean.Rows; n++)
        {
            ReadOnlySpan<double> row = mean.Row(n), point = points.Slice(n * Dimension, Dimension);
            Span<double> score = scores.Slice(n * Dimension, Dimension);
            for (int d = 0; d < score.Length; d++)
                score[d] = visibleBias[d] - point[d] + (0.5 * row[d]);
        }
    }

    /// <inheritdoc/>
    /// <remarks><c>−v + ¼ B (sech²(t) ∘ Bᵀv)</c>; three matrix products, O(NDH).</remarks>
    public void HessianProducts(ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Span<double> products)
    {
        SampleMatrix.CheckSameShape(points, vectors, Dimension, nameof(vectors));
        SampleMatrix.CheckSameShape(points, products, Dimension, nameof(products));
        PaddedMatrix curvature = Through(points, vectors, (input, along) =>
        {
            double tanh = Math.Tanh(input);
            return (1 - (tanh * tanh)) * along;
        });
        for (int n = 0; n < curvature.Rows; n++)
        {
            ReadOnlySpan<double> row = curvature.Row(n), vector = vectors.Slice(n * Dimension, Dimension);
            Span<double> product = products.Slice(n * Dimension, Dimension);
            for (int d = 0; d < product.Length; d++)
                product[d] = (0.25 * row[d]) - vector[d];
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Consumes two words, the seed of the chains. Each sample is the end of its own chain of burn-in + 1 updates from N(0, I): the samples
    /// are independent, and follow p as far as the chains have converged. In single precision.
    /// </remarks>
    public double[] Sample(PhiloxStream stream, int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SampleMatrix.CheckCount(count, Dimension, nameof(count));
        return new GibbsChains(couplings, visibleBias, hiddenBias).Run(stream.NextUInt64(), count, burnIn + 1);
    }

    private static double[] Normals(PhiloxStream stream, int count) => [.. Enumerable.Range(0, count).Select(_ => stream.NextNormal())];

    /// <summary>Writes t and returns <c>bᵀx − ½‖x‖²</c>.</summary>
    private double HiddenInputs(ReadOnlySpan<double> point, double[] inputs)
    {
        double sum = 0;
        hiddenBias.CopyTo(inputs, 0);
        for (int d = 0; d < point.Length; d++)
        {
            sum += (visibleBias[d] - (0.5 * point[d])) * point[d];
            ReadOnlySpan<double> row = couplings.AsSpan(d * hidden, hidden);
            for (int k = 0; k < inputs.Length; k++)
                inputs[k] += 0.5 * row[k] * point[d];
        }

        return sum;
    }

    /// <summary><c>B f(t, Bᵀv)</c> for each point and vector (N×D).</summary>
    private PaddedMatrix Through(ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Func<double, double, double> f)
    {
        int count = points.Length / Dimension;
        PaddedMatrix inputs = HostProduct.Multiply(PaddedMatrix.FromRows(points, count, Dimension), factor);
        PaddedMatrix along = HostProduct.Multiply(PaddedMatrix.FromRows(vectors, count, Dimension), factor);
        for (int n = 0; n < count; n++)
        {
            Span<double> row = inputs.Row(n), other = along.Row(n);
            for (int k = 0; k < row.Length; k++)
                row[k] = f((0.5 * row[k]) + hiddenBias[k], other[k]);
        }

        var product = new PaddedMatrix(count, Dimension);
        HostProduct.MultiplyRightTransposed(inputs, factor, new PaddedMatrix(hidden, Dimension), product);
        return product;
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
            sum += left[i] * right[i];
        return sum;
    }
}
