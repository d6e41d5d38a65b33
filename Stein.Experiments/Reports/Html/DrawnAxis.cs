using System.Globalization;
using System.Text.RegularExpressions;
using static System.FormattableString;

namespace Stein.Experiments.Reports.Html;

/// <summary>The scale of an axis, found again from its ticks as they are drawn: each mark, and then its label.</summary>
internal sealed partial class DrawnAxis
{
    /// <summary>How far a mark may be from where its number belongs.</summary>
    private const double Tolerance = 0.1;

    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    private readonly List<(double Place, double Value)> ticks = [];
    private double? mark;

    /// <summary>A mark across the axis.</summary>
    public void AddMark(double place) => mark = place;

    /// <summary>A text beside the axis: that of the last mark, if it has none yet.</summary>
    public void AddLabel(string text)
    {
        if (mark is { } place)
            ticks.Add((place, Number(text)));
        mark = null;
    }

    /// <summary>
    /// An attribute with the scale, <c>n</c> for a linear or <c>l</c> for a logarithmic one, and the places and numbers of two ticks; empty
    /// where the labels are not numbers of one scale.
    /// </summary>
    public string Attribute(string name)
    {
        if (ticks.Count < 2 || !ticks.All(tick => double.IsFinite(tick.Value)))
            return "";
        ((double Place, double Value) low, (double Place, double Value) high) =
            (ticks.MinBy(tick => tick.Value), ticks.MaxBy(tick => tick.Value));
        bool isLinear = low.Value < high.Value && Fits(value => value);
        bool isLogarithmic = low.Value > 0 && low.Value < high.Value && Fits(Math.Log);

        // Two ticks fit both: powers of ten are those of a logarithmic axis.
        if (isLinear && isLogarithmic)
            isLogarithmic = ticks.All(tick => Math.Log10(tick.Value) % 1 == 0);
        return isLinear || isLogarithmic
            ? Invariant($" {name}=\"{(isLogarithmic ? 'l' : 'n')} {low.Place:0.#} {low.Value} {high.Place:0.#} {high.Value}\"")
            : "";

        bool Fits(Func<double, double> scale)
        {
            double slope = (high.Place - low.Place) / (scale(high.Value) - scale(low.Value));
            return ticks.All(tick => Math.Abs(low.Place + (slope * (scale(tick.Value) - scale(low.Value))) - tick.Place) < Tolerance);
        }
    }

    /// <summary>The number of a label such as −0.5, 5 000 or 10⁻³; NaN for another text.</summary>
    private static double Number(string text)
    {
        Match power = PowerOfTen().Match(text);
        string plain = power.Success
            ? $"1e{power.Groups["sign"].Value.Replace('⁻', '-')}{string.Concat(power.Groups["digits"].Value.Select(Digit))}"
            : string.Concat(text.Where(sign => !char.IsWhiteSpace(sign))).Replace('−', '-');
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

        static int Digit(char superscript) => Superscripts.IndexOf(superscript, StringComparison.Ordinal);
    }

    [GeneratedRegex("^10(?<sign>⁻?)(?<digits>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)$")]
    private static partial Regex PowerOfTen();
}
