using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>One auto-encoder as the runner trains it: an iteration is a step of Adam on a batch with new noise.</summary>
internal sealed class DaeNetworkRun : IRun
{
    /// <summary>The score on a grid, at the end.</summary>
    public const string FieldFile = "field.csv";

    /// <summary>Values of the result besides the metrics at the end.</summary>
    public const string Bandwidth = "bandwidth", ExactMatched = "exact_ksd_matched", ExactClean = "exact_ksd_clean";

    private readonly Device device;
    private readonly DaeNetworkSettings settings;
    private readonly HashSet<int> checkpoints;
    private readonly double[] trainingSamples;
    private readonly DenoisingAutoencoder autoencoder;
    private readonly Adam adam;
    private readonly EpochBatches batches;
    private readonly PhiloxStream noiseStream;
    private readonly IStateful[] parts;
    private readonly DaeHeldOut heldOut;
    private readonly int[] indices;
    private readonly double[] noise;
    private readonly double[] noised;
    private readonly DeviceMatrix noiseMatrix;
    private readonly DeviceMatrix noisedMatrix;
    private double shownError = double.NaN;

    /// <param name="device">The run's own.</param>
    /// <param name="settings">What to run.</param>
    public DaeNetworkRun(Device device, DaeNetworkSettings settings)
    {
        const int D = PlanarDensity.Dimension;
        (this.device, this.settings, checkpoints) = (device, settings, [.. settings.CheckpointIterations()]);
        trainingSamples = settings.Density.Sample(
            new PhiloxStream(settings.Seed, StreamPurpose.TrainingData), settings.TrainingSamples);
        autoencoder = new DenoisingAutoencoder(device, settings.Batch, D, settings.Hidden, settings.Sigma);
        autoencoder.Parameters.Initialise(new PhiloxStream(settings.Seed, StreamPurpose.AutoencoderInitialisation));
        adam = new Adam(new AdamSettings(settings.LearningRate), autoencoder.Parameters.All, autoencoder.Gradient.All);
        batches = new EpochBatches(settings.Seed, settings.TrainingSamples, settings.Batch);
        noiseStream = new PhiloxStream(settings.Seed, StreamPurpose.DenoisingNoise);
        parts = [autoencoder.Parameters, adam, batches, noiseStream];
        heldOut = new DaeHeldOut(device, settings, autoencoder);
        indices = new int[settings.Batch];
        (noise, noised) = (new double[settings.Batch * D], new double[settings.Batch * D]);
        (noiseMatrix, noisedMatrix) = (device.Allocate(settings.Batch, D), device.Allocate(settings.Batch, D));
    }

    public int Iteration => (int)adam.Steps;

    public int Iterations => settings.Iterations;

    public string Standing => double.IsNaN(shownError) ? "" : $"Fisher error of the smoothed density {NumberText.Fixed(shownError, 3)}";

    public IReadOnlyList<Metric> Measure()
    {
        DaeErrors errors = Checked();
        shownError = errors.SmoothedError;
        return errors.Metrics();
    }

    public bool Step()
    {
        batches.Next(indices);
        for (int n = 0; n < indices.Length; n++)
        {
            for (int d = 0; d < PlanarDensity.Dimension; d++)
            {
                int i = (n * PlanarDensity.Dimension) + d;
                noise[i] = noiseStream.NextNormal();
                noised[i] = trainingSamples[(indices[n] * PlanarDensity.Dimension) + d] + (settings.Sigma * noise[i]);
            }
        }

        device.Write(noiseMatrix, noise);
        device.Write(noisedMatrix, noised);
        autoencoder.LossGradient(noisedMatrix, noiseMatrix);
        adam.Step();
        return checkpoints.Contains(Iteration);
    }

    public void Save(BinaryWriter writer) => parts.SaveAll(writer);

    public void Restore(BinaryReader reader)
    {
        parts.RestoreAll(reader);
        if (adam.Steps < 0 || adam.Steps > Iterations)
            throw new InvalidDataException($"{adam.Steps} iterations are no state of a run of {Iterations}");
    }

    public RunResult Finish()
    {
        var values = new JsonObject();
        foreach (Metric metric in Checked().Metrics())
            values[metric.Name] = metric.Value;
        values[Bandwidth] = heldOut.Bandwidth;
        (values[ExactMatched], values[ExactClean]) = heldOut.ExactDiscrepancies();
        double[] grid = DaeScoreField.Grid(trainingSamples);
        int points = grid.Length / PlanarDensity.Dimension;
        DeviceMatrix scores = device.Allocate(points, PlanarDensity.Dimension);
        new DenoisingAutoencoder(device, points, autoencoder)
            .Scores(scores, device.Upload(points, PlanarDensity.Dimension, grid));
        DaeFieldPoint[] field = [.. DaeScoreField.Points(grid, device.Read(scores))];
        return new RunResult(values, [new RunFile(FieldFile, stream => CsvFile.Write(stream, field))]);
    }

    /// <summary>Nothing: an auto-encoder that was lost is trained again within seconds.</summary>
    public IReadOnlyList<RunFile> LastGoodState() => [];

    public void Dispose()
    {
    }

    private DaeErrors Checked()
    {
        DaeErrors errors = heldOut.Measure();
        return double.IsFinite(errors.SmoothedError + errors.CleanError)
            ? errors
            : throw new RunFailedException(
                $"the auto-encoder's output is no longer finite at iteration {Iteration}; lower the learning rate", Iteration);
    }
}
