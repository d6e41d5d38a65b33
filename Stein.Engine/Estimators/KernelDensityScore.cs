using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// The score <c>∇q̂/q̂</c> of the unnormalised kernel density estimate <c>q̂(y) = (1/K) Σ_n k(y, x_n)</c>. The regularisation is
/// a factor of the bandwidth, by default 1.
/// </summary>
/// <remarks>
/// <c>∇ log q̂ = 2a Σ_n φ′d/Σ_n φ</c>, and its divergence is <c>Δq̂/q̂ − ‖∇ log q̂‖²</c> with <c>Δ_y k = −tr ∇_x∇_y k</c>. For the
/// Gaussian, subtracting the smallest squared distance of a point from all its squared distances leaves the quotients unchanged and
/// prevents 0/0 far from all samples.
/// </remarks>
internal sealed class KernelDensityScore : ScoreEstimator
{
    public override string Name => "kde";

    public override string Title => "kernel density";

    public override string RegularisationName => "factor of the bandwidth";

    public override bool IsSmootherWhenLarger => true;

    public override BandwidthRule BandwidthRule => BandwidthRule.Silverman;

    public override double DefaultRegularisation(int samples, int dimension) => 1;

    public override IReadOnlyList<double> Candidates(int samples, int dimension)
        => [.. Enumerable.Range(-2, 9).Select(power => Math.Pow(2, 0.5 * power))];

    public override string? ProblemWith(double regularisation)
        => regularisation > 0 && double.IsFinite(regularisation) ? null : "it must be a positive number";

    internal override double ForFewer(double regularisation, double fraction) => regularisation;

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
        => new Estimate<TKernel>(samples.WithBandwidth(regularisation * samples.Bandwidth), regularisation);

    private sealed class Estimate<TKernel>(SampleSet samples, double regularisation) : ScoreEstimate(samples, regularisation)
        where TKernel : struct, IRadialKernel
    {
        private readonly KernelBlock<TKernel> block = new(samples);

        private protected override void ComputeScores(DeviceMatrix scores, DeviceMatrix points)
        {
            block.SetPoints(points);
            ShiftDistances();
            ComputeQuotients(scores, points);
        }

        private protected override void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points)
        {
            Device device = Set.Device;
            block.SetPoints(points);
            DeviceMatrix shifts = ShiftDistances();
            DeviceMatrix scores = device.Allocate(points.Rows, points.Columns);
            ComputeQuotients(scores, points);
            DeviceMatrix squares = device.Allocate(points.Rows, 1);
            device.SumRows<Square>(squares, scores);

            // The trace of the Gaussian, 2a Σ φ(D − 2ρ), depends on ρ directly too, which adds 4a² times the subtracted distance.
            device.Map<Identity>(divergences, block.RowSums(block.Profile<KernelMixedTrace<TKernel>>()));
            device.Map<Quotient>(divergences, divergences, block.RowSums(block.Values()));
            device.Map<AddScaled>(divergences, squares, divergences, p: 1);
            device.Map<Scaled>(divergences, divergences, p: -1);
            device.Map<AddScaled>(divergences, divergences, shifts, p: 4 * block.Scale * block.Scale);
        }

        private void ComputeQuotients(DeviceMatrix scores, DeviceMatrix points)
        {
            Set.Device.Map<Scaled>(scores, points, p: 0);
            block.AddDisplacements(scores, block.FirstDerivatives(), -2 * block.Scale);
            Set.Device.Map<Quotient>(scores, scores, block.RowSums(block.Values()));
        }

        /// <summary>
        /// If the quotients are invariant to it, subtracts the smallest squared distance of each row from the row; returns these (m×1).
        /// </summary>
        private DeviceMatrix ShiftDistances()
        {
            Device device = Set.Device;
            DeviceMatrix distances = block.SquaredDistances;
            DeviceMatrix shifts = device.Allocate(distances.Rows, 1);
            if (!TKernel.EqualsItsDerivatives)
                return shifts;
            double[] all = device.Read(distances);
            double[] minima = [.. Enumerable.Range(0, distances.Rows).Select(
                row => Minimum(all.AsSpan(row * distances.Columns, distances.Columns)))];
            device.Write(shifts, minima);
            device.Map<AddScaled>(distances, distances, shifts, p: -1);
            return shifts;
        }

        private static double Minimum(ReadOnlySpan<double> row)
        {
            double minimum = row[0];
            foreach (double value in row)
                minimum = Math.Min(minimum, value);
            return minimum;
        }
    }
}
