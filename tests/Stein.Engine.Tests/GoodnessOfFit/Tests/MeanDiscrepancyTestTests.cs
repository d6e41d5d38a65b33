using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>The two-sample test against samples of the model.</summary>
public class MeanDiscrepancyTestTests
{
    private static readonly GoodnessOfFitTest Test = GoodnessOfFitTests.Find("mmd");

    [Fact]
    public void Statistic_is_that_over_single_pairs()
    {
        const int Count = 12;
        GaussianMixture model = TestTrials.Normal(2);
        var seed = new TestSeed(3, 1);
        double[] x = TestTrials.Normal(2, mean: 1).Sample(seed.Stream(StreamPurpose.TestData), Count);
        double[] y = model.Sample(seed.Stream(StreamPurpose.ModelSamples), Count);
        using var device = CpuDevices.CreateSimd();
        var distances = new SampleDistances(device, 2 * Count, 2);
        distances.Set([.. x, .. y]);
        double square = 2 * Math.Pow(distances.Median(), 2), sum = 0;
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
                sum += i == j ? 0 : Kernel(x, i, x, j) + Kernel(y, i, y, j) - Kernel(x, i, y, j) - Kernel(y, i, x, j);
        }

        TestOutcome outcome = Test.Prepare(device, Count, 2, 19)(TestSamples.Of(x, model), seed);
        Checks.Close("statistic", [sum / (Count * (Count - 1))], [outcome.Statistic], _ => 1e-6);

        double Kernel(double[] first, int i, double[] second, int j)
            => Math.Exp(-(Math.Pow(first[2 * i] - second[2 * j], 2) + Math.Pow(first[(2 * i) + 1] - second[(2 * j) + 1], 2)) / square);
    }

    [Fact]
    public void Has_its_level() => TestTrials.CheckLevel(Test, 2, 100, 300);

    [Fact]
    public void Finds_other_means_and_variances() => TestTrials.CheckPower(Test, 2, 300);
}
