using Stein.Engine.GoodnessOfFit;
using Stein.Experiments.Reports;
using static System.FormattableString;

namespace Stein.Experiments.Studies;

/// <summary>How many of some tests reject: an estimate of the power, or of the level where the hypothesis is true.</summary>
/// <param name="Count">Rejections, or other events that are counted.</param>
internal sealed record RejectionShare(int Count, int Trials)
{
    public double Value => (double)Count / Trials;

    /// <summary>The 95 % interval of Clopper and Pearson.</summary>
    public (double Low, double High) Interval { get; } = BinomialIntervals.ClopperPearson(Count, Trials);

    /// <summary>The share at a place of a figure, with its interval.</summary>
    public Point At(double x) => new(x, Value, Interval.Low, Interval.High);

    /// <summary>The share in per cent.</summary>
    public string Text(bool withInterval = false)
        => Invariant($"{100 * Value:0.0}") + (withInterval ? Invariant($" ({100 * Interval.Low:0.0}–{100 * Interval.High:0.0})") : "");

    /// <summary>
    /// agrees, or lower or higher where the count is outside the central 95 % of the binomial distribution whose probability is the level.
    /// </summary>
    public string AgreementWith(double level)
    {
        (int lower, int upper) = BinomialIntervals.Counts(level, Trials);
        return Count < lower ? "lower" : Count > upper ? "higher" : "agrees";
    }

    /// <summary>An arrow behind the number in a table where it does not agree with the level; empty where it does.</summary>
    public string MarkOf(double level) => AgreementWith(level) switch { "higher" => " ↑", "lower" => " ↓", _ => "" };
}
