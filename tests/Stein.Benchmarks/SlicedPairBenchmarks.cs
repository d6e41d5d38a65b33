using BenchmarkDotNet.Attributes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Benchmarks;

/// <summary>The pair sums of maxSKSD (Gaussian kernel, V-statistic): both gradients of an iteration, over N = 100 samples.</summary>
[MemoryDiagnoser]
public class SlicedPairBenchmarks
{
    private const int Samples = 100;
    private const float InverseSquare = 0.5f;

    private readonly Sums simd = new(CpuDevices.CreateSimd());
    private readonly Sums exact = new(CpuDevices.CreateDouble());
    private Pool<Plain> plain = null!;
    private float[] byScore = [];
    private float[] byProjection = [];
    private float[] byCoupling = [];

    /// <summary>Slices R.</summary>
    [Params(10, 100, 200)]
    public int Slices { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        plain = new(Pool<Plain>.EnoughToForget, seed => new Plain(Slices, seed));
        simd.Create(Slices);
        exact.Create(Slices);
        (byScore, byProjection, byCoupling) = (new float[Samples * Slices], new float[Samples * Slices], new float[Slices]);

        exact.OfFirst();
        simd.OfFirst();
        PlainScoreGradient(plain.First);
        PlainDirectionGradient(plain.First);
        const double Tolerance = 1e-5;
        Rivals.Agree("by scores", exact.Read(exact.ByScore), simd.Read(simd.ByScore), Tolerance);
        Rivals.Agree("by projections", exact.Read(exact.ByProjection), simd.Read(simd.ByProjection), Tolerance);
        Rivals.Agree("by couplings", exact.Read(exact.ByCoupling), simd.Read(simd.ByCoupling), Tolerance);
        Rivals.Agree("plain, by scores", exact.Read(exact.ByScore), ByRows(byScore), Tolerance);
        Rivals.Agree("plain, by projections", exact.Read(exact.ByProjection), ByRows(byProjection), Tolerance);
        Rivals.Agree("plain, by couplings", exact.Read(exact.ByCoupling), Rivals.Widen(byCoupling), Tolerance);
    }

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void SteinScoreGradient() => simd.ScoreGradient();

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void SteinDirectionGradient() => simd.DirectionGradient();

    [Benchmark]
    public void DoubleScoreGradient() => exact.ScoreGradient();

    [Benchmark]
    public void DoubleDirectionGradient() => exact.DirectionGradient();

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void PlainScoreGradient() => PlainScoreGradient(plain.Next());

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void PlainDirectionGradient() => PlainDirectionGradient(plain.Next());

