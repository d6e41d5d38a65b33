using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>What every test of the registry must do.</summary>
public sealed class GoodnessOfFitTestTests
{
    private const int Count = 60;
    private const int Dimension = 2;
    private const int Replicates = 99;

    public static TheoryData<string> Names => [.. GoodnessOfFitTests.Names];

    public static TheoryData<string> NamesForChains
        => [.. GoodnessOfFitTests.All.Where(test => test.TakesChains).Select(test => test.Name)];

    /// <summary>
    /// The same bits whatever was tested before, a p-value that is not 0, and no outcome for samples that are not numbers, of another
    /// shape, or without the model that the test draws from.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Contract(string name)
    {
        GoodnessOfFitTest test = GoodnessOfFitTests.Find(name);
        int count = test.GivenSamples(Count);
        TestSamples samples = TestTrials.Samples(0, count, Dimension), others = TestTrials.Samples(1, count, Dimension, value => 2 * value);
        using Device device = CpuDevices.CreateSimd(), another = CpuDevices.CreateSimd();
        PreparedTest prepared = test.Prepare(device, count, Dimension, Replicates);
        TestOutcome once = prepared(samples, new(101, 0)), other = prepared(others, new(101, 1));
        Assert.Equal(once, prepared(samples, new(101, 0)));
        Assert.Equal(other, test.Prepare(another, count, Dimension, Replicates)(others, new(101, 1)));
        Assert.NotEqual(once, other);
        Assert.InRange(once.PValue, double.Epsilon, 1);
        double[] values = [.. samples.Values[..^1], double.NaN], scores = [.. samples.Scores[..^1], double.NaN];
        Assert.Throws<ArgumentException>(() => prepared(samples with { Values = values, Scores = scores }, new(101, 0)));
        Assert.Throws<ArgumentException>(() => prepared(samples.Rows(0, count - 1), new(101, 0)));
        TestSamples chain = samples with { Chains = ChainRows.Single(count) };
        if (test.TakesChains)
            Assert.Equal(prepared(chain, new(101, 0)), prepared(chain, new(101, 0)));
        else
            Assert.Throws<ArgumentException>(() => prepared(chain, new(101, 0)));
        if (test.SamplesModel)
            Assert.Throws<ArgumentException>(() => prepared(samples with { Model = null }, new(101, 0)));
    }

    /// <summary>
    /// A chain of the model is rejected no more often than at random with the level of 5 %, in all but 1 of 10 000 repetitions, where the
    /// test for independent samples rejects most; and a chain with half the model's variance is found.
    /// </summary>
    [Theory]
    [MemberData(nameof(NamesForChains))]
    public void Chains(string name)
    {
        const int Trials = 100, Length = 300;
        const double Correlation = 0.8;
        GoodnessOfFitTest test = GoodnessOfFitTests.Find(name);
        int right = 0, narrow = 0, independent = 0;
        Parallel.For(0, Trials, trial =>
        {
            using Device device = CpuDevices.CreateSimd();
            PreparedTest prepared = test.Prepare(device, Length, Dimension, Replicates);
            var seed = new TestSeed(101, (uint)trial);
            PhiloxStream stream = seed.Stream(StreamPurpose.TestData);
            var values = new double[Length * Dimension];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = i < Dimension
                    ? stream.NextNormal()
                    : (Correlation * values[i - Dimension]) + (Math.Sqrt(1 - (Correlation * Correlation)) * stream.NextNormal());
            }

            TestSamples samples = TestSamples.Of(values, TestTrials.Normal(Dimension));
            TestSamples chain = samples with { Chains = ChainRows.Single(Length) };
            Count(ref right, chain);
            Count(ref independent, samples);
            Count(ref narrow, chain with { Scores = [.. chain.Scores.Select(score => score / 2)] });

            void Count(ref int rejections, TestSamples tested)
            {
                if (prepared(tested, seed).PValue <= 0.05)
                    Interlocked.Increment(ref rejections);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{right} rejected, {independent} as independent, {narrow} with half the variance");
        Assert.InRange(right, 0, BinomialIntervals.Counts(0.05, Trials, 1 - 1e-4).Upper);
        Assert.InRange(independent, Trials / 2, Trials);
        Assert.InRange(narrow, Trials / 2, Trials);
    }

    /// <summary>
    /// Where the median distance is the standard deviation of the Gaussian kernel, Laplace samples in D = 10 are found in 14 % of 200
    /// trials (figure 2 of Jitkrittum et al. as repeated in CRAN's steinsampling); at 1/√2 of it in nearly all.
    /// </summary>
    [Fact]
    public void Gaussian_kernel_has_the_published_width()
    {
        const int Trials = 40;
        var source = new ProductLaplace(new double[10], [.. Enumerable.Repeat(Math.Sqrt(0.5), 10)]);
        TestOutcome[] outcomes = TestTrials.Run(GoodnessOfFitTests.Find("ksd-rbf"), TestTrials.Normal(10), source, 1000, Trials, 499);
        (int lower, int upper) = BinomialIntervals.Counts(0.14, Trials, 1 - 1e-4);
        Assert.InRange(TestTrials.Rejections(outcomes), lower, upper);
    }
}
