namespace Stein.Experiments.Ica;

/// <summary>Where a run under way stands.</summary>
/// <param name="Iteration">Iterations done.</param>
/// <param name="Iterations">Iterations to do.</param>
/// <param name="IterationsPerSecond">The mean since the start of the run; 0 before the first.</param>
/// <param name="TestLogLikelihood">At the last point of the training curve, nats.</param>
/// <param name="Oracle">The log-likelihood of the true model on the same points, nats.</param>
public sealed record IcaProgress(int Iteration, int Iterations, double IterationsPerSecond, double TestLogLikelihood, double Oracle);

/// <summary>Is told how the runs of a plan get on. Called by the threads that run them: several at a time.</summary>
public interface IIcaObserver
{
    /// <param name="index">The run's place in the plan.</param>
    /// <param name="settings">What it runs.</param>
    void Started(int index, IcaSettings settings);

    /// <summary>Called a few times a second for each run, whatever the length of an iteration.</summary>
    /// <param name="index">The run's place in the plan.</param>
    /// <param name="progress">Where it stands.</param>
    void Progressed(int index, IcaProgress progress);

    /// <param name="index">The run's place in the plan.</param>
    /// <param name="outcome">How it ended.</param>
    void Ended(int index, IcaRunOutcome outcome);
}
