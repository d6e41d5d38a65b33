using ScottPlot;
using Stein.Engine.Estimators;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>Estimators by their rule and by held-out samples, against dimension or sample size.</summary>
/// <param name="rows">Of one target, with one of the two fixed.</param>
/// <param name="name">Of the files.</param>
/// <param name="fixedPart">What is fixed, as in "gauss, K = 200".</param>
/// <param name="axis">What is varied, as a label.</param>
/// <param name="symbol">What is varied, as a letter.</param>
/// <param name="value">What is varied.</param>
internal sealed class SelectionPanel(
    ScoreErrorResult[] rows, string name, string fixedPart, string axis, string symbol, Func<ScoreErrorResult, int> value)
    : ErrorPanel
{
    public override string Name => name;

    public override string Caption => ScoreErrorCaptions.Selection(rows, fixedPart);

    public override ReportTable Table()
    {
        int[] values = [.. rows.Select(value).Distinct().Order()];
        return new ReportTable(
            $"Relative error out of sample, {fixedPart}",
            [
                new("estimator"),
                new("regularisation"),
                .. values.Select(each => new ReportColumn(FormattableString.Invariant($"{symbol} = {each}"))),
            ],
            [
                .. from row in rows
                   group row by (row.Estimator, row.Selection) into line
                   orderby Order(line.Key.Estimator), line.Key.Selection descending
                   select (string[])
                   [
                       line.Key.Estimator,
                       SelectionText(line.Key.Selection),
                       .. values.Select(each => ScoreErrorTables.Cell(line.FirstOrDefault(row => value(row) == each))),
                   ],
            ]);
    }

    public override IEnumerable<(string Name, Plot Plot)> Plots() =>
        from row in rows
        group row by row.Selection into selection
        orderby selection.Key descending
        select (
            $"{name}_{selection.Key}",
            ScoreErrorFigures.Draw(
                $"{axis} ({fixedPart}; regularisation {SelectionText(selection.Key)})",
                [
                    .. from row in selection
                       group row by row.Estimator into line
                       orderby Order(line.Key)
                       select new ErrorSeries(
                           line.Key,
                           ScoreErrorFigures.StyleOf(line.Key),
                           [
                               .. line.OrderBy(value)
                                   .Select(row => new ErrorPoint(value(row), row.OutOfSample, row.OutOfSampleError)),
                           ]),
                ],
                [.. rows.Select(row => (double)value(row)).Distinct().Order()]));

    private static int Order(string estimator) => Array.IndexOf([.. ScoreEstimators.Names], estimator);

    private static string SelectionText(string selection) => selection == "rule" ? "by rule" : "held-out";
}
