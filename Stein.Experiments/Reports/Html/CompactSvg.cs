using System.Text;
using System.Xml.Linq;
using static System.FormattableString;

namespace Stein.Experiments.Reports.Html;

/// <summary>
/// A figure's SVG made small enough for a page with hundreds: whole units of a picture of 800×500, lines without the points that do not
/// show, bars without caps, neighbours of one style in one path, no lines that can hardly be seen, and no attribute that says the default.
/// </summary>
/// <remarks>
/// It reads what <see cref="SvgFigure"/> writes and nothing else. Texts are set at the anchor that keeps them in place in another font:
/// those left of the axes at their end, those below and in the figure in their middle.
/// </remarks>
internal sealed class CompactSvg
{
    private const double Tolerance = 0.5;

    /// <summary>Lines fainter than this are left out.</summary>
    private const double FaintestLine = 0.05;

    private const double LargestDot = 20;

    /// <summary>More dots than this are a cloud, and stand on even units.</summary>
    private const int LargestCount = 100;

    private readonly SvgStyles styles;
    private readonly StringBuilder content = new();
    private readonly List<string> legend = [];
    private readonly List<string> labels = [];
    private readonly DrawnAxis across = new();
    private readonly DrawnAxis up = new();
    // The one that has the last mark, whose label comes next.
    private DrawnAxis? marked;
    private Area? area;
    private Area? data;
    // Dots of the open path, by rows: in whole units many are in one place.
    private readonly SortedSet<(int Y, int X)> dots = [];
    private string open = "";
    private string end = "";
    private int atX;
    private int atY;
    private CompactSvg(SvgStyles styles)
    {
        this.styles = styles;
    }

    /// <summary>Makes a figure smaller.</summary>
    /// <param name="svg">What <see cref="SvgFigure"/> writes.</param>
    /// <param name="styles">The styles of the page, which get those of the figure.</param>
    /// <returns>
    /// The content of an <c>svg</c> element with the view box 0 0 800 500; what it shows in words, the axes and the entries of the legend;
    /// and the attributes by which places are read as numbers.
    /// </returns>
    /// <exception cref="InvalidDataException">It is not such a figure.</exception>
    public static (string Content, string Alternative, string Axes) Of(string svg, SvgStyles styles)
    {
        XElement root = XDocument.Parse(svg).Root!;
        var reader = new CompactSvg(styles);
        Dictionary<string, Area> clips = root.Elements().Where(element => element.Name.LocalName == "clipPath")
            .ToDictionary(clip => $"url(#{clip.Attribute("id")!.Value})", clip => Area.Of(clip.Elements().Single()));
        // The first clipped group is that of the data.
        reader.data = clips.Values.FirstOrDefault();
        foreach (XElement element in root.Elements())
        {
            switch (element.Name.LocalName)
            {
                case "clipPath":
                case "rect" when element.Attribute("x") is null:
                    break;
                case "g":
                    reader.Enter(clips[element.Attribute("clip-path")!.Value]);
                    foreach (XElement child in element.Elements())
                        reader.Add(child);
                    break;
                default:
                    reader.Enter(null);
                    reader.Add(element);
                    break;
            }
        }

        reader.Enter(null);
        reader.Close();
        string axes = string.Join(" against ", reader.labels);
        string entries = reader.legend.Count == 0 ? "" : $"; legend: {string.Join(", ", reader.legend)}";
        return (
            reader.content.ToString(),
            $"{(axes.Length == 0 ? "Figure without axes" : axes)}{entries}",
            reader.across.Attribute("data-x") + reader.up.Attribute("data-y"));
    }

    private void Enter(Area? next)
    {
        if (next == area)
            return;
        Close();
        if (area is not null)
            content.Append("</svg>");
        area = next;
        // An inner picture shows nothing outside of its frame, and needs no name for it, as a clip path does.
        if (next is { } box)
        {
            (int x, int y, int width, int height) = box.Rounded;
            content.Append(Invariant($"<svg x={x} y={y} width={width} height={height} viewBox=\"{x} {y} {width} {height}\""))
                .Append(box == data ? " class=d>" : ">");
        }
    }

