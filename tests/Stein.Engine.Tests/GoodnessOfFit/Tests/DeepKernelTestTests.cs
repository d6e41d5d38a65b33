using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Targets;
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
        => TestTrials.CheckRepeats(GoodnessOfFitTests.Find(name), Model);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_fewest_samples_can_be_tested_and_NaN_cannot(string name)
        => TestTrials.CheckFewest(GoodnessOfFitTests.Find(name), Model);
}
