using System.Diagnostics;
using CsvHelper;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica.Benchmark;

/// <summary>How long a training iteration of one method takes at one dimension.</summary>
/// <param name="Method">Row id (<see cref="IcaRow.Id"/>).</param>
/// <param name="Iterations">Iterations timed, after the warm-up.</param>
/// <param name="MedianMilliseconds">Median over the iterations, each timed on its own with a batch of its own.</param>
/// <param name="LowerQuartileMilliseconds">A quarter of the iterations took less.</param>
/// <param name="UpperQuartileMilliseconds">A quarter of the iterations took more.</param>
/// <param name="Gigaflops">Useful operations (<see cref="IcaMethod.Operations"/>) in the median time, GFLOP/s.</param>
/// <param name="PeakGigaflops">The FMA peak of one thread (<see cref="FmaPeak"/>) just before; NaN unless the device is simd.</param>
/// <param name="ShareOfPeak">The ratio of the two, in [0, 1].</param>
/// <param name="AllocatedBytes">Managed memory allocated by all timed iterations together.</param>
[CsvRecord]
internal sealed partial record IcaBenchmarkRow(
    [CsvColumn("method")] string Method,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("device")] string Device,
    [CsvColumn("iterations")] int Iterations,
    [CsvColumn("median_milliseconds")] double MedianMilliseconds,
    [CsvColumn("lower_quartile_milliseconds")] double LowerQuartileMilliseconds,
    [CsvColumn("upper_quartile_milliseconds")] double UpperQuartileMilliseconds,
    [CsvColumn("gigaflops")] double Gigaflops,
    [CsvColumn("peak_gigaflops")] double PeakGigaflops,
    [CsvColumn("share_of_peak")] double ShareOfPeak,
    [CsvColumn("allocated_bytes")] long AllocatedBytes);

internal static class IcaBenchmark
{
    /// <summary>
    /// Times <c>settings.Iterations</c> iterations after a tenth as many, at least 20, to warm up; one thread, no other work.
    /// </summary>
    /// <param name="device">A device of its own.</param>
    /// <param name="cancellation">Checked every iteration.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="RunFailedException">Training diverged.</exception>
    public static IcaBenchmarkRow Run(Device device, IcaSettings settings, CancellationToken cancellation = default)
    {
        int warmUp = Math.Max(20, settings.Iterations / 10);
        IcaSettings lengthened = settings with { Iterations = settings.Iterations + warmUp };
        var training = new IcaTraining(device, lengthened, new IcaProblem(lengthened));
        for (int i = 0; i < warmUp; i++)
            training.Step();
        device.Synchronize();
        double peak = device is { IsHost: true, IsSinglePrecision: true } ? FmaPeak.MeasureGigaflops() : double.NaN;
        var ticks = new long[settings.Iterations];
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < ticks.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            training.Step();
            device.Synchronize();
            ticks[i] = Stopwatch.GetTimestamp() - start;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(ticks);
        double median = Milliseconds(ticks, 0.5);
        double gigaflops = IcaMethod.Of(settings).Operations(settings) / median / 1e6;
        return new(
            IcaRow.Of(settings).Id,
            settings.Dimension,
            device.Name,
            ticks.Length,
            median,
            Milliseconds(ticks, 0.25),
            Milliseconds(ticks, 0.75),
            gigaflops,
            peak,
            gigaflops / peak,
            allocated);
    }

    private static double Milliseconds(long[] sorted, double share)
        => sorted[(int)(share * (sorted.Length - 1))] * 1000.0 / Stopwatch.Frequency;
}
