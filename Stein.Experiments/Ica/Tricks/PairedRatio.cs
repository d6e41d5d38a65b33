using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica.Tricks;

/// <summary>
/// How many times as large the gaps of one training are as those of another, from pairs on the same problem: the geometric mean, with an
/// interval by Student's t that holds for all of several comparisons at once with probability 95 % (Bonferroni).
/// </summary>
/// <param name="Logarithms">The logarithms of the ratios.</param>
/// <param name="Comparisons">How many comparisons are made.</param>
internal sealed record PairedRatio(Summary Logarithms, int Comparisons)
{
    /// <summary>A smaller gain than 5 % is of no use.</summary>
    private const double Relevant = 0.95;

    public double Ratio => Math.Exp(Logarithms.Mean);

    public (double Low, double High) Interval
    {
        get
        {
            double width = Logarithms.HalfInterval(Comparisons);
            return (Math.Exp(Logarithms.Mean - width), Math.Exp(Logarithms.Mean + width));
        }
    }

    /// <summary>As in "0.83 (0.71 to 0.97)", or "1.2 (under 0.01 to over 100)".</summary>
    public string Text => double.IsNaN(Interval.Low)
        ? NumberText.Fixed(Ratio)
        : $"{NumberText.Fixed(Ratio)} ({End(Interval.Low)} to {End(Interval.High)})";

    /// <summary>Whether the change makes gaps smaller, in words.</summary>
    public string Verdict => Interval switch
    {
        { High: < 1 } => "transfers: the gap becomes smaller",
        { Low: > 1 } => "does not transfer: the gap becomes larger",
        { Low: > Relevant } => "does not transfer: it gains less than 5 %",
        _ => $"cannot be told from {Logarithms.Count} {(Logarithms.Count == 1 ? "pair" : "pairs")}",
    };

    /// <summary>Compares pairs of gaps, of which all have to be positive.</summary>
    public static PairedRatio Of(IEnumerable<(double Gap, double Reference)> pairs, int comparisons)
        => new(Summary.Of([.. pairs.Select(pair => Math.Log(pair.Gap / pair.Reference))]), comparisons);

    private static string End(double value) => value < 0.01 ? "under 0.01" : value > 100 ? "over 100" : NumberText.Fixed(value);
}
