using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class KsdGoldenTests
{
    public const string Quantity = "ksd_rbf";

    private static readonly GoldenRun Run = For<GaussianKernel>();

    [Theory]
    [MemberData(nameof(GoldenCases.OnEveryDevice), Quantity, MemberType = typeof(GoldenCases))]
    public void Values_pair_sums_and_gradients_are_the_authors(string name, string device) => Run.Check(name, device);

    internal static GoldenRun For<TKernel>()
        where TKernel : struct, IRadialKernel
        => new(Quantity) { Program = Measure<TKernel> };

    private static void Measure<TKernel>(GoldenCase golden, Device device, Measurements results)
        where TKernel : struct, IRadialKernel
    {
        DeviceMatrix samples = golden.Inputs.MatrixOn("samples", device);
        DeviceMatrix scores = golden.Inputs.MatrixOn("scores", device);
        DeviceMatrix gradient = device.Allocate(samples.Rows, samples.Columns);
        DeviceMatrix pairs = device.Allocate(samples.Rows, samples.Rows);
        foreach (PairStatistic statistic in Enum.GetValues<PairStatistic>())
        {
            var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, samples.Rows, samples.Columns, statistic);
            ksd.SetSamples(samples);
            ksd.Bandwidth.Set([golden.Inputs.Scalar("bandwidth")]);
            results.AddSum($"ksd_{statistic}", statistic.Weight(samples.Rows), () => ksd.Value(samples, scores));
            results.Add($"pair_row_sums_{statistic}", () => ksd.RowSums(samples, scores).ToArray());
            ksd.Gradient(gradient, samples, scores);
            results.Add($"grad_scores_{statistic}", gradient);

            device.PairMatrix<SteinPairTerm<TKernel>>(
                pairs, PairSet.Within(new(samples, scores), ksd.Bandwidth.Constants, statistic));
            results.Add($"pair_matrix_{statistic}", pairs);
        }
    }
}
