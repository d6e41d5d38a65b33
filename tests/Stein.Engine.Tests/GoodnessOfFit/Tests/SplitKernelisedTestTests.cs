using MathNet.Numerics.Statistics;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>The choice of a bandwidth on half of the samples, and the test on the other half.</summary>
public class SplitKernelisedTestTests
{
    private static readonly GoodnessOfFitTest Test = GoodnessOfFitTests.Find("ksd-split");

    /// <summary>In the form in which the authors write the variance, 4(E[E[u | i]²] − E[u]²), over single pairs.</summary>
    [Fact]
    public void Ratio_is_that_over_single_pairs()
    {
        const int Count = 30;
        var stream = new PhiloxStream(3, StreamPurpose.TestData);
        double[] values = [.. Enumerable.Range(0, 2 * Count).Select(_ => stream.NextNormal())];
        double[] scores = [.. values.Select(x => 0.5 - x)];
        var kernel = new SteinKernel("imq", 1.3);
        double[] means = [.. Enumerable.Range(0, Count).Select(i => Enumerable.Range(0, Count).Average(j => Term(i, j)))];
        double statistic = Enumerable.Range(0, Count).Average(i => (means[i] - (Term(i, i) / Count)) * Count / (Count - 1));
        double expected = statistic / Math.Sqrt((4 * means.PopulationVariance()) + 1e-8);
        SteinPairSums sums = new SteinPairs(values, scores, 2, 1).Compute([kernel], cancellation: TestContext.Current.CancellationToken)[0];
        Checks.Close("ratio", [expected], [SplitKernelisedTest.PowerRatio(sums, 1e-8)], _ => 1e-11 * Math.Abs(expected));

        double Term(int i, int j) => SteinTerm.Value<InverseMultiquadricKernel>(values, scores, 2, kernel, i, j);
    }

    [Fact]
    public void Has_its_level() => TestTrials.CheckLevel(Test, 2, 100, 300);

    [Fact]
    public void Finds_other_means_and_variances() => TestTrials.CheckPower(Test, 2, 200);

    [Fact]
    public void Extra_samples_are_as_many_as_those_it_tests()
    {
        Assert.Equal(100, Test.GivenSamples(100));
        Assert.Equal(200, GoodnessOfFitTests.Find("ksd-split-extra").GivenSamples(100));
        Assert.Equal(
            TestTrials.Run(Test, TestTrials.Normal(2), TestTrials.Normal(2), 40, 3),
            TestTrials.Run(GoodnessOfFitTests.Find("ksd-split-extra"), TestTrials.Normal(2), TestTrials.Normal(2), 20, 3));
    }
}
