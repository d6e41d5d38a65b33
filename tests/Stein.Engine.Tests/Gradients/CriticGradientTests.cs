using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Gradients;

/// <summary>Compares the gradients of LSD and its Jacobian trace with finite differences, on the double device.</summary>
public class CriticGradientTests
{
    private const double Lambda = 0.7;

    public static TheoryData<int, int, int, int, bool> Shapes
    {
        get
        {
            var rows = new TheoryData<int, int, int, int, bool>();
            foreach ((int count, int dimension, int hidden1, int hidden2) in new[] { (5, 3, 4, 6), (1, 1, 1, 1), (2, 7, 3, 2) })
            {
                rows.Add(count, dimension, hidden1, hidden2, false);
                rows.Add(count, dimension, hidden1, hidden2, true);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void By_every_parameter(int count, int dimension, int hidden1, int hidden2, bool probing)
    {
        using Device device = CpuDevices.CreateDouble();
        Critic critic = new(device, count, dimension, hidden1, hidden2, probing);
        int slopes = 0;
        foreach (bool penalised in new[] { true, false })
        {
            critic.Lsd.CriticGradient(critic.Samples, critic.Scores, penalised);
            double[][] gradients = [.. critic.Lsd.Gradient.All.Select(device.Read)];
            for (int tensor = 0; tensor < gradients.Length; tensor++)
            {
                DeviceMatrix parameter = critic.Lsd.Parameters.All[tensor];
                double[] at = device.Read(parameter);
                slopes += FiniteDifferences.Check(
                    $"tensor {tensor}, penalised {penalised}", Objective, at, gradients[tensor], magnitude: 10);
                device.Write(parameter, at);

                double Objective(double[] values)
                {
                    device.Write(parameter, values);
                    double value = critic.Lsd.Value(critic.Samples, critic.Scores);
                    return penalised ? value - (Lambda * critic.Lsd.Penalty()) : value;
                }
            }
        }

        // Four of the six tensors enter neither linearly nor quadratically, in three directions each, with and without penalty.
        Assert.InRange(slopes, 12, 24);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void By_scores(int count, int dimension, int hidden1, int hidden2, bool probing)
    {
        using Device device = CpuDevices.CreateDouble();
        Critic critic = new(device, count, dimension, hidden1, hidden2, probing);
        DeviceMatrix gradient = device.Allocate(count, dimension);
        critic.Lsd.ScoreGradient(gradient, critic.Samples);
        FiniteDifferences.Check(
            "LSD by scores", Value, device.Read(critic.Scores), device.Read(gradient), quadratic: true, magnitude: 10);

        double Value(double[] values)
        {
            device.Write(critic.Scores, values);
            return critic.Lsd.Value(critic.Samples, critic.Scores);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_trace_is_that_of_the_critics_jacobian(int count, int dimension, int hidden1, int hidden2, bool probing)
    {
        using Device device = CpuDevices.CreateDouble();
        Critic critic = new(device, count, dimension, hidden1, hidden2, probing);
        double[] traces = critic.Lsd.PerSample(critic.Samples, critic.Scores).Traces;
        double[] at = device.Read(critic.Samples);
        for (int n = 0; n < count; n++)
        {
            // The mean over the probes of εᵀ J ε; the rows of the identity give the exact trace.
            double[] quotients = [0, 0];
            foreach (double[] probe in critic.TraceProbes)
            {
                double[] steps = [1.0 / 512, 1.0 / 1024];
                for (int k = 0; k < 2; k++)
                {
                    double[] change = Moved(n, probe, steps[k]).Zip(Moved(n, probe, -steps[k]), (a, b) => a - b).ToArray();
                    quotients[k] += Enumerable.Range(0, dimension).Sum(d => probe[d] * change[(n * dimension) + d]) / (2 * steps[k]);
                }
            }

            double extrapolated = ((4 * quotients[1]) - quotients[0]) / 3 / critic.TraceDivisor;
            // Truncation is (1/512)⁴ = 10⁻¹¹ times derivatives of order 10, and rounding is u/h = 10⁻¹³ for each of D probes.
            Checks.Close($"trace of sample {n}", [extrapolated], [traces[n]], _ => 1e-8);
        }

        double[] Moved(int n, double[] probe, double step)
        {
            double[] moved = [.. at];
            for (int d = 0; d < dimension; d++)
                moved[(n * dimension) + d] += step * probe[d];
            critic.Lsd.Evaluate(device.Upload(count, dimension, moved));
            return device.Read(critic.Lsd.Output);
        }
    }

    [Fact]
    public void Probes_that_are_the_scaled_basis_give_the_exact_trace_and_gradient()
    {
        using Device device = CpuDevices.CreateDouble();
        Critic critic = new(device, 6, 4, 5, 3, probing: false);
        double exact = critic.Lsd.Value(critic.Samples, critic.Scores);
        critic.Lsd.CriticGradient(critic.Samples, critic.Scores);
        double[][] gradients = [.. critic.Lsd.Gradient.All.Select(device.Read)];

        DeviceMatrix basis = device.Allocate(4, 4);
        device.FillDiagonal(basis, 2); // √D, D = 4.
        critic.Lsd.SetProbes(basis);
        Assert.Equal(exact, critic.Lsd.Value(critic.Samples, critic.Scores), 1e-14);
        critic.Lsd.CriticGradient(critic.Samples, critic.Scores);
        for (int tensor = 0; tensor < gradients.Length; tensor++)
            Checks.CloseInMaximum($"tensor {tensor}", gradients[tensor], device.Read(critic.Lsd.Gradient.All[tensor]), 1e-13);

        critic.Lsd.SetProbes(new Draw(9).NormalOn(device, 2, 4));
        Assert.False(Math.Abs(exact - critic.Lsd.Value(critic.Samples, critic.Scores)) < 1e-6);
    }

    private sealed class Critic
    {
        public Critic(Device device, int count, int dimension, int hidden1, int hidden2, bool probing)
        {
            var draw = new Draw(5);
            Samples = draw.NormalOn(device, count, dimension);
            Scores = draw.NormalOn(device, count, dimension);
            Lsd = new LearnedSteinDiscrepancy(device, count, dimension, hidden1, hidden2, Lambda);
            Lsd.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.CriticInitialisation));
            double[] probes = draw.Normal(2 * dimension);
            if (probing)
                Lsd.SetProbes(device.Upload(2, dimension, probes));
            TraceProbes = probing
                ? [probes[..dimension], probes[dimension..]]
                : [.. Enumerable.Range(0, dimension).Select(d => Enumerable.Range(0, dimension).Select(k => k == d ? 1.0 : 0.0).ToArray())];
            TraceDivisor = probing ? 2 : 1;
        }

        public DeviceMatrix Samples { get; }

        public DeviceMatrix Scores { get; }

        public LearnedSteinDiscrepancy Lsd { get; }

        public double[][] TraceProbes { get; }

        public double TraceDivisor { get; }
    }
}
