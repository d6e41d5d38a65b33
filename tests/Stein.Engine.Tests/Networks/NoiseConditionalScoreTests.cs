using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Networks;

/// <summary>The loss of a noise-conditional score and its gradient, what it learns, and its state.</summary>
public class NoiseConditionalScoreTests
{
    private static readonly NoiseConditionalSettings Small = new([5, 4], [0.1, 1, 10], [2, 0.1], new AdamSettings(1e-2))
    {
        Batch = 7,
        Features = 4,
        Activation = "tanh",
    };

    public static TheoryData<string> Matchings => [.. Enum.GetNames<ScoreMatching>()];

    [Theory]
    [MemberData(nameof(Matchings))]
    public void The_gradient_is_that_of_the_loss(string matching)
    {
        using Device device = CpuDevices.CreateDouble();
        var network = new NoiseConditionalScore(device, Small with { Matching = Enum.Parse<ScoreMatching>(matching) }, seed: 3);
        double[] samples = new Draw(5).Normal(20);
        network.Loss(samples, Draws());
        double[] gradient = [.. network.Gradient.SelectMany(device.Read)];
        var parameters = new double[network.Parameters.Count];
        network.Parameters.Read(parameters);
        FiniteDifferences.Check("the loss", At, parameters, gradient);

        double At(double[] values)
        {
            network.Parameters.Write(values);
            return network.Loss(samples, Draws());
        }
    }

    /// <summary>The loss is the mean of <c>(σs + ε)²(σ² + τ²)/τ²</c>, with the scores as they are given.</summary>
    [Fact]
    public void The_loss_is_that_of_denoising_score_matching()
    {
        using Device device = CpuDevices.CreateDouble();
        var network = new NoiseConditionalScore(device, Small, seed: 3);
        double[] samples = new Draw(5).Normal(20);
        PhiloxStream draws = Draws();
        double expected = 0;
        for (int row = 0; row < Small.Batch; row++)
        {
            double sigma = Small.Levels[draws.NextInt32(3)];
            int sample = draws.NextInt32(10);
            double[] noise = [draws.NextNormal(), draws.NextNormal()], scores = new double[2];
            network.Score([.. noise.Select((value, d) => samples[(2 * sample) + d] + (sigma * value))], sigma, scores);
            for (int d = 0; d < 2; d++)
            {
                double square = Small.Scales[d] * Small.Scales[d];
                expected += Math.Pow((sigma * scores[d]) + noise[d], 2) * ((sigma * sigma) + square) / square / (2 * Small.Batch);
            }
        }

        Assert.Equal(expected, network.Loss(samples, Draws()), 1e-10);
    }

    /// <summary>
    /// The forms of score matching differ by the mean of the squared targets, whatever the network: their difference over 60 batches,
    /// within five standard errors.
    /// </summary>
    [Theory]
    [InlineData("Sliced")]
    [InlineData("Exact")]
    public void All_losses_have_one_mean_but_for_a_constant(string matching)
    {
        const int Batches = 60;
        using Device device = CpuDevices.CreateDouble();
        NoiseConditionalSettings large = Small with { Batch = 500 };
        var denoising = new NoiseConditionalScore(device, large, seed: 3);
        var other = new NoiseConditionalScore(device, large with { Matching = Enum.Parse<ScoreMatching>(matching) }, seed: 3);
        double[] weights = [.. new Draw(6).Normal(other.Parameters.Count).Select(value => 0.5 * value)];
        denoising.Parameters.Write(weights);
        other.Parameters.Write(weights);
        double[] samples = new Draw(5).Normal(20);
        double[] squares = [.. Enumerable.Range(0, 2).Select(d => samples.Where((_, i) => i % 2 == d).Average(value => value * value))];
        double constant = (
            from sigma in Small.Levels
            from d in Enumerable.Range(0, 2)
            let square = Small.Scales[d] * Small.Scales[d]
            select ((sigma * sigma * squares[d] / square) + square) / ((sigma * sigma) + square)).Average();

        PhiloxStream draws = Draws(), others = new(12, StreamPurpose.Probes);
        double[] differences =
            [.. Enumerable.Range(0, Batches).Select(_ => denoising.Loss(samples, draws) - other.Loss(samples, others) - constant)];
        double mean = differences.Average(), variance = differences.Sum(value => Math.Pow(value - mean, 2)) / (Batches - 1);
        Assert.InRange(Math.Abs(mean), 0, 5 * Math.Sqrt(variance / Batches));
        Assert.InRange(Math.Sqrt(variance / Batches), 0, 0.1 * constant);
    }

