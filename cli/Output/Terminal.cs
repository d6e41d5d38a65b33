using System.Globalization;
using Spectre.Console;

namespace Stein.Cli.Output;

/// <summary>The two consoles: results on standard output, progress and remarks on standard error.</summary>
/// <remarks>
/// A stream that is not a terminal gets no escape codes, whatever the environment suggests, and wide lines, so that tables are not
/// wrapped in files. NO_COLOR with any value takes the colours away (https://no-color.org), TERM=dumb every escape code, and COLUMNS
/// is the width of tables and help wherever they go.
/// </remarks>
internal static class Terminal
{
    private const int WidthOfFiles = 200;

    /// <summary>No table is of use below, and Spectre.Console needs room for its borders.</summary>
    private const int MinWidth = 20;

    /// <summary>Takes the consoles as they are when the program starts.</summary>
    public static void Open()
    {
        // Spectre.Console takes an empty NO_COLOR for a wish too; the convention does not.
        if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: 0 })
            Environment.SetEnvironmentVariable("NO_COLOR", null);
        Output = Create(Console.Out, Console.IsOutputRedirected);
        Error = Create(Console.Error, Console.IsErrorRedirected);
    }

    public static IAnsiConsole Output { get; private set; } = AnsiConsole.Console;

    public static IAnsiConsole Error { get; private set; } = AnsiConsole.Console;

    /// <summary>Standard output for lines without colours, however long.</summary>
    public static TextWriter Text => Output.Profile.Out.Writer;

    /// <summary>The width asked for by COLUMNS; null where there is none, or none that can be used.</summary>
    public static int? Columns
        => int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns)
            && columns > 0
            ? Math.Max(columns, MinWidth)
            : null;

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
        // Not wider than the terminal: a line that it wraps cannot be drawn over.
        console.Profile.Width = redirected ? Columns ?? WidthOfFiles : Math.Min(Columns ?? int.MaxValue, console.Profile.Width);
        return console;
    }
}
