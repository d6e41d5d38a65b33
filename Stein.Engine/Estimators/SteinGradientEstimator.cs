using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Estimators;

/// <summary>
/// The Stein gradient estimator (Li and Turner, "Gradient estimators for implicit models", ICLR 2018, equation 9) with ridge η:
/// <c>Ĝ = −(K + ηI)⁻¹⟨∇,K⟩</c> at the samples, by Cholesky factorisation in double precision.
/// </summary>
/// <remarks>
/// <para>
/// Ĝ minimises <c>(1/K²) Tr(Gᵀ𝐊G + 2Gᵀ⟨∇,K⟩) + (η/K²)‖G‖²</c>, the V-statistic of the KSD with a ridge. It also equals, at the samples,
/// the ridge estimator in the kernel's Hilbert space: the minimiser of
/// <c>(1/K) Σ_n[‖s(x_n)‖² + 2∇·s(x_n)] + (η/K)‖s‖²_H</c> is
/// <c>ŝ(y) = −(1/η) [Σ_n k(y, x_n) Ĝ_n + Σ_n ∇_{x_n} k(y, x_n)]</c>,
/// and at y = x_i the bracket is −ηĜ_i, by row i of the equations that Ĝ solves. This formula gives the estimate at all other points.
/// For η = 0 it exists only at the samples; use <c>stein-augmented</c> for other points.
/// </para>
/// <para>
/// For the U-statistic the Gram matrix has a diagonal of zeros, while ⟨∇,K⟩ is unchanged, since the gradient of k is 0 where its
/// arguments are equal. As k(x, x) = 1, this is the V-statistic with ridge η − 1, and it is computed as such. The ridge must therefore
/// be above 1 minus the smallest eigenvalue of 𝐊.
/// </para>
/// <para>
/// The rule for η is <see cref="RidgeRule"/>. The Gram matrix has the precision of the device; in single precision a ridge should be
/// above about 10⁻⁶ times the number of samples. O(K²D + K³/3) operations, memory for K² numbers.
/// </para>
/// </remarks>
internal sealed class SteinGradientEstimator(PairStatistic statistic) : ScoreEstimator
{
    public override string Name => statistic == PairStatistic.V ? "stein" : "stein-u";

    public override string Title => $"Stein gradient estimator, {statistic}-statistic";

    public override string RegularisationName => "ridge η";

    public override bool IsSmootherWhenLarger => true;

    public override BandwidthRule BandwidthRule => BandwidthRule.Median;

    /// <summary>The reduction of the ridge by the diagonal of zeros.</summary>
    private double Offset => statistic == PairStatistic.V ? 0 : 1;

    public override double DefaultRegularisation(int samples, int dimension) => Offset + RidgeRule.ForExpansion(samples, dimension);

    public override IReadOnlyList<double> Candidates(int samples, int dimension)
        => [.. RidgeRule.Candidates.Select(ridge => Offset + ridge)];

    private protected override (int Device, int Host) PairMatrices => (0, 1);

    public override string? ProblemWith(double regularisation) => RidgeRule.ProblemWith(regularisation);

    internal override double ForFewer(double regularisation, double fraction) => Offset + ((regularisation - Offset) * fraction);

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
    {
        double ridge = regularisation - Offset;
        var solution = RidgeSolution.Solve<TKernel>(samples, ridge, statistic);
        DeviceMatrix coefficients = samples.Device.Upload(samples.Count, samples.Dimension, solution.Scores);
        if (ridge == 0)
            return new AtSamplesOnly(samples, regularisation, solution.Scores);
        samples.Device.Map<Scaled>(coefficients, coefficients, p: -1 / ridge);
        return new KernelExpansion<TKernel>(samples, regularisation, coefficients, -1 / ridge, solution.Scores);
    }

    /// <summary>An estimate without a ridge, which exists only at the samples.</summary>
    private sealed class AtSamplesOnly(SampleSet samples, double regularisation, double[] scores) : ScoreEstimate(samples, regularisation)
    {
        private protected override double[] ScaledScoresAtSamples() => scores;

        private protected override void ComputeScores(DeviceMatrix scores, DeviceMatrix points) => throw Problem();

        private protected override void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points) => throw Problem();

        private ScoreEstimationException Problem() => new(
            $"At ridge {Regularisation} the estimate exists only at the samples. Use a larger ridge or the estimator stein-augmented.");
    }
}
