using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>Writes everything that is made from finished auto-encoders.</summary>
internal static class DaeNetworkReport
{
    /// <summary>
    /// Writes <c>checkpoints.csv</c>, <c>ladder.csv</c> and <c>rank_correlations.csv</c>; the tables <c>excess</c>, <c>ladder</c>,
    /// <c>ranks_all</c>, <c>ranks_later</c> and <c>ranks_sigma</c> as Markdown and LaTeX; for every density the figures
    /// <c>fisher_{data}</c>, <c>ksd_{data}</c>, <c>scatter_{data}</c>, <c>sigma_{data}</c> and <c>field_{data}</c> as PNG and SVG; and
    /// their captions, <c>figures.md</c>. Where the runs differ in more than density, σ and seed, every other setting has files of its
    /// own, numbered from 2.
    /// </summary>
    /// <param name="request">Where to, and what is expected.</param>
    /// <param name="runs">Finished runs, at least one.</param>
    /// <exception cref="IOException">The folder cannot be written, or a file of a run cannot be read.</exception>
    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<DaeNetworkSettings>> runs)
    {
        var files = new List<string>();
        var tables = new List<ReportTable>();
        var data = new JsonObject();
        int number = 0;
        foreach (var protocol in DaeNetworkCell.Of(request.Plan, runs)
            .GroupBy(cell => cell.Settings with { Data = PlanarDensity.Names[0], Sigma = 1 }))
        {
            number++;
            new Protocol(request, [.. protocol], number == 1 ? "" : FormattableString.Invariant($"_{number}")).Write(files, tables, data);
        }

        return new ReportOutcome(files, runs.Count, request.Plan.Count, []) { Tables = tables, Data = data };
    }

    /// <summary>The runs that differ in density, σ and seed alone.</summary>
    private sealed class Protocol(ReportRequest request, IReadOnlyList<DaeNetworkCell> cells, string suffix)
    {
        private readonly string conditions = DaeNetworkCaptions.Conditions(cells, request.Scale);
        private readonly StringBuilder figureCaptions = new("# Figures\n");

        public void Write(List<string> files, List<ReportTable> tables, JsonObject data)
        {
            figureCaptions.Append('\n').Append(conditions.TrimEnd()).Append('\n');
            DaeLadderRow[] ladder = [.. cells.Select(DaeLadderRow.Of)];
            DaeRankCorrelation[] ranks =
            [
                .. cells.SelectMany(DaeRankCorrelation.OfCheckpoints),
                .. cells.GroupBy(cell => cell.Data).SelectMany(density => DaeRankCorrelation.OfLadder([.. density])),
            ];
            AddCsv("checkpoints", cells.SelectMany(cell => cell.Runs).SelectMany(DaeCheckpointRow.Of));
            AddCsv("ladder", ladder);
            AddCsv("rank_correlations", ranks);
            AddTable("excess", DaeNetworkTables.Excess(ladder), DaeNetworkCaptions.Excess);
            AddTable("ladder", DaeNetworkTables.Ladder(ladder, cells), DaeNetworkCaptions.Ladder);
            AddRanks("ranks_all", DaeRankCorrelation.All, "Rank correlations over all checkpoints", isLater: false);
            AddRanks("ranks_later", DaeRankCorrelation.Later, "Rank correlations over the later half of the checkpoints", isLater: true);
            if (ranks.Any(row => row.Ranked == DaeRankCorrelation.Ladder))
            {
                AddTable(
                    "ranks_sigma",
                    DaeNetworkTables.Sigmas(ranks),
                    DaeNetworkCaptions.Rank + "Ranked are the auto-encoders of one seed at the end of training, one a σ. ");
            }

            foreach (var density in cells.GroupBy(cell => cell.Data))
                AddFigures(density.Key, [.. density], files);
            string captions = Path.Combine(request.Folder, $"figures{suffix}.md");
            AtomicFile.WriteAllText(captions, figureCaptions.ToString());
            files.Add(captions);
            data["ladder" + suffix] = JsonSerializer.SerializeToNode(ladder, JsonFormat.Line);
            data["rank_correlations" + suffix] = JsonSerializer.SerializeToNode(ranks, JsonFormat.Line);

            void AddCsv<TRow>(string name, IEnumerable<TRow> rows)
            {
                string path = Path.Combine(request.Folder, $"{name}{suffix}.csv");
                CsvFile.Write(path, rows);
                files.Add(path);
            }

            void AddRanks(string name, string ranked, string title, bool isLater)
            {
                if (!ranks.Any(row => row.Ranked == ranked))
                    return;
                string caption = DaeNetworkCaptions.Rank + DaeNetworkCaptions.Ranked(cells[0], isLater);
                AddTable(name, DaeNetworkTables.Checkpoints(ranks, ranked, title), caption);
            }

            void AddTable(string name, ReportTable table, string caption)
            {
                tables.Add(table);
                files.AddRange(TableFiles.Write(request.Folder, name + suffix, table, (caption + conditions).TrimEnd()));
            }
        }

        private void AddFigures(string density, IReadOnlyList<DaeNetworkCell> ladder, List<string> files)
        {
            const string Logarithmic = "Both axes are logarithmic";
            int means = ladder.Sum(NotPositiveMeans);
            int points = ladder.SelectMany(cell => cell.Runs).Sum(NotPositive);
            DaeNetworkCell best = ladder.MinBy(cell => cell.AtEnd(errors => errors.CleanError).Mean)!;
            Add(
                "fisher",
                DaeNetworkFigures.DrawTraining(ladder, "Fisher error of the smoothed density", errors => errors.SmoothedError),
                $"Fisher error of the smoothed density along training, mean ± standard error over seeds. {Logarithmic}.");
            Add(
                "ksd",
                DaeNetworkFigures.DrawTraining(ladder, "Noise-matched KSD²", errors => errors.MatchedDiscrepancy),
                $"Noise-matched KSD² along training, mean ± standard error over seeds. {Logarithmic}; means that are not positive are left "
                    + $"out ({means} here), and a bar that would reach 0 ends half a decade below its mean.");
            Add(
                "scatter",
                DaeNetworkFigures.DrawScatter(ladder),
                $"Noise-matched KSD² against the Fisher error of the smoothed density, a point a checkpoint of a run. {Logarithmic}; "
                    + $"checkpoints with a KSD² that is not positive are left out ({points} here).");
            Add(
                "sigma",
                DaeNetworkFigures.DrawLadder(ladder),
                "Fisher errors at the end of training against σ, each over that of the score 0 on the same points, mean ± standard error "
                    + $"over seeds. {Logarithmic}.");
            Add(
                "field",
                DaeFieldFigure.Draw(best.Runs[0]),
                $"Scores of the density, of the smoothed density and of the auto-encoder with σ = {NumberText.Tick(best.Sigma)}, of the σ "
                    + "tried that with the least Fisher error of the density, one seed at the end of training, where the smoothed density "
                    + "is above a thousandth of its largest.");

            void Add(string name, ScottPlot.Plot plot, string caption)
            {
                string file = $"{name}_{density}{suffix}";
                files.AddRange(Canvas.Save(plot, request.Folder, file));
                figureCaptions.Append(FormattableString.Invariant($"\n## {file}\n\n{caption}\n"));
            }
        }

        private static int NotPositive(FinishedAutoencoder run)
            => run.Checkpoints.Count(checkpoint => !(checkpoint.Errors.MatchedDiscrepancy > 0));

        private static int NotPositiveMeans(DaeNetworkCell cell) => Enumerable.Range(0, cell.Runs[0].Checkpoints.Count)
            .Count(index => !(cell.Runs.Average(run => run.Checkpoints[index].Errors.MatchedDiscrepancy) > 0));
    }
}
