using System.Globalization;
using System.Text.Json.Nodes;
using CsvHelper;
using Stein.Engine.Devices;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>One ICA run as the runner drives it: the training, its curve, and the unmixing matrix at the last point of the curve.</summary>
internal sealed class IcaTrainingRun : IRun
{
    private readonly IcaSettings settings;
    private readonly ProblemLease lease;
    private readonly IcaTraining training;
    private double[]? lastGood;
    private int lastGoodIteration;
    private double lastLogLikelihood = double.NaN;
    private double lastLoss = double.NaN;

    /// <param name="device">The run's own.</param>
    /// <param name="settings">What to run.</param>
    /// <param name="lease">The problem, until the run is disposed of.</param>
    public IcaTrainingRun(Device device, IcaSettings settings, ProblemLease lease)
    {
        this.settings = settings;
        this.lease = lease;
        training = new IcaTraining(device, settings, lease.Problem);
    }

    public int Iteration => training.Iteration;

    public int Iterations => training.Iterations;

    public string Standing =>
        $"log-likelihood {NumberText.Fixed(lastLogLikelihood)} (oracle {NumberText.Fixed(lease.Problem.Oracle)})"
        + (double.IsNaN(lastLoss) ? "" : $", loss {NumberText.Fixed(lastLoss, 4)}");

    public IReadOnlyList<Metric> Measure()
    {
        double logLikelihood = training.TestLogLikelihood();
        if (!double.IsFinite(logLikelihood))
            throw new RunFailedException($"the test log-likelihood is no longer finite at iteration {Iteration}", Iteration);
        lastLogLikelihood = logLikelihood;
        lastLoss = training.Loss();
        lastGood = training.Unmixing();
        lastGoodIteration = Iteration;
        return [new(IcaStoredRuns.LogLikelihood, logLikelihood), new(IcaStoredRuns.Loss, lastLoss)];
    }

    public bool Step()
    {
        try
        {
            training.Step();
        }
        catch (TrainingDivergedException exception)
        {
            throw new RunFailedException(exception.Reason, exception.Iteration, exception);
        }

        return Iteration == Iterations || Iteration % settings.EvaluateEvery == 0;
    }

    public void Save(BinaryWriter writer)
    {
        training.Save(writer);
        writer.Write(lastLogLikelihood);
        writer.Write(lastLoss);
        writer.Write(lastGoodIteration);
        writer.Write(lastGood?.Length ?? 0);
        foreach (double value in lastGood ?? [])
            writer.Write(value);
    }

    public void Restore(BinaryReader reader)
    {
        training.Restore(reader);
        lastLogLikelihood = reader.ReadDouble();
        lastLoss = reader.ReadDouble();
        lastGoodIteration = reader.ReadInt32();
        int count = reader.ReadInt32();
        int expected = settings.Dimension * settings.Dimension;
        if (count != 0 && count != expected)
            throw new InvalidDataException($"the last unmixing matrix has {count} numbers; this run's has {expected}");
        lastGood = count == 0 ? null : [.. Enumerable.Range(0, count).Select(_ => reader.ReadDouble())];
    }

    public RunResult Finish()
    {
        double[] unmixing = training.Unmixing();
        var values = new JsonObject
        {
            [IcaStoredRuns.LogLikelihood] = training.TestLogLikelihood(),
            [IcaStoredRuns.Oracle] = lease.Problem.Oracle,
        };
        if (lease.Problem.AmariDistanceOf(unmixing) is var distance && double.IsFinite(distance))
            values[IcaStoredRuns.AmariDistance] = distance;
        return new RunResult(values, [Matrix(IcaStoredRuns.UnmixingFile, unmixing)]);
    }

    public IReadOnlyList<RunFile> LastGoodState() =>
        lastGood is null ? [] : [Matrix($"unmixing_last_good_iteration{lastGoodIteration}.csv", lastGood)];

    public void Dispose() => lease.Dispose();

    /// <summary>A row of the matrix on each line, without a header.</summary>
    private RunFile Matrix(string name, double[] values) => new(name, stream =>
    {
        using var csv = CsvWriter.Create(stream, CsvFile.Format with { HasHeader = false }, leaveOpen: true);
        for (int index = 0; index < values.Length; index++)
        {
            csv.WriteField(values[index], "R", CultureInfo.InvariantCulture);
            if ((index + 1) % settings.Dimension == 0)
                csv.EndRecord();
        }
    });
}
