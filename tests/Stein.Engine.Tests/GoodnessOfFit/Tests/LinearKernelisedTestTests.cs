using MathNet.Numerics.Statistics;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>The linear-time test of the kernelised Stein discrepancy.</summary>
public class LinearKernelisedTestTests
{
    private static readonly GoodnessOfFitTest Test = GoodnessOfFitTests.Find("linear-ksd");

    /// <summary>An odd sample is left over.</summary>
    [Fact]
    public void Statistic_is_the_mean_of_pairs()
    {
        const int Count = 21;
        GaussianMixture model = TestTrials.Normal(2);
        TestSamples samples = TestSamples.Of(model.Sample(new PhiloxStream(6, StreamPurpose.TestData), Count), model);
        using var device = CpuDevices.CreateSimd();
        var distances = new SampleDistances(device, Count, 2);
        distances.Set(samples.Values);
        var kernel = new SteinKernel("rbf", Math.Sqrt(2) * distances.Median());
        double[] terms = [.. Enumerable.Range(0, 10).Select(pair => SteinTerm.Value<GaussianKernel>(
            samples.Values, samples.Scores, 2, kernel, 2 * pair, (2 * pair) + 1))];
        TestOutcome outcome = Test.Prepare(device, Count, 2, 0)(samples, new TestSeed(0, 0));
        Checks.Close("statistic", [terms.Average()], [outcome.Statistic], _ => 1e-14);
        double z = terms.Average() / (terms.StandardDeviation() / Math.Sqrt(10));
        Checks.Close("p", [MathNet.Numerics.Distributions.Normal.CDF(z, 1, 0)], [outcome.PValue], _ => 1e-12);
    }

    /// <summary>P(z ≥ 0) = ½, P(z ≥ 1.959964) = 0.025, and beyond all numbers the least of them.</summary>
    [Fact]
    public void Normal_p_value_is_never_0()
    {
        Checks.Close(
            "p",
            [0.5, 0.025, 0.975],
            [.. ((double[])[0, 1.959964, -1.959964]).Select(LinearKernelisedTest.NormalPValue)],
            _ => 1e-8);
        Assert.True(LinearKernelisedTest.NormalPValue(100) > 0);
        Assert.True(LinearKernelisedTest.NormalPValue(double.PositiveInfinity) > 0);
        Assert.Throws<ArgumentException>(() => LinearKernelisedTest.NormalPValue(double.NaN));
    }

    [Fact]
    public void Has_its_level() => TestTrials.CheckLevel(Test, 2, 300, 400);

    [Fact]
    public void Finds_other_means_and_variances() => TestTrials.CheckPower(Test, 2, 4000);
}
