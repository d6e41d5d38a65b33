using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Networks;

/// <summary>The loss of a denoising auto-encoder, its gradient, and the relation of the loss to the score.</summary>
public class DenoisingAutoencoderTests
{
    public static TheoryData<int, int, int, double> Shapes => new()
    {
        { 5, 3, 6, 0.5 },
        { 1, 1, 1, 2 },
        { 2, 7, 3, 0.1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_gradient_is_that_of_the_mean_loss(int count, int dimension, int hidden, double sigma)
    {
        using Device device = CpuDevices.CreateDouble();
        Example example = new(device, count, dimension, hidden, sigma);
        example.Autoencoder.LossGradient(example.Noised, example.Noise);
        double[][] gradients = [.. example.Autoencoder.Gradient.All.Select(device.Read)];
        int slopes = 0;
        for (int tensor = 0; tensor < gradients.Length; tensor++)
        {
            DeviceMatrix parameter = example.Autoencoder.Parameters.All[tensor];
            double[] at = device.Read(parameter);
            slopes += FiniteDifferences.Check($"tensor {tensor}", Objective, at, gradients[tensor], magnitude: 10);
            device.Write(parameter, at);

            double Objective(double[] values)
            {
                device.Write(parameter, values);
                return example.MeanLoss();
            }
        }

        // The first four of the six tensors do not enter quadratically, in three directions each.
        Assert.InRange(slopes, 6, 12);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Loss_score_and_gradient_on_every_device(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        double worst = Measurements.Compare(nameof(DenoisingAutoencoder), loan.Device, (device, results) =>
        {
            (int, int, int)[] sizes = [(1, 1, 1), (5, 3, 7), (17, 16, 33), (8, 33, 15), (33, 2, 64)];
            foreach ((int count, int dimension, int hidden) in Sizes.AreAll(loan.Device) ? sizes : sizes[..2])
            {
                string row = $"{count}×{dimension}, hidden {hidden}: ";
                Example example = new(device, count, dimension, hidden, sigma: 0.7);
                results.AddSum(row + "loss", 1.0 / count, example.MeanLoss);
                DeviceMatrix scores = device.Allocate(count, dimension);
                example.Autoencoder.Scores(scores, example.Noised);
                results.Add(row + "scores", scores);
                example.Autoencoder.LossGradient(example.Noised, example.Noise);
                for (int tensor = 0; tensor < example.Autoencoder.Gradient.All.Count; tensor++)
                    results.Add($"{row}tensor {tensor}", example.Autoencoder.Gradient.All[tensor]);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"used {worst:P1} of the tolerance");
    }

    [Fact]
    public void One_that_shares_parameters_gives_the_same_scores()
    {
        using Device device = CpuDevices.CreateDouble();
        Example example = new(device, 6, 2, 5, 0.3);
        DeviceMatrix scores = device.Allocate(6, 2);
        example.Autoencoder.Scores(scores, example.Noised);
        var shared = new DenoisingAutoencoder(device, 3, example.Autoencoder);
        DeviceMatrix first = device.Allocate(3, 2);
        shared.Scores(first, example.Noised.RowRange(0, 3));
        Assert.Equal(example.Autoencoder.Sigma, shared.Sigma);
        Checks.Same("scores", device.Read(scores).AsSpan(0, 6), device.Read(first));
    }

    /// <summary>
    /// The excess of the loss over that of the optimal auto-encoder, on the same points, is σ⁴ times the Fisher error of the smoothed
    /// density for any network, here an untrained one. The difference of both means has expectation zero and must be within five of its
    /// standard errors, while the error itself exceeds twenty of them.
    /// </summary>
    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Excess_loss_is_the_fisher_error_of_the_smoothed_density(double sigma)
    {
        const int Count = 20_000;
        using Device device = CpuDevices.CreateDouble();
        GaussianMixture density = GaussianMixture.Isotropic(2, [0.6, 0.4], [-1, 0, 1, 0.5], [0.3, 0.5]);
        double[] noised = density.Sample(new PhiloxStream(4, StreamPurpose.TestData), Count);
        double[] noise = new Draw(12).Normal(noised.Length);
        for (int i = 0; i < noised.Length; i++)
            noised[i] += sigma * noise[i];
        var best = new double[noised.Length];
        density.Smoothed(sigma).Score(noised, best);
        var autoencoder = new DenoisingAutoencoder(device, Count, 2, 16, sigma);
        autoencoder.Parameters.Initialise(new PhiloxStream(2, StreamPurpose.AutoencoderInitialisation));
        double[] losses = autoencoder.Losses(device.Upload(Count, 2, noised), device.Upload(Count, 2, noise));
        double[] output = device.Read(autoencoder.Output);
        var differences = new double[Count];
        double mean = 0;
        for (int n = 0; n < Count; n++)
        {
            double error = 0;
            double least = 0;
            for (int i = 2 * n; i < (2 * n) + 2; i++)
            {
                error += Math.Pow(output[i] - (sigma * best[i]), 2);
                least += Math.Pow((sigma * best[i]) + noise[i], 2);
            }

            differences[n] = losses[n] - least - error;
            mean += error / Count;
        }

        double standardError = Math.Sqrt(differences.Select(value => value * value).Average() / Count);
        Assert.InRange(differences.Average(), -5 * standardError, 5 * standardError);
        Assert.True(mean > 20 * standardError, $"{mean} ± {standardError}");
    }

    /// <summary>The optimal auto-encoder of a Gaussian is linear: <c>f(x) = −σx/(v + σ²)</c>.</summary>
    [Fact]
    public void Training_on_a_gaussian_learns_its_score()
    {
        const int Count = 256;
        const double Sigma = 0.8;
        using Device device = CpuDevices.CreateSimd();
        var autoencoder = new DenoisingAutoencoder(device, Count, 2, 16, Sigma);
        autoencoder.Parameters.Initialise(new PhiloxStream(2, StreamPurpose.AutoencoderInitialisation));
        var adam = new Adam(new AdamSettings(3e-3), autoencoder.Parameters.All, autoencoder.Gradient.All);
        var stream = new PhiloxStream(8, StreamPurpose.DenoisingNoise);
        var (noised, noise) = (new double[2 * Count], new double[2 * Count]);
        (DeviceMatrix noisedMatrix, DeviceMatrix noiseMatrix) = (device.Allocate(Count, 2), device.Allocate(Count, 2));
        for (int step = 0; step < 1000; step++)
        {
            for (int i = 0; i < noised.Length; i++)
            {
                noise[i] = stream.NextNormal();
                noised[i] = stream.NextNormal() + (Sigma * noise[i]);
            }

            device.Write(noisedMatrix, noised);
            device.Write(noiseMatrix, noise);
            autoencoder.LossGradient(noisedMatrix, noiseMatrix);
            adam.Step();
        }

        DeviceMatrix scores = device.Allocate(Count, 2);
        autoencoder.Scores(scores, noisedMatrix);
        double[] truth = [.. noised.Select(x => -x / (1 + (Sigma * Sigma)))];
        double error = device.Read(scores).Zip(truth, (a, b) => (a - b) * (a - b)).Sum() / truth.Sum(b => b * b);
        Assert.True(error < 0.01, $"relative Fisher error {error}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Noise_must_be_positive(double sigma)
    {
        using Device device = CpuDevices.CreateDouble();
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => new DenoisingAutoencoder(device, 3, 2, 4, sigma)).Message;
        Assert.Contains("positive finite", message, StringComparison.Ordinal);
    }

    private sealed class Example
    {
        public Example(Device device, int count, int dimension, int hidden, double sigma)
        {
            var draw = new Draw(6);
            Noised = draw.NormalOn(device, count, dimension);
            Noise = draw.NormalOn(device, count, dimension);
            Autoencoder = new DenoisingAutoencoder(device, count, dimension, hidden, sigma);
            Autoencoder.Parameters.Initialise(new PhiloxStream(1, StreamPurpose.AutoencoderInitialisation));
        }

        public DeviceMatrix Noised { get; }

        public DeviceMatrix Noise { get; }

        public DenoisingAutoencoder Autoencoder { get; }

        public double MeanLoss() => Autoencoder.Losses(Noised, Noise).Average();
    }
}
