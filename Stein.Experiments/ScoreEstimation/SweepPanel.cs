using ScottPlot;
using Stein.Engine.Estimators;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>The error of one estimator against its regularisation, a line a dimension, and where its rule is.</summary>
/// <param name="rows">Of one target and sample size; regularisations that are given, and the rule's where it was run.</param>
/// <param name="estimator">The estimator.</param>
internal sealed class SweepPanel(ScoreErrorResult[] rows, ScoreEstimator estimator) : ErrorPanel
{
    private string FixedPart => FormattableString.Invariant($"{estimator.Name}, {rows[0].Target}, K = {rows[0].Samples}");

    public override string Name => FormattableString.Invariant($"sweep_{estimator.Name}_{rows[0].Target}_K{rows[0].Samples}");

    public override string Caption => ScoreErrorCaptions.Sweep(rows, FixedPart, estimator);

    public override ReportTable Table() => new(
        $"Best regularisation and the rule's, {FixedPart}",
        [new("D"), new("best"), new("error there"), new("in sample there"), new("best in sample"), new("rule"), new("error at the rule")],
        [
            .. from row in rows
               group row by row.Dimension into dimension
               let given = dimension.Where(row => row.Selection == "given" && double.IsFinite(row.OutOfSample)).ToArray()
               where given.Length > 0
               let best = given.MinBy(row => row.OutOfSample)
               let ruled = dimension.FirstOrDefault(row => row.Selection == "rule")
               select (string[])
               [
                   FormattableString.Invariant($"{dimension.Key}"),
                   NumberText.Tick(best.Regularisation),
                   ScoreErrorTables.Cell(best),
                   NumberText.WithError(best.InSample, best.InSampleError, 3),
                   NumberText.Tick(given.MinBy(row => row.InSample)!.Regularisation),
                   ruled is null ? NumberText.Missing : ScoreErrorTables.Digits(ruled.Regularisation),
                   ScoreErrorTables.Cell(ruled),
               ],
        ]);

    public override IEnumerable<(string Name, Plot Plot)> Plots()
    {
        IGrouping<int, ScoreErrorResult>[] dimensions = [.. rows.GroupBy(row => row.Dimension).OrderBy(dimension => dimension.Key)];
        yield return (Name, Draw("out of sample", row => new(row.Regularisation, row.OutOfSample, row.OutOfSampleError)));
        yield return ($"{Name}_in_sample", Draw("in sample", row => new(row.Regularisation, row.InSample, row.InSampleError)));

        Plot Draw(string where, Func<ScoreErrorResult, ErrorPoint> point) => ScoreErrorFigures.Draw(
            $"{char.ToUpperInvariant(estimator.RegularisationName[0])}{estimator.RegularisationName[1..]} ({FixedPart}; error {where})",
            [
                .. dimensions.Select((dimension, index) => new ErrorSeries(
                    FormattableString.Invariant($"D = {dimension.Key}"),
                    SeriesStyle.Of(index),
                    [.. dimension.Where(row => row.Selection == "given").OrderBy(row => row.Regularisation).Select(point)])
                {
                    Marked = dimension.Where(row => row.Selection == "rule").Select(point).Cast<ErrorPoint?>().FirstOrDefault(),
                }),
            ],
            [.. Enumerable.Range(-9, 19).Select(power => Math.Pow(10, power))],
            "by rule");
    }
}
