using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.DeepKernels;
using Stein.Experiments.Tests.Studies;
using Xunit;

namespace Stein.Experiments.Tests.DeepKernels;

public class PlaneTrainingTests
{
    private static readonly DeepKernelPlaneSettings Tiny = new() { Hidden = 16, Batch = 60, TestSamples = 300, LearningRate = 5e-3 };

    public static TheoryData<string> Methods => [.. PlaneMethod.Names];

    /// <summary>The gap is a mean log-likelihood ratio: a model of the density itself would have none.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Training_closes_most_of_the_gap(string method)
    {
        using Device device = DeviceCatalog.Create("double");
        var training = new PlaneTraining(Tiny with { Method = method }, device);
        double before = training.Measure().Single().Value;
        for (int step = 0; step < 250; step++)
            training.Step();
        double after = training.Measure().Single().Value;
        Assert.InRange(after, 0, 0.5 * before);
        Assert.False(training.HasDiverged());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_training_restored_ends_with_the_same_bits(string method)
    {
        using Device device = DeviceCatalog.Create("simd");
        Interruption.LeavesTheBits(() => new PlaneTraining(Tiny with { Method = method }, device));
    }
}
