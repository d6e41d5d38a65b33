using System.Globalization;
using Stein.Experiments.Reports;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>Numbers as cells of tables.</summary>
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

    /// <summary>Three significant digits.</summary>
    public static string Digits(double value)
        => NumberText.Tick(double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
}
