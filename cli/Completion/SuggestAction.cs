using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Stein.Cli.Completion;

/// <summary>
/// The directive through which shells ask: <c>stein [suggest:N] "ica --method m"</c> prints what may stand at character N of the
/// line, one suggestion per line. Without N the text is the whole line up to the cursor, the program's name, whatever it is, included.
/// </summary>
internal sealed class SuggestAction(RootCommand root, SuggestDirective directive) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // The text is one argument, which the library takes for the value of nothing in particular.
        string text = parseResult.Tokens.LastOrDefault(token => token.Type != TokenType.Directive)?.Value ?? "";
        string? position = parseResult.GetResult(directive)?.Values.SingleOrDefault();
        IReadOnlyList<string> words = position is null
            ? [.. ShellLine.Words(text).Skip(1)]
            : ShellLine.Words(BeforeCursor(text, position));
        foreach (string suggestion in words.Count == 0 ? [] : Suggestions.For(root, words))
            parseResult.InvocationConfiguration.Output.WriteLine(suggestion);
        return ExitCode.Success;
    }

    /// <summary>Callers drop blanks at the end of the line; a cursor beyond it says that there was one.</summary>
    private static string BeforeCursor(string text, string position) => int.TryParse(position, out int cursor)
        ? cursor < text.Length ? text[..Math.Max(cursor, 0)] : text + (cursor > text.Length ? " " : "")
        : text;
}
