namespace Stein.Cli.ExitCodes;

/// <summary>Bad usage or input that is found after parsing: what was wrong, what is allowed.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
