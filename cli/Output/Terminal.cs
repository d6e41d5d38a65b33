using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Stein.Cli.Output;

/// <summary>The two consoles: results on standard output, progress and remarks on standard error.</summary>
/// <remarks>
/// Standard output never gets escape codes. Standard error gets them where progress is drawn in place: on a terminal, unless TERM is dumb
/// or NO_COLOR has a value (https://no-color.org). A stream that is not a terminal has wide lines, so that tables are not wrapped in files;
/// COLUMNS is the width of tables and help wherever they go.
/// </remarks>
internal static class Terminal
{
    private const int WidthOfFiles = 200;

    /// <summary>No table is of use below, and Spectre.Console needs room for its borders.</summary>
    private const int MinWidth = 20;

    private const string ShowCursorWithoutColours = "\e[0m\e[?25h";

    private static volatile bool IsDrawing;

    /// <summary>Takes the consoles as they are when the program starts.</summary>
    public static void Open()
    {
        BeginConsole();
        // Spectre.Console takes an empty NO_COLOR for a wish too; the convention does not.
        bool isPlain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        if (!isPlain)
            Environment.SetEnvironmentVariable("NO_COLOR", null);
        Output = Create(Console.Out, Console.IsOutputRedirected, isPlain: true);
        Error = Create(Console.Error, Console.IsErrorRedirected, isPlain || Console.IsErrorRedirected);
    }

    public static IAnsiConsole Output { get; private set; } = null!;

    public static IAnsiConsole Error { get; private set; } = null!;

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

    /// <summary>Draws progress in place; the cursor is hidden meanwhile.</summary>
    public static T Draw<T>(Func<T> work)
    {
        IsDrawing = true;
        try
        {
            return work();
        }
        finally
        {
            IsDrawing = false;
        }
    }

    /// <summary>Leaves the terminal as it was found, where the program ends in the middle of drawing.</summary>
    public static void Restore()
    {
        if (IsDrawing)
            Console.Error.Write(ShowCursorWithoutColours);
    }

    /// <summary>
    /// When it begins to use the terminal, .NET switches it to another mode of its keypad, and never back: not if it does not know it.
    /// </summary>
    private static void BeginConsole()
    {
        const string Kind = "TERM";
        string? kind = Environment.GetEnvironmentVariable(Kind);
        Environment.SetEnvironmentVariable(Kind, null);
        // Results have ±, − and Greek letters; terminals of all systems show UTF-8.
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        _ = Console.In;
        Environment.SetEnvironmentVariable(Kind, kind);
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected, bool isPlain)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(writer),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        // Not wider than the terminal: a line that it wraps cannot be drawn over.
        console.Profile.Width = redirected ? Columns ?? WidthOfFiles : Math.Min(Columns ?? int.MaxValue, console.Profile.Width);
        return console;
    }
}
