using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.Generators;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Generators;

/// <summary>Derivatives through samplers, and where training by them ends.</summary>
public class ImplicitSamplerTests
{
    private const int Count = 6;

    private static readonly SamplerShape Shape = new(3, [5, 4], 2, "tanh");

    [Fact]
    public void Following_is_the_derivative_with_the_noise_and_the_velocities_held_fixed()
    {
        using Device device = CpuDevices.CreateDouble();
        ImplicitSampler sampler = Sampler(device, Shape);
        double[] velocities = new Draw(3).Normal(Count * 2);
        Samples(sampler);
        sampler.Follow(device.Upload(Count, 2, velocities));
        double[] gradient = [.. sampler.Gradient.SelectMany(device.Read)];
        var parameters = new double[sampler.Parameters.Count];
        sampler.Parameters.Read(parameters);
        FiniteDifferences.Check("the motion of the samples", Along, parameters, gradient);

        double Along(double[] at)
        {
            sampler.Parameters.Write(at);
            return Samples(sampler).Zip(velocities, (x, v) => x * v).Sum() / Count;
        }

        double[] Samples(ImplicitSampler of) => device.Read(of.Draw(new PhiloxStream(5, StreamPurpose.Probes)));
    }

    /// <summary>
    /// Of <c>x = μ + z</c> the derivative of <c>−KL</c> by μ is <c>E[s_p(x)]</c>: the exact score of q, <c>−z</c>, has mean 0 in any sample
    /// whose noise has, and what is left is <c>Σ⁻¹(μ_p − μ)</c>.
    /// </summary>
    [Fact]
    public void For_a_gaussian_sampler_the_gradient_of_the_divergence_is_exact()
    {
        using Device device = CpuDevices.CreateDouble();
        ImplicitSampler sampler = Sampler(device, new(2, [], 2));
        double[] parameters = [1, 0, 0, 1, 0.5, -0.25];
        sampler.Parameters.Write(parameters);
        var target = GaussianMixture.Full(2, [1], [1, 2], [2, 0.5, 0.5, 1]);
        double[] x = device.Read(sampler.Draw(new PhiloxStream(5, StreamPurpose.Probes)));
        double[] noise = [.. x.Select((value, i) => value - parameters[4 + (i % 2)])];
        double[] meanNoise = [.. Enumerable.Range(0, 2).Select(d => Mixtures.Column(noise, 2, d).Average())];
        var flow = new ScoreDifferenceFlow(device, Count, 2, samples => [.. samples.Select((value, i) => parameters[4 + (i % 2)] - value)]);
        DeviceMatrix velocities = device.Allocate(Count, 2);
        flow.Velocities(velocities, device.Upload(Count, 2, x), target);
        sampler.Follow(velocities);
        double[] byMean = device.Read(sampler.Gradient[1]);

        // Σ⁻¹ = [1, −½; −½, 2]/1.75. With a finite sample, (I − Σ⁻¹) times the mean of the noise is added.
        double first = 1 - 0.5 - meanNoise[0], second = 2 + 0.25 - meanNoise[1];
        Assert.Equal(((first - (0.5 * second)) / 1.75) + meanNoise[0], byMean[0], 1e-12);
        Assert.Equal((((2 * second) - (0.5 * first)) / 1.75) + meanNoise[1], byMean[1], 1e-12);
    }

    public static TheoryData<string> NormalShapes => ["full", "mean field"];

