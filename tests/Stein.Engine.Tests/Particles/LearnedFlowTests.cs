using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.Networks;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Particles;

/// <summary>The flows that generators of images are trained by: the difference of scores at once, and those that learn.</summary>
public class LearnedFlowTests
{
    private const int Count = 7;
    private const int Dimension = 3;
    private const double Ridge = 0.2;

    private static readonly GaussianMixture Target = Mixtures.Irregular(Dimension, 2, full: false);
    private static readonly double[] Positions = new Draw(2).Normal(Count * Dimension);

    [Fact]
    public void The_difference_of_scores_solves_its_system()
    {
        using Device device = CpuDevices.CreateDouble();
        double[] velocities = Velocities(new SteinDifferenceFlow(device, Count, Dimension, Ridge), Positions);
        (double[,] kernel, double[,] right) = System(Scores(Target, Positions));
        for (int i = 0; i < Count; i++)
        {
            for (int d = 0; d < Dimension; d++)
            {
                double left = Ridge * velocities[(i * Dimension) + d];
                for (int j = 0; j < Count; j++)
                    left += kernel[i, j] * velocities[(j * Dimension) + d];
                Assert.Equal(right[i, d], left, 1e-9);
            }
        }
    }

    /// <summary><c>S_p − Ŝ_q</c> is the difference at once, plus what the ridge takes off the target's scores.</summary>
    [Fact]
    public void It_differs_from_the_estimate_of_one_score_by_the_ridge()
    {
        using Device device = CpuDevices.CreateDouble();
        double[] difference = Velocities(new SteinDifferenceFlow(device, Count, Dimension, Ridge), Positions);
        var one = ScoreDifferenceFlow.Estimated(device, Count, Dimension, ScoreEstimators.Find("stein"), Ridge, hasBatchMedian: false);
        double[] single = Velocities(one, Positions);
        (double[,] kernel, _) = System(Scores(Target, Positions));
        double[] scores = Scores(Target, Positions);
        for (int i = 0; i < Count; i++)
        {
            for (int d = 0; d < Dimension; d++)
            {
                double left = Ridge * (single[(i * Dimension) + d] - difference[(i * Dimension) + d]);
                for (int j = 0; j < Count; j++)
                    left += kernel[i, j] * (single[(j * Dimension) + d] - difference[(j * Dimension) + d]);
                Assert.Equal(Ridge * scores[(i * Dimension) + d], left, 1e-6);
            }
        }
    }

    [Fact]
    public void Descent_with_a_deep_kernel_goes_down_half_the_particles_times_the_gradient()
    {
        using Device device = CpuDevices.CreateDouble();
        var flow = new DeepKernelDescent(device, Count, Dimension, new(4, 3), 1, new(1e-2), 5);
        for (int step = 0; step < 3; step++)
            flow.Learn(device.Upload(Count, Dimension, Positions), Target);
        double[] velocities = Velocities(flow, Positions);

        // The unit of the samples is held fixed: it is the median distance, which two particles make; moving the others leaves it alone.
        int[] free = [.. Enumerable.Range(0, Count).Except(MedianPair())];
        double[] start = [.. free.SelectMany(row => Positions[(row * Dimension)..((row + 1) * Dimension)])];
        double[] found = [.. free.SelectMany(row => velocities[(row * Dimension)..((row + 1) * Dimension)])];
        FiniteDifferences.Check("−N/2 KSD²", Value, start, found, largestStep: 1.0 / 256);

        double Value(double[] at)
        {
            double[] moved = [.. Positions];
            for (int k = 0; k < free.Length; k++)
                at.AsSpan(k * Dimension, Dimension).CopyTo(moved.AsSpan(free[k] * Dimension));
            return -0.5 * Count * flow.Value(device.Upload(Count, Dimension, moved), Target);
        }
    }

