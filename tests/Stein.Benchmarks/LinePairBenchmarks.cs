using BenchmarkDotNet.Attributes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.OneDimensional;

namespace Stein.Benchmarks;

/// <summary>
/// The one-dimensional Stein kernel summed over all pairs of N numbers (V-statistic, gradients by scores, projections and couplings): on
/// a grid with the Gaussian kernel, exactly with Matérn-5/2, and over all pairs.
/// </summary>
[MemoryDiagnoser]
public class LinePairBenchmarks
{
    private const float InverseSquare = 0.5f;

    private readonly Device device = CpuDevices.CreateSimd();
    private GridPairSums<GaussianKernel> grid = null!;
    private MaternPairSums matern = null!;
    private Pool<(DeviceMatrix Points, DeviceMatrix Scores)> inputs = null!;
    private DeviceMatrix couplings = null!;
    private DeviceMatrix inverseSquares = null!;
    private DeviceMatrix fourthOrders = null!;
    private DeviceMatrix byScore = null!;
    private DeviceMatrix byProjection = null!;
    private DeviceMatrix byCoupling = null!;

    /// <summary>Numbers N.</summary>
    [Params(1000, 20_000)]
    public int Samples { get; set; }

    /// <summary>Columns R.</summary>
    [Params(1, 16)]
    public int Columns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        grid = new(device, Samples, Columns);
        matern = new(device, Samples, Columns, MaternOrder.FiveHalves);
        inputs = new(8, seed => (
            Rivals.Upload(device, Samples, Columns, Rivals.Normal(Samples * Columns, seed)),
            Rivals.Upload(device, Samples, Columns, Rivals.Normal(Samples * Columns, seed + 1000))));
        couplings = Rivals.Upload(device, 1, Columns, [.. Enumerable.Repeat(1f, Columns)]);
        fourthOrders = Rivals.Upload(device, 1, Columns, [.. Enumerable.Repeat(1f, Columns)]);
        inverseSquares = Rivals.Upload(device, 1, Columns, [.. Enumerable.Repeat(InverseSquare, Columns)]);
        (byScore, byProjection) = (device.Allocate(Samples, Columns), device.Allocate(Samples, Columns));
        byCoupling = device.Allocate(1, Columns);

        AllPairs(inputs.First);
        double[][] expected = [device.Read(byScore), device.Read(byProjection), device.Read(byCoupling)];
        Gradients(grid, inputs.First);
        const double Tolerance = 1e-4;
        Rivals.Agree("by scores", expected[0], device.Read(byScore), Tolerance);
        Rivals.Agree("by projections", expected[1], device.Read(byProjection), Tolerance);
        Rivals.Agree("by couplings", expected[2], device.Read(byCoupling), Tolerance);
    }

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void Grid() => Gradients(grid, inputs.Next());

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void GridScoreGradient()
    {
        (DeviceMatrix points, DeviceMatrix scores) = inputs.Next();
        grid.Prepare(points, scores, couplings, inverseSquares);
        grid.WeightGradient(byScore);
    }

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void Matern() => Gradients(matern, inputs.Next());

    [Benchmark]
    public void AllPairs() => AllPairs(inputs.Next());

    private void Gradients(LinePairSums sums, (DeviceMatrix Points, DeviceMatrix Scores) input)
    {
        sums.Prepare(input.Points, input.Scores, couplings, inverseSquares);
        sums.WeightGradient(byScore);
        sums.PointGradient(byProjection);
        sums.CouplingGradient(byCoupling);
    }

    private void AllPairs((DeviceMatrix Points, DeviceMatrix Scores) input)
        => device.SlicedPairSums<SlicedPairTerm<GaussianKernel>>(new SlicedPairRequest
        {
            Projections = input.Points,
            ProjectedScores = input.Scores,
            Couplings = couplings,
            InverseSquareBandwidths = inverseSquares,
            FourthOrders = fourthOrders,
            Statistic = PairStatistic.V,
            ScoreGradient = byScore,
            ProjectionGradient = byProjection,
            CouplingGradient = byCoupling,
        });
}
