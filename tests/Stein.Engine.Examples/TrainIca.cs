using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;

namespace Examples;

public static class TrainIca
{
    public static void Main()
    {
        // Your data, the mixed signals. These are 2000 samples of two Student-t sources, mixed by the inverse of this matrix.
        const int Dimension = 2, Count = 2000, Batch = 200;
        double[] truth = [1, 0.5, -0.5, 1];
        float[] data = new IcaData(truth, Dimension, BaseDensity.StudentT).SampleTraining(seed: 1, Count);

        using Device device = DeviceCatalog.Create("auto");
        DeviceMatrix training = device.Allocate(Count, Dimension);
        device.Write(training, data);
        var likelihood = new IcaLikelihood(device, training);

        // The model starts at the identity and minimises the KSD of one batch after another.
        var model = new IcaModel(device, Dimension, Batch, BaseDensity.StudentT);
        device.Write(model.Unmixing, [1.0, 0, 0, 1]);
        var discrepancy = new KernelisedSteinDiscrepancy<InverseMultiquadricKernel>(device, Batch, Dimension, PairStatistic.U);
        var adam = new Adam(new AdamSettings(LearningRate: 0.01), [model.Unmixing], [model.UnmixingGradient]);
        var batches = new EpochBatches(seed: 1, Count, Batch);
        var indices = new int[Batch];
        DeviceMatrix batch = device.Allocate(Batch, Dimension);
        DeviceMatrix scoreGradient = device.Allocate(Batch, Dimension);
        for (int iteration = 0; iteration <= 2000; iteration++)
        {
            if (iteration % 1000 == 0)
                Console.WriteLine($"{iteration}: log-likelihood {likelihood.Evaluate(model.Unmixing, model.Density):F3}");
            batches.Next(indices);
            device.GatherRows(batch, training, indices);
            model.ComputeScores(batch);
            discrepancy.SetSamples(batch);
            discrepancy.SetBandwidthByMedian();
            discrepancy.Gradient(scoreGradient, batch, model.Scores);
            model.BackPropagate(batch, scoreGradient);
            adam.Step();
        }

        Console.WriteLine($"unmixing matrix {string.Join(", ", device.Read(model.Unmixing).Select(entry => entry.ToString("F2")))}");
    }
}
