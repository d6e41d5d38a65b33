namespace Stein.Engine.Estimators;

/// <summary>
/// Thrown when samples and settings do not determine a score, for example because samples coincide and there is no ridge, or because a
/// matrix is not positive definite. The message says what to change.
/// </summary>
public sealed class ScoreEstimationException(string message, Exception? innerException = null) : Exception(message, innerException);
