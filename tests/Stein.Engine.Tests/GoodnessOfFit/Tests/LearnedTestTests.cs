using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>The test by a learned critic; small critics suffice in two dimensions.</summary>
public class LearnedTestTests
{
    private const int Hidden = 16;

    private static readonly GoodnessOfFitTest Small = new LearnedTest("", "", Hidden);

    /// <summary>With a critic that is not trained; the last fifth of the samples is tested.</summary>
    [Fact]
    public void Statistic_is_the_mean_over_its_standard_error()
    {
        const int Count = 30, Tested = 6, Dimension = 3;
        TestSamples samples = TestTrials.Samples(7, Count, Dimension, value => 1.5 * value);
        using Device device = CpuDevices.CreateDouble();
        TestOutcome outcome = new LearnedTest("", "", Hidden, steps: 0).Prepare(device, Count, Dimension, 0)(samples, new(101, 3));
        var critic = new LearnedSteinDiscrepancy(device, Tested, Dimension, Hidden, Hidden);
        critic.Parameters.Initialise(new PhiloxStream(101, StreamPurpose.CriticInitialisation, 3));
        TestSamples last = samples.Rows(Count - Tested, Tested);
        (double[] products, double[] traces) = critic.PerSample(
            device.Upload(Tested, Dimension, last.Values), device.Upload(Tested, Dimension, last.Scores));
        double[] terms = [.. products.Zip(traces, (product, trace) => product + trace)];
        double mean = terms.Average(), error = Math.Sqrt(terms.Sum(term => Math.Pow(term - mean, 2)) / (Tested - 1) / Tested);
        Assert.Equal(mean / error, outcome.Statistic, 1e-12);
        Assert.Equal(1 - MathNet.Numerics.Distributions.Normal.CDF(0, 1, mean / error), outcome.PValue, 1e-12);
    }

    [Fact]
    public void Level() => TestTrials.CheckLevel(Small, 2, 150, 300);

    [Fact]
    public void Another_width_is_found() => TestTrials.CheckPower(GoodnessOfFitTests.Find("lsd"), TestTrials.Normal(2, variance: 4), 200);
}
