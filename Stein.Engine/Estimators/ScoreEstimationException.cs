namespace Stein.Engine.Estimators;

/// <summary>
/// The samples and the settings do not determine a score: samples that coincide without a ridge, a matrix that is not positive definite.
/// The message says what to change.
/// </summary>
public sealed class ScoreEstimationException : Exception
{
    public ScoreEstimationException(string message)
        : base(message)
    {
    }

    public ScoreEstimationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
