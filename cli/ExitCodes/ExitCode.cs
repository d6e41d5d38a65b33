namespace Stein.Cli.ExitCodes;

/// <summary>What the program returns to the shell.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>A run failed, or results could not be written.</summary>
    public const int Failure = 1;

    /// <summary>Bad usage or input; nothing was written.</summary>
    public const int Usage = 2;

    /// <summary>With <c>--check</c>: a result differs from the published one, or samples are not from the model.</summary>
    public const int NotReproduced = 3;

    /// <summary>128 + SIGHUP: the terminal is gone; what was finished is written.</summary>
    public const int HungUp = 129;

    /// <summary>128 + SIGINT: interrupted; what was finished is written.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGTERM, likewise.</summary>
    public const int Terminated = 143;
}