    private void Add(XElement element)
    {
        if (element.Name.LocalName == "text")
        {
            AddText(element);
            return;
        }

        if (element.Attribute("stroke-opacity") is not null && Number(element, "stroke-opacity") < FaintestLine)
            return;
        (string style, (double X, double Y)[][] lines, bool isClosed) = element.Name.LocalName switch
        {
            "path" => (Style(element), Lines(element.Attribute("d")!.Value), element.Attribute("d")!.Value.EndsWith('Z')),
            "rect" => Rectangle(element),
            "ellipse" => Ellipse(element),
            string other => throw new InvalidDataException($"A figure with the element {other} cannot be made smaller."),
        };
        if (area is null && lines is [[var from, var to]])
        {
            marked = from.X == to.X ? across : up;
            marked.AddMark(from.X == to.X ? from.X : from.Y);
        }

        if (style != open)
        {
            Close();
            content.Append($"<path class={styles.Class(style)} d=\"");
            (open, end, (atX, atY)) = (style, "\"/>", (0, 0));
        }

        foreach ((double X, double Y)[] line in lines)
        {
            if (line.Length == 1)
                dots.Add((Round(line[0].Y), Round(line[0].X)));
            else
                AddLine(line, isClosed);
        }
    }

    /// <summary>A line in whole units, each point relative to the one before.</summary>
    private void AddLine((double X, double Y)[] line, bool isClosed)
    {
        (int X, int Y)[] points = [.. Simplified(line).Select(point => (Round(point.X), Round(point.Y)))];
        if (isClosed && points.Length > 1 && points[0] == points[^1])
            points = points[..^1];
        string absolute = Invariant($"M{points[0].X} {points[0].Y}");
        string relative = Invariant($"m{points[0].X - atX}{(points[0].Y < atY ? "" : " ")}{points[0].Y - atY}");
        content.Append(relative.Length < absolute.Length ? relative : absolute);
        string command = "";
        int begin = content.Length;
        for (int index = 1; index < points.Length; index++)
        {
            (int dx, int dy) = (points[index].X - points[index - 1].X, points[index].Y - points[index - 1].Y);
            if ((dx, dy) == (0, 0))
                continue;
            string next = dy == 0 ? "h" : dx == 0 ? "v" : "l";
            string first = Invariant($"{(dx == 0 ? dy : dx)}");
            content.Append(next != command ? next : first[0] == '-' ? "" : " ").Append(first);
            if (next == "l")
                content.Append(dy < 0 ? "" : " ").Append(Invariant($"{dy}"));
            command = next;
        }

        // A line of no length is a dot where its ends are round or square.
        content.Append(content.Length == begin ? "h0" : isClosed ? "z" : "");
        (atX, atY) = isClosed ? points[0] : points[^1];
    }

    private void AddText(XElement text)
    {
        double[] matrix = Numbers(text.Attribute("transform")!.Value);
        double[] starts = Numbers(text.Attribute("x")!.Value);
        double y = Number(text, "y");
        bool isTurned = matrix[1] != 0;
        double size = Number(text, "font-size");
        // The end of the last letter is not there: it is as wide as the others.
        double width = starts.Length == 1 ? 0.6 * size : (starts[^1] - starts[0]) * starts.Length / (starts.Length - 1);
        double middle = starts[0] + (0.5 * width);
        string anchor = area is not null && area != data ? "" : isTurned || area is not null || marked != up ? "m" : "e";
        double along = anchor switch
        {
            "m" => middle,
            "e" => starts[0] + width,
            _ => starts[0],
        };
        (double left, double top) = (Place(0), Place(1));
        string fill = text.Attribute("fill") is { } colour ? $"fill:{colour.Value};" : "";
        string align = anchor switch { "m" => "text-anchor:middle;", "e" => "text-anchor:end;", _ => "" };
        string style = Invariant($"{align}{fill}font-size:{size:0.#}px");
        if (style != open)
        {
            Close();
            content.Append($"<g class={styles.Class(style)}>");
            (open, end) = (style, "</g>");
        }

        string place = isTurned ? Invariant($" transform=\"translate({left:0} {top:0})rotate(-90)\"") : Invariant($" x={left:0} y={top:0}");
        content.Append($"<text{place}>{HtmlText.Escape(text.Value)}</text>");
        if (area is not null && area != data)
            legend.Add(text.Value);
        else if (area is null && size == 16)
            labels.Insert(isTurned ? 0 : labels.Count, text.Value);
        else if (area is null)
            marked?.AddLabel(text.Value);

        // The matrix is that of a picture of 1600×1000.
        double Place(int axis) => 0.5 * ((matrix[axis] * along) + (matrix[axis + 2] * y) + matrix[axis + 4]);
    }

