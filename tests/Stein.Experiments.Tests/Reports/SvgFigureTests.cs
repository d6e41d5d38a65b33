using System.Xml.Linq;
using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Reports;

public sealed class SvgFigureTests
{
    /// <summary>A solid line and a dashed one have the same colour, and so do their error bars.</summary>
    [Fact]
    public void Dashed_lines_alone_are_dashed_whatever_their_colour()
    {
        SeriesStyle dashed = SeriesStyle.Reference;
        SeriesStyle solid = SeriesStyle.Outline;
        Assert.Equal(dashed.Color, solid.Color);
        Point[] points = [new(0, 1, 0.5, 1.5), new(1, 2, 1.5, 2.5)];
        var figure = new Figure(
            "lines", "Two lines.", new Axis("x"), new Axis("y"), [new Series("", dashed, points), new Series("", solid, points)]);
        ScottPlot.Plot plot = FigureDrawing.Draw(figure);
        string svg = SvgFigure.Render(plot, 800, 500);
        XElement[] strokes = [.. XDocument.Parse(svg).Descendants().Where(element => element.Attribute("stroke")?.Value == "#020202")];
        XElement line = Assert.Single(strokes, element => element.Attribute("stroke-dasharray") is not null);
        Assert.Equal(string.Join(' ', dashed.Pattern.Intervals), line.Attribute("stroke-dasharray")!.Value);
        // The other line, and a set of error bars for each.
        Assert.Equal(4, strokes.Length);
        Assert.Equal(svg, SvgFigure.Render(plot, 800, 500));
    }
}
