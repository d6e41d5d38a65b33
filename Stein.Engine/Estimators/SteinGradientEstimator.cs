using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// The Stein gradient estimator (Li and Turner, "Gradient estimators for implicit models", ICLR 2018, equation 9) with ridge η:
/// <c>Ĝ = −(K + ηI)⁻¹⟨∇,K⟩</c> at the samples, by Cholesky factorisation in double precision.
/// </summary>
/// <remarks>
/// <para>
/// Ĝ is the least of <c>(1/K²) Tr(Gᵀ𝐊G + 2Gᵀ⟨∇,K⟩) + (η/K²)‖G‖²</c>, the KSD's V-statistic with a ridge, and it is the score that the
/// ridge estimator in the kernel's Hilbert space has at the samples: the least of
/// <c>(1/K) Σ_n[‖s(x_n)‖² + 2∇·s(x_n)] + (η/K)‖s‖²_H</c> is
/// <c>ŝ(y) = −(1/η) [Σ_n k(y, x_n) Ĝ_n + Σ_n ∇_{x_n} k(y, x_n)]</c>,
/// and at y = x_i the bracket is −ηĜ_i, row i of the equations that Ĝ solves. That is how it goes on off the samples; with η = 0 it does
/// not exist there, and <c>stein-augmented</c> is to be used.
/// </para>
/// <para>
/// For the U-statistic the Gram matrix has a diagonal of zeros, and ⟨∇,K⟩ stays as it is, since k has gradient 0 where its arguments
/// are the same. As k(x, x) = 1, that is the V-statistic with ridge η − 1: the least ridge of a U-statistic is above 1 less the smallest
/// eigenvalue of 𝐊. Nothing else is new in it, and it is computed as that.
/// </para>
/// <para>
/// The rule for η is <see cref="RidgeRule"/>. The Gram matrix is the device's; in single precision a ridge should be above some 10⁻⁶
/// times the number of samples. O(K²D + K³/3) operations, K² numbers.
/// </para>
/// </remarks>
internal sealed class SteinGradientEstimator(PairStatistic statistic) : ScoreEstimator
{
    public override string Name => statistic == PairStatistic.V ? "stein" : "stein-u";

    public override string Title => $"Stein gradient estimator, {statistic}-statistic";

    public override string RegularisationName => "ridge η";

    public override bool IsSmootherWhenLarger => true;

    public override BandwidthRule BandwidthRule => BandwidthRule.Median;

    /// <summary>What the diagonal of zeros takes from the ridge.</summary>
    private double Offset => statistic == PairStatistic.V ? 0 : 1;

    public override double DefaultRegularisation(int samples, int dimension) => Offset + RidgeRule.OfExpansion(samples, dimension);

    public override IReadOnlyList<double> Candidates(int samples, int dimension)
        => [.. RidgeRule.Candidates.Select(ridge => Offset + ridge)];

    public override string? ProblemWith(double regularisation) => RidgeRule.ProblemWith(regularisation);

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
    {
        double ridge = regularisation - Offset;
        var solution = RidgeSolution.Of<TKernel>(samples, ridge, statistic);
        DeviceMatrix coefficients = samples.Device.Upload(samples.Count, samples.Dimension, solution.Scores);
        if (ridge == 0)
            return new AtSamplesOnly(samples, regularisation, solution.Scores);
        samples.Device.Map<Scaled>(coefficients, coefficients, p: -1 / ridge);
        return new KernelExpansion<TKernel>(samples, regularisation, coefficients, -1 / ridge, solution.Scores);
    }

    /// <summary>An estimate without a ridge: it exists at the samples alone.</summary>
    private sealed class AtSamplesOnly(SampleSet samples, double regularisation, double[] scores) : ScoreEstimate(samples, regularisation)
    {
        public override double[] ScoresAtSamples() => [.. scores];

        private protected override void ComputeScores(DeviceMatrix scores, DeviceMatrix points) => throw Problem();

        private protected override void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points) => throw Problem();

        private ScoreEstimationException Problem() => new(
            $"At ridge {Regularisation} the estimate exists at the samples only. Give a larger ridge, or use stein-augmented.");
    }
}
