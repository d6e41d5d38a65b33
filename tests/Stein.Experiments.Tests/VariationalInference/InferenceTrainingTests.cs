using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Runs;
using Stein.Experiments.VariationalInference;
using Stein.Experiments.Tests.Studies;
using Xunit;

namespace Stein.Experiments.Tests.VariationalInference;

public class InferenceTrainingTests
{
    private static readonly ImplicitInferenceSettings Small = new()
    {
        Batch = 60,
        Iterations = 300,
        TestSamples = 400,
        LearningRate = 3e-3,
    };

    public static TheoryData<string> Problems => [.. InferenceProblem.Names];

    public static TheoryData<string> Methods => [.. InferenceMethod.Names.Except([InferenceMethod.Mode, "kef", "landweber"])];

    /// <summary>Both halves of a reference are samples of one density.</summary>
    [Theory]
    [MemberData(nameof(Problems))]
    public void The_reference_agrees_with_itself(string problem)
    {
        using Device device = DeviceCatalog.Create("simd");
        var training = new InferenceTraining(Small with { Problem = problem, TestSamples = 1000 }, device);
        IReadOnlyList<Metric> values = training.Finish().Values;
        Assert.InRange(Of("reference_mmd"), -0.02, 0.02);
        Assert.InRange(Of("reference_coverage"), 0.87, 0.93);
        double agreement = Of("reference_split_r_hat");
        Assert.True(double.IsNaN(agreement) || agreement < 1.1, $"split-R̂ is {agreement}");

        double Of(string name) => values.Single(metric => metric.Name == name).Value;
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Fitting_brings_samples_closer_to_the_density(string method)
    {
        using Device device = DeviceCatalog.Create("simd");
        var training = new InferenceTraining(Small with { Problem = InferenceProblem.Bimodal, Method = method }, device);
        double before = training.Measure()[0].Value;
        for (int step = 0; step < Small.Iterations; step++)
            training.Step();
        Assert.InRange(training.Measure()[0].Value, -0.02, 0.9 * before);
        Assert.False(training.HasDiverged());
    }

    [Fact]
    public void A_training_restored_ends_with_the_same_bits()
    {
        using Device device = DeviceCatalog.Create("simd");
        ImplicitInferenceSettings settings = Small with { Problem = InferenceProblem.Logistic, Method = InferenceMethod.Ratio };
        Interruption.LeavesTheBits(() => new InferenceTraining(settings, device));
    }
}
