using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class MaxSksdGoldenTests
{
    public const string Quantity = "maxsksd";

    private static readonly GoldenRun Run = For<GaussianKernel>();

    [Theory]
    [MemberData(nameof(GoldenCases.OnEveryDevice), Quantity, MemberType = typeof(GoldenCases))]
    public void Values_bandwidths_and_gradients_are_the_authors(string name, string device) => Run.Check(name, device);

    internal static GoldenRun For<TKernel>()
        where TKernel : struct, IRadialKernel
        => new(Quantity)
        {
            Program = Measure<TKernel>,
            Translate = (_, expected) => GoldenRun.SquareBandwidths(expected, path => path == "bandwidth_per_slice"),

            // In one dimension a normalised direction is ±1, and its derivative is zero except for the 1e-10 in the normalisation.
            IsZero = (golden, path) => golden.Inputs.Matrix("samples").GetLength(1) == 1
                && (path.StartsWith("grad_r", StringComparison.Ordinal) || path.StartsWith("grad_g", StringComparison.Ordinal)),
        };

    private static void Measure<TKernel>(GoldenCase golden, Device device, Measurements results)
        where TKernel : struct, IRadialKernel
    {
        DeviceMatrix samples = golden.Inputs.MatrixOn("samples", device);
        DeviceMatrix scores = golden.Inputs.MatrixOn("scores", device);
        DeviceMatrix gradient = device.Allocate(samples.Rows, samples.Columns);
        int slices = golden.Inputs.GetProperty("g").GetArrayLength();
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var sksd = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, samples.Rows, samples.Columns, slices, statistic);
            device.Write(sksd.SliceDirections.Values, golden.Inputs.Transposed("r"));
            device.Write(sksd.TestDirections.Values, golden.Inputs.Transposed("g"));
            sksd.Project(samples, scores);
            ApplyOtherRule(golden, sksd.Bandwidth, device);
            if (statistic == PairStatistic.V)
                GoldenRun.AddSquaredBandwidths(results, "bandwidth_per_slice", sksd.Bandwidth);
            results.AddSum($"value_{statistic}", 1, () => sksd.Value(scores));
            results.Add($"per_slice_{statistic}", () => sksd.ValuesPerSlice(scores));
            sksd.ScoreGradient(gradient, scores);
            results.Add($"grad_scores_{statistic}", gradient);
            sksd.DirectionGradients(samples, scores, bySlices: true);
            results.AddTransposed($"grad_g_{statistic}", sksd.TestDirections.Gradient);
            results.AddTransposed($"grad_r_{statistic}", sksd.SliceDirections.Gradient);
        }
    }

    /// <summary>The authors' rule is h = scale·2·(m/2)^power; the engine has power ½ and scale 1, which all published runs use.</summary>
    private static void ApplyOtherRule(GoldenCase golden, Bandwidth bandwidth, Device device)
    {
        double power = golden.Inputs.TryGetProperty("median_power", out _) ? golden.Inputs.Scalar("median_power") : 0.5;
        double scale = golden.Inputs.TryGetProperty("bandwidth_scale", out _) ? golden.Inputs.Scalar("bandwidth_scale") : 1;
        if (power != 0.5 || scale != 1)
            bandwidth.Set([.. device.Read(bandwidth.Medians).Select(median => scale * 2 * Math.Pow(0.5 * median, power))]);
    }
}
