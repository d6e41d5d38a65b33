using System.Diagnostics;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Stein.Engine.Devices.Discovery;

/// <summary>
/// A short check that a device computes correctly, and how fast: one matrix product and one operation of every other kind, each
/// compared with double precision.
/// </summary>
/// <param name="Size">The number of rows, of columns and of inner terms of the product.</param>
/// <param name="Gigaflops">The speed of the product in GFLOP/s, the fastest of several.</param>
/// <param name="RelativeError">The largest error of an element of the product, relative to <c>Σ_k |a_ik b_kj|</c>.</param>
/// <param name="Tolerance">The largest error allowed: the inner size times the unit round-off.</param>
/// <param name="WrongOperations">The other operations that are wrong, each with its error relative to the largest result.</param>
internal sealed record DeviceCheck(
    int Size, double Gigaflops, double RelativeError, double Tolerance, IReadOnlyList<string> WrongOperations)
{
    private const int FullSize = 256;

    /// <summary>The size for a simulator, which would need more than half a minute for the full size.</summary>
    private const int SmallSize = 32;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(0.1);

    private const int Samples = 33;
    private const int Dimension = 5;

    /// <summary>
    /// The largest error allowed for operations other than the product, in units of the round-off. Processors need six; the exponentials
    /// of GPUs are less accurate.
    /// </summary>
    private const double OperationTolerance = 100;

    private static readonly (string Name, Operation Run)[] Operations =
    [
        ("element-wise map", static (device, samples, scores) =>
        {
            DeviceMatrix output = device.Allocate(Samples, Dimension);
            device.Map<Sigmoid>(output, samples);
            return output;
        }),
        ("sum over rows", static (device, samples, scores) =>
        {
            DeviceMatrix output = device.Allocate(1, Dimension);
            device.SumColumns<AddScaledProduct>(output, samples, samples, scores, 0.5);
            return output;
        }),
        ("pair sums of KSD", static (device, samples, scores) =>
        {
            DeviceMatrix output = device.Allocate(Samples, 1);
            var pairs = PairSet.Within(new(samples, scores), device.Upload(2, 1, [0.125, 1]), PairStatistic.V);
            device.PairSums<SteinPairTerm<GaussianKernel>>(output, pairs);
            return output;
        }),
        ("sliced pair sums", static (device, samples, scores) =>
        {
            DeviceMatrix output = device.Allocate(1, Dimension);
            DeviceMatrix ones = device.Upload(1, Dimension, [1, 1, 1, 1, 1]);
            device.SlicedPairSums<SlicedPairTerm<GaussianKernel>>(new SlicedPairRequest
            {
                Projections = samples,
                ProjectedScores = scores,
                Couplings = ones,
                InverseSquareBandwidths = ones,
                FourthOrders = ones,
                Statistic = PairStatistic.V,
                Values = output,
            });
            return output;
        }),
        ("median of distances", static (device, samples, scores) =>
        {
            DeviceMatrix output = device.Allocate(1, 1);
            DeviceMatrix distances = device.Allocate(Samples, Samples);
            device.SquaredDistances(distances, samples);
            device.MedianSquaredDistance(output, distances);
            return output;
        }),
        ("medians of projections", static (device, samples, scores) =>
        {
            DeviceMatrix output = device.Allocate(1, Dimension);
            device.ProjectedMedians(output, samples);
            return output;
        }),
    ];

    private delegate DeviceMatrix Operation(Device device, DeviceMatrix samples, DeviceMatrix scores);

    /// <summary>Whether the product and all other operations are correct; a NaN is an error.</summary>
    public bool IsCorrect => RelativeError <= Tolerance && WrongOperations.Count == 0;

    /// <summary>Checks <paramref name="device"/>; takes about a tenth of a second on a fast device.</summary>
    public static DeviceCheck Run(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        string[] wrong = FindWrongOperations(device);
        DeviceCheck small = Run(device, SmallSize, wrong);
        const double FullFlops = 2.0 * FullSize * FullSize * FullSize;
        return FullFlops / (1e9 * small.Gigaflops) > 1 ? small : Run(device, FullSize, wrong);
    }

    private static string[] FindWrongOperations(Device device)
    {
        using Device oracle = CpuDevices.CreateDouble();
        double[] samples = Random(Samples * Dimension, 3);
        double[] scores = Random(Samples * Dimension, 4);
        var wrong = new List<string>();
        foreach ((string name, Operation run) in Operations)
        {
            double[] expected = Run(oracle);
            // Math.Max returns NaN if either argument is NaN.
            double error = Run(device).Zip(expected, (a, b) => Math.Abs(a - b)).Aggregate(Math.Max) / expected.Max(Math.Abs);
            if (!(error <= OperationTolerance * device.UnitRoundoff))
                wrong.Add($"{name} (error {error:0.0e+0})");

            double[] Run(Device on)
                => on.Read(run(on, on.Upload(Samples, Dimension, samples), on.Upload(Samples, Dimension, scores)));
        }

        return [.. wrong];
    }

    private static DeviceCheck Run(Device device, int size, string[] wrong)
    {
        double[] left = Random(size * size, 1);
        double[] right = Random(size * size, 2);
        DeviceMatrix a = device.Upload(size, size, left);
        DeviceMatrix b = device.Upload(size, size, right);
        DeviceMatrix product = device.Allocate(size, size);
        // The first call compiles the kernel.
        Multiply();
        long begin = Stopwatch.GetTimestamp();
        double best = double.PositiveInfinity;
        do
        {
            long start = Stopwatch.GetTimestamp();
            Multiply();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin) < Duration);
        double flops = 2.0 * size * size * size;
        return new(size, flops / best / 1e9, LargestError(size, device.Read(product), left, right), size * device.UnitRoundoff, wrong);

        void Multiply()
        {
            device.Multiply(product, a, b);
            device.Synchronize();
        }
    }

    /// <summary>Numbers that single precision holds exactly, so that only the product is compared.</summary>
    private static double[] Random(int count, ulong seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        return [.. Enumerable.Range(0, count).Select(_ => (double)(float)stream.NextNormal())];
    }

    private static double LargestError(int size, double[] product, double[] left, double[] right)
    {
        using Device oracle = CpuDevices.CreateDouble();
        double[] exact = Multiply(left, right);
        double[] sizes = Multiply([.. left.Select(Math.Abs)], [.. right.Select(Math.Abs)]);
        double largest = 0;
        for (int i = 0; i < product.Length; i++)
        {
            double error = Math.Abs(product[i] - exact[i]) / sizes[i];
            // Math.Max returns NaN if either argument is NaN.
            largest = Math.Max(largest, error);
        }

        return largest;

        double[] Multiply(double[] a, double[] b)
        {
            DeviceMatrix result = oracle.Allocate(size, size);
            oracle.Multiply(result, oracle.Upload(size, size, a), oracle.Upload(size, size, b));
            return oracle.Read(result);
        }
    }
}
