using System.Text.Json;
using System.Text.Json.Nodes;
using ScottPlot;
using ScottPlot.Plottables;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>Tables and figures of learned weights.</summary>
internal static class MixtureWeightReport
{
    private const double Spread = 0.06;

    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<MixtureWeightSettings>> runs)
    {
        if (runs.Count == 0)
            return new ReportOutcome([], 0, request.Plan.Count, []);
        (MixtureWeightSettings Settings, MixtureWeightResult Result)[] cells =
            [.. runs.Select(run => (run.Config, MixtureWeightResult.Of(run)))];
        string csv = Path.Combine(request.Folder, "weights.csv");
        CsvFile.Write(csv, cells.Select(cell => cell.Result));
        var files = new List<string> { csv };
        var tables = new List<ReportTable>();
        foreach (var model in cells.GroupBy(cell => cell.Settings.Model))
        {
            string caption = Caption(model.First().Settings);
            ReportTable weights = Table(
                [.. model], $"Weight found, {NameOf(model.Key)}", result => NumberText.WithError(result.Mean, result.StandardDeviation, 3));
            ReportTable differences = Table(
                [.. model],
                $"Distance from maximum likelihood, mean (largest), {NameOf(model.Key)}",
                result => $"{NumberText.Fixed(result.MeanDifference, 3)} ({NumberText.Fixed(result.MaximumDifference, 3)})");
            tables.AddRange([weights, differences]);
            files.AddRange(TableFiles.Write(request.Folder, $"weights_{model.Key}", weights, caption));
            files.AddRange(TableFiles.Write(request.Folder, $"distances_{model.Key}", differences, caption));
            files.AddRange(Figure.Save(Draw([.. model]), request.Folder, $"recovered_weight_{model.Key}"));
        }

        return new ReportOutcome(files, runs.Count, request.Plan.Count, [])
        {
            Tables = tables,
            Data = new JsonObject { ["weights"] = JsonSerializer.SerializeToNode(cells.Select(cell => cell.Result), JsonFormat.Line) },
        };
    }

    private static string NameOf(string model) => model == "full" ? "means and variances learned too" : "means and variances known";

    private static ReportTable Table(
        (MixtureWeightSettings Settings, MixtureWeightResult Result)[] cells, string title, Func<MixtureWeightResult, string> text)
    {
        double[] separations = [.. cells.Select(cell => cell.Result.Separation).Distinct().Order()];
        return new ReportTable(
            title,
            [new("objective"), .. separations.Select(separation => new ReportColumn($"m = {NumberText.Tick(separation)}"))],
            [
                .. from cell in cells
                   group cell.Result by cell.Settings.ObjectiveName into objective
                   select (string[])
                   [
                       objective.Key,
                       .. separations.Select(separation =>
                           objective.FirstOrDefault(result => result.Separation == separation) is { } found ? text(found) : ""),
                   ],
            ]);
    }

    private static string Caption(MixtureWeightSettings settings)
    {
        string start = settings.IsFull
            ? "Means, variances and the weight are learned by BFGS from weight 1/2, means half a unit too near and variances 3/2. "
            : "Means and variances are known; the weight is the least of a scan of logits from −7 to 7, and stays 1/2 where nothing tells. ";
        return $"Modes of variance 1 at −m and m, the first of weight {NumberText.Tick(settings.Weight)}, which is to be found in "
            + $"{settings.Samples} samples; {settings.Trials} draws, the same for all objectives, mean ± standard deviation over draws. {start}"
            + "KSD is the U-statistic with the inverse multiquadric kernel, its bandwidth the median distance. Noise is added to the samples "
            + "and the model is smoothed exactly; the ladder is the sum over σ from 1 to 16, a factor √2 apart, with weights σ². The "
            + "tempered objective has samples of the tempered truth itself, which takes knowing it.";
    }

    /// <summary>A line for each objective, a little apart so that none covers another.</summary>
    private static Plot Draw((MixtureWeightSettings Settings, MixtureWeightResult Result)[] cells)
    {
        Plot plot = Figure.Create("Separation m", "Weight found");
        var legend = new List<LegendItem>();
        var objectives = cells.GroupBy(cell => cell.Settings.ObjectiveName).ToArray();
        HorizontalLine truth = plot.Add.HorizontalLine(cells[0].Settings.Weight);
        truth.Color = Colors.Black;
        truth.LinePattern = LinePattern.Dashed;
        truth.LineWidth = 1.4f;
        foreach (var objective in objectives)
        {
            SeriesStyle style = SeriesStyle.Of(legend.Count);
            double shift = Spread * (legend.Count - (0.5 * (objectives.Length - 1)));
            MixtureWeightResult[] points = [.. objective.Select(cell => cell.Result).OrderBy(result => result.Separation)];
            double[] xs = [.. points.Select(point => point.Separation + shift)];
            double[] ys = [.. points.Select(point => point.Mean)];
            Scatter line = plot.Add.Scatter(xs, ys);
            line.Color = style.Color;
            line.LinePattern = style.Pattern;
            line.LineWidth = 2;
            line.MarkerShape = style.Marker;
            line.MarkerSize = 8;
            double[] below = [.. points.Select(point => point.Mean - point.Low)];
            double[] above = [.. points.Select(point => point.High - point.Mean)];
            var bars = new ErrorBar(
                xs, ys, xErrorsNegative: null, xErrorsPositive: null, yErrorsNegative: below, yErrorsPositive: above)
            {
                Color = style.Color,
                LineWidth = 1.4f,
                CapSize = 3,
            };
            plot.PlottableList.Add(bars);
            legend.Add(style.Item(objective.Key));
        }

        plot.Axes.SetLimitsY(-0.03, 1.03);
        Figure.PutLegendAbove(plot, legend);
        return plot;
    }
}
