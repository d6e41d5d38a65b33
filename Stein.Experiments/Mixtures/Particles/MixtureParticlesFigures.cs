using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// The share of particles in the other mode against the separation, and where the particles of one run of each algorithm ended up.
/// </summary>
internal static class MixtureParticlesFigures
{
    /// <summary>Lines that coincide, as the two at 0, are drawn that far apart.</summary>
    private const double Shift = 0.04;

    /// <summary>The width of a bar of a histogram, in standard deviations of a mode.</summary>
    private const double BinWidth = 0.5;

    /// <summary>How far beyond the modes is shown.</summary>
    private const double Margin = 4;

    /// <summary>From one histogram to the next, in heights of the target's density: all particles in one mode are twice as high.</summary>
    private const double HistogramSpacing = 2.5;

    /// <summary>From one cloud to the next, in standard deviations of a mode.</summary>
    private const double CloudSpacing = 7;

    /// <summary>Not quite black: lines of one colour share one pattern, and the axes are black.</summary>
    private static readonly Color TruthColor = Color.FromHex("#020202");

    /// <summary>A line for each algorithm with standard errors over the seeds, and the share that is true.</summary>
    /// <param name="rows">Of one dimension and one weight; not empty.</param>
    public static Plot DrawShare(IReadOnlyList<MixtureParticlesRow> rows)
    {
        Plot plot = Canvas.Create(
            $"Separation m (D = {rows[0].Dimension}, π = {NumberText.Tick(rows[0].Weight)})", "Share of particles in the other mode");
        MixtureParticlesRow[] trained = [.. rows.Where(row => row.Algorithm != ParticleAlgorithm.Exact.Id)];
        string[] labels =
        [
            .. trained.OrderBy(row => Array.FindIndex([.. ParticleAlgorithm.Ids], id => id == row.Algorithm))
                .Select(row => row.Label).Distinct(),
        ];
        var legend = new List<LegendItem>();
        for (int index = 0; index < labels.Length; index++)
        {
            SeriesStyle style = SeriesStyle.Of(index);
            double shift = (index - (0.5 * (labels.Length - 1))) * Shift;
            AddSeries(plot, style, shift, [.. trained.Where(row => row.Label == labels[index]).OrderBy(row => row.Separation)]);
            legend.Add(style.Item(labels[index]));
        }

        MixtureParticlesRow[] truth = [.. rows.DistinctBy(row => row.Separation).OrderBy(row => row.Separation)];
        (double left, double right) = (truth[0].Separation - 0.5, truth[^1].Separation + 0.5);
        double[] separations = [left, .. truth.Select(row => row.Separation), right];
        double[] shares = [truth[0].ShareTruth, .. truth.Select(row => row.ShareTruth), truth[^1].ShareTruth];
        var line = plot.Add.ScatterLine(separations, shares);
        line.Color = TruthColor;
        line.LineWidth = 1.6f;
        line.LinePattern = LinePattern.Dashed;
        legend.Add(new LegendItem { LabelText = "truth", LineColor = TruthColor, LineWidth = 2, LinePattern = LinePattern.Dashed });
        var range = new ValueRange();
        foreach (double value in (double[])[0, truth[0].ShareTruth, .. trained.SelectMany(Bounds)])
            range.Include(value);
        (double bottom, double top) = range.WithMargin(0.06);
        plot.Axes.SetLimits(left, right, bottom, top);
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. truth.Select(row => row.Separation)], [.. truth.Select(row => NumberText.Tick(row.Separation))]);
        plot.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = NumberText.Tick };
        Canvas.PutLegendAbove(plot, legend);
        return plot;
    }

    /// <summary>
    /// Final particles, the algorithms one above the other: in one dimension histograms under the target's density, else the first two
    /// coordinates with the circles that are one and two standard deviations from each mode.
    /// </summary>
    /// <param name="examples">Of one target, an algorithm each; not empty.</param>
    public static Plot DrawExamples(IReadOnlyList<ParticleExample> examples)
    {
        MixtureParticlesSettings settings = examples[0].Settings;
        Plot plot = Canvas.Create(
            $"x₁ (D = {settings.Dimension}, m = {NumberText.Tick(settings.Separation)}, π = {NumberText.Tick(settings.Weight)}, "
            + $"seed {settings.Seed})",
            "");
        bool isHistogram = settings.Dimension == 1;
        double spacing = isHistogram ? HistogramSpacing : CloudSpacing;
        double reach = settings.Separation + Margin;
        var baselines = new double[examples.Count];
        for (int index = 0; index < examples.Count; index++)
        {
            SeriesStyle style = SeriesStyle.Of(StyleIndex(examples[index]));
            baselines[index] = (examples.Count - 1 - index) * spacing;
            if (isHistogram)
                AddHistogram(plot, style, examples[index], baselines[index], reach);
            else
                AddCloud(plot, style, examples[index], baselines[index]);
        }

        double middle = isHistogram ? 0.5 : 0;
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. baselines.Select(baseline => baseline + middle)],
            [.. examples.Select(example => ParticleAlgorithm.Find(example.Settings.Algorithm).Name)]);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { LabelFormatter = NumberText.Tick };
        plot.Grid.YAxisStyle.IsVisible = false;
        plot.Axes.SetLimits(
            -reach, reach, isHistogram ? -0.1 : -0.5 * spacing, baselines[0] + (isHistogram ? spacing : 0.5 * spacing));
        LegendItem truth = new() { LabelText = isHistogram ? "density of the target" : "modes of the target", LineColor = TruthColor, LineWidth = 1.6f };
        Canvas.PutLegendAbove(plot, [truth]);
        return plot;
    }

    private static int StyleIndex(ParticleExample example)
        => Array.FindIndex([.. ParticleAlgorithm.Ids], id => id == example.Settings.Algorithm);

    private static void AddSeries(Plot plot, SeriesStyle style, double shift, IReadOnlyList<MixtureParticlesRow> rows)
    {
        double[] xs = [.. rows.Select(row => row.Separation + shift)];
        var line = plot.Add.Scatter(xs, rows.Select(row => row.Share).ToArray());
        line.Color = style.Color;
        line.LineWidth = 2;
        line.LinePattern = style.Pattern;
        line.MarkerShape = style.Marker;
        line.MarkerSize = 8;
        MixtureParticlesRow[] withError = [.. rows.Where(row => double.IsFinite(row.ShareSe))];
        if (withError.Length == 0)
            return;
        double[] errors = [.. withError.Select(row => row.ShareSe)];
        var bars = new ErrorBar(
            [.. withError.Select(row => row.Separation + shift)],
            [.. withError.Select(row => row.Share)],
            xErrorsNegative: null,
            xErrorsPositive: null,
            yErrorsNegative: errors,
            yErrorsPositive: errors);
        plot.PlottableList.Add(bars);
        bars.Color = style.Color;
        bars.LineWidth = 1.6f;
        bars.CapSize = 4;
    }

    private static IEnumerable<double> Bounds(MixtureParticlesRow row)
        => double.IsFinite(row.ShareSe) ? [row.Share - row.ShareSe, row.Share + row.ShareSe] : [row.Share];

    /// <summary>Bars and density in one unit, in which the density's largest value is 1.</summary>
    private static void AddHistogram(Plot plot, SeriesStyle style, ParticleExample example, double baseline, double reach)
    {
        GaussianMixture target = example.Settings.Target();
        double[] grid = [.. Enumerable.Range(0, 401).Select(index => reach * ((index / 200.0) - 1))];
        var logarithms = new double[grid.Length];
        target.LogDensities(grid, logarithms);
        double peak = Math.Exp(logarithms.Max());
        foreach (IGrouping<double, double> bin in example.Positions.GroupBy(x => Math.Floor(x / BinWidth)))
        {
            double height = bin.Count() / (example.Positions.Length * BinWidth * peak);
            var bar = plot.Add.Rectangle(bin.Key * BinWidth, (bin.Key + 1) * BinWidth, baseline, baseline + height);
            bar.FillColor = style.Color.WithAlpha(.5);
            bar.LineColor = style.Color;
            bar.LineWidth = 1;
        }

        AddLine(plot, grid, [.. logarithms.Select(logarithm => baseline + (Math.Exp(logarithm) / peak))]);
    }

    private static void AddCloud(Plot plot, SeriesStyle style, ParticleExample example, double baseline)
    {
        int dimension = example.Settings.Dimension;
        double[] angles = [.. Enumerable.Range(0, 73).Select(index => index * Math.PI / 36)];
        foreach (double mode in new[] { -example.Settings.Separation, example.Settings.Separation })
        {
            foreach (double radius in new[] { 1.0, 2.0 })
            {
                AddLine(
                    plot,
                    [.. angles.Select(angle => mode + (radius * Math.Cos(angle)))],
                    [.. angles.Select(angle => baseline + (radius * Math.Sin(angle)))]);
            }
        }

        int[] starts = [.. Enumerable.Range(0, example.Positions.Length / dimension).Select(row => row * dimension)];
        var points = plot.Add.ScatterPoints(
            starts.Select(start => example.Positions[start]).ToArray(),
            starts.Select(start => baseline + example.Positions[start + 1]).ToArray());
        points.Color = style.Color;
        points.MarkerShape = style.Marker;
        points.MarkerSize = 6;
        points.MarkerLineWidth = 1.6f;
    }

    private static void AddLine(Plot plot, double[] xs, double[] ys)
    {
        var line = plot.Add.ScatterLine(xs, ys);
        line.Color = TruthColor;
        line.LineWidth = 1.2f;
    }
}
