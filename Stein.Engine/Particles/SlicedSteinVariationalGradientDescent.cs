using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// Sliced SVGD, S-SVGD (Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, section 3.4): every coordinate
/// moves by an SVGD of its own along one direction of the particles, in which no distance grows with the dimension.
/// </summary>
/// <remarks>
/// <para>
/// Coordinate d has a test direction g_d, and with <c>z_j = g_dᵀx_j</c> and the kernel k_d on the line,
/// <c>v_id = (1/N) Σ_j [s_d(x_j) k_d(z_j, z_i) + g_dd ∂_{z_j} k_d(z_j, z_i)]</c>: N/2 times the derivative of maxSKSD-g's V-statistic with
/// respect to the scores.
/// </para>
/// <para>
/// The directions start at the coordinates and climb maxSKSD-g by Adam with rate 0.001 and decay rates 0.5 and 0.9. As in the authors'
/// script for Gaussians they move before a step only if the particles have moved by more than 0.15 √D since, on average, or at every
/// fortieth step at which they have not: particles at rest differ from the target by chance alone, and directions that follow chance widen
/// them.
/// </para>
/// </remarks>
internal sealed class SlicedSteinVariationalGradientDescent<TKernel> : ParticleFlow
    where TKernel : struct, IRadialKernel
{
    private readonly SlicedKernelisedSteinDiscrepancy<TKernel> discrepancy;
    private readonly Adam adam;
    private readonly Rest rest = new();
    private readonly TargetScores targetScores;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="bandwidthScale">
    /// The bandwidth of each slice over that of its median rule: 1 in the authors' script for Gaussians, 0.35 in that for auto-encoders.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There are too few particles, or D is below 1.</exception>
    public SlicedSteinVariationalGradientDescent(Device device, int particles, int dimension, double bandwidthScale = 1)
        : base(device, particles, dimension)
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernelGradient, "sliced SVGD");
        discrepancy = SlicedKernelisedSteinDiscrepancy<TKernel>.OnBasis(device, particles, dimension, PairStatistic.V);
        discrepancy.Bandwidth.Scale = bandwidthScale;
        Directions directions = discrepancy.TestDirections;
        adam = new Adam(new AdamSettings(0.001, 0.5, 0.9), [directions.Values], [directions.Gradient], ascend: true);
        targetScores = new(device, particles, dimension);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IStateful> Parts => [discrepancy.TestDirections.Values, adam, rest];

    /// <inheritdoc/>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        DeviceMatrix scores = targetScores.At(positions, target);
        discrepancy.Project(positions, scores);
        if (rest.MovesDirections(targetScores.Positions, Dimension))
        {
            discrepancy.DirectionGradients(positions, scores, bySlices: false);
            adam.Step();
            discrepancy.Project(positions, scores);
        }

        discrepancy.ScoreGradient(velocities, scores);
        Device.Map<Scaled>(velocities, velocities, p: 0.5 * Particles);
    }

    /// <summary>Whether the particles have come to rest, so that the directions are to stay.</summary>
    private sealed class Rest : IStateful
    {
        private const double Distance = 0.15;
        private const int Steps = 40;

        private double[] before = [];
        private int steps;

        /// <summary>Whether the directions move before a step from some positions (N×D, row-major).</summary>
        public bool MovesDirections(double[] positions, int dimension)
        {
            if (before.Length == 0)
                before = [.. positions];
            if (MeanDistance(positions, dimension) > Distance * Math.Sqrt(dimension))
            {
                positions.CopyTo(before, 0);
                steps = 0;
                return true;
            }

            steps++;
            return steps % Steps == 0;
        }

        public void Save(BinaryWriter writer)
        {
            writer.Write(steps);
            writer.Write(before.Length);
            foreach (double coordinate in before)
                writer.Write(coordinate);
        }

        public void Restore(BinaryReader reader)
        {
            steps = reader.ReadInt32();
            before = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadDouble())];
        }

        private double MeanDistance(double[] positions, int dimension)
        {
            double sum = 0;
            for (int start = 0; start < positions.Length; start += dimension)
            {
                double square = 0;
                for (int i = start; i < start + dimension; i++)
                    square += (positions[i] - before[i]) * (positions[i] - before[i]);
                sum += Math.Sqrt(square);
            }

            return sum * dimension / positions.Length;
        }
    }
}
