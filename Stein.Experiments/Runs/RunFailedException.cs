namespace Stein.Experiments.Runs;

/// <summary>A run cannot continue. The message is for people and says at which iteration; whoever reports it names the run.</summary>
/// <param name="iteration">The iteration, from 1, that could not be done.</param>
internal sealed class RunFailedException(string message, int iteration, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int Iteration => iteration;
}
