using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.Estimators;

/// <summary>
/// The parametric Stein gradient estimator (Li and Turner, ICLR 2018, appendix): the score of <c>log q̂(y) = Σ_k a_k k(y, x_k)</c> whose
/// coefficients a (K) minimise the V-statistic of the KSD with a ridge.
/// </summary>
/// <remarks>
/// <para>
/// Let Ψ be the matrix of <c>−φ′</c> of the pairs, K that of the kernels, X that of the products <c>x_i·x_j</c>, and ∘ the elementwise
/// product. The scores at the samples are <c>−2(1/h²) Σ_k a_k Ψ_ik(x_i − x_k)</c>, and the statistic is
/// <c>(4/h⁴K²)(aᵀΛa − 2aᵀb)</c> up to a constant, so that <c>(Λ + ηI)a = b</c> with
/// </para>
/// <para><c>Λ = X∘(ΨKΨ) + Ψ(K∘X)Ψ − ((ΨK)∘X)Ψ − Ψ((KΨ)∘X)</c>,
/// <c>b = [Ψ diag(X)Ψ + (ΨΨ)∘X − Ψ(Ψ∘X) − (Ψ∘X)Ψ]1</c>.</para>
/// <para>
/// With weights w, Λ has <c>W K W</c> in place of K, b has ΨW in place of Ψ, and the ridge of a_k is divided by w_k, which is the sum of
/// the coefficients of w_k copies.
/// </para>
/// <para>
/// Λ has the units of X and grows with K. Unlike the authors', the ridge is therefore a multiple of the mean diagonal entry of Λ, so
/// that its effect does not depend on the units of the data. <c>Ψ(K∘X)Ψ</c> is the mean of itself and its transpose, which leaves four
/// products of K×K matrices on the device (8K³ operations); the Cholesky factorisation on the host in double precision takes K³/3
/// operations. Memory is 4K² numbers, and an evaluation takes O(KD) operations per point.
/// </para>
/// </remarks>
internal sealed class ParametricSteinEstimator : ScoreEstimator
{
    public override string Name => "stein-parametric";

    public override string Title => "parametric Stein gradient estimator";

    public override string RegularisationName => "ridge η";

    public override bool IsSmootherWhenLarger => true;

    public override BandwidthRule BandwidthRule => BandwidthRule.Median;

    public override double DefaultRegularisation(int samples, int dimension) => 0.01;

    /// <summary>Candidate ridges from 10⁻⁴ to 10 in half decades.</summary>
    public override IReadOnlyList<double> Candidates(int samples, int dimension)
        => [.. Enumerable.Range(-8, 11).Select(power => Math.Pow(10, 0.5 * power))];

    private protected override (int Device, int Host) PairMatrices => (5, 3);

    public override string? ProblemWith(double regularisation) => RidgeRule.ProblemWith(regularisation);

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
    {
        Device device = samples.Device;
        (PaddedMatrix system, PaddedMatrix right) = Equations<TKernel>(samples);
        double mean = 0;
        for (int i = 0; i < samples.Count; i++)
            mean += samples.Weight(i) * system.Row(i)[i] / samples.TotalWeight;
        for (int i = 0; i < samples.Count; i++)
            system.Row(i)[i] += regularisation * mean / samples.Weight(i);
        CholeskyFactor factor = CholeskyFactor.TryFactor(system) ?? throw new ScoreEstimationException(
            $"At ridge {regularisation} the equations of the parametric estimator are not positive definite, because of rounding errors of "
            + $"about {samples.Count * device.UnitRoundoff:E0} relative to the entries. Use a larger ridge or a smaller bandwidth than "
            + $"{samples.Bandwidth:G6}{(device.IsSinglePrecision ? ", or compute in double precision on the device simd-double." : ".")}");
        factor.Solve(right);
        for (int i = 0; i < samples.Count; i++)
            right.Row(i)[0] /= samples.Weight(i);
        return new Estimate<TKernel>(samples, regularisation, device.Upload(1, samples.Count, right.ToArray()));
    }

