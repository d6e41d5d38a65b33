using Stein.Engine.Devices;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>A way to estimate the score function of the density that samples come from. All are in <see cref="ScoreEstimators"/>.</summary>
/// <remarks>
/// The regularisation is one number, whatever the estimator: it decides between following the samples and smoothing them. It is given, or
/// follows <see cref="DefaultRegularisation"/>, or is selected by <see cref="HeldOutSelection"/>. Has no state; safe for several threads,
/// each with a device of its own.
/// </remarks>
public abstract class ScoreEstimator
{
    private protected ScoreEstimator()
    {
    }

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it is, for people, in a few words.</summary>
    public abstract string Title { get; }

    /// <summary>What the regularisation is, as in <c>ridge η</c>.</summary>
    public abstract string RegularisationName { get; }

    /// <summary>Whether a larger regularisation smooths more, as a ridge does, or less, as iterations do.</summary>
    public abstract bool IsSmootherWhenLarger { get; }

    /// <summary>How the bandwidth follows from the samples where none is given.</summary>
    public abstract BandwidthRule BandwidthRule { get; }

    /// <summary>
    /// The regularisation for K samples in D dimensions where none is given, by the rule that the estimator's remarks state.
    /// </summary>
    public abstract double DefaultRegularisation(int samples, int dimension);

    /// <summary>The regularisations, ascending, that <see cref="HeldOutSelection"/> chooses from besides that of the rule.</summary>
    public abstract IReadOnlyList<double> Candidates(int samples, int dimension);

    /// <summary>What is wrong with a regularisation, as in "it must be a positive number"; null if nothing is.</summary>
    public abstract string? ProblemWith(double regularisation);

    /// <summary>Estimates the score of the density that samples come from.</summary>
    /// <param name="device">The device that products are computed on; the estimate goes on using it.</param>
    /// <param name="samples">K×D, row-major, K at least 2, not all the same.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="settings">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The samples or a setting are not as said; the message says what is allowed.</exception>
    /// <exception cref="ScoreEstimationException">These samples and settings determine no score.</exception>
    public ScoreEstimate Fit(Device device, ReadOnlySpan<double> samples, int dimension, ScoreEstimatorSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        settings ??= new();
        SampleSet set = SampleSet.Create(device, samples, dimension, settings.Bandwidth, BandwidthRule);
        double regularisation = settings.Regularisation ?? DefaultRegularisation(set.Count, dimension);
        if (ProblemWith(regularisation) is { } problem)
            throw new ArgumentException($"The {RegularisationName} cannot be {regularisation}: {problem}.", nameof(settings));
        return RadialKernels.Visit(settings.Kernel, new Fitting(this, set, regularisation));
    }

    /// <summary>The estimate, for a kernel.</summary>
    private protected abstract ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
        where TKernel : struct, IRadialKernel;

    private sealed class Fitting(ScoreEstimator estimator, SampleSet samples, double regularisation) : IRadialKernelVisitor<ScoreEstimate>
    {
        public ScoreEstimate Visit<TKernel>()
            where TKernel : struct, IRadialKernel => estimator.Fit<TKernel>(samples, regularisation);
    }
}
