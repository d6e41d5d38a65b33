using System.Globalization;
using System.Text;

namespace Stein.Experiments.Samples;

/// <summary>Text of a file as messages show it: in quotes, cut where it is long, and with escapes for what is not plain ASCII.</summary>
internal static class CellText
{
    private const int MaxLength = 40;

    /// <summary>Such as <c>'\u22121.5'</c> for a number with a typographic minus sign.</summary>
    public static string Show(ReadOnlySpan<byte> text)
    {
        bool isCut = text.Length > MaxLength;
        var shown = new StringBuilder("'");
        // A character may be cut in two, whose bytes are then shown.
        ReadOnlySpan<byte> rest = isCut ? text[..MaxLength] : text;
        while (rest.Length > 0)
        {
            bool isValid = Rune.DecodeFromUtf8(rest, out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            if (isValid)
                shown.Append(Show(rune));
            else if (!isCut || rest.Length > 3)
                shown.Append(CultureInfo.InvariantCulture, $"\\x{rest[0]:X2}");
            rest = rest[(isValid ? length : 1)..];
        }

        return shown.Append(isCut ? "…'" : "'").ToString();
    }

    /// <inheritdoc cref="Show(ReadOnlySpan{byte})"/>
    public static string Show(string text) => Show(Encoding.UTF8.GetBytes(text));

    private static string Show(Rune rune) => rune.Value switch
    {
        '\t' => "\\t",
        '\n' => "\\n",
        '\r' => "\\r",
        '\\' => "\\\\",
        < ' ' or 0x7F => $"\\x{rune.Value:X2}",
        < 0x7F => rune.ToString(),
        <= 0xFFFF => $"\\u{rune.Value:x4}",
        _ => $"\\U{rune.Value:x8}",
    };
}
