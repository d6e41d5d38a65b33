using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Random;
using Stein.Experiments.Generators;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Studies;
using Xunit;

namespace Stein.Experiments.Tests.Generators;

public class GeneratorTrainingTests
{
    private static readonly GeneratorPlaneSettings Small = new()
    {
        Batch = 60,
        Iterations = 300,
        TestSamples = 400,
        Hidden = 32,
        LearningRate = 3e-3,
    };

    public static TheoryData<string> Methods => [.. GeneratorMethod.Names.Except([GeneratorMethod.Modes, "kef", "landweber"])];

    [Fact]
    public void Samples_of_the_data_are_found_to_be_what_they_are()
    {
        using Device device = DeviceCatalog.Create("double");
        Metric[] found = [.. GeneratorPlane.Measure(device, Data(1), Data(2))];
        Assert.InRange(Of("mmd"), -0.01, 0.01);
        Assert.Equal(8, Of("modes"));

        // With 1000 samples the standard error of a weight is .01, and half the sum of eight of them is .04. Within three standard
        // deviations in the plane are 1 − exp(−4.5).
        Assert.InRange(Of("weight_error"), 0, 0.08);
        Assert.InRange(Of("within"), 0.975, 1);

        double Of(string name) => found.Single(metric => metric.Name == name).Value;

        static double[] Data(uint substream) => GeneratorPlane.Ring.Sample(new PhiloxStream(1, StreamPurpose.TestData, substream), 1000);
    }

    /// <summary>One mode has all samples: its share is off by 7/8, as those of the others together.</summary>
    [Fact]
    public void Samples_of_one_mode_have_its_weight()
    {
        using Device device = DeviceCatalog.Create("double");
        double[] one = [.. Enumerable.Range(0, 50).SelectMany(i => (double[])[2 + (0.01 * i / 50), 0])];
        double[] data = GeneratorPlane.Ring.Sample(new PhiloxStream(1, StreamPurpose.TestData), 50);
        Metric[] found = [.. GeneratorPlane.Measure(device, one, data)];
        Assert.Equal([1, 0.875, 1], found.Skip(1).Select(metric => Math.Round(metric.Value, 12)));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Training_brings_samples_closer_to_the_data(string method)
    {
        using Device device = DeviceCatalog.Create("simd");
        var training = new GeneratorTraining(Small with { Method = method }, device);
        double before = training.Measure()[0].Value;
        for (int step = 0; step < Small.Iterations; step++)
            training.Step();
        Assert.InRange(training.Measure()[0].Value, -0.01, 0.7 * before);
        Assert.False(training.HasDiverged());
    }

    [Fact]
    public void A_training_restored_ends_with_the_same_bits()
    {
        using Device device = DeviceCatalog.Create("simd");
        Interruption.LeavesTheBits(() => new GeneratorTraining(Small with { Method = GeneratorMethod.Gan }, device));
    }
}
