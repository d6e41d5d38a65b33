using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Discrepancies;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Examples;

public static class TestSamples
{
    public static void Main()
    {
        // Your samples, row after row. These are 300 in 2 dimensions, with standard deviation 1.2.
        const int Count = 300, Dimension = 2;
        var stream = new PhiloxStream(seed: 1, StreamPurpose.TrainingData);
        var samples = new double[Count * Dimension];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = 1.2 * stream.NextNormal();

        // The score of your model, ∇ log p, at every sample. Here p is the standard normal distribution, whose score is −x.
        double[] scores = [.. samples.Select(x => -x)];

        using Device device = DeviceCatalog.Create("auto");
        DeviceMatrix x = device.Upload(Count, Dimension, samples);
        DeviceMatrix s = device.Upload(Count, Dimension, scores);
        var weights = new PhiloxStream(seed: 1, StreamPurpose.Bootstrap);
        var bootstrap = new Bootstrap(device, Count, replicates: 1000, BootstrapWeights.Multinomial, weights);
        var test = new KernelisedSteinTest<InverseMultiquadricKernel>(bootstrap);
        test.SetBandwidth(x, MedianRule.MedianDistance);
        TestOutcome outcome = test.Run(x, s);
        Console.WriteLine($"squared KSD {outcome.Statistic:F4}, p-value {outcome.PValue:F3}");
    }
}
