using ScottPlot;
using ScottPlot.AxisPanels;
using Stein.Experiments.Files;

namespace Stein.Experiments.Reports;

/// <summary>What all figures share: size, font, frame, legend; and writing them as PNG and SVG.</summary>
internal static class Canvas
{
    private const int Width = 1600;
    private const int Height = 1000;
    private const float OuterMargin = 10;

    /// <summary>An empty plot with the embedded font, a light grid and an open frame, sized for a 1600×1000 picture.</summary>
    public static Plot Create(string xLabel, string yLabel)
    {
        EmbeddedFont.Use();
        var plot = new Plot { ScaleFactor = 2 };
        plot.Font.Set(EmbeddedFont.Name);
        plot.XLabel(xLabel, size: 16);
        plot.YLabel(yLabel, size: 16);
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 14;
        plot.Axes.Left.TickLabelStyle.FontSize = 14;
        plot.Axes.Right.FrameLineStyle.Width = 0;
        plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Axes.Right.MinimumSize = 2 * OuterMargin;
        ((YAxisBase)plot.Axes.Left).PaddingOutsideAxisLabels = new PixelPadding(OuterMargin, 0, 0, 0);
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(.10);
        return plot;
    }

    /// <summary>Puts the legend into its own panel above the data, so that it never covers any.</summary>
    /// <param name="plot">The plot; entries that plottables bring themselves are not shown.</param>
    /// <param name="items">The entries, in their order; without any there is no panel, for the library then draws nothing at all.</param>
    public static void PutLegendAbove(Plot plot, IEnumerable<LegendItem> items)
    {
        plot.Legend.DisplayPlottableLegendItems = false;
        plot.Legend.ManualItems.AddRange(items);

        // With an empty legend the library draws nothing at all.
        if (plot.Legend.ManualItems.Count == 0)
            return;
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.TightHorizontalWrapping = true;
        plot.Legend.FontName = EmbeddedFont.Name;
        plot.Legend.FontSize = 14;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.BackgroundColor = Colors.Transparent;
        plot.Legend.SymbolWidth = 32;
        plot.ShowLegend(Edge.Top);
    }

    /// <summary>The picture as a PNG file; the same plot gives the same bytes.</summary>
    public static byte[] Png(Plot plot) => plot.GetImageBytes(Width, Height, ImageFormat.Png);

    /// <summary>Writes <c>name.png</c> and, unless told otherwise, <c>name.svg</c>; the same plot gives the same bytes.</summary>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> Save(Plot plot, string folder, string name, bool hasVectors = true)
    {
        string png = Path.Combine(folder, $"{name}.png");
        string svg = Path.Combine(folder, $"{name}.svg");
        AtomicFile.WriteAllBytes(png, Png(plot));
        if (!hasVectors)
            return [png];
        AtomicFile.WriteAllText(svg, Svg(plot));
        return [png, svg];
    }

    /// <summary>The content of <c>name.svg</c>.</summary>
    public static string Svg(Plot plot) => SvgFigure.Render(plot, Width, Height);
}