    /// <summary>With both scores exact a normal sampler becomes a normal target, in a mean field but for the correlations.</summary>
    [Theory]
    [MemberData(nameof(NormalShapes))]
    public void A_normal_sampler_becomes_the_closest_normal_density(string name)
    {
        using Device device = CpuDevices.CreateDouble();
        var target = GaussianMixture.Full(2, [1], [0.5, -1], [1, 0.6, 0.6, 1]);
        ImplicitSampler sampler = Sampler(device, name == "full" ? SamplerShape.Gaussian(2) : SamplerShape.MeanField(2), 200);
        var flow = new ScoreDifferenceFlow(device, 200, 2, samples =>
        {
            var scores = new double[samples.Length];
            sampler.Density().Score(samples, scores);
            return scores;
        });
        var training = new ImplicitTraining(
            device, sampler, flow, target, null, new AdamSettings(0.02), Schedule.Step(500, 0.2), 11);
        for (int step = 0; step < 1000; step++)
            training.Step();
        GaussianMixture found = sampler.Density();
        Assert.InRange(found.Mean(0)[0], 0.45, 0.55);
        Assert.InRange(found.Mean(0)[1], -1.05, -0.95);

        // The closest density without correlations has the variances of one coordinate given the other, 1 − 0.6².
        double variance = name == "full" ? 1 : 0.64, covariance = name == "full" ? 0.6 : 0;
        double[] samples = found.Sample(new PhiloxStream(1, StreamPurpose.TestData), 20_000);
        double[] x = Mixtures.Column(samples, 2, 0), y = Mixtures.Column(samples, 2, 1);
        Assert.InRange(x.Zip(x, (a, b) => (a - 0.5) * (b - 0.5)).Average(), variance - 0.06, variance + 0.06);
        Assert.InRange(x.Zip(y, (a, b) => (a - 0.5) * (b + 1)).Average(), covariance - 0.06, covariance + 0.06);
    }

    [Fact]
    public void The_density_of_a_network_is_not_known()
    {
        using Device device = CpuDevices.CreateDouble();
        Assert.Throws<InvalidOperationException>(Sampler(device, Shape).Density);
    }

    /// <summary>Moving the samples changes the estimate of their own score; that is not part of the gradient.</summary>
    [Fact]
    public void The_gradient_of_the_entropy_is_not_differentiated_through()
    {
        using Device device = CpuDevices.CreateDouble();
        ImplicitSampler sampler = Sampler(device, new(2, [], 2));
        var flow = ScoreDifferenceFlow.Estimated(device, Count, 2, ScoreEstimators.Find("stein"), 0.1, hasBatchMedian: true);
        GaussianMixture target = GaussianMixture.Isotropic(2, [1], [0, 0], [1]);
        DeviceMatrix velocities = device.Allocate(Count, 2);
        double[] x = device.Read(sampler.Draw(new PhiloxStream(5, StreamPurpose.Probes)));
        flow.Velocities(velocities, device.Upload(Count, 2, x), target);
        double[] held = device.Read(velocities);
        sampler.Follow(velocities);
        double[] byMean = device.Read(sampler.Gradient[1]);
        Assert.Equal(Mixtures.Column(held, 2, 0).Average(), byMean[0], 1e-12);

        const double Step = 1e-5;
        double through = (Along(Step) - Along(-Step)) / (2 * Step);
        Assert.True(Math.Abs(through - byMean[0]) > 1e-3, $"{through} and {byMean[0]} should differ");

        double Along(double step)
        {
            double[] moved = [.. x.Select((value, i) => i % 2 == 0 ? value * (1 + step) : value)];
            flow.Velocities(velocities, device.Upload(Count, 2, moved), target);
            return moved.Zip(device.Read(velocities), (position, velocity) => position * velocity).Sum() / Count;
        }
    }

    [Fact]
    public void Moment_matching_goes_down_half_the_samples_times_the_gradient()
    {
        using Device device = CpuDevices.CreateDouble();
        GaussianMixture target = GaussianMixture.TwoModes(2, dimension: 2);
        double[] bandwidths = [0.5, 3], x = new Draw(4).Normal(Count * 2);
        double[][] y = [.. target.Sample(Stream(), Count).Chunk(2)];
        DeviceMatrix velocities = device.Allocate(Count, 2);
        new MeanDiscrepancyFlow(device, Count, 2, bandwidths, Stream()).Velocities(velocities, device.Upload(Count, 2, x), target);
        FiniteDifferences.Check("−N/2 MMD²", at => Discrepancy([.. at.Chunk(2)]), x, device.Read(velocities));

        double Discrepancy(double[][] at) => -0.5 * Count * (Mean(at, at) + Mean(y, y) - (2 * Mean(at, y)));

        double Mean(double[][] first, double[][] second)
            => (from a in first from b in second select bandwidths.Sum(square => Math.Exp(-SquaredDistance(a, b) / square))).Average();

        static double SquaredDistance(double[] a, double[] b) => a.Zip(b, (left, right) => (left - right) * (left - right)).Sum();

        static PhiloxStream Stream() => new(3, StreamPurpose.TrainingData);
    }

