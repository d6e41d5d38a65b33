namespace Stein.Experiments.Runs;

/// <summary>A run cannot go on. The message is for people and says at which iteration; the run's name is said by who reports it.</summary>
internal sealed class RunFailedException : Exception
{
    /// <param name="iteration">The iteration, from 1, that could not be done.</param>
    public RunFailedException(string message, int iteration)
        : base(message)
        => Iteration = iteration;

    /// <inheritdoc cref="RunFailedException(string, int)"/>
    public RunFailedException(string message, int iteration, Exception innerException)
        : base(message, innerException)
        => Iteration = iteration;

    /// <summary>The iteration, from 1, that could not be done.</summary>
    public int Iteration { get; }
}
