using System.Text;
using System.Text.RegularExpressions;

namespace Stein.Experiments.Samples;

/// <summary>Tells the names of columns from numbers that went wrong.</summary>
internal static partial class ColumnName
{
    /// <summary>What a cell must be to be taken for a name without being asked for.</summary>
    public const string Rule =
        "a name has a letter before its first digit, and is not a word for a missing value, infinity or truth, such as NA or True";

    /// <summary>Words without their punctuation, as programs write what is not a number.</summary>
    private static readonly HashSet<string> NotNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "na", "nan", "nanind", "nansnan", "qnan", "snan", "ind", "null", "nil", "none", "nat", "missing", "undefined", "undef", "void",
        "inf", "infinity", "infinite", "posinf", "neginf", "plusinf", "minusinf", "true", "false", "yes", "div0", "value", "ref", "num",
        "name", "spill", "calc", "overflow", "underflow", "error", "err",
    };

    /// <summary>Words that are names too, unless they are marked as errors of a spreadsheet.</summary>
    private static readonly HashSet<string> Marked = new(StringComparer.OrdinalIgnoreCase)
    {
        "value", "ref", "num", "name", "spill", "calc", "error", "err", "void", "ind",
    };

    /// <summary>Columns that samplers write beside the coordinates.</summary>
    private static readonly HashSet<string> Bookkeeping = new(StringComparer.Ordinal)
    {
        ".chain", ".iteration", ".draw", "id", "Id", "ID", "index", "Unnamed: 0", "chain", "iteration", "draw",
    };

    /// <summary>Whether a cell of a first row is a name, see <see cref="Rule"/>.</summary>
    public static bool IsName(string cell)
    {
        Rune first = cell.EnumerateRunes().FirstOrDefault(rune => Rune.IsLetter(rune) || Rune.IsNumber(rune));
        if (!Rune.IsLetter(first) || cell.StartsWith('\\') || Amount().IsMatch(cell))
            return false;
        string word = string.Concat(cell.EnumerateRunes().Where(Rune.IsLetterOrDigit));
        // Sodium is a column of many tables.
        return cell == "Na" || !NotNames.Contains(word) || (Marked.Contains(word) && char.IsLetter(cell[0]));
    }

    /// <summary>Whether a column is a sampler's bookkeeping by its name, such as the log-density <c>lp__</c> of Stan.</summary>
    public static bool IsBookkeeping(string name)
        => Bookkeeping.Contains(name) || (name.Length > 2 && name.EndsWith("__", StringComparison.Ordinal));

    /// <summary>Whether a line that begins with # is an error of a spreadsheet such as #N/A, not a comment.</summary>
    public static bool IsSpreadsheetError(string line) => SpreadsheetError().IsMatch(line);

    /// <summary>A word and then a number with decimals, as in EUR 1.50.</summary>
    [GeneratedRegex(@"\s[+-]?[0-9]*[.,][0-9]+$")]
    private static partial Regex Amount();

    [GeneratedRegex(@"^\s*#(N/A|DIV/0!|VALUE!|REF!|NUM!|NAME\?|NULL!|SPILL!|CALC!)(?![A-Za-z])", RegexOptions.IgnoreCase)]
    private static partial Regex SpreadsheetError();
}
