using ScottPlot;

namespace Stein.Experiments.Reports.Html;

/// <summary>The numbers of figures, and the places where they are drawn: by these a page says what the pointer is at.</summary>
internal static class FigurePoints
{
    /// <summary>The data of a page that have them.</summary>
    public const string FileName = "points of the figures.csv";

    /// <summary>The columns: low and high are the ends of an interval, left and top the place in a picture of 800×500.</summary>
    public static readonly IReadOnlyList<string> Columns = ["figure", "series", "x", "y", "low", "high", "left", "top"];

    /// <summary>
    /// A row for each point that is drawn, and for each bar of a histogram, at the middle of its upper end. None where the axes do not say
    /// what the places are: in pictures without axes, and in panels that have an axis each.
    /// </summary>
    /// <param name="plot">The figure as <see cref="FigureDrawing"/> draws it, rendered at least once.</param>
    public static IReadOnlyList<IReadOnlyList<object?>> Of(Figure figure, Plot plot)
    {
        PixelRect data = plot.RenderManager.LastRender.DataRect;
        object?[][] rows =
        [
            .. from layer in figure.IsFrameless ? [] : figure.Layers
               let shift = layer is Series series ? series.Shift : 0
               from point in Points(layer)
               let left = plot.Axes.Bottom.GetPixel(figure.X.Place(point.X) + shift, data)
               let top = plot.Axes.Left.GetPixel(figure.Y.Place(point.Y), data)
               where float.IsFinite(left) && float.IsFinite(top)
               select (object?[])
               [
                   figure.Name, layer.Label, figure.X.Read(point.X), figure.Y.Read(point.Y), point.Low, point.High,
                   Math.Round(left, 1), Math.Round(top, 1),
               ],
        ];
        return rows.Any(row => row[2] is null || row[3] is null) ? [] : rows;
    }

    private static IEnumerable<Point> Points(Layer layer) => layer switch
    {
        Series series => series.Points,
        Boxes boxes => boxes.Items.Select(box => new Point(0.5 * (box.Left + box.Right), box.Top)),
        _ => [],
    };
}
