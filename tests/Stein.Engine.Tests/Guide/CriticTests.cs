using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Graphs;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Guide;

/// <summary>The critics of the guide: gradients by finite differences, and training.</summary>
public class CriticTests
{
    private const int Count = 20;
    private const int Dimension = 3;
    private const int Steps = 50;

    private readonly double[] samples = new Draw(1).Normal(Count * Dimension, 1.5);
    private readonly double[] directions = new Draw(2).Normal(Count * Dimension);

    private double[] Scores => [.. samples.Select(x => -x)];

    [Fact]
    public void With_penalties()
    {
        using Device device = CpuDevices.CreateDouble();
        var critic = new PenalisedCritic(device, Count, Dimension, hidden: 10, lambda: 0.5, gamma: 0.1, seed: 1);
        Check(critic.Parameters, critic.Gradients, () => critic.Evaluate(samples, Scores, directions), critic.Step);
    }

    [Fact]
    public void With_spectral_normalisation()
    {
        using Device device = CpuDevices.CreateDouble();
        var critic = new SpectralCritic(device, Count, Dimension, hidden: 10, lambda: 0.5, seed: 1);
        for (int i = 0; i < 5; i++)
            critic.Parameters.Advance();
        Check(critic.Parameters, critic.Gradients, () => critic.Evaluate(samples, Scores), critic.Step);
    }

    /// <summary>The gradient is that of the objective, which rises in every ten steps.</summary>
    private static void Check(ParameterSet parameters, IReadOnlyList<DeviceMatrix> gradients, Func<double> evaluate, Action step)
    {
        var at = new double[parameters.Count];
        parameters.Read(at);
        double last = evaluate();
        double[] gradient = [.. gradients.SelectMany(matrix => matrix.Device.Read(matrix))];
        FiniteDifferences.Check("objective", Evaluate, at, gradient, magnitude: 10, largestStep: 1.0 / 32);
        parameters.Write(at);
        for (int i = 1; i <= Steps; i++)
        {
            _ = evaluate();
            step();
            if (i % 10 != 0)
                continue;
            double next = evaluate();
            Assert.True(next > last, $"The objective is {next} after {i} steps and was {last} before the last ten.");
            last = next;
        }

        double Evaluate(double[] values)
        {
            parameters.Write(values);
            return evaluate();
        }
    }
}
