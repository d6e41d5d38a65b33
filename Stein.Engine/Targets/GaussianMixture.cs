using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// A mixture of K Gaussians in D dimensions, <c>p(x) = Σ_k w_k N(x; μ_k, Σ_k)</c>, evaluated on the host in double precision. Immutable
/// and safe for use by several threads at once.
/// </summary>
/// <remarks>
/// With responsibilities <c>r_k(x) = w_k N(x; μ_k, Σ_k)/p(x)</c> the score is <c>−Σ_k r_k(x) Σ_k⁻¹(x − μ_k)</c>. Densities are
/// summed relative to the largest of them, so that nothing underflows as long as <c>(x − μ_k)ᵀ Σ_k⁻¹ (x − μ_k)</c> is below 10³⁰⁸;
/// beyond that the log-density is −∞ and the score NaN. Weights affect the score only through r. If components are well separated, the
/// score hardly depends on the weights, which is the blindness of score-based methods (Wenliang and Kanagawa, arXiv 2008.10087).
/// </remarks>
public sealed class GaussianMixture : ITarget, ISmoothableDensity
{
    /// <summary>The largest deviation allowed of the sum of the weights from 1; the weights are divided by their sum.</summary>
    public const double WeightTolerance = 1e-9;

    private readonly double[] weights;
    private readonly double[] means;
    private readonly GaussianCovariance[] covariances;

    // log w_k − ½ log det Σ_k − ½ D log 2π: the logarithm of w_k N(x; μ_k, Σ_k) at the mean.
    private readonly double[] logPeaks;

    /// <summary>Creates a mixture of components, which may share covariances.</summary>
    /// <param name="weights">w (K): finite, not negative, with a sum of 1 within <see cref="WeightTolerance"/>.</param>
    /// <param name="means">μ: K×D, row-major, finite.</param>
    /// <param name="covariances">Σ (K), all of the same dimension D.</param>
    /// <exception cref="ArgumentException">An argument is invalid; the message says which.</exception>
    public GaussianMixture(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, params ReadOnlySpan<GaussianCovariance> covariances)
    {
        this.weights = Normalised(weights);
        if (covariances.Length != weights.Length)
        {
            throw new ArgumentException(
                $"{weights.Length} weights and {covariances.Length} covariances do not match; each component needs one of each.",
                nameof(covariances));
        }

        this.covariances = covariances.ToArray();
        Dimension = (covariances[0] ?? throw new ArgumentNullException(nameof(covariances))).Dimension;
        for (int k = 0; k < this.covariances.Length; k++)
        {
            if (this.covariances[k]?.Dimension != Dimension)
            {
                throw new ArgumentException(
                    $"The covariance of component {k} has dimension {this.covariances[k]?.Dimension.ToString() ?? "none"} and that of "
                    + $"component 0 has {Dimension}; all must have the same.",
                    nameof(covariances));
            }
        }

        this.means = CheckedMeans(means, weights.Length, Dimension);
        logPeaks = LogPeaks(this.weights, this.covariances);
    }

    private GaussianMixture(double[] weights, GaussianMixture other, GaussianCovariance[] covariances)
    {
        (this.weights, means, this.covariances, Dimension) = (weights, other.means, covariances, other.Dimension);
        logPeaks = LogPeaks(weights, covariances);
    }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>The number of components K.</summary>
    public int Components => weights.Length;

    /// <summary>The weights w (K).</summary>
    public ReadOnlySpan<double> Weights => weights;

    /// <summary>The means μ (K×D, row-major).</summary>
    public ReadOnlySpan<double> Means => means;

    /// <summary>The covariances Σ (K).</summary>
    public ReadOnlySpan<GaussianCovariance> Covariances => covariances;

