using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Properties;

/// <summary>
/// A U-statistic has mean zero for samples from the model itself and a positive mean for other samples. Means over independent batches
/// are compared with their standard errors.
/// </summary>
/// <remarks>
/// A mean counts as zero if it is within 4 standard errors. A correct program fails such a test for 6·10⁻⁵ of all seeds (by the normal
/// law; a little more for the heavier tails of few batches). The seeds are fixed.
/// </remarks>
public class SteinIdentityTests
{
    private const int Batches = 200;
    private const int Count = 40;
    private const int Dimension = 3;

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Ksd_is_zero_for_the_model_itself_and_positive_for_others(BaseDensity density)
    {
        foreach (string kernel in RadialKernels.NamesWith(KernelSmoothness.SteinKernel))
            EveryKernel.Run(kernel, new Ksd(density));
    }

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Max_sksd_is_zero_for_the_model_itself_and_positive_for_others(BaseDensity density)
    {
        foreach (string kernel in RadialKernels.NamesWith(KernelSmoothness.SteinKernel))
            EveryKernel.Run(kernel, new Sliced(density));
    }

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Lsd_of_any_critic_is_zero_for_the_model_itself(BaseDensity density)
    {
        using Device device = CpuDevices.CreateDouble();
        var lsd = new LearnedSteinDiscrepancy(device, Count, Dimension, 8, 6);
        lsd.Parameters.Initialise(new PhiloxStream(2, StreamPurpose.CriticInitialisation));

        // Larger weights than the initial ones, so that the critic is nonlinear.
        foreach (DeviceMatrix parameter in lsd.Parameters.All)
            device.Write(parameter, [.. device.Read(parameter).Select(value => 2 * value)]);
        (double mean, double error) = OverBatches(device, density, ModelMatrix, lsd.Value);
        Assert.True(Math.Abs(mean) <= 4 * error, $"{mean} ± {error}");
    }

    private static double[] ModelMatrix => new Draw(71).NearIdentity(Dimension);

    private static double[] OtherMatrix => [.. ModelMatrix.Select(value => 3 * value)];

    /// <summary>Mean and standard error over batches of samples from the model V, with the scores of the model W.</summary>
    private static (double Mean, double Error) OverBatches(
        Device device, BaseDensity density, double[] modelMatrix, Func<DeviceMatrix, DeviceMatrix, double> statistic)
    {
        float[] data = new IcaData(ModelMatrix, Dimension, density).SampleTraining(72, Batches * Count);
        var model = new IcaModel(device, Dimension, Count, density);
        device.Write(model.Unmixing, modelMatrix);
        DeviceMatrix x = device.Allocate(Count, Dimension);
        var values = new double[Batches];
        for (int batch = 0; batch < Batches; batch++)
        {
            device.Write(x, data.AsSpan(batch * Count * Dimension, Count * Dimension));
            model.ComputeScores(x);
            values[batch] = statistic(x, model.Scores);
        }

        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (Batches - 1.0) / Batches));
    }

    private static void Hold(string name, Device device, BaseDensity density, Func<DeviceMatrix, DeviceMatrix, double> statistic)
    {
        (double mean, double error) = OverBatches(device, density, ModelMatrix, statistic);
        Assert.True(Math.Abs(mean) <= 4 * error, $"{name}, {density}, the model itself: {mean} ± {error}");
        (double otherMean, double otherError) = OverBatches(device, density, OtherMatrix, statistic);
        Assert.True(otherMean > 8 * otherError, $"{name}, {density}, another model: {otherMean} ± {otherError}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{name}, {density}: {mean / error:F1} standard errors for the model, {otherMean / otherError:F1} for another");
    }

    private sealed class Ksd(BaseDensity density) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            var ksd = new KernelisedSteinDiscrepancy<TKernel>(device, Count, Dimension, PairStatistic.U);

            // The bandwidth is fixed: with one computed from the batch the mean would not be exactly zero.
            ksd.Bandwidth.Set([2]);
            Hold($"KSD, {TKernel.Name}", device, density, ksd.Value);
        }
    }

    private sealed class Sliced(BaseDensity density) : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            using Device device = CpuDevices.CreateDouble();
            const int Slices = 4;
            var draw = new Draw(73);
            var sksd = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, Count, Dimension, Slices, PairStatistic.U);
            device.Write(sksd.SliceDirections.Values, draw.Normal(Dimension * Slices));
            device.Write(sksd.TestDirections.Values, draw.Normal(Dimension * Slices));
            Hold($"maxSKSD, {TKernel.Name}", device, density, (x, s) =>
            {
                sksd.Project(x, s);
                sksd.Bandwidth.Set([1, 1.5, 2, 2.5]);
                return sksd.Value(s);
            });
        }
    }
}