    [Theory]
    [MemberData(nameof(Matchings))]
    public void It_learns_the_scores_of_two_modes_at_all_levels(string matching)
    {
        using Device device = CpuDevices.CreateSimd();
        GaussianMixture density = GaussianMixture.TwoModes(2, dimension: 2);
        double[] samples = density.Sample(new PhiloxStream(4, StreamPurpose.TrainingData), 4000);
        double[] levels = NoiseLevelSampler.Levels(10, 0.3, 20);
        var network = new NoiseConditionalScore(
            device,
            new([64, 64], levels, [2.2, 1], new AdamSettings(5e-3))
            {
                Schedule = Schedule.Cosine(1500),
                Matching = Enum.Parse<ScoreMatching>(matching),
            },
            seed: 3);
        for (int step = 0; step < 1500; step++)
            network.Step(samples);
        foreach (double sigma in (double[])[0.3, 1, 3, 10])
        {
            double[] points = density.Smoothed(sigma).Sample(new PhiloxStream(9, StreamPurpose.TestData), 1000);
            double[] exact = new double[points.Length], learned = new double[points.Length];
            density.Smoothed(sigma).Score(points, exact);
            network.Score(points, sigma, learned);

            // In units of the noise. The score of a normal density is wrong by 0.05 at σ = 1. Losses without targets vary more.
            double allowed = matching == nameof(ScoreMatching.Denoising) ? 0.005 : 0.01;
            double error = sigma * sigma * learned.Zip(exact, (a, b) => (a - b) * (a - b)).Average();
            Assert.True(error < allowed, $"Fisher error {error} at σ = {sigma}");
        }
    }

    [Fact]
    public void Restored_after_every_step_it_ends_with_the_same_bits()
    {
        using Device device = CpuDevices.CreateSimd();
        double[] samples = new Draw(5).Normal(20);
        Assert.Equal(Run(false), Run(true));

        byte[] Run(bool isInterrupted)
        {
            var network = new NoiseConditionalScore(device, Small, seed: 3);
            for (int step = 0; step < 8; step++)
            {
                network.Step(samples);
                if (!isInterrupted)
                    continue;
                byte[] state = State(network);
                network = new NoiseConditionalScore(device, Small, seed: 3);
                using var reader = new BinaryReader(new MemoryStream(state));
                network.Restore(reader);
            }

            Assert.Equal(8, network.Steps);
            return State(network);
        }

        static byte[] State(NoiseConditionalScore network)
        {
            using var memory = new MemoryStream();
            using var writer = new BinaryWriter(memory);
            network.Save(writer);
            return memory.ToArray();
        }
    }

    /// <summary>Points are evaluated in blocks, of which the last may be incomplete.</summary>
    [Fact]
    public void Scores_do_not_depend_on_the_other_points()
    {
        using Device device = CpuDevices.CreateSimd();
        var network = new NoiseConditionalScore(device, Small, seed: 3);
        double[] points = new Draw(8).Normal(2 * 300), all = new double[600], few = new double[80];
        network.Score(points, 0.7, all);
        network.Score(points.AsSpan(520), 0.7, few);
        Checks.Same("scores", all.AsSpan(520), few);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    public void Levels_and_scales_must_be_positive(double value)
    {
        using Device device = CpuDevices.CreateDouble();
        foreach (NoiseConditionalSettings wrong in (NoiseConditionalSettings[])
            [Small with { Levels = [1, value] }, Small with { Scales = [value] }, Small with { Levels = [] }])
        {
            Assert.Throws<ArgumentException>(() => new NoiseConditionalScore(device, wrong, seed: 3));
        }
    }

    [Fact]
    public void Samples_must_be_complete_rows()
    {
        using Device device = CpuDevices.CreateDouble();
        var network = new NoiseConditionalScore(device, Small, seed: 3);
        Assert.Throws<ArgumentException>(() => network.Step([1, 2, 3]));
        Assert.Throws<ArgumentException>(() => network.Step([]));
        Assert.Throws<ArgumentException>(() => network.Score([1, 2], 1, new double[4]));
    }

    private static PhiloxStream Draws() => new(11, StreamPurpose.Probes);
}
