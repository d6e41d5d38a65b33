using BenchmarkDotNet.Attributes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Benchmarks;

/// <summary>The gradient of KSD by the scores (Gaussian kernel, U-statistic), squared distances included, over N = 100 samples.</summary>
[MemoryDiagnoser]
public class KsdBenchmarks
{
    private const int Samples = 100;

    private readonly Device simd = CpuDevices.CreateSimd();
    private readonly Device exact = CpuDevices.CreateDouble();
    private Pool<(float[] Samples, float[] Scores)> plain = null!;
    private Gradient own = null!;
    private Gradient ownExact = null!;
    private float[] gradient = [];

    /// <summary>D.</summary>
    [Params(10, 100, 200)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int length = Samples * Dimension;
        gradient = new float[length];
        plain = new(Pool<float>.EnoughToForget, seed => (Rivals.Normal(length, seed), Rivals.Normal(length, seed + 1000)));
        own = new Gradient(simd, Dimension);
        ownExact = new Gradient(exact, Dimension);
        double[] expected = ownExact.OfFirst();
        Rivals.Agree(nameof(Stein), expected, own.OfFirst(), 1e-5);
        Plain(plain.First.Samples, plain.First.Scores);
        Rivals.Agree(nameof(PlainLoop), expected, Rivals.Widen(gradient), 1e-5);
    }

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("Quick")]
    public void Stein() => own.Compute();

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void PlainLoop()
    {
        (float[] samples, float[] scores) = plain.Next();
        Plain(samples, scores);
    }

    [Benchmark]
    public void DoublePrecision() => ownExact.Compute();

    /// <summary>With a = 1/h²: <c>2/(N(N−1)) Σⱼ k(xᵢ, xⱼ)(sⱼ + 2a(xᵢ − xⱼ))</c> over j ≠ i.</summary>
    private void Plain(float[] x, float[] s)
    {
        const float Weight = 2f / (Samples * (Samples - 1));
        float a = 1f / Dimension;
        Array.Clear(gradient);
        for (int i = 0; i < Samples; i++)
        {
            ReadOnlySpan<float> xi = x.AsSpan(i * Dimension, Dimension);
            Span<float> sum = gradient.AsSpan(i * Dimension, Dimension);
            for (int j = 0; j < Samples; j++)
            {
                if (j == i)
                    continue;
                ReadOnlySpan<float> xj = x.AsSpan(j * Dimension, Dimension);
                ReadOnlySpan<float> sj = s.AsSpan(j * Dimension, Dimension);
                float square = 0;
                for (int d = 0; d < xi.Length; d++)
                    square += (xi[d] - xj[d]) * (xi[d] - xj[d]);
                float k = Weight * MathF.Exp(-a * square);
                for (int d = 0; d < xi.Length; d++)
                    sum[d] += k * (sj[d] + (2 * a * (xi[d] - xj[d])));
            }
        }
    }

    private sealed class Gradient
    {
        private readonly Device device;
        private readonly KernelisedSteinDiscrepancy<GaussianKernel> ksd;
        private readonly Pool<(DeviceMatrix Samples, DeviceMatrix Scores)> inputs;
        private readonly DeviceMatrix output;

        public Gradient(Device device, int dimension)
        {
            this.device = device;
            ksd = new(device, KsdBenchmarks.Samples, dimension, PairStatistic.U);
            ksd.Bandwidth.Set([Math.Sqrt(dimension)]);
            output = device.Allocate(KsdBenchmarks.Samples, dimension);
            inputs = new(Pool<float>.EnoughToForget, seed => (Create(seed), Create(seed + 1000)));

            DeviceMatrix Create(int seed) => Rivals.Upload(
                device, KsdBenchmarks.Samples, dimension, Rivals.Normal(KsdBenchmarks.Samples * dimension, seed));
        }

        public void Compute() => Compute(inputs.Next());

        public double[] OfFirst()
        {
            Compute(inputs.First);
            return device.Read(output);
        }

        private void Compute((DeviceMatrix Samples, DeviceMatrix Scores) input)
        {
            ksd.SetSamples(input.Samples);
            ksd.Gradient(output, input.Samples, input.Scores);
        }
    }
}
