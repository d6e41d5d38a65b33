using MathNet.Numerics.LinearAlgebra.Double;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>The settings of a mixture fit: when it ends, and a lower bound of the variances.</summary>
/// <param name="Tolerance">
/// A tolerance in nats per sample. A fit of the weights only ends when its mean log-likelihood is within the tolerance of the maximum;
/// a full fit ends when an iteration gains less than the tolerance, which does not bound the distance to the maximum.
/// </param>
/// <param name="MaximumIterations">The number of iterations after which a fit ends even if it has not converged.</param>
/// <param name="RelativeVarianceFloor">
/// The smallest eigenvalue allowed for a fitted covariance, relative to the mean variance of the samples' coordinates. Without it the
/// likelihood has no maximum: it tends to infinity when a component shrinks onto a sample.
/// </param>
internal sealed record MixtureFitSettings(
    double Tolerance = 1e-10, int MaximumIterations = 10_000, double RelativeVarianceFloor = 1e-6)
{
    internal void Validate(string name)
    {
        SampleMatrix.CheckPositive(Tolerance, "The tolerance of a fit", name);
        SampleMatrix.CheckAtLeast(MaximumIterations, 1, "The number of iterations", name);
        SampleMatrix.CheckPositive(RelativeVarianceFloor, "The variance floor", name);
    }
}

/// <summary>The result of a mixture fit.</summary>
/// <param name="LogLikelihoods">
/// The mean log-likelihood of the samples at the start and after each iteration, in nats; it never falls except by rounding.
/// </param>
/// <param name="Converged">Whether the tolerance was reached within the maximum number of iterations.</param>
/// <param name="FloorReached">
/// Whether a covariance lies on the variance floor, in which case the fit is not a stationary point of the likelihood.
/// </param>
internal sealed record MixtureFitResult(
    GaussianMixture Mixture, IReadOnlyList<double> LogLikelihoods, bool Converged, bool FloorReached)
{
    /// <summary>The mean log-likelihood of the samples under <see cref="Mixture"/>, in nats.</summary>
    public double MeanLogLikelihood => LogLikelihoods[^1];

    /// <summary>The number of iterations done.</summary>
    public int Iterations => LogLikelihoods.Count - 1;
}

/// <summary>
/// Maximum likelihood for Gaussian mixtures by expectation–maximisation, a baseline for Stein discrepancies.
/// </summary>
/// <remarks>Source: Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM algorithm", JRSS B 39, 1977.</remarks>
internal static class MixtureFit
{
    // A component keeps its mean and covariance if its responsibilities sum to less than this, because quotients would be inaccurate.
    private const double MinSamples = 1e-100;

    /// <summary>
    /// Fits only the weights, with fixed components: a concave problem, started at equal weights. O(NK) per iteration.
    /// </summary>
    /// <remarks>
    /// With <c>g_k = (1/N) Σ_n N(x_n; μ_k, Σ_k)/p(x_n)</c> an iteration is <c>w_k ← w_k g_k</c>. The mean log-likelihood ℓ is concave
    /// with derivatives g, so that <c>max ℓ − ℓ(w) ≤ max_k g_k − 1</c> (Lindsay, "The geometry of mixture likelihoods", Annals of
    /// Statistics 11, 1983); the iterations end by this bound.
    /// </remarks>
    /// <param name="components">The components; their weights are ignored.</param>
    /// <param name="samples">N×D, row-major, N at least 2.</param>
    /// <param name="settings">When the fit ends; the variance floor is ignored. Null for the defaults.</param>
    /// <exception cref="ArgumentException">There are fewer than two samples, or the numbers are not rows of D finite numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public static MixtureFitResult Weights(
        GaussianMixture components, ReadOnlySpan<double> samples, MixtureFitSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(components);
        settings ??= new();
        settings.Validate(nameof(settings));
        int rows = SampleMatrix.Rows(samples, components.Dimension, nameof(samples), minimum: 2);
        int count = components.Components;
        (double[] ratios, double offset) = DensityRatios(components, samples, rows);

        var weights = new double[count];
        Array.Fill(weights, 1.0 / count);
        var derivatives = new double[count];
        var logLikelihoods = new List<double> { offset + LogLikelihoodAndDerivatives(ratios, weights, derivatives) };
        while (true)
        {
            bool converged = derivatives.Max() - 1 <= settings.Tolerance;
            if (converged || logLikelihoods.Count > settings.MaximumIterations)
                return new(components.WithWeights(weights), logLikelihoods, converged, FloorReached: false);

            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                weights[k] *= derivatives[k];
                sum += weights[k];
            }

