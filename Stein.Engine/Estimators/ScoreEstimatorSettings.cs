namespace Stein.Engine.Estimators;

/// <summary>Settings that all score estimators share; those left null follow the estimator's own rules.</summary>
public sealed record ScoreEstimatorSettings
{
    /// <summary>The name of a kernel in <see cref="Kernels.RadialKernels"/>.</summary>
    public string Kernel { get; init; } = "rbf";

    /// <summary>The bandwidth h in the units of the samples; null for <see cref="ScoreEstimator.BandwidthRule"/>.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>
    /// The regularisation: a ridge, a number of iterations, a share of the eigenvalues or a factor of the bandwidth, as stated by
    /// <see cref="ScoreEstimator.RegularisationName"/>; null for <see cref="ScoreEstimator.DefaultRegularisation"/>.
    /// </summary>
    public double? Regularisation { get; init; }

    /// <summary>
    /// How often each sample counts: a weight of w is worth w copies of the sample, and need not be whole. Positive and at least 2 in all;
    /// null for 1 each.
    /// </summary>
    public IReadOnlyList<double>? Weights { get; init; }
}
