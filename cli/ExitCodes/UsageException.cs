namespace Stein.Cli.ExitCodes;

/// <summary>Bad usage or input that is found after parsing: what was wrong, what is allowed.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>
    /// What the engine or a reader says of people's samples and settings. That is for people too, except for the name of a parameter, which
    /// is left out.
    /// </summary>
    /// <param name="subject">What it is about, as options with their values.</param>
    public static UsageException About(string subject, Exception exception)
        => new($"{subject}: {exception.Message.Split(" (Parameter")[0]}", exception);
}
