using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Golden;

[Trait("Category", "Golden")]
public class MmdGoldenTests
{
    public const string Quantity = "mmd";

    private static readonly GoldenRun Run = For<GaussianKernel>();

    [Theory]
    [MemberData(nameof(GoldenCases.OnEveryDevice), Quantity, MemberType = typeof(GoldenCases))]
    public void Estimates_the_pooled_median_and_replicates_are_the_authors(string name, string device) => Run.Check(name, device);

    internal static GoldenRun For<TKernel>()
        where TKernel : struct, IRadialKernel
        => new(Quantity) { Program = Measure<TKernel> };

    private static void Measure<TKernel>(GoldenCase golden, Device device, Measurements results)
        where TKernel : struct, IRadialKernel
    {
        DeviceMatrix first = golden.Inputs.MatrixOn("samples1", device);
        DeviceMatrix second = golden.Inputs.MatrixOn("samples2", device);
        int count = first.Rows;
        var discrepancy = new MaximumMeanDiscrepancy<TKernel>(device, count, first.Columns);
        discrepancy.SetSamples(first, second);
        discrepancy.SetBandwidth(MedianRule.TwiceMedian);
        results.Add("aggregate_median_sq_dist", discrepancy.Bandwidth.Medians);
        discrepancy.Bandwidth.Set([golden.Inputs.Scalar("bandwidth")]);

        // Of the numbers read, kernels between samples of the same index have the largest weight, at most 2/(N(N − 1)).
        double largest = 2 * PairStatistic.U.Weight(count);
        results.AddSum("mmd_V", largest, () => discrepancy.Estimate().V);
        results.AddSum("mmd_U", largest, () => discrepancy.Estimate().U);
        results.AddSum("mmd_U_simple", largest, () => discrepancy.Estimate().SimpleU);
        GofGoldenTests.AddTest(results, "test", GofGoldenTests.Weights(golden, device), discrepancy.Pairs);
        results.AddDerived("bootstrap", results["test_bootstrap"], () => results.Errors("test_bootstrap"));
    }
}
