namespace Stein.Cli.Output;

/// <summary>Messages for people, on standard error.</summary>
internal static class ErrorOutput
{
    public static void Write(string message) => Console.Error.WriteLine($"stein: {message}");
}
