using ScottPlot;
using Stein.Engine.Estimators;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>Cells in which one thing is varied: a table, its caption, and figures.</summary>
internal abstract class ErrorPanel
{
    /// <summary>The fewest regularisations that make a sweep.</summary>
    private const int LeastSweep = 5;

    /// <summary>Of the files.</summary>
    public abstract string Name { get; }

    /// <summary>What a reader of the table has to know.</summary>
    public abstract string Caption { get; }

    /// <summary>The numbers.</summary>
    public abstract ReportTable Table();

    /// <summary>Figures with the names of their files.</summary>
    public abstract IEnumerable<(string Name, Plot Plot)> Plots();

    /// <summary>All panels of rows that are alike in all that no panel varies.</summary>
    public static IEnumerable<ErrorPanel> Of(IReadOnlyList<ScoreErrorResult> rows)
    {
        ScoreErrorResult[] selected = [.. rows.Where(row => row.Selection != "given")];
        foreach (var panel in selected.GroupBy(row => (row.Target, row.Samples)).Where(panel => Varies(panel, row => row.Dimension)))
        {
            yield return new SelectionPanel(
                [.. panel],
                FormattableString.Invariant($"by_dimension_{panel.Key.Target}_K{panel.Key.Samples}"),
                FormattableString.Invariant($"{panel.Key.Target}, K = {panel.Key.Samples}"),
                "Dimension D",
                "D",
                row => row.Dimension);
        }

        foreach (var panel in selected.GroupBy(row => (row.Target, row.Dimension)).Where(panel => Varies(panel, row => row.Samples)))
        {
            yield return new SelectionPanel(
                [.. panel],
                FormattableString.Invariant($"by_samples_{panel.Key.Target}_D{panel.Key.Dimension}"),
                FormattableString.Invariant($"{panel.Key.Target}, D = {panel.Key.Dimension}"),
                "Samples K",
                "K",
                row => row.Samples);
        }

        foreach (var panel in rows.GroupBy(row => (row.Target, row.Samples, row.Estimator)))
        {
            ScoreErrorResult[] swept =
            [
                .. from row in panel
                   where row.Selection != "held-out"
                   group row by row.Dimension into dimension
                   where dimension.Count(row => row.Selection == "given") >= LeastSweep
                   orderby dimension.Key
                   from row in dimension
                   select row,
            ];
            if (swept.Length > 0)
                yield return new SweepPanel(swept, ScoreEstimators.Find(panel.Key.Estimator));
        }
    }

    private static bool Varies(IEnumerable<ScoreErrorResult> rows, Func<ScoreErrorResult, int> value)
        => rows.Select(value).Distinct().Count() > 1;
}
