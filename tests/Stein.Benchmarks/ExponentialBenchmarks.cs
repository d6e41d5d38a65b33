using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Benchmarks;

/// <summary><c>e^−x</c> of 4096 numbers from 0 to about 16, as the Gaussian kernel needs it.</summary>
[MemoryDiagnoser]
public class ExponentialBenchmarks
{
    private const int Count = 4096;

    private readonly Device device = CpuDevices.CreateSimd();
    private readonly float[] output = new float[Count];
    private Pool<(DeviceMatrix Own, float[] Plain)> arguments = null!;
    private DeviceMatrix ownOutput = null!;
    private DeviceMatrix one = null!;

    [GlobalSetup]
    public void Setup()
    {
        arguments = new(Pool<float>.EnoughToForget, seed =>
        {
            float[] values = Array.ConvertAll(Rivals.Normal(Count, seed), value => value * value);
            return (Rivals.Upload(device, 1, Count, values), values);
        });
        ownOutput = device.Allocate(1, Count);
        one = Rivals.Upload(device, 1, 1, [1]);
        double[] expected = Array.ConvertAll(arguments.First.Plain, value => Math.Exp(-(double)value));
        device.Map<KernelValue<GaussianKernel>>(ownOutput, arguments.First.Own, one);
        Rivals.Agree(nameof(Stein), expected, device.Read(ownOutput), 1e-6);
        Plain(arguments.First.Plain);
        Rivals.Agree(nameof(MathFExp), expected, Rivals.Widen(output), 1e-6);
        Framework(arguments.First.Plain);
        Rivals.Agree(nameof(Vector512Exp), expected, Rivals.Widen(output), 1e-6);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Quick")]
    public void Stein() => device.Map<KernelValue<GaussianKernel>>(ownOutput, arguments.Next().Own, one);

    /// <summary>The framework's, which TensorPrimitives uses as well.</summary>
    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void Vector512Exp() => Framework(arguments.Next().Plain);

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void MathFExp() => Plain(arguments.Next().Plain);

    private void Plain(float[] values)
    {
        for (int i = 0; i < values.Length; i++)
            output[i] = MathF.Exp(-values[i]);
    }

    private void Framework(float[] values)
    {
        for (int i = 0; i < values.Length; i += Vector512<float>.Count)
            Vector512.Exp(-Vector512.Create(values, i)).CopyTo(output, i);
    }
}
