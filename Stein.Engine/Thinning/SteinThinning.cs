using Stein.Engine.Samples;

namespace Stein.Engine.Thinning;

/// <summary>
/// Stein thinning: selects the M of N samples, one after the other, whose kernel Stein discrepancy from a target is least at each step.
/// Only the score of the target at the samples is needed, and neither burn-in nor bias of the samples harms (Riabiz, Chen, Cockayne,
/// Swietach, Niederer, Mackey and Oates, "Optimal thinning of MCMC output", JRSS B 84, 2022).
/// </summary>
/// <remarks>
/// <para>
/// The row selected at step m minimises <c>½ k₀(x, x) + Σ_i k₀(x, x_i)</c> over the samples, with the sum over those selected before, the
/// first of equals. O(NMD) operations and O(ND) memory, in double precision on all cores; the bits do not depend on their number.
/// </para>
/// <para>
/// With <see cref="ThinningSettings.MmdWeight"/> w, <c>w tr(P) (Σ_i k(x, x_i) − m μ(x))</c> is added, μ the mean of k over at most
/// <see cref="MeanEmbedding.MaxReference"/> evenly spaced samples.
/// </para>
/// <para>
/// The discrepancy is the square root of the V-statistic, <c>√(Σ_ij w_i w_j k₀(x_i, x_j))</c>, with weights 1/M unless others are given.
/// </para>
/// </remarks>
public sealed class SteinThinning
{
    /// <summary>The most samples that weights are computed for, whose kernel matrix has 800 MB.</summary>
    private const int MaxWeighted = 10_000;

    private readonly KernelPoints points;
    private readonly double[] diagonal;
    private readonly double mmdWeight;

    /// <summary>Prepares samples and scores.</summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">The gradient of the target's log-density at each of them (N×D).</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// Shapes do not match, a number is not finite, there is no sample, a coordinate is constant and cannot be standardised, or no kernel
    /// follows from the samples.
    /// </exception>
    public SteinThinning(ReadOnlySpan<double> samples, ReadOnlySpan<double> scores, int dimension, ThinningSettings? settings = null)
    {
        settings ??= new();
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        Count = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 1);
        SampleMatrix.CheckSameShape(samples, scores, dimension, nameof(scores));
        SampleMatrix.Rows(scores, dimension, nameof(scores));
        Dimension = dimension;
        if (!(settings.MmdWeight >= 0 && double.IsFinite(settings.MmdWeight)))
            throw new ArgumentException($"The weight of the MMD cannot be {settings.MmdWeight}; it must be a finite number, at least 0.");
        double[] scaled = samples.ToArray();
        double[] scaledScores = scores.ToArray();
        double[] scales = settings.IsStandardised ? Deviations(samples, dimension) : [];
        for (int i = 0; i < scaled.Length && scales.Length > 0; i++)
        {
            scaled[i] /= scales[i % dimension];
            scaledScores[i] *= scales[i % dimension];
        }