    private void Close()
    {
        int unit = dots.Count > LargestCount ? 2 : 1;
        foreach ((int y, int x) in dots.Select(dot => (dot.Y / unit * unit, dot.X / unit * unit)).Distinct())
            AddLine([(x, y)], isClosed: false);
        dots.Clear();
        content.Append(end);
        (open, end) = ("", "");
    }

    private static string Style(XElement element)
    {
        var style = new StringBuilder();
        string? fill = element.Attribute("fill")?.Value;
        string? stroke = element.Attribute("stroke")?.Value;
        // The page declares once for all paths that they are not filled.
        if (fill != "none")
            style.Append($"fill:{fill ?? "#000"};");
        if (element.Attribute("fill-opacity") is not null)
            style.Append(Invariant($"fill-opacity:{Number(element, "fill-opacity"):.##};"));
        if (stroke is not (null or "none"))
        {
            style.Append(Invariant($"stroke:{stroke};stroke-width:{Number(element, "stroke-width"):0.#};"));
            if (element.Attribute("stroke-opacity") is not null)
                style.Append(Invariant($"stroke-opacity:{Number(element, "stroke-opacity"):.##};"));
            if (element.Attribute("stroke-dasharray") is { } dashes)
                style.Append($"stroke-dasharray:{string.Join(' ', Numbers(dashes.Value).Select(length => Invariant($"{length:0.#}")))};");
        }

        return style.ToString().TrimEnd(';');
    }

    /// <summary>A filled square is a dot, too: a line of no length with square ends.</summary>
    private static (string Style, (double X, double Y)[][] Lines, bool IsClosed) Rectangle(XElement element)
    {
        Area area = Area.Of(element);
        return element.Attribute("stroke") is null && area.Width == area.Height && area.Width < LargestDot
            ? (DotStyle(element, area.Width, "square"), Dot(area.X + (0.5 * area.Width), area.Y + (0.5 * area.Height)), false)
            : (Style(element), [area.Corners], true);
    }

    /// <summary>A filled circle is a dot; an open one has sixteen sides, which at its size are not seen.</summary>
    private static (string Style, (double X, double Y)[][] Lines, bool IsClosed) Ellipse(XElement element)
    {
        (double x, double y, double radius) = (Number(element, "cx"), Number(element, "cy"), Number(element, "rx"));
        return element.Attribute("stroke") is null
            ? (DotStyle(element, 2 * radius, "round"), Dot(x, y), false)
            : (Style(element), [[.. Enumerable.Range(0, 16).Select(corner => (
                x + (radius * Math.Cos(Math.PI * corner / 8)), y + (radius * Math.Sin(Math.PI * corner / 8))))]], true);
    }

    private static (double X, double Y)[][] Dot(double x, double y) => [[(x, y)]];

    private static string DotStyle(XElement element, double width, string ends)
    {
        string opacity = element.Attribute("fill-opacity") is null ? ""
            : Invariant($"stroke-opacity:{Number(element, "fill-opacity"):.##};");
        return Invariant($"stroke:{element.Attribute("fill")?.Value ?? "#000"};stroke-width:{width:0.#};{opacity}stroke-linecap:{ends}");
    }

    /// <summary>The lines of a path of Skia's, which has M, L and Z alone. Of error bars it has the bars without their caps.</summary>
    private static (double X, double Y)[][] Lines(string path)
    {
        (double X, double Y)[][] lines =
        [
            .. path.Split('M', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => Numbers(part.Replace('L', ' ').Replace('Z', ' ')).Chunk(2).Select(pair => (pair[0], pair[1])).ToArray()),
        ];
        return lines.Length % 3 == 0 && lines.Chunk(3).All(bar => IsFlat(bar[0]) && IsUpright(bar[1]) && IsFlat(bar[2]))
            ? [.. lines.Chunk(3).Select(bar => bar[1])]
            : lines;

        static bool IsFlat((double X, double Y)[] line) => line.Length == 2 && line[0].Y == line[1].Y;
        static bool IsUpright((double X, double Y)[] line) => line.Length == 2 && line[0].X == line[1].X;
    }

    /// <summary>The points without which the line would be elsewhere by more than the tolerance (Ramer, Douglas and Peucker).</summary>
    private static List<(double X, double Y)> Simplified((double X, double Y)[] points)
    {
        if (points.Length < 3)
            return [.. points];
        bool[] isKept = new bool[points.Length];
        isKept[0] = isKept[^1] = true;
        var left = new Stack<(int From, int To)>([(0, points.Length - 1)]);
        while (left.TryPop(out (int From, int To) part))
        {
            (int farthest, double distance) = (-1, Tolerance);
            for (int index = part.From + 1; index < part.To; index++)
            {
                double here = Distance(points[index], points[part.From], points[part.To]);
                if (here > distance)
                    (farthest, distance) = (index, here);
            }

            if (farthest < 0)
                continue;
            isKept[farthest] = true;
            left.Push((part.From, farthest));
            left.Push((farthest, part.To));
        }

        return [.. points.Where((_, index) => isKept[index])];
    }

    /// <summary>From a point to the segment between two others.</summary>
    private static double Distance((double X, double Y) point, (double X, double Y) from, (double X, double Y) to)
    {
        (double x, double y) = (to.X - from.X, to.Y - from.Y);
        double square = (x * x) + (y * y);
        double share = square == 0 ? 0 : Math.Clamp((((point.X - from.X) * x) + ((point.Y - from.Y) * y)) / square, 0, 1);
        return Math.Sqrt(Math.Pow(point.X - from.X - (share * x), 2) + Math.Pow(point.Y - from.Y - (share * y), 2));
    }

    private static int Round(double value) => (int)Math.Round(value);

    /// <summary>The number of an attribute; 0 where it is not given, as SVG has it for places.</summary>
    private static double Number(XElement element, string attribute)
        => element.Attribute(attribute) is { } given ? Numbers(given.Value)[0] : 0;

    private static double[] Numbers(string text) =>
    [
        .. text.Split([' ', ',', '(', ')'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => !char.IsAsciiLetter(word[0])).Select(double.Parse),
    ];

    /// <summary>A rectangle in units of a picture of 800×500.</summary>
    private sealed record Area(double X, double Y, double Width, double Height)
    {
        /// <summary>In whole units, with its sides where they are.</summary>
        public (int X, int Y, int Width, int Height) Rounded
            => (Round(X), Round(Y), Round(X + Width) - Round(X), Round(Y + Height) - Round(Y));

        public (double X, double Y)[] Corners => [(X, Y), (X + Width, Y), (X + Width, Y + Height), (X, Y + Height)];

        public static Area Of(XElement rectangle)
        {
            double scale = rectangle.Attribute("transform") is null ? 0.5 : 1;
            return new(
                scale * Number(rectangle, "x"),
                scale * Number(rectangle, "y"),
                scale * Number(rectangle, "width"),
                scale * Number(rectangle, "height"));
        }
    }
}
