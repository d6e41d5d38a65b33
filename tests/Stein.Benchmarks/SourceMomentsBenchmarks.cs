using BenchmarkDotNet.Attributes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.IndependentComponents;

namespace Stein.Benchmarks;

/// <summary>
/// One evaluation of the frozen witness at an unmixing matrix, beside the two products <c>Z = X Vᵀ</c> and <c>F′(Z)ᵀ Z</c> that it has to
/// compute in any case, and a whole step of the rotations.
/// </summary>
public class SourceMomentsBenchmarks
{
    private const int Samples = 20_000;

    private readonly Device device = CpuDevices.CreateSimd();
    private DeviceMatrix samples = null!;
    private DeviceMatrix unmixing = null!;
    private DeviceMatrix sources = null!;
    private DeviceMatrix slopes = null!;
    private DeviceMatrix products = null!;
    private double[] rotation = null!;
    private DeviceSourceMoments moments = null!;
    private SteinContrast[] contrasts = null!;

    /// <summary>Sources D.</summary>
    [Params(10, 50, 100, 200)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        samples = Rivals.Upload(device, Samples, Dimension, Rivals.Normal(Samples * Dimension, 1));
        rotation = MaximumLikelihoodIca.RandomRotation(Dimension, 1, 0);
        unmixing = device.Upload(Dimension, Dimension, rotation);
        sources = device.Allocate(Samples, Dimension);
        slopes = device.Allocate(Samples, Dimension);
        products = device.Allocate(Dimension, Dimension);
        moments = new(device, samples);
        contrasts =
        [
            .. Enumerable.Repeat(SteinContrast.Default, Dimension),
        ];
    }

    [GlobalCleanup]
    public void Cleanup() => device.Dispose();

    [Benchmark(Baseline = true)]
    public void TwoProducts()
    {
        device.Multiply(sources, samples, unmixing, transposeRight: true);
        device.Multiply(products, slopes, sources, transposeLeft: true);
    }

    [Benchmark]
    public double Evaluation() => moments.Compute(rotation, contrasts, hasCurvature: false).Value;

    /// <summary>From the start, of which the statistics are computed too: two evaluations and a rotation.</summary>
    [Benchmark]
    public double FirstStep()
    {
        var search = new SteinRotation(moments, rotation, (SteinContrast)contrasts[0], SourceDensity.Laplace);
        search.Step();
        return search.Remainder;
    }
}
