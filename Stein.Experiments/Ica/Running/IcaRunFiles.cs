using System.Globalization;
using CsvHelper;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>Writes what a plan produced, finished or interrupted.</summary>
public static class IcaRunFiles
{
    /// <summary>
    /// Writes the report (<see cref="IcaReport.Write"/>) of the finished runs, the unmixing matrix of each as
    /// <c>unmixing_{method}_D{dim}_seed{seed}.csv</c>, and of each that diverged the last good one as
    /// <c>…_last_good_iteration{n}.csv</c>.
    /// </summary>
    /// <param name="folder">Target folder; made if missing.</param>
    /// <param name="outcomes">Outcomes of a plan.</param>
    /// <param name="comparePaper">Whether the runs follow the paper's protocol, so that its numbers are shown.</param>
    /// <param name="writeUnmixing">Whether the matrices of finished runs are written; those of diverged runs always are.</param>
    /// <returns>The paths of the files written.</returns>
    /// <inheritdoc cref="AtomicFile.WriteAllText" path="/exception"/>
    public static IReadOnlyList<string> Write(
        string folder, IReadOnlyList<IcaRunOutcome> outcomes, bool comparePaper, bool writeUnmixing = true)
    {
        var written = new List<string>();
        IcaRun[] runs = [.. outcomes.Where(outcome => outcome.Run is not null).Select(outcome => outcome.Run!)];
        IcaCurvePoint[] curves = [.. CurvesToShow(outcomes)];
        if (runs.Length > 0)
        {
            written.AddRange(IcaReport.Write(folder, runs, curves, comparePaper, SeedsExpected(outcomes)));
        }
        else if (curves.Length > 0)
        {
            written.Add(Path.Combine(folder, "curves.csv"));
            IcaCsv.WriteCurves(written[^1], curves);
        }

        foreach (IcaRunOutcome outcome in outcomes)
        {
            if (outcome.Unmixing is { } unmixing && (outcome.IsFailure || (writeUnmixing && outcome.Run is not null)))
            {
                written.Add(Path.Combine(folder, UnmixingName(outcome)));
                WriteMatrix(written[^1], unmixing, outcome.Settings.Dimension);
            }
        }

        return written;
    }

    /// <summary>The runs that a complete row of the plan has.</summary>
    public static int SeedsExpected(IReadOnlyList<IcaRunOutcome> outcomes) =>
        outcomes.GroupBy(outcome => (outcome.Settings.RowId, outcome.Settings.Dimension)).Max(group => group.Count());

    /// <summary>The file of a run's unmixing matrix.</summary>
    public static string UnmixingName(IcaRunOutcome outcome)
    {
        IcaSettings settings = outcome.Settings;
        string data = settings.DataSeed is { } seed ? $"_data{seed}" : "";
        string lastGood = outcome.IsFailure ? $"_last_good_iteration{outcome.UnmixingIteration}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"unmixing_{FileNames.Word(settings.RowId)}_D{settings.Dimension}_seed{settings.Seed}{data}{lastGood}.csv");
    }

    /// <summary>
    /// Figures show a mean over seeds at the iterations all have: a run that stopped early would cut it short, and is shown only where
    /// none of its row is finished.
    /// </summary>
    private static IEnumerable<IcaCurvePoint> CurvesToShow(IReadOnlyList<IcaRunOutcome> outcomes) =>
        outcomes.GroupBy(outcome => (outcome.Settings.RowId, outcome.Settings.Dimension))
            .SelectMany(row => row.Any(outcome => outcome.Run is not null) ? row.Where(outcome => outcome.Run is not null) : row)
            .SelectMany(outcome => outcome.Curve);

    /// <summary>A row of the matrix on each line, without a header.</summary>
    private static void WriteMatrix(string path, IReadOnlyList<double> values, int columns) =>
        AtomicFile.Write(path, stream =>
        {
            using var csv = CsvWriter.Create(stream, CsvFile.Format with { HasHeader = false }, leaveOpen: true);
            for (int index = 0; index < values.Count; index++)
            {
                csv.WriteField(values[index], "R", CultureInfo.InvariantCulture);
                if ((index + 1) % columns == 0)
                    csv.EndRecord();
            }
        });
}
