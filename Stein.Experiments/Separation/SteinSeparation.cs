using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Experiments.Ica;

namespace Stein.Experiments.Separation;

/// <summary>Trains an ICA model of people's samples by a Stein discrepancy, as the experiment <c>ica</c> does on its own.</summary>
internal static class SteinSeparation
{
    /// <summary>V after the training (K×K, row-major).</summary>
    /// <param name="samples">K×N, prepared.</param>
    /// <param name="settings">A valid config, but for the dimension and the number of samples, which are those of the samples.</param>
    /// <param name="start">V at the start (K×K, row-major).</param>
    /// <param name="progress">Is told what share is done.</param>
    /// <exception cref="ArgumentException">The training diverged.</exception>
    public static double[] Train(
        PaddedMatrix samples, IcaSettings settings, double[] start, IProgress<double>? progress, CancellationToken cancellation)
    {
        (int dimension, int count) = (samples.Rows, samples.Columns);
        settings = settings with { Dimension = dimension, TrainingSamples = count };
        using Device device = CpuDevices.CreateSimd();
        var rows = new double[count * dimension];
        for (int d = 0; d < dimension; d++)
        {
            ReadOnlySpan<double> coordinate = samples.Row(d);
            for (int i = 0; i < count; i++)
                rows[(i * dimension) + d] = coordinate[i];
        }

        DeviceMatrix training = device.Upload(count, dimension, rows);
        DeviceMatrix batch = device.Allocate(settings.Batch, dimension);
        var model = new IcaModel(device, dimension, settings.Batch, settings.Base);
        device.Write(model.Unmixing, start);
        IcaMethodTraining method = IcaMethod.Of(settings).Start(device, model, settings, batch)!;
        var batches = new EpochBatches(settings.EffectiveDataSeed, count, settings.Batch, settings.BatchOrder);
        var indices = new int[settings.Batch];
        for (int iteration = 0; iteration < settings.Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            batches.Next(indices);
            device.GatherRows(batch, training, indices);
            method.Step(batch, iteration);
            progress?.Report((iteration + 1.0) / settings.Iterations);
        }

        double[] unmixing = device.Read(model.Unmixing);
        return Array.TrueForAll(unmixing, double.IsFinite) && double.IsFinite(SquareMatrix.LogDeterminant(unmixing, dimension).Item2)
            ? unmixing
            : throw new ArgumentException(
                $"the training of {settings.Method} diverged: the unmixing matrix is no longer finite or invertible. Use a smaller "
                + "--learning-rate.");
    }
}
