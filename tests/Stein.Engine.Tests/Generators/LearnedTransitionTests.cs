using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Generators;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Generators;

/// <summary>Derivatives through the steps of a learned sampler, and where learning by them ends.</summary>
public class LearnedTransitionTests
{
    private const int Count = 4;
    private const int Dimension = 3;
    private const int Steps = 5;

    /// <summary>The steps are long, so that what is passed on from one to the next weighs as much as what each adds.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Following_is_the_derivative_through_all_steps_with_noise_velocities_and_scores_held_fixed(bool isRectified)
    {
        using Device device = CpuDevices.CreateDouble();
        LearnedTransition transition = Create(device, Count, Dimension, stepSize: 0.7, isRectified);
        var parameters = new double[transition.Parameters.Count];
        transition.Parameters.Read(parameters);
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] += 0.5 * Math.Sin(i);
        transition.Parameters.Write(parameters);
        double[] start = Normal(1);
        double[][] scores = [.. Enumerable.Range(0, Steps).Select(t => Normal(10 + t))];
        double[][] noise = [.. Enumerable.Range(0, Steps).Select(t => Normal(20 + t))];
        double[][] velocities = [.. Enumerable.Range(0, Steps).Select(t => Normal(30 + t))];
        var steps = new List<Transition>();
        Run((t, before) => steps.Add(new(before, scores[t], noise[t], velocities[t])));
        transition.Follow(steps);
        double[] gradient = [.. transition.Gradient.SelectMany(device.Read)];
        FiniteDifferences.Check("the motion of the particles", Along, parameters, gradient);

        double Along(double[] at)
        {
            transition.Parameters.Write(at);
            double sum = 0;
            double[] positions = [.. start];
            for (int t = 0; t < Steps; t++)
            {
                transition.Step(positions, scores[t], noise[t]);
                sum += positions.Zip(velocities[t], (x, v) => x * v).Sum() / Count;
            }

            return sum;
        }

        void Run(Action<int, double[]> record)
        {
            double[] positions = [.. start];
            for (int t = 0; t < Steps; t++)
            {
                record(t, [.. positions]);
                transition.Step(positions, scores[t], noise[t]);
            }
        }

        static double[] Normal(int seed) => new Draw((ulong)seed).Normal(Count * Dimension);
    }

    /// <summary>
    /// From N(0, 1) towards N(0, ¼), in as many steps as it learned; the score of the particles is that of the normal density with their
    /// moments. A rectifier loses its noise while the particles come together, and then they come too close.
    /// </summary>
    [Theory]
    [InlineData(false, 0.15, 0.4)]
    [InlineData(true, 0, 0.1)]
    public void A_transition_learns_to_go_to_a_normal_density_unless_its_noise_dies(bool isRectified, double least, double most)
    {
        const int Particles = 200, Unroll = 5, Restart = 4;
        using Device device = CpuDevices.CreateDouble();
        LearnedTransition transition = Create(device, Particles, 1, stepSize: 0.1, isRectified);
        var adam = new Adam(
            new AdamSettings(0.003), transition.Parameters.Matrices, transition.Gradient, ascend: true, Schedule.Step(300, 0.2));
        var stream = new PhiloxStream(3, StreamPurpose.Probes);
        double[] positions = [];
        for (int iteration = 0; iteration < 500; iteration++)
        {
            if (iteration % Restart == 0)
                positions = Draws();
            var steps = new List<Transition>();
            for (int t = 0; t < Unroll; t++)
            {
                double[] before = [.. positions], noise = Draws();
                transition.Step(positions, Scores(before), noise);
                (double mean, double variance) = Moments(positions);
                steps.Add(new(before, Scores(before), noise, [.. positions.Select(x => (-4 * x) + ((x - mean) / variance))]));
            }

            transition.Follow(steps);
            adam.Step();
        }

        positions = Draws();
        for (int t = 0; t < Restart * Unroll; t++)
            transition.Step(positions, Scores(positions), Draws());
        Assert.InRange(Moments(positions).Mean, -0.15, 0.15);
        Assert.InRange(Moments(positions).Variance, least, most);
        Assert.Equal(isRectified, transition.Deviations.Max() == 0);

        double[] Draws() => [.. Enumerable.Range(0, Particles).Select(_ => stream.NextNormal())];

        static double[] Scores(double[] at) => [.. at.Select(x => -4 * x)];

        static (double Mean, double Variance) Moments(double[] values)
        {
            double mean = values.Average();
            return (mean, values.Average(x => (x - mean) * (x - mean)));
        }
    }

    private static LearnedTransition Create(Device device, int particles, int dimension, double stepSize, bool isRectified)
    {
        var transition = new LearnedTransition(device, particles, dimension, hidden: 6, stepSize, isRectified);
        transition.Parameters.Initialise(new PhiloxStream(7, StreamPurpose.Initialisation));
        return transition;
    }
}
