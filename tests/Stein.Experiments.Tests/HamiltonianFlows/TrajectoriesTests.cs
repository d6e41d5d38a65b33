using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.HamiltonianFlows;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Studies;
using Xunit;

namespace Stein.Experiments.Tests.HamiltonianFlows;

public class TrajectoriesTests
{
    private static readonly HamiltonianFlowSettings Small =
        new() { Chains = 30, TrainingSamples = 100, Iterations = 40, MeasureEvery = 20 };

    public static TheoryData<string> Scores => [.. FlowScore.Names];

    /// <summary>The leapfrog's error of the energy falls with the square of the step, over the same time.</summary>
    [Fact]
    public void With_the_exact_score_almost_all_points_are_accepted_and_the_more_the_shorter_the_steps()
    {
        double coarse = 1 - Acceptance(Small with { StepSize = 0.2, Iterations = 40 });
        double fine = 1 - Acceptance(Small with { StepSize = 0.05, Iterations = 160 });
        Assert.InRange(coarse, 1e-4, 0.1);
        Assert.InRange(fine, coarse / 32, coarse / 8);
    }

    [Theory]
    [MemberData(nameof(Scores))]
    public void A_flow_restored_ends_with_the_same_bits(string score)
    {
        using Device device = DeviceCatalog.Create("simd");
        Interruption.LeavesTheBits(() => new Trajectories(Small with { Score = score }, device));
    }

    private static double Acceptance(HamiltonianFlowSettings settings)
    {
        using Device device = DeviceCatalog.Create("double");
        var trajectories = new Trajectories(settings, device);
        Run(trajectories, settings.Iterations);
        return trajectories.Measure().Single(metric => metric.Name == HamiltonianFlow.Acceptance.Name).Value;
    }

    private static void Run(Trajectories trajectories, int steps)
    {
        for (int step = 0; step < steps; step++)
            trajectories.Step();
    }
}