    [Fact]
    public void An_equilibrium_goes_down_the_loss_of_its_auto_encoder_and_up_the_entropy()
    {
        using Device device = CpuDevices.CreateDouble();
        EquilibriumFlow without = Create(0), with = Create(0.3);
        double[] plain = Velocities(without, Positions), pushed = Velocities(with, Positions);
        FiniteDifferences.Check(
            "−N L", at => -Count * without.Loss(device.Upload(Count, Dimension, at)), Positions, plain, largestStep: 1.0 / 4096);
        double[] own = ScoreEstimators.Find("stein").Fit(device, Positions, Dimension, new() { Regularisation = Ridge }).ScoresAtSamples();
        for (int i = 0; i < own.Length; i++)
            Assert.Equal(plain[i] - (0.3 * own[i]), pushed[i], 1e-9);

        EquilibriumFlow Create(double entropy) => new(
            device,
            Count,
            Dimension,
            new(6, 2, 0.5, 1e-3, new()),
            entropy,
            ScoreEstimators.Find("stein"),
            Ridge,
            4);
    }

    /// <summary>Particles of a normal density, whose score is known: the network learns it, and velocities on the target vanish.</summary>
    [Fact]
    public void A_network_beside_the_particles_learns_their_score()
    {
        using Device device = CpuDevices.CreateSimd();
        const double Sigma = 0.5;
        const int Many = 256;
        GaussianMixture target = GaussianMixture.Isotropic(2, [1], [0.5, -0.5], [1]);
        var flow = new OnlineScoreFlow(device, Many, new([32, 32], [0.25, Sigma, 1], [1.1, 1.1], new(2e-3)), 1, 6) { Noise = Sigma };
        var stream = new PhiloxStream(1, StreamPurpose.TrainingData);
        for (int step = 0; step < 600; step++)
            flow.Learn(device.Upload(Many, 2, target.Sample(stream, Many)), target);
        GaussianMixture smoothed = target.Smoothed(Sigma);
        double[] at = smoothed.Sample(stream, Many);
        DeviceMatrix velocities = device.Allocate(Many, 2);
        flow.Velocities(velocities, device.Upload(Many, 2, at), smoothed);
        double error = device.Read(velocities).Average(v => v * v), size = Scores(smoothed, at).Average(s => s * s);
        Assert.InRange(error / size, 0, 0.1);
        flow.Noise = 0;
        Assert.Throws<InvalidOperationException>(() => flow.Velocities(velocities, device.Upload(Many, 2, at), target));
    }

    private static double[] Velocities(ParticleFlow flow, double[] positions)
    {
        DeviceMatrix velocities = flow.Device.Allocate(Count, Dimension);
        flow.Velocities(velocities, flow.Device.Upload(Count, Dimension, positions), Target);
        return flow.Device.Read(velocities);
    }

    private static double[] Scores(IDensity density, double[] points)
    {
        var scores = new double[points.Length];
        density.Score(points, scores);
        return scores;
    }

    private static double Square(int i, int j) => Enumerable.Range(0, Dimension)
        .Sum(d => Math.Pow(Positions[(i * Dimension) + d] - Positions[(j * Dimension) + d], 2));

    private static int[] MedianPair()
    {
        (int I, int J)[] pairs =
        [
            .. from i in Enumerable.Range(0, Count)
               from j in Enumerable.Range(0, i)
               orderby Square(i, j)
               select (i, j),
        ];
        (int first, int second) = pairs[(pairs.Length - 1) / 2];
        return [first, second];
    }

    /// <summary>K, and <c>⟨∇,K⟩ + K S_p</c>, by their definitions.</summary>
    private static (double[,] Kernel, double[,] Right) System(double[] scores)
    {
        int[] pair = MedianPair();
        double median = Square(pair[0], pair[1]);
        var kernel = new double[Count, Count];
        var right = new double[Count, Dimension];
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
            {
                kernel[i, j] = Math.Exp(-Square(i, j) / median);
                for (int d = 0; d < Dimension; d++)
                {
                    double byOther = 2 * (Positions[(i * Dimension) + d] - Positions[(j * Dimension) + d]) / median;
                    right[i, d] += kernel[i, j] * (byOther + scores[(j * Dimension) + d]);
                }
            }
        }

        return (kernel, right);
    }
}
