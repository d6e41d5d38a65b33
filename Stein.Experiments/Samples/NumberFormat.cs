using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Stein.Experiments.Samples;

/// <summary>How numbers are written: with a decimal point or comma, and with exponents of C or of Fortran.</summary>
/// <param name="decimalMark">A point or a comma; the other one is not allowed in numbers.</param>
internal sealed partial class NumberFormat(char decimalMark)
{
    private const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Reads a finite number, to the last bit: <c>-1.25</c>, <c>.5e-3</c>, Fortran's <c>1.5D+00</c> and <c>1.5+100</c>.</summary>
    public bool TryParse(ReadOnlySpan<byte> cell, out double number)
    {
        if (decimalMark == '.' && TryParsePlain(cell, out number))
            return true;
        string text = Encoding.UTF8.GetString(cell);
        number = 0;
        if (decimalMark == ',')
        {
            if (text.Contains('.', StringComparison.Ordinal))
                return false;
            text = text.Replace(',', '.');
        }

        return Fortran().Match(text) is { Success: true } match
            && TryParsePlain(Encoding.UTF8.GetBytes($"{match.Groups["mantissa"]}E{match.Groups["exponent"]}"), out number)
            || TryParsePlain(Encoding.UTF8.GetBytes(text), out number);
    }

    /// <summary>Whether a cell is digits, perhaps with a sign before them.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> cell)
        => cell.Length > 0 && !cell[(cell[0] is (byte)'-' or (byte)'+' ? 1 : 0)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool TryParsePlain(ReadOnlySpan<byte> text, out double number)
        => double.TryParse(text, Styles, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    /// <summary>Fortran leaves the letter out where the exponent has three digits.</summary>
    [GeneratedRegex(
        @"^(?<mantissa>[+-]?([0-9]+\.?[0-9]*|\.[0-9]+))[dDqQ](?<exponent>[+-]?[0-9]+)$"
        + @"|^(?<mantissa>[+-]?[0-9]*\.[0-9]+)(?<exponent>[+-][0-9]{3})$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Fortran();
}
