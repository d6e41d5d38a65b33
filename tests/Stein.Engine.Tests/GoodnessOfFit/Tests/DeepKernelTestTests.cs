using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>Level, power and reproducibility of the tests by a deep kernel.</summary>
public class DeepKernelTestTests(ITestOutputHelper output)
{
    private const int Dimension = 10;
    private const string SameData = "deep-kernel-same-data";

    private static readonly GaussianMixture Model = TestTrials.Normal(Dimension);

    public static TheoryData<string> Names => [.. GoodnessOfFitTests.All.Where(test => test is DeepKernelTest).Select(test => test.Name)];

    /// <summary>At most as many as 99.99 % of binomial numbers.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Level_under_the_model(string name)
    {
        Assert.SkipWhen(name == SameData, "This test is wrong on purpose.");
        const int Trials = 100, Limit = 15;
        int rejections = TestTrials.Rejections(TestTrials.Run(GoodnessOfFitTests.Find(name), Model, Model, 100, Trials));
        output.WriteLine($"{rejections} of {Trials}");
        Assert.InRange(rejections, 0, Limit);
    }

    [Fact]
    public void A_kernel_tested_on_the_samples_that_trained_it_breaks_the_level()
    {
        const int Trials = 20;
        int wrong = TestTrials.Rejections(TestTrials.Run(GoodnessOfFitTests.Find(SameData), Model, Model, 100, Trials));
        output.WriteLine($"{wrong} of {Trials}");
        Assert.InRange(wrong, Trials / 2, Trials);
    }

    /// <summary>
    /// One of ten coordinates has variance 0.3: the trained kernel looks along it, and a kernel of all coordinates hardly sees it.
    /// </summary>
    [Fact]
    public void A_thin_direction_is_found()
    {
        const int Trials = 20;
        var thin = new ProductNormal(new double[Dimension], [Math.Sqrt(0.3), .. Enumerable.Repeat(1.0, Dimension - 1)]);
        int deep = TestTrials.Rejections(TestTrials.Run(GoodnessOfFitTests.Find("deep-kernel"), Model, thin, 200, Trials));
        int plain = TestTrials.Rejections(TestTrials.Run(GoodnessOfFitTests.Find("ksd-rbf"), Model, thin, 200, Trials));
        output.WriteLine($"{deep} and {plain} of {Trials}");
        Assert.InRange(deep, plain + 5, Trials);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_samples_and_seed_give_the_same_outcome_whatever_was_tested_before(string name)
    {
        using Device device = CpuDevices.CreateSimd();
        GoodnessOfFitTest test = GoodnessOfFitTests.Find(name);
        PreparedTest prepared = test.Prepare(device, 60, Dimension, 50);
        TestSamples first = TestSamples.Of(new Draw(541).Normal(60 * Dimension, 1.3), Model);
        TestSamples other = TestSamples.Of(new Draw(542).Normal(60 * Dimension, 4), Model);
        TestOutcome outcome = prepared(first, new(5, 1));
        Assert.NotEqual(outcome, prepared(other, new(5, 1)));
        Assert.Equal(outcome, prepared(first, new(5, 1)));
        Assert.Equal(outcome, test.Prepare(device, 60, Dimension, 50)(first, new(5, 1)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_fewest_samples_can_be_tested_and_NaN_cannot(string name)
    {
        using Device device = CpuDevices.CreateSimd();
        GoodnessOfFitTest test = GoodnessOfFitTests.Find(name);
        PreparedTest prepared = test.Prepare(device, test.MinSamples, Dimension, 20);
        double[] values = new Draw(543).Normal(test.MinSamples * Dimension);
        Assert.InRange(prepared(TestSamples.Of(values, Model), new(6, 0)).PValue, double.Epsilon, 1);
        values[^1] = double.NaN;
        Assert.ThrowsAny<ArgumentException>(() => prepared(TestSamples.Of(values, Model), new(6, 0)));
    }
}
