using System.Runtime.Intrinsics;
using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class GofGoldenTests
{
    public const string Quantity = "gof_bootstrap";

    private static readonly GoldenRun Run = For<GaussianKernel>();

    [Theory]
    [MemberData(nameof(GoldenCases.OnEveryDevice), Quantity, MemberType = typeof(GoldenCases))]
    public void Scores_statistics_replicates_and_p_values_are_the_authors(string name, string device) => Run.Check(name, device);

    internal static GoldenRun For<TKernel>()
        where TKernel : struct, IRadialKernel
        => new(Quantity)
        {
            Program = Measure<TKernel>,
            Translate = (_, expected) => GoldenRun.SquareBandwidths(expected, path => path.Contains("bandwidth", StringComparison.Ordinal)),

            // The projected median of very few samples is the zero of a pair (i, i), which the authors' formula misses by rounding.
            IsZero = (_, path) => path == "sksd_bandwidth_per_slice",
        };

    /// <summary>
    /// Adds the replicates of a pair matrix to <paramref name="results"/> under the name of the kind of test, and with them the statistic
    /// and the authors' p-value, the share of replicates that are at least the statistic.
    /// </summary>
    internal static void AddTest(Measurements results, string kind, Bootstrap bootstrap, DeviceMatrix pairs)
    {
        int count = bootstrap.Samples;
        results.Add($"{kind}/row sums", () => [bootstrap.Test(pairs).Statistic]);
        double[] statistic = results[$"{kind}/row sums"];
        results.AddDerived($"{kind}_U", statistic, () => [Statistic()]);
        results.Add($"{kind}/quadratic forms", () => bootstrap.Run(pairs).ToArray());
        double[] replicates = results[$"{kind}/quadratic forms"];
        results.AddDerived($"{kind}_bootstrap", replicates, Replicates);
        double share = (double)replicates.Count(replicate => replicate >= statistic[0]) / replicates.Length;
        results.AddDerived($"{kind}_p_value", [share], () =>
        {
            // Rounding affects the share by the replicates that it can move past the statistic.
            double bound = Statistic().Bound;
            int near = Replicates().Count(replicate => Math.Abs(replicate.Value - statistic[0])
                <= 2 * (replicate.Bound + bound) * RunningErrorLane.SinglePrecision);
            RunningErrorLane exact = RunningErrorLane.Exact(share);
            double moved = (double)near / replicates.Length / RunningErrorLane.SinglePrecision;
            return [exact with { Bound = moved, Samples = exact.Samples + Vector512.Create(moved) }];
        });

        RunningErrorLane Statistic()
            => Measurements.Combine(statistic[0], PairStatistic.U.Weight(count), results.Errors($"{kind}/row sums"));

        RunningErrorLane[] Replicates() =>
        [
            .. results.Errors($"{kind}/quadratic forms")
                .Select((error, b) => Measurements.Combine(replicates[b], PairStatistic.V.Weight(count), [error])),
        ];
    }

    /// <summary>The weights of a case.</summary>
    internal static Bootstrap Weights(GoldenCase golden, Device device)
    {
        double[,] counts = golden.Inputs.Matrix("counts");
        return Bootstrap.FromCounts(device, counts.GetLength(1), [.. counts.Cast<double>().Select(count => (int)count)]);
    }

    private static void Measure<TKernel>(GoldenCase golden, Device device, Measurements results)
        where TKernel : struct, IRadialKernel
    {
        DeviceMatrix samples = golden.Inputs.MatrixOn("samples", device);
        DeviceMatrix scores = GoldenDensity.Scores(golden.Inputs, "p", samples);
        results.Add("score", scores);
        Bootstrap bootstrap = Weights(golden, device);
        DeviceMatrix pairs = device.Allocate(samples.Rows, samples.Rows);
        var kernelised = new KernelisedSteinTest<TKernel>(bootstrap);
        kernelised.SetBandwidth(samples, MedianRule.TwiceMedian);
        GoldenRun.AddSquaredBandwidths(results, "ksd_bandwidth", kernelised.Bandwidth);
        kernelised.ComputePairs(pairs, samples, scores);
        AddTest(results, "ksd", bootstrap, pairs);
        Assert.Equal(results["ksd_U"][0], kernelised.Run(samples, scores).Statistic);

        var sliced = new SlicedSteinTest<TKernel>(bootstrap, samples.Columns, golden.Inputs.GetProperty("g").GetArrayLength());
        device.Write(sliced.SliceDirections, golden.Inputs.Transposed("r"));
        device.Write(sliced.TestDirections, golden.Inputs.Transposed("g"));
        sliced.SetBandwidths(samples);
        GoldenRun.AddSquaredBandwidths(results, "sksd_bandwidth_per_slice", sliced.Bandwidth);
        sliced.ComputePairs(pairs, samples, scores);
        AddTest(results, "sksd", bootstrap, pairs);
        Assert.Equal(results["sksd_U"][0], sliced.Run(samples, scores).Statistic);
    }
}
