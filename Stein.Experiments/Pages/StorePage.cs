using ScottPlot;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Pages;

/// <summary>A page of the runs in a store: the reports of the experiments, and the provenance of each run.</summary>
internal static class StorePage
{
    /// <summary>The page of the experiments that have finished runs.</summary>
    /// <param name="parts">The experiments, each with its plan and the command that repeats it.</param>
    public static Page Create(RunStore store, IEnumerable<(Experiment Experiment, ReportRequest Request, string Command)> parts) => new(
        "Stein: report",
        $"Made by stein {BuildIdentity.Current} of the finished runs of a store. Errors are standard errors over seeds unless a caption "
        + "says otherwise.",
        [.. parts.Select(part => Part(store, part.Experiment, part.Request, part.Command)).OfType<PagePart>()]);

    /// <summary>What the page shows of one experiment; null where no run of the plan is finished.</summary>
    /// <param name="request">The plan; no file is written.</param>
    /// <param name="command">The command that repeats the runs.</param>
    private static PagePart? Part(RunStore store, Experiment experiment, ReportRequest request, string command)
    {
        if (experiment.Compose(store, request) is not var (report, finished))
            return null;
        HashSet<RunConfig> done = [.. finished.Select(run => run.Run)];
        PageFigure[] figures = [.. report.Sections.OfType<Figure>().Select(Drawn)];
        return new PagePart(experiment.Name, experiment.Title)
        {
            Source = experiment.Source,
            Runs = new(finished.Count, request.Plan.Count),
            Seeds = Seeds(request.Plan, done),
            Comparisons = report.Comparisons,
            Deviations = report.Deviations,
            Gaps = [.. request.Plan.Where(run => !done.Contains(run)).Select(run => run.Description)],
            Tables = [.. report.Sections.SelectMany(Tables)],
            Figures = figures,
            Data =
            [
                .. report.Sections.OfType<DataTable>().Select(Data),
                .. Points([.. figures.SelectMany(figure => figure.Points)]),
                Runs(finished),
            ],
            RunIds = [.. finished.Select(run => run.Run.Id)],
            Provenance = RunRecord.Describe(
                [.. finished.Select(run => new RunRecord(run.Run.Id, run.Run.Canonical, run.Sessions))], experiment.Settings, command),
        };
    }

    private static Progress Seeds(IReadOnlyList<RunConfig> plan, HashSet<RunConfig> done)
    {
        ILookup<string, RunConfig> seeds = plan.Where(run => run.Canonical["seed"] is not null)
            .ToLookup(run => run.Canonical["seed"]!.ToString());
        return new(seeds.Count(runs => runs.All(done.Contains)), seeds.Count);
    }

    private static IEnumerable<MarkdownTable> Tables(Section section) => section switch
    {
        Table { IsInFiles: true } table => [MarkdownTable.Of(table)],
        Prose prose => MarkdownTable.Read(prose.Name, $"# {prose.Title}\n\n{prose.Text}").Select(table => table with
        {
            Origins = prose.Origin is not { } origin ? null
                : [.. table.Rows.Select(row => (IFromRuns[])[.. table.Columns.Select(header => origin(row, header))])],
        }),
        _ => [],
    };

    private static PageFigure Drawn(Figure figure)
    {
        if (figure.IsRasterOnly)
            return new(figure.Name, figure.Caption, null);
        Plot plot = FigureDrawing.Draw(figure);
        return new(figure.Name, figure.Caption, Canvas.Svg(plot)) { Points = FigurePoints.Of(figure, plot) };
    }

    private static IEnumerable<PageData> Points(IReadOnlyList<IReadOnlyList<object?>> points)
        => points.Count == 0 ? [] : [Data(FigurePoints.FileName, FigurePoints.Columns, points)];

    private static PageData Data(DataTable table) => Data($"{table.Name}.csv", table.Columns, table.Rows);

    private static PageData Data(string fileName, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows)
    {
        using var csv = new MemoryStream();
        CsvFile.WriteCells(csv, [columns, .. rows]);
        return new(fileName, rows.Count, csv.ToArray(), IsInPage: true);
    }

    /// <summary>
    /// A row for each run, with all that repeats it and says where its numbers come from. The config is what <c>stein run</c> reads.
    /// </summary>
    private static PageData Runs(IReadOnlyList<StoredRun> runs)
    {
        return Data(
            "runs of this page.csv",
            ["id", "run", "seconds", "started", "commit", "local_changes", "device", "processor", "checksum", "config"],
            [
                .. runs.Select(run => (object?[])
                [
                    run.Run.Id,
                    run.Run.Description,
                    run.Seconds,
                    Each(run, session => $"{session.Started:u}"),
                    Each(run, session => session.Program.Commit),
                    Each(run, session => session.Program.Dirty switch { true => "true", false => "false", null => "" }),
                    Each(run, session => session.Device.Name),
                    Each(run, session => session.Machine.Processor),
                    run.Checksum,
                    run.Run.Document.ToJsonString(JsonFormat.Line),
                ]),
            ]);

        static string Each(StoredRun run, Func<RunSession, string?> property)
            => string.Join(' ', run.Sessions.Select(property).Distinct());
    }
}
