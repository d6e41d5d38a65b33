using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>Cells and the table of expected numbers.</summary>
internal static class ScoreErrorTables
{
    private const int Decimals = 3;

    /// <summary>Above, errors differ in size, not in digits.</summary>
    private const double ManyDigits = 100;

    /// <summary>Mean ± standard error, and of how many draws where some gave no estimate.</summary>
    public static string Cell(ScoreErrorResult? row)
    {
        if (row is null)
            return NumberText.Missing;
        string text = row.OutOfSample >= ManyDigits
            ? NumberText.WithError(Math.Round(row.OutOfSample), Math.Ceiling(row.OutOfSampleError), 0)
            : NumberText.WithError(row.OutOfSample, row.OutOfSampleError, Decimals);
        return row.Failed == 0 ? text : $"{text} ({row.Made} of {row.Trials})";
    }

    /// <summary>Ours beside what was expected.</summary>
    public static ReportTable Expected(IReadOnlyList<ExpectedComparison> comparisons) => new(
        "Relative error beside what was expected",
        [
            new("target"),
            new("D"),
            new("K"),
            new("estimator"),
            new("regularisation"),
            new("in sample"),
            new("out of sample"),
            new("expected"),
            new("difference in\nstandard errors"),
            new("verdict"),
        ],
        [
            .. comparisons.Select(row => (string[])
                [
                    row.Target,
                    FormattableString.Invariant($"{row.Dimension}"),
                    FormattableString.Invariant($"{row.Samples}"),
                    row.Estimator,
                    NumberText.Tick(row.Regularisation),
                    NumberText.Fixed(row.InSample, Decimals),
                    NumberText.WithError(row.OutOfSample, row.OutOfSampleError, Decimals),
                    NumberText.Fixed(row.Expected),
                    NumberText.Fixed(row.StandardErrors, 1),
                    row.Verdict,
                ]),
        ]);
}