    /// <summary>Creates a mixture of components with covariances <c>v_k I</c>.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="weights">w (K): finite, not negative, with a sum of 1 within <see cref="WeightTolerance"/>.</param>
    /// <param name="means">μ: K×D, row-major, finite.</param>
    /// <param name="variances">v (K), positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1.</exception>
    /// <exception cref="ArgumentException">Another argument is invalid; the message says which.</exception>
    public static GaussianMixture Isotropic(
        int dimension, ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> variances)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        var covariances = new GaussianCovariance[variances.Length];
        for (int k = 0; k < covariances.Length; k++)
        {
            if (!(variances[k] > 0 && double.IsFinite(variances[k])))
            {
                throw new ArgumentException(
                    $"The variance of component {k} is {variances[k]}; it must be a positive finite number.", nameof(variances));
            }

            covariances[k] = GaussianCovariance.Isotropic(dimension, variances[k]);
        }

        return new(weights, means, covariances);
    }

    /// <summary>Creates a mixture of components with full covariances.</summary>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="weights">w (K): finite, not negative, with a sum of 1 within <see cref="WeightTolerance"/>.</param>
    /// <param name="means">μ: K×D, row-major, finite.</param>
    /// <param name="covariances">Σ: K×D×D, each row-major, symmetric and positive definite.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1.</exception>
    /// <exception cref="ArgumentException">Another argument is invalid; the message says which.</exception>
    public static GaussianMixture Full(
        int dimension, ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> covariances)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        long size = (long)dimension * dimension;
        if (covariances.Length != weights.Length * size)
        {
            throw new ArgumentException(
                $"{covariances.Length} numbers are not the covariances of {weights.Length} components in dimension {dimension}; "
                + $"pass {weights.Length}×{dimension}×{dimension} = {weights.Length * size}.",
                nameof(covariances));
        }

        var matrices = new GaussianCovariance[weights.Length];
        for (int k = 0; k < matrices.Length; k++)
        {
            ReadOnlySpan<double> values = covariances.Slice(k * (int)size, (int)size);
            matrices[k] = GaussianCovariance.TryFull(dimension, values, out string problem)
                ?? throw new ArgumentException($"The covariance of component {k} {problem}", nameof(covariances));
        }

        return new(weights, means, matrices);
    }

    /// <summary>
    /// Creates the mixture <c>π N(−m e₁, v I) + (1 − π) N(m e₁, v I)</c>, whose modes are 2m apart on the first axis.
    /// </summary>
    /// <param name="separation">m, finite: the distance of each mode from the origin.</param>
    /// <param name="weight">π, the weight of the mode at −m, from 0 to 1.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="variance">v, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static GaussianMixture TwoModes(double separation, double weight = 0.5, int dimension = 1, double variance = 1)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        if (!double.IsFinite(separation))
        {
            throw new ArgumentOutOfRangeException(
                nameof(separation), separation, $"The separation cannot be {separation}; it must be finite.");
        }

        if (!(weight is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(weight), weight, $"The weight of the first component cannot be {weight}; it must be from 0 to 1.");
        }

        var means = new double[2 * dimension];
        (means[0], means[dimension]) = (-separation, separation);
        var covariance = GaussianCovariance.Isotropic(dimension, variance);
        return new([weight, 1 - weight], means, covariance, covariance);
    }

    /// <summary>The mean μ_k (D).</summary>
    public ReadOnlySpan<double> Mean(int component) => means.AsSpan(component * Dimension, Dimension);

    /// <summary>The normalised log-density <c>log p(x)</c>, in nats. O(KD), for full covariances O(KD²).</summary>
    /// <param name="point">x (D).</param>
    /// <exception cref="ArgumentException">x does not have D coordinates.</exception>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        using var work = new Workspace(this);
        return LogDensity(point, work.Logarithms, work.Difference);
    }

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        SampleMatrix.CheckPoint(score, Dimension, nameof(score));
        using var work = new Workspace(this);
        return LogDensityAndScore(point, score, work.Logarithms, work.Difference);
    }

    /// <summary>Computes the log-density <c>log p</c> at each point, in nats. O(NKD), for full covariances O(NKD²).</summary>
    /// <param name="points">N×D, row-major.</param>
    /// <param name="logDensities">Receives the log-densities (N).</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public void LogDensities(ReadOnlySpan<double> points, Span<double> logDensities)
    {
        CheckRows(points, logDensities.Length, 1, nameof(logDensities));
        using var work = new Workspace(this);
        for (int n = 0; n < logDensities.Length; n++)
            logDensities[n] = LogDensity(points.Slice(n * Dimension, Dimension), work.Logarithms, work.Difference);
    }

    /// <summary>Computes the score <c>∇ log p</c> at each point. O(NKD), for full covariances O(NKD²).</summary>
    /// <param name="points">N×D, row-major.</param>
    /// <param name="scores">Receives the scores (N×D, row-major); must not overlap the points.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public void Score(ReadOnlySpan<double> points, Span<double> scores)
    {
        CheckRows(points, scores.Length, Dimension, nameof(scores));
        using var work = new Workspace(this);
        for (int start = 0; start < scores.Length; start += Dimension)
            LogDensityAndScore(points.Slice(start, Dimension), scores.Slice(start, Dimension), work.Logarithms, work.Difference);
    }

    /// <summary>
    /// Computes the responsibilities r_k(x), the probabilities that x came from component k. O(NKD), for full covariances O(NKD²).
    /// </summary>
    /// <param name="points">N×D, row-major.</param>
    /// <param name="responsibilities">Receives the responsibilities (N×K, row-major); each row has sum 1.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public void Responsibilities(ReadOnlySpan<double> points, Span<double> responsibilities)
    {
        CheckRows(points, responsibilities.Length, Components, nameof(responsibilities));
        LogDensitiesAndResponsibilities(points, [], responsibilities);
    }

    /// <summary>The mean log-likelihood of samples, in nats.</summary>
    /// <param name="samples">N×D, row-major, N at least 1.</param>
    /// <exception cref="ArgumentException">There are no samples, or the numbers are not rows of D finite numbers.</exception>
    public double MeanLogLikelihood(ReadOnlySpan<double> samples)
    {
        int rows = SampleMatrix.Rows(samples, Dimension, nameof(samples), minimum: 1);
        using var work = new Workspace(this);
        double sum = 0;
        for (int n = 0; n < rows; n++)
            sum += LogDensity(samples.Slice(n * Dimension, Dimension), work.Logarithms, work.Difference);
        return sum / rows;
    }

    /// <summary>
    /// Draws N samples (N×D, row-major), row by row, so that the first rows do not depend on how many follow. Each consumes 2 + 4D words.
    /// </summary>
    /// <param name="stream">Supplies the random numbers; ends up after the last number used.</param>
    /// <param name="count">N, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is negative, or N·D numbers do not fit an array.</exception>
    public double[] Sample(PhiloxStream stream, int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SampleMatrix.CheckCount(count, Dimension, nameof(count));
        var samples = new double[count * Dimension];
        for (int n = 0; n < count; n++)
        {
            int component = DrawComponent(stream.NextUniform());
            Span<double> sample = samples.AsSpan(n * Dimension, Dimension);
            foreach (ref double entry in sample)
                entry = stream.NextNormal();
            covariances[component].Colour(sample);
            ReadOnlySpan<double> mean = Mean(component);
            for (int d = 0; d < Dimension; d++)
                sample[d] += mean[d];
        }

        return samples;
    }

    /// <summary>
    /// The exact convolution <c>p * N(0, σ² I)</c>, the density of samples of p to which noise of standard deviation σ is added.
    /// </summary>
    /// <param name="deviation">σ, finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">σ is negative, or σ² is not finite.</exception>
    public GaussianMixture Smoothed(double deviation)
    {
        if (!(deviation >= 0 && double.IsFinite(deviation * deviation)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(deviation), deviation, $"Noise cannot have standard deviation {deviation}; it must be finite and not negative.");
        }

        // Components that share a covariance also share the smoothed one.
        var smoothed = new Dictionary<GaussianCovariance, GaussianCovariance>(ReferenceEqualityComparer.Instance);
        var result = new GaussianCovariance[covariances.Length];
        for (int k = 0; k < result.Length; k++)
        {
            if (!smoothed.TryGetValue(covariances[k], out GaussianCovariance? sum))
                smoothed[covariances[k]] = sum = covariances[k].PlusIsotropic(deviation * deviation);
            result[k] = sum;
        }

        return new(weights, this, result);
    }

    IDensity ISmoothableDensity.Smoothed(double deviation) => Smoothed(deviation);

    /// <summary>Computes <c>∇∇ log p(x_n) · v_n</c> without forming a Hessian. O(NKD), for full covariances O(NKD²).</summary>
    /// <inheritdoc cref="IDensity.HessianProducts"/>
    public void HessianProducts(ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Span<double> products)
        => MixtureCurvature.HessianProducts(this, points, vectors, products);

    /// <summary>Creates a mixture of the same components with other weights.</summary>
    /// <param name="weights">w (K): finite, not negative, with a sum of 1 within <see cref="WeightTolerance"/>.</param>
    /// <exception cref="ArgumentException">There are not K weights, or the weights are invalid.</exception>
    public GaussianMixture WithWeights(params ReadOnlySpan<double> weights)
        => weights.Length == Components
            ? new(Normalised(weights), this, covariances)
            : throw new ArgumentException(
                $"{weights.Length} weights do not match {Components} components; pass {Components}.", nameof(weights));

    /// <summary>
    /// Computes the log-densities <c>log p(x_n)</c> (N; empty if not needed) and the responsibilities (N×K) in one pass.
    /// </summary>
    internal void LogDensitiesAndResponsibilities(
        ReadOnlySpan<double> points, Span<double> logDensities, Span<double> responsibilities)
    {
        using var work = new Workspace(this);
        for (int n = 0; n * Components < responsibilities.Length; n++)
        {
            Span<double> row = responsibilities.Slice(n * Components, Components);
            double logDensity = LogDensity(points.Slice(n * Dimension, Dimension), row, work.Difference);
            foreach (ref double entry in row)
                entry = Math.Exp(entry - logDensity);
            if (!logDensities.IsEmpty)
                logDensities[n] = logDensity;
        }
    }

    /// <summary><c>log N(x; μ_k, Σ_k)</c>, without the weight.</summary>
    internal double ComponentLogDensity(int component, ReadOnlySpan<double> point, Span<double> difference)
    {
        GaussianCovariance covariance = covariances[component];
        Subtract(point, Mean(component), difference);
        return -0.5 * (covariance.SquaredLength(difference) + covariance.LogDeterminant + (Dimension * Math.Log(2 * Math.PI)));
    }

    private static void Subtract(ReadOnlySpan<double> point, ReadOnlySpan<double> mean, Span<double> difference)
    {
        for (int d = 0; d < difference.Length; d++)
            difference[d] = point[d] - mean[d];
    }

    private static double[] Normalised(ReadOnlySpan<double> weights)
    {
        if (weights.IsEmpty)
            throw new ArgumentException("There are no weights; a mixture needs at least one component.", nameof(weights));
        double sum = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            if (!(weights[k] >= 0 && double.IsFinite(weights[k])))
            {
                throw new ArgumentException(
                    $"The weight of component {k} is {weights[k]}; weights must be finite and not negative.", nameof(weights));
            }

            sum += weights[k];
        }

        if (!(Math.Abs(sum - 1) <= WeightTolerance))
        {
            throw new ArgumentException(
                $"The weights have the sum {sum}; it must be 1 (within {WeightTolerance}). Divide them by {sum}.", nameof(weights));
        }

        var normalised = new double[weights.Length];
        for (int k = 0; k < normalised.Length; k++)
            normalised[k] = weights[k] / sum;
        return normalised;
    }

    private static double[] CheckedMeans(ReadOnlySpan<double> means, int components, int dimension)
    {
        if (means.Length != (long)components * dimension)
        {
            throw new ArgumentException(
                $"{means.Length} numbers are not the means of {components} components in dimension {dimension}; "
                + $"pass {components}×{dimension} = {(long)components * dimension}, mean after mean.",
                nameof(means));
        }

        for (int i = 0; i < means.Length; i++)
        {
            if (!double.IsFinite(means[i]))
            {
                throw new ArgumentException(
                    $"Coordinate {i % dimension} of the mean of component {i / dimension} is {means[i]}; all must be finite.",
                    nameof(means));
            }
        }

        return means.ToArray();
    }

    private static double[] LogPeaks(double[] weights, GaussianCovariance[] covariances)
    {
        var logPeaks = new double[weights.Length];
        for (int k = 0; k < logPeaks.Length; k++)
        {
            double logVolume = covariances[k].LogDeterminant + (covariances[k].Dimension * Math.Log(2 * Math.PI));
            logPeaks[k] = Math.Log(weights[k]) - (0.5 * logVolume);
        }

        return logPeaks;
    }

    /// <summary>log p(x); also writes <c>log w_k N(x; μ_k, Σ_k)</c> to <paramref name="logarithms"/> (K).</summary>
    private double LogDensity(ReadOnlySpan<double> point, Span<double> logarithms, Span<double> difference)
    {
        double largest = double.NegativeInfinity;
        for (int k = 0; k < logarithms.Length; k++)
        {
            Subtract(point, Mean(k), difference);
            double logarithm = logPeaks[k] - (0.5 * covariances[k].SquaredLength(difference));
            logarithms[k] = logarithm;
            largest = Math.Max(largest, logarithm);
        }

        // Infinity means that the point is too far away, NaN that the point is NaN; neither must turn into the other.
        if (!double.IsFinite(largest))
            return largest;
        double sum = 0;
        foreach (double logarithm in logarithms)
            sum += Math.Exp(logarithm - largest);
        return largest + Math.Log(sum);
    }

    private double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score, Span<double> logarithms, Span<double> difference)
    {
        double logDensity = LogDensity(point, logarithms, difference);
        if (!double.IsFinite(logDensity))
        {
            score.Fill(double.NaN);
            return logDensity;
        }

        score.Clear();
        for (int k = 0; k < logarithms.Length; k++)
        {
            double responsibility = Math.Exp(logarithms[k] - logDensity);
            if (responsibility == 0)
                continue;
            Subtract(point, Mean(k), difference);
            covariances[k].Solve(difference);
            for (int d = 0; d < score.Length; d++)
                score[d] -= responsibility * difference[d];
        }

        return logDensity;
    }

    private int DrawComponent(double uniform)
    {
        double cumulated = 0;
        int last = 0;
        for (int k = 0; k < weights.Length; k++)
        {
            if (weights[k] == 0)
                continue;
            cumulated += weights[k];
            last = k;
            if (uniform < cumulated)
                break;
        }

        // The sum may round to less than 1; larger numbers belong to the last component with a positive weight.
        return last;
    }

    private void CheckRows(ReadOnlySpan<double> points, int outputs, int outputsPerPoint, string name)
    {
        if (points.Length % Dimension != 0)
        {
            throw new ArgumentException(
                $"{points.Length} numbers are not rows of {Dimension}; pass N×{Dimension} numbers, point after point.", nameof(points));
        }

        long needed = (long)(points.Length / Dimension) * outputsPerPoint;
        if (outputs != needed)
        {
            throw new ArgumentException(
                $"The result has room for {outputs} numbers; for {points.Length / Dimension} points it must have {needed}.", name);
        }
    }

    /// <summary>Pooled memory for K logarithms and a difference (D).</summary>
    private readonly ref struct Workspace
    {
        private readonly double[] rented;
        private readonly int components;
        private readonly int dimension;

        public Workspace(GaussianMixture mixture)
        {
            (components, dimension) = (mixture.Components, mixture.Dimension);
            rented = System.Buffers.ArrayPool<double>.Shared.Rent(components + dimension);
        }

        public Span<double> Logarithms => rented.AsSpan(0, components);

        public Span<double> Difference => rented.AsSpan(components, dimension);

        public void Dispose() => System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }
}
