using Stein.Engine.Devices;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// A method that estimates the score function of a density from samples. All estimators are listed in <see cref="ScoreEstimators"/>.
/// </summary>
/// <remarks>
/// The regularisation is a single number for every estimator: it determines the balance between following the samples and smoothing
/// them. It is given in the settings, follows from <see cref="DefaultRegularisation"/>, or is selected by
/// <see cref="HeldOutSelection"/>. An estimator has no state and can be used by several threads, each with its own device.
/// </remarks>
public abstract class ScoreEstimator
{
    /// <summary>The largest order of a padded matrix that an array can hold.</summary>
    private const int MaxPairedSamples = 46_336;

    private protected ScoreEstimator()
    {
    }

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>A short title.</summary>
    public abstract string Title { get; }

    /// <summary>The name of the regularisation, such as <c>ridge η</c>.</summary>
    public abstract string RegularisationName { get; }

    /// <summary>Whether a larger regularisation smooths more (such as a ridge) or less (such as a number of iterations).</summary>
    public abstract bool IsSmootherWhenLarger { get; }

    /// <summary>The rule for the bandwidth if none is given.</summary>
    public abstract BandwidthRule BandwidthRule { get; }

    /// <summary>The number of derivatives that the kernel needs where its points are equal, see <see cref="KernelSmoothness"/>.</summary>
    public virtual int KernelDerivatives => KernelSmoothness.SteinKernel;

    /// <summary>
    /// The regularisation for K samples in D dimensions if none is given, by the rule stated in the estimator's documentation.
    /// </summary>
    public abstract double DefaultRegularisation(int samples, int dimension);

    /// <summary>
    /// The regularisations, in ascending order, among which <see cref="HeldOutSelection"/> selects, in addition to the default.
    /// </summary>
    public abstract IReadOnlyList<double> Candidates(int samples, int dimension);

    /// <summary>If a regularisation is not allowed, says what is, as in "it must be a positive number"; otherwise null.</summary>
    public abstract string? ProblemWith(double regularisation);

    /// <summary>The largest number of samples, which an array of pairs can hold.</summary>
    public int MaxSamples => PairMatrices == (0, 0) ? Array.MaxLength / ScoreEstimate.BlockRows : MaxPairedSamples;

    /// <summary>
    /// The number of K×K matrices in memory at a time: on the device, and on the host in double precision; none where pairs are formed
    /// in blocks.
    /// </summary>
    private protected virtual (int Device, int Host) PairMatrices => (0, 0);

    /// <summary>The number of samples up to which single precision may be enough.</summary>
    private protected virtual int MaxSinglePrecisionSamples => int.MaxValue;

    /// <summary>About how much memory an estimate from K samples in D dimensions takes, in bytes.</summary>
    /// <param name="device">Where it is computed; memory of its own does not count.</param>
    public double BytesFor(Device device, int samples, int dimension)
    {
        ArgumentNullException.ThrowIfNull(device);
        double number = device.IsHost ? (device.IsSinglePrecision ? sizeof(float) : sizeof(double)) : 0;
        double k = samples;
        double blocks = 3 * Math.Min(k, ScoreEstimate.BlockRows) * k * number;
        double pairs = ((PairMatrices.Device * number) + (PairMatrices.Host * sizeof(double))) * k * k;
        return pairs + blocks + (8 * sizeof(double) * k * dimension);
    }

    /// <summary>
    /// Says whether a device of single precision computes the scores of these samples to within 10⁻⁴ of the largest score of their column,
    /// by a trial with a few of the samples in both precisions.
    /// </summary>
    /// <param name="device">A device. In double precision nothing is tried.</param>
    /// <param name="samples">K×D, row-major, K at least 2, not all the same.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <param name="points">Where the estimate is to be evaluated (M×D); empty for the samples themselves.</param>
    /// <returns>Null if it does; otherwise what is wrong, as the end of a sentence.</returns>
    /// <inheritdoc cref="Fit(Device, ReadOnlySpan{double}, int, ScoreEstimatorSettings?)" path="/exception"/>
    public string? SinglePrecisionProblem(
        Device device,
        ReadOnlySpan<double> samples,
        int dimension,
        ScoreEstimatorSettings? settings = null,
        ReadOnlySpan<double> points = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        int count = samples.Length / Math.Max(1, dimension);
        if (device.IsSinglePrecision && count > MaxSinglePrecisionSamples)
            return $"single precision is not enough for the estimator {Name} with more than {MaxSinglePrecisionSamples} samples";
        return device.IsSinglePrecision
            ? SinglePrecisionTrial.Problem(this, device, samples, dimension, settings ?? new(), points)
            : null;
    }

    /// <summary>
    /// The regularisation that has the same effect on an estimate from a fraction of the samples: for a ridge, that fraction of it.
    /// </summary>
    internal virtual double ForFewer(double regularisation, double fraction) => regularisation * fraction;

    /// <summary>Estimates the score of the density from which the samples were drawn.</summary>
    /// <param name="device">The device used for the computation and, later, by the estimate.</param>
    /// <param name="samples">K×D, row-major, K at least 2, not all the same.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The samples or a setting are invalid; the message says what is allowed.</exception>
    /// <exception cref="ScoreEstimationException">
    /// These samples and settings do not determine a score, or there are more than <see cref="MaxSamples"/>.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">The machine has less memory than <see cref="BytesFor"/>.</exception>
    public ScoreEstimate Fit(Device device, ReadOnlySpan<double> samples, int dimension, ScoreEstimatorSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        settings ??= new();
        RequireSize(device, samples.Length / Math.Max(1, dimension), dimension);
        SampleSet set = SampleSet.Create(device, samples, dimension, settings.Bandwidth, BandwidthRule, settings.Weights);
        double regularisation = settings.Regularisation ?? DefaultRegularisation((int)Math.Round(set.TotalWeight), dimension);
        if (ProblemWith(regularisation) is { } problem)
            throw new ArgumentException($"The {RegularisationName} cannot be {regularisation}: {problem}.", nameof(settings));
        return RadialKernels.Visit(settings.Kernel, new Fitting(this, set, regularisation));
    }

    private void RequireSize(Device device, int samples, int dimension)
    {
        string cure = PairMatrices == (0, 0) ? "Use fewer." : "Use fewer, or kde or kef, which hold no matrix of all pairs.";
        if (samples > MaxSamples)
        {
            throw new ScoreEstimationException(
                $"{samples} samples are too many for the estimator {Name}, which takes up to {MaxSamples}. {cure}");
        }

        double bytes = BytesFor(device, samples, dimension);
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > available)
        {
            throw new InsufficientMemoryException(
                $"The estimator {Name} needs about {bytes / 1e9:F1} GB of memory for {samples} samples, and this machine has "
                + $"{available / 1e9:F1} GB. {cure}");
        }
    }

    /// <summary>Computes the estimate with a given kernel.</summary>
    private protected abstract ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
        where TKernel : struct, IRadialKernel;

    private sealed class Fitting(ScoreEstimator estimator, SampleSet samples, double regularisation) : IRadialKernelVisitor<ScoreEstimate>
    {
        public ScoreEstimate Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            KernelSmoothness.Require<TKernel>(estimator.KernelDerivatives, $"the estimator {estimator.Name}");
            return estimator.Fit<TKernel>(samples, regularisation);
        }
    }
}