    /// <summary>Computes Λ (K×K) and b (K×1).</summary>
    internal static (PaddedMatrix System, PaddedMatrix Right) Equations<TKernel>(SampleSet samples)
        where TKernel : struct, IRadialKernel
    {
        Device device = samples.Device;
        int count = samples.Count;
        DeviceMatrix distances = Square(), kernel = Square(), slope = Square(), inner = Square(), work = Square();
        device.SquaredDistances(distances, samples.Matrix);
        device.Map<KernelValue<TKernel>>(kernel, distances, samples.InverseSquare);
        device.Map<KernelFirstDerivative<TKernel>>(slope, distances, samples.InverseSquare);
        device.Multiply(inner, samples.Matrix, samples.Matrix, transposeRight: true);
        if (samples.Weights is { } weights)
        {
            device.Map<Product>(slope, slope, weights.Row);
            device.Map<Product>(kernel, kernel, weights.Row);
            device.Map<Product>(kernel, kernel, weights.Column);
        }

        PaddedMatrix right = RightSide(samples, slope, inner, work);
        if (samples.Weights is not null)
            device.Map<KernelFirstDerivative<TKernel>>(slope, distances, samples.InverseSquare);

        // P = ΨK, then (PΨ)∘X, then (half of Ψ(K∘X) minus P∘X) times Ψ, whose sum with its transpose is the other three terms.
        DeviceMatrix p = distances;
        device.Multiply(p, slope, kernel);
        device.Multiply(work, p, slope);
        device.Map<Product>(work, work, inner);
        double[] symmetric = device.Read(work);
        device.Map<Product>(kernel, kernel, inner);
        device.Multiply(work, slope, kernel, alpha: 0.5);
        device.Map<AddScaledProduct>(work, work, p, inner, p: -1);
        device.Multiply(kernel, work, slope);
        double[] half = device.Read(kernel);
        var system = new PaddedMatrix(count, count);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j <= i; j++)
                system.Row(i)[j] = symmetric[(i * count) + j] + half[(i * count) + j] + half[(j * count) + i];
        }

        return (system, right);

        DeviceMatrix Square() => device.Allocate(count, count);
    }

    /// <summary>Computes b from products of Ψ, or ΨW, with vectors and N×D matrices only.</summary>
    private static PaddedMatrix RightSide(SampleSet samples, DeviceMatrix slope, DeviceMatrix inner, DeviceMatrix work)
    {
        Device device = samples.Device;
        DeviceMatrix sums = Column(), other = Column(), result = Column();

        // Ψ(diag(X)Ψ1 − (Ψ∘X)1).
        device.SumRows<Identity>(sums, slope);
        device.SumRows<Square>(other, samples.Matrix);
        device.Map<Product>(other, other, sums);
        device.SumRows<Product>(sums, slope, inner);
        device.Map<AddScaled>(other, other, sums, p: -1);
        device.Multiply(result, slope, other);

        // −(Ψ∘X)(Ψ1).
        device.Map<Product>(work, slope, inner);
        device.SumRows<Identity>(sums, slope);
        device.Multiply(result, work, sums, alpha: -1, beta: 1);

        // ((ΨΨ)∘X)1 = Σ_d x_d ∘ (Ψ(Ψx_d)): row k, Σ_j (ΨΨ)_kj x_k·x_j = x_k·(Ψ(ΨX))_k.
        DeviceMatrix once = device.Allocate(samples.Count, samples.Dimension);
        DeviceMatrix twice = device.Allocate(samples.Count, samples.Dimension);
        device.Multiply(once, slope, samples.Matrix);
        device.Multiply(twice, slope, once);
        device.SumRows<Product>(sums, samples.Matrix, twice);
        device.Map<AddScaled>(result, result, sums, p: 1);
        return PaddedMatrix.FromRows(device.Read(result), samples.Count, 1);

        DeviceMatrix Column() => device.Allocate(samples.Count, 1);
    }

    private sealed class Estimate<TKernel>(SampleSet samples, double regularisation, DeviceMatrix coefficients)
        : ScoreEstimate(samples, regularisation)
        where TKernel : struct, IRadialKernel
    {
        private readonly KernelBlock<TKernel> block = new(samples);

        /// <summary><c>−2a Σ_k a_k Ψ_k (y − x_k)</c></summary>
        private protected override void ComputeScores(DeviceMatrix scores, DeviceMatrix points)
        {
            Device device = Set.Device;
            block.SetPoints(points);
            DeviceMatrix weighted = block.FirstDerivatives();
            device.Map<Product>(weighted, weighted, coefficients);
            device.Map<Scaled>(scores, points, p: 0);
            block.AddDisplacements(scores, weighted, -2 * block.Scale);
        }

        /// <summary><c>Σ_k a_k Δ_y k</c>; the Laplacian is the negative of the mixed trace.</summary>
        private protected override void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points)
        {
            Device device = Set.Device;
            block.SetPoints(points);
            device.SumRows<Product>(divergences, block.Profile<KernelMixedTrace<TKernel>>(), coefficients);
            device.Map<Scaled>(divergences, divergences, p: -1);
        }
    }
}