    public static TheoryData<string> Flows => ["stein", "moments", "critic", "ratio", "ksd", "difference"];

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_training_becomes_a_gaussian(string flow)
    {
        using Device device = CpuDevices.CreateDouble();
        GaussianMixture target = GaussianMixture.Isotropic(2, [1], [1, -0.5], [0.64]);
        ImplicitSampler sampler = Sampler(device, new(3, [16], 2), 60);
        ImplicitTraining training = Training(device, sampler, flow, target, null);
        for (int step = 0; step < 1500; step++)
            training.Step();
        ImplicitSampler judged = Sampler(device, new(3, [16], 2), 2000);
        judged.Parameters.CopyFrom(sampler.Parameters);
        double[] samples = device.Read(judged.Draw(new PhiloxStream(9, StreamPurpose.TestData)));
        for (int d = 0; d < 2; d++)
        {
            double[] column = Mixtures.Column(samples, 2, d);
            double mean = column.Average(), variance = column.Average(x => (x - mean) * (x - mean));
            Assert.InRange(mean - target.Mean(0)[d], -0.25, 0.25);
            Assert.InRange(variance, 0.64 * 0.6, 0.64 * 1.5);
        }
    }

    [Theory]
    [MemberData(nameof(Flows))]
    public void Restored_after_every_step_it_ends_with_the_same_bits(string flow)
    {
        using Device device = CpuDevices.CreateSimd();
        GaussianMixture target = GaussianMixture.TwoModes(2, dimension: 2);
        byte[] undisturbed = Run(false), interrupted = Run(true);
        Assert.Equal(undisturbed, interrupted);

        byte[] Run(bool isInterrupted)
        {
            ImplicitSampler sampler = Sampler(device, Shape, 8);
            ImplicitTraining training = Training(device, sampler, flow, target, new NoiseSchedule(2, 8));
            for (int step = 0; step < 8; step++)
            {
                training.Step();
                if (!isInterrupted)
                    continue;
                byte[] state = State(sampler, training);
                sampler = Sampler(device, Shape, 8);
                training = Training(device, sampler, flow, target, new NoiseSchedule(2, 8));
                using var reader = new BinaryReader(new MemoryStream(state));
                sampler.Parameters.Restore(reader);
                training.Restore(reader);
            }

            return State(sampler, training);
        }

        static byte[] State(ImplicitSampler sampler, ImplicitTraining training)
        {
            using var memory = new MemoryStream();
            using var writer = new BinaryWriter(memory);
            sampler.Parameters.Save(writer);
            training.Save(writer);
            return memory.ToArray();
        }
    }

    private static ImplicitSampler Sampler(Device device, SamplerShape shape, int count = Count)
    {
        var sampler = new ImplicitSampler(device, count, shape);
        sampler.Parameters.Initialise(new PhiloxStream(7, StreamPurpose.Initialisation));
        return sampler;
    }

    private static ImplicitTraining Training(
        Device device, ImplicitSampler sampler, string name, GaussianMixture target, NoiseSchedule? noise)
    {
        int count = sampler.Count;
        var adam = new AdamSettings(5e-3, 0.5, 0.9);
        ParticleFlow flow = name switch
        {
            "stein" => ScoreDifferenceFlow.Estimated(device, count, 2, ScoreEstimators.Find("stein"), 0.1, hasBatchMedian: true),
            "difference" => new SteinDifferenceFlow(device, count, 2, 0.1),
            "moments" => new MeanDiscrepancyFlow(device, count, 2, [0.5, 2, 8], new PhiloxStream(3, StreamPurpose.TrainingData)),
            "critic" => new WassersteinCriticFlow(device, count, 2, new(16, 3, adam), 0.1, 3),
            "ratio" => new DensityRatioFlow(device, count, 2, new(16, 3, adam), 2, 3),
            _ => new KernelSteinDescent<GaussianKernel>(device, count, 2),
        };
        return new(device, sampler, flow, target, noise, adam, null, 11);
    }
}