            // The sum is 1 up to rounding, which would accumulate over many iterations.
            for (int k = 0; k < count; k++)
                weights[k] /= sum;
            logLikelihoods.Add(offset + LogLikelihoodAndDerivatives(ratios, weights, derivatives));
        }
    }

    /// <summary>
    /// Fits weights, means and covariances; isotropic covariances remain isotropic, full ones full. The likelihood has several maxima, and
    /// this finds one near the start. O(NKD²) per iteration, isotropic O(NKD).
    /// </summary>
    /// <remarks>
    /// Subject to the floor, the optimal full covariance is the weighted scatter matrix with its eigenvalues raised to the floor, so the
    /// likelihood still never falls. A start below the floor is raised first. A component that is left without samples
    /// keeps its mean and covariance.
    /// </remarks>
    /// <param name="start">The mixture with which the fit starts.</param>
    /// <param name="samples">N×D, row-major, N at least 2 and not all the same.</param>
    /// <param name="settings">When the fit ends, and the variance floor; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two different samples, the numbers are not rows of D finite numbers, or a sample is infinitely far from all
    /// components.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public static MixtureFitResult Full(
        GaussianMixture start, ReadOnlySpan<double> samples, MixtureFitSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(start);
        settings ??= new();
        settings.Validate(nameof(settings));
        int dimension = start.Dimension;
        int rows = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 2);
        double floor = settings.RelativeVarianceFloor * MeanVariance(samples, rows, dimension);
        if (!(floor > 0 && double.IsFinite(floor)))
        {
            throw new ArgumentException(
                $"The {rows} samples have a mean variance of {floor / settings.RelativeVarianceFloor}, which cannot be fitted; it must "
                + "be a positive finite number. Pass samples that differ, or fit only the weights.",
                nameof(samples));
        }

        // Only the final mixture counts: an intermediate one may touch the floor.
        bool floored = false;
        var covariances = new GaussianCovariance[start.Components];
        for (int k = 0; k < covariances.Length; k++)
        {
            GaussianCovariance given = start.Covariances[k];
            covariances[k] = given.IsIsotropic
                ? GaussianCovariance.Isotropic(dimension, Math.Max(given.Variance, floor))
                : Floored(dimension, given.ToArray(), floor, ref floored);
        }

        var mixture = new GaussianMixture(start.Weights, start.Means, covariances);
        var responsibilities = new double[rows * mixture.Components];
        var logDensities = new double[rows];
        var logLikelihoods = new List<double>();
        while (true)
        {
            mixture.LogDensitiesAndResponsibilities(samples, logDensities, responsibilities);
            logLikelihoods.Add(MeanOfFinite(logDensities));
            bool converged = logLikelihoods.Count > 1 && logLikelihoods[^1] - logLikelihoods[^2] <= settings.Tolerance;
            if (converged || logLikelihoods.Count > settings.MaximumIterations)
                return new(mixture, logLikelihoods, converged, floored);
            mixture = Maximise(mixture, samples, responsibilities, floor, out floored);
        }
    }

    /// <summary>The optimal mixture for given responsibilities (N×K).</summary>
    private static GaussianMixture Maximise(
        GaussianMixture mixture, ReadOnlySpan<double> samples, double[] responsibilities, double floor, out bool floored)
    {
        (int count, int dimension) = (mixture.Components, mixture.Dimension);
        int rows = samples.Length / dimension;
        double[] means = mixture.Means.ToArray();
        GaussianCovariance[] covariances = mixture.Covariances.ToArray();
        var weights = new double[count];
        var difference = new double[dimension];
        floored = false;
        for (int k = 0; k < count; k++)
        {
            double total = 0;
            for (int n = 0; n < rows; n++)
                total += responsibilities[(n * count) + k];
            weights[k] = total / rows;
            if (!(total > MinSamples))
                continue;

            Span<double> mean = means.AsSpan(k * dimension, dimension);
            mean.Clear();
            for (int n = 0; n < rows; n++)
            {
                double share = responsibilities[(n * count) + k] / total;
                for (int d = 0; d < dimension; d++)
                    mean[d] += share * samples[(n * dimension) + d];
            }

            bool isotropic = covariances[k].IsIsotropic;
            var scatter = new double[isotropic ? 1 : dimension * dimension];
            for (int n = 0; n < rows; n++)
            {
                double share = responsibilities[(n * count) + k] / total;
                if (share == 0)
                    continue;
                for (int d = 0; d < dimension; d++)
                    difference[d] = samples[(n * dimension) + d] - mean[d];
                if (isotropic)
                    AddSquare(scatter, share / dimension, difference);
                else
                    AddOuterProduct(scatter, share, difference);
            }

            if (isotropic)
            {
                floored |= scatter[0] < floor;
                covariances[k] = GaussianCovariance.Isotropic(dimension, Math.Max(scatter[0], floor));
            }
            else
            {
                covariances[k] = Floored(dimension, scatter, floor, ref floored);
            }
        }

        return new(weights, means, covariances);
    }

    private static void AddSquare(double[] scatter, double share, ReadOnlySpan<double> difference)
    {
        foreach (double entry in difference)
            scatter[0] += share * entry * entry;
    }

    private static void AddOuterProduct(double[] scatter, double share, ReadOnlySpan<double> difference)
    {
        // Both halves are computed by the same products, so that they are the same to the last bit.
        for (int i = 0; i < difference.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double product = share * difference[i] * difference[j];
                scatter[(i * difference.Length) + j] += product;
                if (i != j)
                    scatter[(j * difference.Length) + i] += product;
            }
        }
    }

    /// <summary>Returns the matrix with eigenvalues below the floor raised to the floor.</summary>
    private static GaussianCovariance Floored(int dimension, double[] matrix, double floor, ref bool floored)
    {
        var shifted = (double[])matrix.Clone();
        for (int i = 0; i < dimension; i++)
            shifted[(i * dimension) + i] -= floor;
        if (GaussianCovariance.TryFactorise(dimension, shifted) is not null)
            return GaussianCovariance.Full(dimension, matrix);

        floored = true;
        var decomposition = new DenseMatrix(dimension, dimension, matrix).Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric);
        var vectors = decomposition.EigenVectors;
        var values = DenseVector.Create(dimension, i => Math.Max(decomposition.EigenValues[i].Real, floor));
        return GaussianCovariance.Full(
            dimension, (vectors * DiagonalMatrix.OfDiagonal(dimension, dimension, values) * vectors.Transpose()).ToRowMajorArray());
    }

    private static double MeanVariance(ReadOnlySpan<double> samples, int rows, int dimension)
    {
        double sum = 0;
        for (int d = 0; d < dimension; d++)
        {
            double mean = 0;
            for (int n = 0; n < rows; n++)
                mean += samples[(n * dimension) + d] / rows;
            for (int n = 0; n < rows; n++)
            {
                double difference = samples[(n * dimension) + d] - mean;
                sum += difference * difference / rows;
            }
        }

        return sum / dimension;
    }

    private static double MeanOfFinite(double[] logDensities)
    {
        double sum = 0;
        for (int n = 0; n < logDensities.Length; n++)
        {
            if (!double.IsFinite(logDensities[n]))
                throw TooFar(n);
            sum += logDensities[n];
        }

        return sum / logDensities.Length;
    }

    private static ArgumentException TooFar(int sample) => new(
        $"Sample {sample} is infinitely far from every component with a positive weight; start with components nearer to the samples.");

    /// <summary>
    /// Computes <c>N(x_n; μ_k, Σ_k)</c> divided by the largest for each sample (N×K), and the mean logarithm of the largest.
    /// </summary>
    private static (double[] Ratios, double Offset) DensityRatios(GaussianMixture components, ReadOnlySpan<double> samples, int rows)
    {
        (int count, int dimension) = (components.Components, components.Dimension);
        var ratios = new double[rows * count];
        var difference = new double[dimension];
        double offset = 0;
        for (int n = 0; n < rows; n++)
        {
            Span<double> row = ratios.AsSpan(n * count, count);
            double largest = double.NegativeInfinity;
            for (int k = 0; k < count; k++)
            {
                row[k] = components.ComponentLogDensity(k, samples.Slice(n * dimension, dimension), difference);
                largest = Math.Max(largest, row[k]);
            }

            if (!double.IsFinite(largest))
                throw TooFar(n);
            offset += largest;
            foreach (ref double entry in row)
                entry = Math.Exp(entry - largest);
        }

        return (ratios, offset / rows);
    }

    /// <summary>Computes the mean logarithm of <c>Σ_k w_k a_nk</c> for ratios a (N×K), and its derivatives g_k.</summary>
    private static double LogLikelihoodAndDerivatives(double[] ratios, double[] weights, double[] derivatives)
    {
        int count = weights.Length;
        int rows = ratios.Length / count;
        Array.Clear(derivatives);
        double logLikelihood = 0;
        for (int n = 0; n < rows; n++)
        {
            ReadOnlySpan<double> row = ratios.AsSpan(n * count, count);
            double density = 0;
            for (int k = 0; k < count; k++)
                density += weights[k] * row[k];
            logLikelihood += Math.Log(density);
            double scale = 1 / (density * rows);
            for (int k = 0; k < count; k++)
                derivatives[k] += row[k] * scale;
        }

        return logLikelihood / rows;
    }
}
