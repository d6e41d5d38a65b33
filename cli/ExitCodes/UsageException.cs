namespace Stein.Cli.ExitCodes;

/// <summary>Bad usage or input that is found after parsing: what was wrong, what is allowed.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
