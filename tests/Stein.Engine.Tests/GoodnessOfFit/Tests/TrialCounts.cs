using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit.Tests;

/// <summary>How often a test rejects a standard normal model, and what all tests have in common.</summary>
internal static class TrialCounts
{
    private const double Level = 0.05;

    /// <summary>Samples of the model with their scores.</summary>
    /// <param name="change">What is done to each number.</param>
    public static TestSamples Samples(int trial, int count, int dimension, Func<double, double>? change = null)
    {
        GaussianMixture model = GaussianMixture.Isotropic(dimension, [1], new double[dimension], [1]);
        double[] values = model.Sample(new PhiloxStream(101, StreamPurpose.TrainingData, (uint)trial), count);
        return TestSamples.Of(change is null ? values : Array.ConvertAll(values, value => change(value)), model);
    }

    /// <summary>The number of rejections at a level of 0.05 in so many trials.</summary>
    public static int Rejections(
        GoodnessOfFitTest test, int trials, int count, int dimension, Func<double, double>? change = null, int replicates = 199)
    {
        int rejections = 0;
        Parallel.For(
            0,
            trials,
            () => Prepared(test, count, dimension, replicates),
            (trial, _, prepared) =>
            {
                if (prepared.Test(Samples(trial, count, dimension, change), new(101, (uint)trial)).PValue <= Level)
                    Interlocked.Increment(ref rejections);
                return prepared;
            },
            prepared => prepared.Device.Dispose());
        return rejections;
    }

    /// <summary>
    /// Checks that outcomes are the same to the last bit whatever was tested before, that they depend on the seed, and that samples which
    /// are not finite are refused.
    /// </summary>
    public static void CheckContract(GoodnessOfFitTest test, int count, int dimension)
    {
        TestSamples samples = Samples(0, count, dimension), others = Samples(1, count, dimension, value => 2 * value);
        (Device device, PreparedTest prepared) = Prepared(test, count, dimension, 99);
        using Device first = device;
        TestOutcome once = prepared(samples, new(101, 0)), other = prepared(others, new(101, 1));
        Assert.Equal(once, prepared(samples, new(101, 0)));
        (device, prepared) = Prepared(test, count, dimension, 99);
        using Device second = device;
        Assert.Equal(other, prepared(others, new(101, 1)));
        Assert.NotEqual(once, prepared(samples, new(102, 0)));
        Assert.InRange(once.PValue, double.Epsilon, 1);
        double[] broken = [.. samples.Scores];
        broken[^1] = double.NaN;
        Assert.Throws<ArgumentException>(() => prepared(samples with { Scores = broken }, new(101, 0)));
        Assert.Throws<ArgumentException>(() => prepared(samples.Rows(0, count - 1), new(101, 0)));
    }

    private static (Device Device, PreparedTest Test) Prepared(GoodnessOfFitTest test, int count, int dimension, int replicates)
    {
        Device device = CpuDevices.CreateSimd();
        return (device, test.Prepare(device, count, dimension, replicates));
    }
}