    /// <summary>With a = 1/h², u = zᵢ − zⱼ: <c>2/N² Σⱼ e^(−au²)(pⱼ + 2acu)</c>.</summary>
    private void PlainScoreGradient(Plain input)
    {
        const float Weight = 2f / (Samples * Samples);
        for (int slice = 0; slice < Slices; slice++)
        {
            ReadOnlySpan<float> z = input.Projections.AsSpan(slice * Samples, Samples);
            ReadOnlySpan<float> p = input.ProjectedScores.AsSpan(slice * Samples, Samples);
            Span<float> sums = byScore.AsSpan(slice * Samples, Samples);
            float twice = 2 * InverseSquare * input.Couplings[slice];
            p.CopyTo(sums);
            for (int i = 1; i < z.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    float u = z[i] - z[j];
                    float k = MathF.Exp(-InverseSquare * u * u);
                    sums[i] += k * (p[j] + (twice * u));
                    sums[j] += k * (p[i] - (twice * u));
                }
            }

            for (int i = 0; i < z.Length; i++)
                sums[i] *= Weight;
        }
    }

    /// <summary>The derivatives of <c>1/N² Σ e^(−au²)(pᵢpⱼ + 2acuΔp + 2ac² − 4a²c²u²)</c> by z and c.</summary>
    private void PlainDirectionGradient(Plain input)
    {
        const float Weight = 2f / (Samples * Samples);
        const float A = InverseSquare;
        for (int slice = 0; slice < Slices; slice++)
        {
            ReadOnlySpan<float> z = input.Projections.AsSpan(slice * Samples, Samples);
            ReadOnlySpan<float> p = input.ProjectedScores.AsSpan(slice * Samples, Samples);
            Span<float> sums = byProjection.AsSpan(slice * Samples, Samples);
            float c = input.Couplings[slice];
            float coupling = 2 * A * c * Samples;
            sums.Clear();
            for (int i = 1; i < z.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    float u = z[i] - z[j];
                    float difference = p[i] - p[j];
                    float square = A * u * u;
                    float k = MathF.Exp(-square);
                    float term = (p[i] * p[j]) + (2 * A * c * u * difference) + (2 * A * c * c) - (4 * A * c * c * square);
                    float gradient = k * 2 * A * ((c * difference) - (4 * A * c * c * u) - (u * term));
                    sums[i] += gradient;
                    sums[j] -= gradient;
                    coupling += k * 2 * A * ((u * difference) + (2 * c) - (4 * c * square));
                }
            }

            for (int i = 0; i < z.Length; i++)
                sums[i] *= Weight;
            byCoupling[slice] = Weight * coupling;
        }
    }

    private double[] ByRows(float[] bySlices)
        => [.. from sample in Enumerable.Range(0, Samples)
               from slice in Enumerable.Range(0, Slices)
               select (double)bySlices[(slice * Samples) + sample]];

    /// <summary>One input, slice by slice: the order that suits a plain loop best.</summary>
    private sealed class Plain(int slices, int seed)
    {
        public float[] Projections { get; } = Rivals.Normal(Samples * slices, seed);

        public float[] ProjectedScores { get; } = Rivals.Normal(Samples * slices, seed + 1000);

        public float[] Couplings { get; } = Rivals.Normal(slices, seed + 2000);

        public float[] ByRows(float[] values)
            => [.. from sample in Enumerable.Range(0, Samples)
                   from slice in Enumerable.Range(0, slices)
                   select values[(slice * Samples) + sample]];
    }

    /// <summary>The same inputs on a device.</summary>
    private sealed class Sums(Device device)
    {
        private Pool<SlicedPairRequest> requests = null!;

        public DeviceMatrix ByScore { get; private set; } = null!;

        public DeviceMatrix ByProjection { get; private set; } = null!;

        public DeviceMatrix ByCoupling { get; private set; } = null!;

        public void Create(int slices)
        {
            ByScore = device.Allocate(Samples, slices);
            ByProjection = device.Allocate(Samples, slices);
            ByCoupling = device.Allocate(1, slices);
            DeviceMatrix inverseSquares = Rivals.Upload(device, 1, slices, [.. Enumerable.Repeat(InverseSquare, slices)]);
            DeviceMatrix fourthOrders = Rivals.Upload(device, 1, slices, [.. Enumerable.Repeat(1f, slices)]);
            requests = new(Pool<Plain>.EnoughToForget, seed =>
            {
                var input = new Plain(slices, seed);
                return new SlicedPairRequest
                {
                    Projections = Rivals.Upload(device, Samples, slices, input.ByRows(input.Projections)),
                    ProjectedScores = Rivals.Upload(device, Samples, slices, input.ByRows(input.ProjectedScores)),
                    Couplings = Rivals.Upload(device, 1, slices, input.Couplings),
                    InverseSquareBandwidths = inverseSquares,
                    FourthOrders = fourthOrders,
                    Statistic = PairStatistic.V,
                };
            });
        }

        public void ScoreGradient() => ScoreGradient(requests.Next());

        public void DirectionGradient() => DirectionGradient(requests.Next());

        /// <summary>Both, of the first input.</summary>
        public void OfFirst()
        {
            ScoreGradient(requests.First);
            DirectionGradient(requests.First);
        }

        public double[] Read(DeviceMatrix matrix) => device.Read(matrix);

        private void ScoreGradient(SlicedPairRequest request)
            => device.SlicedPairSums<SlicedPairTerm<GaussianKernel>>(request with { ScoreGradient = ByScore });

        private void DirectionGradient(SlicedPairRequest request)
            => device.SlicedPairSums<SlicedPairTerm<GaussianKernel>>(
                request with { ProjectionGradient = ByProjection, CouplingGradient = ByCoupling });
    }
}
