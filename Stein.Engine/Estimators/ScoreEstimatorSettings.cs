namespace Stein.Engine.Estimators;

/// <summary>What every score estimator can be told; what is left out follows the estimator's own rules.</summary>
public sealed record ScoreEstimatorSettings
{
    /// <summary>The name of a kernel in <see cref="Kernels.RadialKernels"/>.</summary>
    public string Kernel { get; init; } = "rbf";

    /// <summary>The bandwidth h, a length in the units of the samples; null for <see cref="ScoreEstimator.BandwidthRule"/>.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>
    /// What <see cref="ScoreEstimator.RegularisationName"/> says: a ridge, a number of iterations, a share of the eigenvalues, a factor of
    /// the bandwidth. Null for <see cref="ScoreEstimator.DefaultRegularisation"/>.
    /// </summary>
    public double? Regularisation { get; init; }
}
