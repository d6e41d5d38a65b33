using Stein.Engine.Devices;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Estimators;

/// <summary>
/// The spectral Stein gradient estimator (Shi, Sun and Zhu, "A spectral approach to gradient estimation for implicit distributions", ICML
/// 2018): the score expanded in the leading eigenfunctions of the kernel, which Nyström's formula extends beyond the samples.
/// </summary>
/// <remarks>
/// <para>
/// With <c>K u_j = λ_j u_j</c> the estimate is <c>ŝ(y) = −Σ_j [k(y, X)u_j/λ_j][u_jᵀ⟨∇,K⟩]/λ_j</c>, J terms: the coefficients of
/// <see cref="KernelExpansion{TKernel}"/> are <c>−U Λ⁻² Uᵀ⟨∇,K⟩</c>, and β = 0.
/// </para>
/// <para>
/// The regularisation is the share of the J leading eigenvalues in the sum of all, by default 0.95 as in the authors' code; J is
/// at most <c>max(100, 3D/2)</c>, rounded down. Eigenvalues below <c>√K u λ₁</c> are rounding and are left out, with u the device's unit
/// roundoff: entries of the Gram matrix are rounded by u, which moves eigenvalues by that much. <see cref="ScoreEstimate.Remark"/> says
/// how many are used and what share that is. See <see cref="TruncatedEigendecomposition"/> for the cost.
/// </para>
/// </remarks>
internal sealed class SpectralScoreEstimator : ScoreEstimator
{
    public override string Name => "ssge";

    public override string Title => "spectral Stein gradient estimator";

    public override string RegularisationName => "share of the eigenvalues";

    public override bool IsSmootherWhenLarger => false;

    public override BandwidthRule BandwidthRule => BandwidthRule.TwiceMedian;

    public override double DefaultRegularisation(int samples, int dimension) => 0.95;

    public override IReadOnlyList<double> Candidates(int samples, int dimension)
        => [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999];

    /// <summary>
    /// In single precision the iteration for the eigenvalues of more ends before spaces of nearly equal ones are determined.
    /// </summary>
    private protected override int MaxSinglePrecisionSamples => TruncatedEigendecomposition.WholeOrder;

    private protected override (int Device, int Host) PairMatrices => (1, 0);

    public override string? ProblemWith(double regularisation)
        => regularisation is > 0 and <= 1 ? null : "it must be a number above 0 and at most 1";

    /// <summary>The maximum number of eigenvalues used.</summary>
    internal static int MaxEigenvalues(int dimension) => Math.Max(100, 3 * dimension / 2);

    internal override double ForFewer(double regularisation, double fraction) => regularisation;

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
    {
        Device device = samples.Device;
        DeviceMatrix gram = device.Allocate(samples.Count, samples.Count);
        DeviceMatrix sums = new SampleGram<TKernel>(samples).GradientSums(gram);
        PaddedMatrix right = PaddedMatrix.FromRows(device.Read(sums), samples.Count, samples.Dimension);
        samples.Weights?.Symmetrise(gram);
        samples.Weights?.MultiplyByRoots(right);
        var spectrum = TruncatedEigendecomposition.Compute(gram, regularisation, MaxEigenvalues(samples.Dimension));
        PaddedMatrix projected = HostProduct.Multiply(spectrum.Rows, right);
        double rounding = Math.Sqrt(samples.Count) * device.UnitRoundoff * spectrum.Values[0];
        double[] used = [.. spectrum.Values.Where(value => value >= rounding)];
        for (int j = 0; j < spectrum.Values.Length; j++)
        {
            // Eigenvalues are in descending order.
            double factor = j < used.Length ? -1 / (spectrum.Values[j] * spectrum.Values[j]) : 0;
            foreach (ref double value in projected.Row(j))
                value *= factor;
        }

        PaddedMatrix coefficients = HostProduct.MultiplyLeftTransposed(spectrum.Rows, projected);
        samples.Weights?.DivideByRoots(coefficients);
        int leftOut = spectrum.Values.Length - used.Length;
        return new KernelExpansion<TKernel>(
            samples, regularisation, device.Upload(samples.Count, samples.Dimension, coefficients.ToArray()), gradientWeight: 0)
        {
            Remark = $"{used.Length} eigenvalues are used, {used.Sum() / samples.TotalWeight:P4} of the sum of all"
                + (leftOut == 0 ? "" : $"; {leftOut} more are rounding errors and are left out"),
        };
    }
}
