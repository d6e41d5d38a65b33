using Spectre.Console;

namespace Stein.Cli;

/// <summary>The two consoles: results on standard output, progress and remarks on standard error.</summary>
/// <remarks>
/// A stream that is no terminal gets no escape codes, whatever the environment suggests, and wide lines, so that tables are not
/// wrapped in files. NO_COLOR is respected by Spectre.Console.
/// </remarks>
internal static class Terminal
{
    private const int WidthOfFiles = 200;

    public static IAnsiConsole Output { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>Whether progress can be drawn in place.</summary>
    public static bool IsInteractive => !Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi;

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(writer),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (redirected)
            console.Profile.Width = WidthOfFiles;
        return console;
    }
}
