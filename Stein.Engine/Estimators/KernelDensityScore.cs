using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// The score of the kernel density estimate <c>q̂(y) = (1/K) Σ_n k(y, x_n)</c>, up to its constant: <c>∇q̂/q̂</c>. The regularisation is
/// a factor of the bandwidth, 1 unless given.
/// </summary>
/// <remarks>
/// <c>∇ log q̂ = 2a Σ_n φ′d/Σ_n φ</c>, and its divergence is <c>Δq̂/q̂ − ‖∇ log q̂‖²</c> with <c>Δ_y k = −tr ∇_x∇_y k</c>. The Gaussian's
/// quotients do not change when the least squared distance of a point is taken from all of that point, which keeps them from being 0/0
/// far from all samples.
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
            DeviceMatrix least = ShiftDistances();
            DeviceMatrix scores = device.Allocate(points.Rows, points.Columns);
            ComputeQuotients(scores, points);
            DeviceMatrix squares = device.Allocate(points.Rows, 1);
            device.SumRows<Square>(squares, scores);

            // The trace of the Gaussian has ρ itself beside the profile: 2a Σ φ(D − 2ρ), short of 4a² times what was taken.
            device.Map<Identity>(divergences, block.RowSums(block.Profile<KernelMixedTrace<TKernel>>()));
            device.Map<Quotient>(divergences, divergences, block.RowSums(block.Values()));
            device.Map<AddScaled>(divergences, squares, divergences, p: 1);
            device.Map<Scaled>(divergences, divergences, p: -1);
            device.Map<AddScaled>(divergences, divergences, least, p: 4 * block.Scale * block.Scale);
        }

        private void ComputeQuotients(DeviceMatrix scores, DeviceMatrix points)
        {
            Set.Device.Map<Scaled>(scores, points, p: 0);
            block.AddDisplacements(scores, block.FirstDerivatives(), -2 * block.Scale);
            Set.Device.Map<Quotient>(scores, scores, block.RowSums(block.Values()));
        }

        /// <summary>Takes the least distance of a row from the row, where that changes no quotient; returns what was taken (m×1).</summary>
        private DeviceMatrix ShiftDistances()
        {
            Device device = Set.Device;
            DeviceMatrix distances = block.SquaredDistances;
            DeviceMatrix taken = device.Allocate(distances.Rows, 1);
            if (!TKernel.EqualsItsDerivatives)
                return taken;
            double[] all = device.Read(distances);
            double[] least = [.. Enumerable.Range(0, distances.Rows).Select(
                row => Minimum(all.AsSpan(row * distances.Columns, distances.Columns)))];
            device.Write(taken, least);
            device.Map<AddScaled>(distances, distances, taken, p: -1);
            return taken;
        }

        private static double Minimum(ReadOnlySpan<double> row)
        {
            double least = row[0];
            foreach (double value in row)
                least = Math.Min(least, value);
            return least;
        }
    }
}
