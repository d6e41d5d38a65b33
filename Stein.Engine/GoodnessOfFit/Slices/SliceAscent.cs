using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>What an ascent found.</summary>
/// <param name="Slices">With the largest objective held out of all epochs.</param>
/// <param name="Start">The objective held out, at the start.</param>
/// <param name="End">The same for <paramref name="Slices"/>; never below the start.</param>
internal sealed record SliceAscentResult(SliceSet Slices, double Start, double End);

/// <summary>
/// Slices by gradient ascent of maxSKSD (Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, section 3.3):
/// Adam on minibatches, with the bandwidths of each minibatch as constants.
/// </summary>
/// <remarks>
/// The published ascent lets the lengths of the directions drift, which changes the size of its steps, and keeps whatever the last step
/// gives. Here directions have unit length after every step, and the objective of samples held out decides: an ascent that does not
/// improve it goes back to the best slices, takes smaller steps, and ends with the best, which may be the start.
/// </remarks>
internal sealed class SliceAscent
{
    /// <summary>The smallest number of samples.</summary>
    public const int MinSamples = 4;

    private readonly Device device;
    private readonly SliceAscentSettings settings;
    private readonly int[] order;
    private readonly int held;
    private readonly Discrepancy climbed;
    private readonly Discrepancy heldOut;

    /// <summary>Allocates memory for ascents of R slices with N samples in D dimensions.</summary>
    /// <param name="count">N, at least <see cref="MinSamples"/>.</param>
    /// <param name="dimension">D.</param>
    /// <param name="slices">R.</param>
    public SliceAscent(Device device, int count, int dimension, int slices, SliceAscentSettings settings)
    {
        SampleMatrix.CheckAtLeast(count, MinSamples, "number of samples", nameof(count));
        (this.device, this.settings) = (device, settings);
        held = Math.Clamp((int)(settings.HeldOut * count), 2, count - 2);
        order = new int[count - held];
        climbed = new(device, Math.Min(settings.BatchSize, order.Length), dimension, slices, settings.Statistic);
        heldOut = new(device, held, dimension, slices, PairStatistic.U);
    }

    /// <summary>Climbs from <paramref name="start"/> with samples and scores (N×D, row-major), the last of which are held out.</summary>
    /// <param name="stream">The order of the minibatches.</param>
    public SliceAscentResult Climb(double[] samples, double[] scores, SliceSet start, PhiloxStream stream)
    {
        int dimension = start.Dimension;
        heldOut.Write(samples.AsSpan(order.Length * dimension), scores.AsSpan(order.Length * dimension));
        climbed.Set(start);
        SliceSet best = start;
        Adam? adam = null;
        (double first, double last) = settings.Ascent.Run(
            () => best = climbed.Slices(),
            factor =>
            {
                climbed.Set(best);
                adam = Adam(factor);
            },
            () => Epoch(adam!, samples, scores, dimension, stream),
            () => heldOut.Value(climbed.Slices()));
        return new(best, first, last);
    }

    private Adam Adam(double factor)
    {
        Directions[] trained = settings.ClimbsScoreDirections
            ? [climbed.Sliced.TestDirections, climbed.Sliced.SliceDirections]
            : [climbed.Sliced.TestDirections];
        return new(
            new AdamSettings(settings.LearningRate * factor),
            [.. trained.Select(directions => directions.Values)],
            [.. trained.Select(directions => directions.Gradient)],
            ascend: true);
    }

    private void Epoch(Adam adam, double[] samples, double[] scores, int dimension, PhiloxStream stream)
    {
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        stream.Shuffle(order);
        int size = climbed.Count;
        for (int batch = 0; batch + size <= order.Length; batch += size)
        {
            int[] rows = order[batch..(batch + size)];
            climbed.Write(SampleMatrix.Select(samples, dimension, rows), SampleMatrix.Select(scores, dimension, rows));
            climbed.Climb(adam, settings.ClimbsScoreDirections);
        }
    }

    /// <summary>The discrepancy of some samples, and the slices that it has at present.</summary>
    private sealed class Discrepancy(Device device, int count, int dimension, int slices, PairStatistic statistic)
    {
        private readonly DeviceMatrix samples = device.Allocate(count, dimension);
        private readonly DeviceMatrix scores = device.Allocate(count, dimension);

        public int Count => count;

        public SlicedKernelisedSteinDiscrepancy<GaussianKernel> Sliced { get; }
            = SlicedKernelisedSteinDiscrepancy<GaussianKernel>.WithSlices(device, count, dimension, slices, statistic);

        public void Write(ReadOnlySpan<double> values, ReadOnlySpan<double> scoresOfValues)
        {
            device.Write(samples, values);
            device.Write(scores, scoresOfValues);
        }

        public void Set(SliceSet set) => set.WriteTo(Sliced.SliceDirections.Values, Sliced.TestDirections.Values);

        public SliceSet Slices() => new(
            dimension,
            SliceSet.ReadColumns(Sliced.SliceDirections.Values),
            SliceSet.ReadColumns(Sliced.TestDirections.Values));

        public double Value(SliceSet set)
        {
            Set(set);
            Sliced.Project(samples, scores);
            return Sliced.Value(scores);
        }

        public void Climb(Adam adam, bool climbsScoreDirections)
        {
            Sliced.Project(samples, scores);
            Sliced.DirectionGradients(samples, scores, climbsScoreDirections);
            adam.Step();
            Renormalise(Sliced.TestDirections);
            if (climbsScoreDirections)
                Renormalise(Sliced.SliceDirections);
        }

        private void Renormalise(Directions directions)
        {
            directions.Normalise();
            device.Map<Identity>(directions.Values, directions.Unit);
        }
    }
}
