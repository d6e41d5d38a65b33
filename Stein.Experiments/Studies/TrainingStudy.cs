using Stein.Engine.Devices;
using Stein.Engine.State;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Studies;

/// <summary>Something that trains, one iteration at a time.</summary>
internal interface ITraining
{
    /// <summary>Everything that determines the iterations to come, always in the same order.</summary>
    IReadOnlyList<IStateful> Parts { get; }

    /// <summary>Its state in a few words; may be empty.</summary>
    string Status { get; }

    /// <summary>Whether it has ended before the iterations that it may have were used up.</summary>
    bool IsFinished => false;

    /// <summary>One iteration.</summary>
    /// <exception cref="RunFailedException">It cannot continue, for example because it diverged.</exception>
    void Step();

    /// <summary>The present metrics, always under the same names; changes nothing.</summary>
    /// <exception cref="RunFailedException">They are not finite.</exception>
    IReadOnlyList<Metric> Measure();

    /// <summary>What it leaves behind after the last iteration.</summary>
    TrainingResult Finish();

    /// <summary>
    /// Whether the training has diverged although all numbers are finite: by the number that it is judged by it is now clearly worse than
    /// before its first iteration, as no training that works is.
    /// </summary>
    bool HasDiverged();

    /// <inheritdoc cref="IRun.LiveFiles"/>
    IReadOnlyList<RunFile> LiveFiles() => [];

    /// <summary>What is worth keeping of a run that failed; may be empty.</summary>
    IReadOnlyList<RunFile> LastGoodState() => [];
}

/// <summary>What a training leaves behind.</summary>
/// <param name="Values">Its numbers; those that are not finite are left out.</param>
/// <param name="Files">Further files, such as trained parameters.</param>
internal sealed record TrainingResult(IReadOnlyList<Metric> Values, params IReadOnlyList<RunFile> Files);

/// <summary>
/// An experiment whose runs train. It declares how a training begins, how long it takes, when it is measured, and how runs become a
/// report; the loop, checkpoints and files follow.
/// </summary>
/// <typeparam name="TConfig">See <see cref="Experiment{TConfig}"/>.</typeparam>
internal abstract class TrainingStudy<TConfig> : Experiment<TConfig>
    where TConfig : class, new()
{
    /// <summary>Begins a training at iteration 0; it is disposed of at the end if it is disposable.</summary>
    /// <exception cref="RunFailedException">It cannot be started.</exception>
    protected abstract ITraining Begin(TConfig config, Device device);

    /// <summary>How many iterations it has, or may have.</summary>
    protected abstract int Iterations(TConfig config);

    /// <summary>Tells after which iterations it is measured; the last is always among them.</summary>
    protected abstract Func<int, bool> IsMeasured(TConfig config);

    protected sealed override IRun Start(TConfig config, Device device) => new Run(this, config, device);

    private sealed class Run(TrainingStudy<TConfig> study, TConfig config, Device device) : IRun
    {
        private readonly ITraining training = study.Begin(config, device);
        private readonly Func<int, bool> isMeasured = study.IsMeasured(config);
        private readonly int maxIterations = study.Iterations(config);
        private bool? hasDiverged;

        public int Iteration { get; private set; }

        public int Iterations => training.IsFinished ? Iteration : maxIterations;

        public string Status => training.Status + (Iteration == Iterations && HasDiverged ? ", diverged" : "");

        /// <summary>Asked for after the last iteration only, and found once: it may take a pass over all test samples.</summary>
        private bool HasDiverged => hasDiverged ??= Iterations > 0 && training.HasDiverged();

        public IReadOnlyList<Metric> Measure() => training.Measure();

        public bool Step()
        {
            training.Step();
            Iteration++;
            return Iteration == Iterations || isMeasured(Iteration);
        }

        public void Save(BinaryWriter writer)
        {
            writer.Write(Iteration);
            training.Parts.SaveAll(writer);
        }

        public void Restore(BinaryReader reader)
        {
            int done = reader.ReadInt32();
            if (done < 0 || done > maxIterations)
                throw new InvalidDataException($"the checkpoint is of iteration {done}, but the run has only {maxIterations}");
            training.Parts.RestoreAll(reader);
            Iteration = done;
        }

        public RunResult Finish()
        {
            TrainingResult result = training.Finish();
            return new RunResult(
                ResultValues.Of([.. result.Values, StoredRun.Diverged.At(HasDiverged ? 1 : double.NaN)]), result.Files);
        }

        public IReadOnlyList<RunFile> LiveFiles() => training.LiveFiles();

        public IReadOnlyList<RunFile> LastGoodState() => training.LastGoodState();

        public void Dispose() => (training as IDisposable)?.Dispose();
    }
}
