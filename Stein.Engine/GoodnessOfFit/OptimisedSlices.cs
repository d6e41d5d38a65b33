using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// Slices (r, g) along which samples differ from a model most, to be tested on other samples: maxSKSD-g, with one slice for each
/// coordinate r, or maxSKSD-rg (Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021).
/// </summary>
/// <param name="Dimension">D, which is also the number of slices.</param>
/// <param name="Slices">The directions r of the scores, one after the other (D×D), unit vectors.</param>
/// <param name="Tests">The directions g of the samples, likewise.</param>
/// <param name="Bandwidths">h of each slice (D).</param>
internal sealed record OptimisedSlices(int Dimension, double[] Slices, double[] Tests, double[] Bandwidths)
{
    /// <summary>
    /// Directions nearer to a right angle than this count as this near: the kernel of a slice depends on <c>r·g</c> continuously.
    /// </summary>
    private const double MinCoupling = 1e-6;

    /// <summary>Climbs the discrepancy of the sum of slices by Adam, from r = g = the coordinates.</summary>
    /// <param name="device">Computes in double precision.</param>
    /// <param name="samples">N×D, row-major; in units in which the coordinates are about equally wide.</param>
    /// <param name="scores">N×D, row-major, in those units.</param>
    /// <param name="trainsSlices">Whether r is optimised too.</param>
    /// <param name="kernel">The name of the kernel, which needs three derivatives.</param>
    /// <exception cref="ArgumentException">Samples, scores or the kernel cannot be used.</exception>
    public static OptimisedSlices Fit(
        Device device,
        double[] samples,
        double[] scores,
        int dimension,
        bool trainsSlices,
        string kernel,
        int steps,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        SampleMatrix.CheckSameShape(samples, scores, dimension, nameof(scores));
        if (KernelSmoothness.ProblemWith(kernel, KernelSmoothness.SteinKernelGradient, "the choice of slices") is { } problem)
            throw new ArgumentException(problem);
        return RadialKernels.Visit(
            kernel, new Climb(device, samples, scores, dimension, trainsSlices, steps, progress, cancellation));
    }

    /// <summary>
    /// The samples along each slice, so that the mean of pair terms of a view is that of the slice: with <c>c = r·g</c> they are
    /// <c>z = g·x/c</c> with scores <c>r·s</c> and bandwidth <c>h/|c|</c>, whose one-dimensional Stein kernel is the slice's.
    /// </summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">N×D, row-major.</param>
    /// <param name="kernel">The name of the kernel.</param>
    public SteinView[] Views(double[] samples, double[] scores, string kernel) =>
    [
        .. Enumerable.Range(0, Dimension).Select(slice =>
        {
            ReadOnlySpan<double> r = Slices.AsSpan(slice * Dimension, Dimension), g = Tests.AsSpan(slice * Dimension, Dimension);
            double coupling = Dot(r, g);
            if (Math.Abs(coupling) < MinCoupling)
                coupling = MinCoupling;
            double[] z = new double[samples.Length / Dimension], s = new double[z.Length];
            for (int i = 0; i < z.Length; i++)
            {
                z[i] = Dot(g, samples.AsSpan(i * Dimension, Dimension)) / coupling;
                s[i] = Dot(r, scores.AsSpan(i * Dimension, Dimension));
            }

            return new SteinView(z, s, 1, new SteinKernel(kernel, Bandwidths[slice] / Math.Abs(coupling)));
        }),
    ];

    private static double Dot(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        double sum = 0;
        for (int d = 0; d < one.Length; d++)
            sum += one[d] * other[d];
        return sum;
    }

    private sealed record Climb(
        Device Device,
        double[] Samples,
        double[] Scores,
        int Dimension,
        bool TrainsSlices,
        int Steps,
        IProgress<double>? Progress,
        CancellationToken Cancellation) : IRadialKernelVisitor<OptimisedSlices>
    {
        private const double LearningRate = 0.02;

        public OptimisedSlices Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            int count = Samples.Length / Dimension;
            DeviceMatrix samples = Device.Allocate(count, Dimension), scores = Device.Allocate(count, Dimension);
            Device.Write(samples, Samples);
            Device.Write(scores, Scores);
            var discrepancy = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(Device, count, Dimension, Dimension, PairStatistic.U);
            discrepancy.TestDirections.SetToIdentity();
            discrepancy.SliceDirections.SetToIdentity();
            Directions[] trained = TrainsSlices
                ? [discrepancy.TestDirections, discrepancy.SliceDirections]
                : [discrepancy.TestDirections];
            var adam = new Adam(
                new AdamSettings(LearningRate),
                [.. trained.Select(directions => directions.Values)],
                [.. trained.Select(directions => directions.Gradient)],
                ascend: true);
            for (int step = 0; step < Steps; step++)
            {
                Cancellation.ThrowIfCancellationRequested();
                discrepancy.Project(samples, scores);
                discrepancy.DirectionGradients(samples, scores, TrainsSlices);
                adam.Step();
                Progress?.Report((step + 1.0) / Steps);
            }

            discrepancy.Project(samples, scores);

            // Twice the root of half the median, as published.
            double[] bandwidths = [.. Device.Read(discrepancy.Bandwidth.Medians).Select(median => Math.Sqrt(2 * median))];
            int flat = Array.FindIndex(bandwidths, bandwidth => !(bandwidth > 0));
            return flat < 0
                ? new(Dimension, Columns(discrepancy.SliceDirections), Columns(discrepancy.TestDirections), bandwidths)
                : throw new ArgumentException(
                    $"Half of the distances along slice {flat + 1} are 0, so that no bandwidth follows from them.");
        }

        private double[] Columns(Directions directions)
        {
            double[] rows = Device.Read(directions.Unit);
            return
            [
                .. from slice in Enumerable.Range(0, Dimension)
                   from d in Enumerable.Range(0, Dimension)
                   select rows[(d * Dimension) + slice],
            ];
        }
    }
}
