using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>What every test of the registry must do.</summary>
public sealed class GoodnessOfFitTestTests
{
    private const int Count = 60;
    private const int Dimension = 2;
    private const int Replicates = 99;

    public static TheoryData<string> Names => [.. GoodnessOfFitTests.Names];

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
        if (test.SamplesModel)
            Assert.Throws<ArgumentException>(() => prepared(samples with { Model = null }, new(101, 0)));
    }
}