        Scales = scales;
        var preconditioner = Preconditioner.Of(settings, scaled, dimension);
        PrecisionMatrix = preconditioner.Matrix;
        mmdWeight = settings.MmdWeight * preconditioner.Trace;
        points = KernelPoints.Create(settings.Kernel, scaled, scaledScores, dimension, preconditioner);
        diagonal = points.SteinDiagonal();
        RequireFinite(scaled, preconditioner);
    }

    /// <summary>The number of samples N.</summary>
    public int Count { get; }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>What each coordinate was divided by, its mean absolute deviation (D); empty where it was not.</summary>
    public IReadOnlyList<double> Scales { get; }

    /// <summary>The matrix P (D×D, row-major) of the kernel <c>φ((x − y)ᵀ P (x − y))</c> of the divided samples.</summary>
    public IReadOnlyList<double> PrecisionMatrix { get; }

    /// <summary>Selects samples.</summary>
    /// <param name="count">M, at least 1; more than N is possible, for rows may come more than once.</param>
    /// <param name="progress">Is told what share of the samples was selected.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public ThinnedSamples Select(int count, IProgress<double>? progress = null)
    {
        SampleMatrix.CheckAtLeast(count, 1, "The number of samples to select", nameof(count));
        var sums = new double[Count];
        int next = 0;
        for (int n = 0; n < Count; n++)
        {
            sums[n] = 0.5 * diagonal[n];
            if (sums[n] < sums[next])
                next = n;
        }

        Towards? samples = mmdWeight > 0 ? new(points, mmdWeight) : null;
        if (samples is not null)
            next = samples.First(sums);
        var rows = new int[count];
        var discrepancies = new double[count];
        double total = 0;
        for (int m = 0; m < count; m++)
        {
            rows[m] = next;
            total += 2 * sums[next];
            discrepancies[m] = Root(total) / (m + 1);
            if (m + 1 < count)
            {
                int last = next;
                next = points.AddStein(points, last, sums);
                if (samples is not null)
                    next = samples.Next(last, sums);
            }

            progress?.Report((m + 1.0) / count);
        }

        return new(rows, discrepancies);
    }

    /// <summary><c>k₀(x_i, x_j)</c> of two samples.</summary>
    public double Kernel(int first, int second) => points.Select([first]).SteinSum(points.Select([second]));

    /// <summary>The kernel Stein discrepancy of some samples.</summary>
    /// <param name="rows">Their rows; one may come more than once.</param>
    /// <param name="weights">Their weights, of sum 1; null for equal ones.</param>
    public double Discrepancy(IReadOnlyList<int> rows, IReadOnlyList<double>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        KernelPoints set = points.Select(rows);
        return Root(set.SteinSum(set, weights, weights)) / (weights is null ? rows.Count : 1);
    }

    /// <summary>The unbiased estimate of the squared discrepancy of some samples, without the pairs of a sample with itself.</summary>
    /// <param name="rows">At least two.</param>
    public double UnbiasedSquare(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        KernelPoints set = points.Select(rows);
        return (set.SteinSum(set) - rows.Sum(row => diagonal[row])) / (rows.Count * (rows.Count - 1.0));
    }

    /// <summary>
    /// Stein importance weights: the weights <c>w ≥ 0</c> of sum 1 with the least discrepancy (Liu and Lee, "Black-box importance
    /// sampling", AISTATS 2017). O(M²) memory, and up to O(M³) operations.
    /// </summary>
    /// <param name="rows">M rows; where one comes more than once, one of its places has the whole weight.</param>
    /// <exception cref="ArgumentException">There are none, or more than 10 000.</exception>
    public double[] Weights(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count is 0 or > MaxWeighted)
        {
            throw new ArgumentException(
                $"Importance weights of {rows.Count} samples cannot be computed; there must be 1 to {MaxWeighted}. Select as many.",
                nameof(rows));
        }

        return SimplexWeights.Minimise(points.Select(rows).SteinMatrix(), rows.Count);
    }

    /// <summary>What other sets are compared with by the maximum mean discrepancy of the kernel φ.</summary>
    /// <param name="rows">The rows of the reference.</param>
    internal MeanEmbedding Embed(IReadOnlyList<int> rows) => new(points, points.Select(rows));

    private static double Root(double square) => Math.Sqrt(Math.Max(0, square));

    /// <summary>The mean absolute deviation of each coordinate from its mean (D).</summary>
    private static double[] Deviations(ReadOnlySpan<double> samples, int dimension)
    {
        int count = samples.Length / dimension;
        var means = new double[dimension];
        var deviations = new double[dimension];
        for (int i = 0; i < samples.Length; i++)
            means[i % dimension] += samples[i] / count;
        for (int i = 0; i < samples.Length; i++)
            deviations[i % dimension] += Math.Abs(samples[i] - means[i % dimension]) / count;
        for (int d = 0; d < dimension; d++)
        {
            bool isConstant = true;
            for (int i = d; i < samples.Length && isConstant; i += dimension)
                isConstant = samples[i] == samples[d];
            if (isConstant || !(deviations[d] > 0 && double.IsFinite(deviations[d])))
            {
                string what = isConstant ? $"is the same in all {count} samples" : "has a range beyond double precision";
                throw new ArgumentException(
                    $"Coordinate {d + 1} {what} and cannot be standardised. Leave it out, or do not standardise.", nameof(samples));
            }
        }

        return deviations;
    }

    /// <summary>What draws the selection towards the samples.</summary>
    private sealed class Towards(KernelPoints points, double weight)
    {
        private readonly double[] means = MeanEmbedding.OfEvenlySpaced(points).Means();
        private readonly double[] sums = new double[points.Count];
        private int selected;

        /// <summary>The first row to select.</summary>
        /// <param name="stein">½ k₀(x, x) of each sample (N).</param>
        public int First(double[] stein) => Least(stein);

        /// <summary>The row to select after another.</summary>
        /// <param name="stein">What the published method minimises, of each sample (N).</param>
        public int Next(int last, double[] stein)
        {
            points.AddKernel(points, last, sums);
            selected++;
            return Least(stein);
        }

        private int Least(double[] stein)
        {
            (int best, double least) = (0, double.PositiveInfinity);
            for (int n = 0; n < sums.Length; n++)
            {
                double value = stein[n] + (weight * (sums[n] - ((selected + 1) * means[n])));
                if (value < least)
                    (best, least) = (n, value);
            }

            return best;
        }
    }

    /// <summary>Numbers whose squares are beyond double precision would make sums that are not numbers.</summary>
    private void RequireFinite(double[] scaled, Preconditioner preconditioner)
    {
        double largest = scaled.Max(Math.Abs);
        double square = 4 * largest * largest * Dimension * preconditioner.Matrix.Max(Math.Abs);
        if (!Array.TrueForAll(diagonal, double.IsFinite) || !double.IsFinite(square) || !double.IsFinite(diagonal.Max() * Count))
        {
            throw new ArgumentException(
                "The kernel of these samples and scores is beyond double precision. Give samples and scores of a smaller scale, or "
                + "standardise.");
        }
    }
}
