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
    /// <param name="plot">A plot where lines of one colour share one pattern: dashes are put back by colour.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static string Render(Plot plot, int width, int height)
    {
        XDocument document = XDocument.Parse(RenderSolid(plot, width, height, out Dictionary<string, LinePattern> patterns));
        XElement[] elements = [.. document.Descendants()];
        foreach (XElement element in elements)
        {
            if (element.Attribute("stroke") is { } stroke && patterns.TryGetValue(stroke.Value, out LinePattern pattern))
            {
                string lengths = string.Join(' ', pattern.Intervals);
                element.SetAttributeValue("stroke-dasharray", lengths);
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

    private static string RenderSolid(Plot plot, int width, int height, out Dictionary<string, LinePattern> patterns)
    {
        patterns = [];
        LineStyle[] dashed =
        [
            .. plot.GetPlottables().OfType<IHasLine>().Select(line => line.LineStyle)
                .Concat(plot.Legend.ManualItems.Select(item => item.LineStyle))
                .Where(line => line.Pattern.Intervals.Length > 0),
        ];
        LinePattern[] original = [.. dashed.Select(line => line.Pattern)];
        foreach (LineStyle line in dashed)
        {
            patterns[line.Color.ToHex()] = line.Pattern;
            line.Pattern = LinePattern.Solid;
        }

        try
        {
            return plot.GetSvgXml(width, height);
        }
        finally
        {
            for (int index = 0; index < dashed.Length; index++)
            {
                dashed[index].Pattern = original[index];
            }
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
