using System.Globalization;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>Writes everything that is made from finished ICA runs.</summary>
internal static class IcaReport
{
    /// <summary>
    /// Writes <c>runs.csv</c>, <c>curves.csv</c>, <c>table.csv</c>, <c>differences.csv</c>, <c>table.md</c>, <c>table.tex</c>, and as PNG
    /// and SVG <c>curves_D{dim}</c>, <c>log_likelihood_by_dimension</c> and <c>gap_by_dimension</c>, for whatever data is there.
    /// </summary>
    /// <remarks>
    /// Methods, dimensions and seeds may be missing; rows then say "3 of 5 seeds". Curves or differences without data are not written.
    /// Every file is written atomically, and the same data in any order give the same bytes.
    /// </remarks>
    /// <param name="folder">Target folder; made if missing, existing files of these names are replaced.</param>
    /// <param name="runs">Finished runs, at least one, each method, dimension, seed and data seed at most once.</param>
    /// <param name="curves">Training curves; may be empty, and may be of runs that are not finished.</param>
    /// <param name="comparePaper">True only if the runs follow the paper's protocol: its numbers are shown then, with verdicts.</param>
    /// <param name="seedsExpected">Seeds of a complete row; null for the most that any row has.</param>
    /// <param name="deviations">What is not the paper's, to be said in the tables.</param>
    /// <returns>The paths of the files written.</returns>
    /// <exception cref="ArgumentException">There is no run, one is there twice, or its values are not finite.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static IReadOnlyList<string> Write(
        string folder,
        IReadOnlyList<IcaRun> runs,
        IReadOnlyList<IcaCurvePoint> curves,
        bool comparePaper,
        int? seedsExpected = null,
        IReadOnlyList<string>? deviations = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(curves);
        IcaRuns.Check(runs);
        IcaMethod[] order = [.. IcaMethod.InOrder(runs.Select(run => run.Method).Concat(curves.Select(point => point.Method)))];
        IcaRun[] sortedRuns =
        [
            .. runs.OrderBy(run => Rank(run.Method)).ThenBy(run => run.Dim).ThenBy(run => run.Seed).ThenBy(run => run.DataSeed),
        ];
        IcaCurvePoint[] sortedCurves =
        [
            .. curves.OrderBy(point => Rank(point.Method)).ThenBy(point => point.Dim).ThenBy(point => point.Seed)
                .ThenBy(point => point.DataSeed).ThenBy(point => point.Iteration),
        ];
        IReadOnlyList<IcaTableRow> rows = IcaTable.Rows(sortedRuns, comparePaper, seedsExpected);
        IReadOnlyList<IcaDifferenceRow> differences = IcaDifferences.Rows(sortedRuns, comparePaper);
        var written = new List<string>();
        WriteCsv("runs.csv", sortedRuns);
        WriteCsv("curves.csv", sortedCurves);
        WriteCsv("table.csv", rows);
        WriteCsv("differences.csv", differences);
        var data = new IcaReportData(
            rows, differences, comparePaper, IcaRuns.HasSeveralDataDraws(sortedRuns), deviations ?? []);
        WriteText("table.md", IcaMarkdown.Write(data));
        WriteText("table.tex", IcaLatex.Write(data));
        foreach (IGrouping<int, IcaCurvePoint> dim in sortedCurves.GroupBy(point => point.Dim))
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"curves_D{dim.Key}");
            written.AddRange(Canvas.Save(IcaCurveFigure.Draw([.. dim]), folder, name));
        }

        written.AddRange(Canvas.Save(IcaDimensionFigures.DrawLogLikelihood(rows), folder, "log_likelihood_by_dimension"));
        written.AddRange(Canvas.Save(IcaDimensionFigures.DrawGap(rows), folder, "gap_by_dimension"));
        return written;

        int Rank(string method) => Array.IndexOf(order, IcaMethod.Find(method));

        void WriteCsv<TRow>(string name, IReadOnlyCollection<TRow> content)
        {
            if (content.Count > 0)
            {
                string path = Path.Combine(folder, name);
                CsvFile.Write(path, content);
                written.Add(path);
            }
        }

        void WriteText(string name, string content)
        {
            string path = Path.Combine(folder, name);
            AtomicFile.WriteAllText(path, content);
            written.Add(path);
        }
    }
}
