using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;

namespace Stein.Experiments.Runs.Execution;

/// <summary>
/// Trains a run that was claimed, from its checkpoint or from the start, to its result, its failure or the checkpoint of an interruption.
/// </summary>
/// <param name="folder">Where its files are; an existing folder.</param>
/// <param name="createDevice">Makes the device.</param>
/// <param name="options">How often there is a checkpoint.</param>
/// <param name="observer">Receives progress events.</param>
internal sealed class RunTraining(
    ClaimedRun claimed, string folder, Func<Device> createDevice, ExecutorOptions options, IRunObserver? observer) : IDisposable
{
    /// <summary>The share of the time that checkpoints by the clock may take.</summary>
    private const double LargestShare = 0.05;

    private readonly DateTimeOffset started = DateTimeOffset.UtcNow;
    private readonly long start = Stopwatch.GetTimestamp();
    private Device? device;
    private IRun? training;
    private MetricsLog? log;
    private IReadOnlyList<Metric> lastMetrics = [];
    private IReadOnlyList<RunSession> formerSessions = [];
    private int firstIteration;
    private int savedIteration;
    private long savedAt;
    private TimeSpan saving;
    private long observedAt;
    private double iterationSeconds;

    /// <summary>Trains it.</summary>
    /// <param name="cancellation">Stops it after the present iteration.</param>
    /// <returns>How it ended, the iterations done, and why it failed.</returns>
    /// <exception cref="ClaimLostException">Another process has it now.</exception>
    public (RunStatus Status, int Iteration, string? Message) Train(CancellationToken cancellation)
    {
        try
        {
            claimed.Change(disk => Leftovers.RemoveFailure(disk, folder));
            Begin();
            while (training!.Iteration < training.Iterations)
            {
                if (cancellation.IsCancellationRequested)
                {
                    Save();
                    return (RunStatus.Interrupted, training.Iteration, null);
                }

                long before = Stopwatch.GetTimestamp();
                bool isMeasured = training.Step();
                iterationSeconds += Stopwatch.GetElapsedTime(before).TotalSeconds;
                if (isMeasured)
                    Measure();
                if (IsCheckpointDue())
                    Save();
                Observe();
            }

            Finish();
            return (RunStatus.Finished, training.Iteration, null);
        }
        catch (ClaimLostException)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever stops one run (memory, a lost GPU, a bug) is reported with it; the other runs go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail(exception);
        }
    }

    public void Dispose()
    {
        log?.Dispose();
        training?.Dispose();
        device?.Dispose();
    }

    private void Begin()
    {
        Checkpoint? checkpoint = Checkpoint.Newest(folder, claimed.Run.Id, Restore, claimed.SetAside);
        if (checkpoint is null)
            Start();
        else
            (formerSessions, firstIteration) = (checkpoint.Sessions, checkpoint.Iteration);
        savedIteration = firstIteration;
        savedAt = Stopwatch.GetTimestamp();
        claimed.Change(disk => log = new MetricsLog(disk, PathOf(RunFiles.Metrics), checkpoint?.Metrics));
        observer?.Started(claimed.Run, firstIteration, training!.Iterations);
        if (checkpoint is null)
            Measure();
    }

    private void Start()
    {
        training?.Dispose();
        device?.Dispose();
        (training, device) = (null, createDevice());
        if (DevicePrecision.Of(device) != claimed.Run.Precision)
        {
            throw new InvalidOperationException(
                $"the device {device.Name} computes in {ConfigDocument.Name(DevicePrecision.Of(device))} precision, and the run is one in "
                + $"{ConfigDocument.Name(claimed.Run.Precision)} precision");
        }

        training = claimed.Run.Experiment.Start(claimed.Run, device);
    }

    private void Restore(Checkpoint checkpoint)
    {
        Start();
        using var state = new MemoryStream(checkpoint.State.ToArray());
        using var reader = new BinaryReader(state);
        training!.Restore(reader);
        if (training.Iteration != checkpoint.Iteration || state.Position != state.Length)
            throw new InvalidDataException("its state is not one of this run");
    }

    private void Measure()
    {
        lastMetrics = training!.Measure();
        claimed.Change(_ => log!.Append(training.Iteration, lastMetrics));
        Write(training.LiveFiles());
    }

    private bool IsCheckpointDue()
    {
        if (training!.Iteration >= training.Iterations)
            return false;
        TimeSpan since = Stopwatch.GetElapsedTime(savedAt);
        return training.Iteration - savedIteration >= options.CheckpointIterations
            || (since >= options.CheckpointInterval && since * LargestShare >= saving);
    }

    private void Save()
    {
        savedAt = Stopwatch.GetTimestamp();
        if (training!.Iteration == savedIteration)
            return;
        savedIteration = training.Iteration;
        using var state = new MemoryStream();
        using (var writer = new BinaryWriter(state, Encoding.UTF8, leaveOpen: true))
            training.Save(writer);
        byte[] bytes = new Checkpoint(
            training.Iteration, training.Iterations, Sessions(), log!.Content, state.GetBuffer().AsMemory(0, (int)state.Length))
            .ToBytes(claimed.Run.Id);
        string path = PathOf(RunFiles.Checkpoint);
        claimed.Change(disk =>
        {
            if (File.Exists(path))
                disk.Move(path, PathOf(RunFiles.PreviousCheckpoint));
            disk.Write(path, bytes);
        });
        saving = Stopwatch.GetElapsedTime(savedAt);
    }

    private void Observe()
    {
        long now = Stopwatch.GetTimestamp();
        if (observer is null
            || (training!.Iteration < training.Iterations && Stopwatch.GetElapsedTime(observedAt, now) < options.ProgressInterval))
        {
            return;
        }

        observedAt = now;
        double rate = (training.Iteration - firstIteration) / Math.Max(Stopwatch.GetElapsedTime(start, now).TotalSeconds, 1e-9);
        observer.Progressed(
            claimed.Run, new RunProgress(training.Iteration, training.Iterations, rate, training.Status, lastMetrics));
    }

    /// <summary>The result itself last: it is there if and only if all else is.</summary>
    private void Finish()
    {
        RunResult result = training!.Finish();
        IReadOnlyDictionary<string, string> files = Write(result.Files);
        foreach (RunFile file in training.LiveFiles())
            claimed.Change(disk => disk.Delete(PathOf(file.Name)));
        byte[] metrics = log!.Content.ToArray();
        log.Dispose();
        claimed.Change(disk => disk.Write(PathOf(RunFiles.Metrics), metrics));
        string text = ResultFile.Text(claimed.Run, result.Values, metrics, files, Sessions());
        claimed.Change(disk => disk.Write(PathOf(RunFiles.Result), text));
    }

    /// <returns>The SHA-256 of each file.</returns>
    private SortedDictionary<string, string> Write(IReadOnlyList<RunFile> files)
    {
        var checksums = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (RunFile file in files)
        {
            if (!RunFiles.IsFree(file.Name))
                throw new InvalidOperationException($"a run may not leave a file named '{file.Name}': the store has its own of that name");
            using var content = new MemoryStream();
            file.Write(content);
            byte[] bytes = content.ToArray();
            claimed.Change(disk => disk.Write(PathOf(file.Name), bytes));
            checksums.Add(file.Name, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }

        return checksums;
    }

    /// <summary>Records why it failed, and keeps the last good state; the checkpoints stay.</summary>
    private (RunStatus Status, int Iteration, string Message) Fail(Exception exception)
    {
        bool isExpected = exception is RunFailedException or StoreException or DeviceUnavailableException;
        string message = isExpected ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
        int iteration = exception is RunFailedException failed ? failed.Iteration : training?.Iteration ?? 0;
        IReadOnlyList<RunFile> lastGood = LastGoodState();
        string text = JsonSerializer.Serialize(
            new RunFailure(
                message,
                iteration,
                exception.StackTrace,
                [.. lastGood.Select(file => file.Name)],
                DateTimeOffset.UtcNow,
                Environment.MachineName),
            JsonFormat.Indented);
        try
        {
            // The failure first: it names the files, so that the next attempt finds them.
            claimed.Change(disk => disk.Write(PathOf(RunFiles.Failure), text + "\n"));
            Write(lastGood);
        }
        catch (StoreException unwritten)
        {
            observer?.Noted(claimed.Run, unwritten.Message);
        }

        return (RunStatus.Failed, iteration, message);
    }

    private IReadOnlyList<RunFile> LastGoodState()
    {
        try
        {
            return training?.LastGoodState() ?? [];
        }
#pragma warning disable CA1031 // What made the run fail is what people have to see, not what came of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            observer?.Noted(claimed.Run, $"its last good state is not kept: {exception.Message}");
            return [];
        }
    }

    private IReadOnlyList<RunSession> Sessions() =>
    [
        .. formerSessions,
        new RunSession(
            BuildIdentity.Current,
            new DeviceIdentity(device!.Name, device.Description),
            Machine.Current,
            Environment.MachineName,
            firstIteration,
            training!.Iteration,
            started,
            DateTimeOffset.UtcNow,
            Stopwatch.GetElapsedTime(start).TotalSeconds)
        {
            IterationSeconds = iterationSeconds,
        },
    ];

    private string PathOf(string name) => Path.Combine(folder, name);
}
