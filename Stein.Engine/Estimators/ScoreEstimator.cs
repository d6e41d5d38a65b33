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

    /// <summary>Estimates the score of the density from which the samples were drawn.</summary>
    /// <param name="device">The device used for the computation and, later, by the estimate.</param>
    /// <param name="samples">K×D, row-major, K at least 2, not all the same.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The samples or a setting are invalid; the message says what is allowed.</exception>
    /// <exception cref="ScoreEstimationException">These samples and settings do not determine a score.</exception>
    public ScoreEstimate Fit(Device device, ReadOnlySpan<double> samples, int dimension, ScoreEstimatorSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        settings ??= new();
        SampleSet set = SampleSet.Create(device, samples, dimension, settings.Bandwidth, BandwidthRule, settings.Weights);
        double regularisation = settings.Regularisation ?? DefaultRegularisation((int)Math.Round(set.TotalWeight), dimension);
        if (ProblemWith(regularisation) is { } problem)
            throw new ArgumentException($"The {RegularisationName} cannot be {regularisation}: {problem}.", nameof(settings));
        return RadialKernels.Visit(settings.Kernel, new Fitting(this, set, regularisation));
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
