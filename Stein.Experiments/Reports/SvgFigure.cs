using System.Xml.Linq;
using ScottPlot;

namespace Stein.Experiments.Reports;

/// <summary>Renders a plot as SVG, and adds what SkiaSharp's SVG canvas leaves out.</summary>
/// <remarks>
/// That canvas cannot draw dashes (it complains on standard error), names a font that the viewer may not have, ends
/// lists of positions with a comma, and numbers clip paths through the whole process, so that a second rendering differs from the first.
/// </remarks>
internal static class SvgFigure
{
    /// <summary>The SVG of <paramref name="plot"/>; the same plot gives the same text.</summary>
    public static string Render(Plot plot, int width, int height)
    {
        XDocument document = XDocument.Parse(RenderSolid(plot, width, height, out var dashed));
        XElement[] elements = [.. document.Descendants()];
        foreach (XElement element in elements)
        {
            if (element.Attribute("stroke") is { } stroke && dashed.TryGetValue(stroke.Value, out var line))
            {
                stroke.Value = line.Color.WithAlpha(1.0).ToHex();
                element.SetAttributeValue("stroke-dasharray", string.Join(' ', line.Pattern.Intervals));
            }

            if (element.Name.LocalName == "text")
            {
                element.Value = element.Value.Trim();
                element.SetAttributeValue("font-family", $"{EmbeddedFont.Name}, Verdana, sans-serif");
                element.SetAttributeValue("x", element.Attribute("x")?.Value.TrimEnd(' ', ','));
                element.SetAttributeValue("y", element.Attribute("y")?.Value.TrimEnd(' ', ','));
            }
        }

        NumberClipPaths(elements);
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{document.Root}\n".ReplaceLineEndings("\n");
    }

    /// <summary>Renders every dashed line solid, in a colour that no other line has and by which it is found again.</summary>
    private static string RenderSolid(Plot plot, int width, int height, out Dictionary<string, (Color Color, LinePattern Pattern)> dashed)
    {
        (LineStyle Line, Color Color, LinePattern Pattern)[] lines =
        [
            .. from line in plot.GetPlottables().OfType<IHasLine>().Select(line => line.LineStyle)
                   .Concat(plot.Legend.ManualItems.Select(item => item.LineStyle))
               where line.Pattern.Intervals.Length > 0
               select (line, line.Color, line.Pattern),
        ];
        dashed = [];
        foreach ((LineStyle line, Color color, LinePattern pattern) in lines)
        {
            string mark = $"#F1{dashed.Count:X4}";
            dashed.Add(mark, (color, pattern));
            (line.Color, line.Pattern) = (Color.FromHex(mark).WithAlpha(color.A), LinePattern.Solid);
        }

        try
        {
            return plot.GetSvgXml(width, height);
        }
        finally
        {
            foreach ((LineStyle line, Color color, LinePattern pattern) in lines)
                (line.Color, line.Pattern) = (color, pattern);
        }
    }

    private static void NumberClipPaths(XElement[] elements)
    {
        var names = new Dictionary<string, string>();
        foreach (XAttribute id in elements.Attributes("id"))
        {
            names[id.Value] = $"clip{names.Count}";
            id.Value = names[id.Value];
        }

        foreach (XAttribute reference in elements.Attributes("clip-path"))
        {
            reference.Value = $"url(#{names[reference.Value[5..^1]]})";
        }
    }
}
