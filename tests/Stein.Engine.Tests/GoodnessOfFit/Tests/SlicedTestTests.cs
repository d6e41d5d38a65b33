using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>Level, power and reproducibility of the tests by sliced discrepancies.</summary>
public class SlicedTestTests(ITestOutputHelper output)
{
    private const int Dimension = 3;
    private const double Level = 0.05;
    private const string SameData = "maxsksd-same-data";

    private static readonly GaussianMixture Model = Standard(Dimension);

    public static TheoryData<string> Names
        => [.. GoodnessOfFitTests.All.Where(test => test is SlicedTest or LearnedSlicedTest).Select(test => test.Name)];

    /// <summary>At most as many as 99.99 % of binomial numbers; some tests are conservative.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Level_under_the_model(string name)
    {
        Assert.SkipWhen(name == SameData, "This test is wrong on purpose.");
        const int Trials = 200, Limit = 23;
        int rejections = Rejections(name, 100, Dimension, Trials, Normal);
        output.WriteLine($"{rejections} of {Trials}");
        Assert.InRange(rejections, 0, Limit);
    }

    [Fact]
    public void Slices_tested_on_the_samples_that_chose_them_break_the_level()
    {
        const int Trials = 40;
        int wrong = Rejections(SameData, 60, 10, Trials, Normal), right = Rejections("maxsksd", 60, 10, Trials, Normal);
        output.WriteLine($"{wrong} and {right} of {Trials}");
        Assert.InRange(wrong, Trials / 2, Trials);
        Assert.InRange(right, 0, 8);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Laplace_samples_are_found(string name)
    {
        const int Trials = 10;
        int rejections = Rejections(name, 700, Dimension, Trials, (draw, count) => [.. draw.Laplace(count).Select(x => x / Math.Sqrt(2))]);
        output.WriteLine($"{rejections} of {Trials}");
        Assert.InRange(rejections, name == "maxsksd-random" ? 3 : 8, Trials);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_samples_and_seed_give_the_same_outcome_whatever_was_tested_before(string name)
        => TestTrials.CheckRepeats(GoodnessOfFitTests.Find(name), Model);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_fewest_samples_can_be_tested_and_NaN_cannot(string name)
        => TestTrials.CheckFewest(GoodnessOfFitTests.Find(name), Model);

    private static double[] Normal(Draw draw, int count) => draw.Normal(count);

    private static int Rejections(string name, int count, int dimension, int trials, Func<Draw, int, double[]> sample)
    {
        using Device device = CpuDevices.CreateSimd();
        GaussianMixture model = Standard(dimension);
        PreparedTest test = GoodnessOfFitTests.Find(name).Prepare(device, count, dimension, 199);
        return Enumerable.Range(0, trials).Count(trial =>
        {
            double[] values = sample(new Draw((uint)(600 + trial)), count * dimension);
            return test(TestSamples.Of(values, model), new(544, (uint)trial)).PValue <= Level;
        });
    }

    private static GaussianMixture Standard(int dimension) => GaussianMixture.Isotropic(dimension, [1], new double[dimension], [1]);
}
