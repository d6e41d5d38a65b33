namespace Stein.Experiments.Reports;

/// <summary>Something that is drawn on the axes of a figure.</summary>
/// <param name="Label">Its entry in the legend; empty for none. Layers of one label have one entry.</param>
/// <param name="Style">Colour, pattern and marker.</param>
internal abstract record Layer(string Label, SeriesStyle Style)
{
    /// <summary>Places in the legend; the order of the layers decides among equals.</summary>
    public int LegendRank { get; init; }
}

/// <summary>How the intervals of a line's points are drawn.</summary>
internal enum IntervalShape
{
    /// <summary>A bar at each point.</summary>
    Bars,

    /// <summary>A band along the line.</summary>
    Band,
}

/// <summary>Points as a line with markers, a line, or markers, with error bars or a band where they have an interval.</summary>
/// <remarks>
/// On a logarithmic axis a bar that would reach below a tenth of its value, or below zero, ends one decade below the value.
/// </remarks>
internal sealed record Series(string Label, SeriesStyle Style, IReadOnlyList<Point> Points) : Layer(Label, Style)
{
    public bool HasLine { get; init; } = true;

    public bool HasMarkers { get; init; } = true;

    public IntervalShape Intervals { get; init; }

    /// <summary>How far it is moved to the right, in units of the drawn axis, so that it does not cover another.</summary>
    public double Shift { get; init; }

    public float LineWidth { get; init; } = 2;

    public float MarkerSize { get; init; } = 8;

    /// <summary>The width of the strokes of open markers; null for the library's choice.</summary>
    public float? MarkerLineWidth { get; init; }

    public float BarWidth { get; init; } = 1.4f;

    public float CapSize { get; init; } = 3;

    /// <summary>From 0, invisible, to 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>Whether the ends of the axes leave room for it.</summary>
    public bool IsInLimits { get; init; } = true;

    /// <summary>Whether the ends of the axis on the left leave room for its intervals.</summary>
    public bool AreIntervalsInLimits { get; init; } = true;
}

/// <summary>A line through the whole figure at one value.</summary>
internal sealed record Rule(string Label, SeriesStyle Style, double Value) : Layer(Label, Style)
{
    public bool IsVertical { get; init; }

    public float LineWidth { get; init; } = 1.4f;

    public bool IsInLimits { get; init; } = true;
}

/// <summary>A grey stripe from one value of the axis at the bottom to another.</summary>
internal sealed record Stripe(double Low, double High) : Layer("", SeriesStyle.Reference);

/// <summary>Short ticks on the axis at the bottom, one at each sample.</summary>
internal sealed record Rug(IReadOnlyList<double> Values, double Bottom, double Top) : Layer("", SeriesStyle.Reference);

/// <summary>A rectangle.</summary>
internal readonly record struct Box(double Left, double Right, double Bottom, double Top);

/// <summary>Rectangles of one colour, as the bars of a histogram.</summary>
internal sealed record Boxes(string Label, SeriesStyle Style, IReadOnlyList<Box> Items) : Layer(Label, Style);

/// <summary>The thin frame of a panel, with its title above.</summary>
internal sealed record PanelFrame(string Title, Box Box) : Layer("", SeriesStyle.Reference)
{
    public float FontSize { get; init; } = 14;
}

/// <summary>Thin lines along which a function has one of some values, from its values at points of a grid.</summary>
/// <param name="Grid">x, y and the value there, row after row.</param>
/// <param name="Levels">The values of the lines.</param>
internal sealed record Contours((double X, double Y, double Value)[,] Grid, IReadOnlyList<double> Levels) : Layer("", SeriesStyle.Outline);

/// <summary>A cell of a heat map: its place, its value from 0 to 1, and the text in it.</summary>
internal readonly record struct HeatCell(double X, double Y, double Value, string Text);

/// <summary>Cells of width and height 1, coloured by value: sharp at any size, and with their texts to be read without colours.</summary>
internal sealed record HeatMap(string Label, IReadOnlyList<HeatCell> Cells) : Layer(Label, SeriesStyle.Reference)
{
    /// <summary>The cells of a matrix with values from 0 to 1, its first row at the top.</summary>
    public static HeatMap Matrix(string label, double[,] values, Func<double, string> text) => new(
        label,
        [
            .. from row in Enumerable.Range(0, values.GetLength(0))
               from column in Enumerable.Range(0, values.GetLength(1))
               let value = values[row, column]
               select new HeatCell(column, values.GetLength(0) - 1 - row, value, text(value)),
        ]);

    /// <summary>Grey images beside and below one another, a fixed number per row.</summary>
    /// <param name="images">Each rows × columns with values from 0 to 1, all of one size.</param>
    /// <param name="perRow">Images per row.</param>
    public static HeatMap Images(IReadOnlyList<double[,]> images, int perRow)
    {
        (int height, int width) = (images[0].GetLength(0) + 1, images[0].GetLength(1) + 1);
        int rows = (images.Count + perRow - 1) / perRow;
        return new HeatMap(
            "",
            [
                .. images.SelectMany((image, index) => Matrix("", image, _ => "").Cells.Select(cell => cell with
                {
                    X = cell.X + (index % perRow * width),
                    Y = cell.Y + ((rows - 1 - (index / perRow)) * height),
                })),
            ])
        {
            IsGrey = true,
        };
    }

    /// <summary>Whether it is drawn in shades of grey.</summary>
    public bool IsGrey { get; init; }
}

/// <summary>An arrow from a point along a vector, and the length and width of its head in pixels.</summary>
internal readonly record struct Vector(double X, double Y, double Dx, double Dy, float Head);

/// <summary>Arrows of one colour.</summary>
internal sealed record Arrows(string Label, SeriesStyle Style, IReadOnlyList<Vector> Items) : Layer(Label, Style)
{
    public float Width { get; init; } = 1.2f;

    /// <summary>
    /// The arrows of a field of scores: those up to <paramref name="longest"/> to scale, longer ones shortened to it, with another
    /// colour if <paramref name="shortened"/> is given.
    /// </summary>
    /// <param name="label">The legend of arrows to scale.</param>
    /// <param name="shortened">The legend of arrows that are not; null to draw them like the others.</param>
    /// <param name="points">The points and the vectors there, in units of the axes.</param>
    /// <param name="scale">The length of a drawn arrow per unit of the vector.</param>
    /// <param name="longest">The greatest length of a drawn arrow.</param>
    /// <param name="head">The size of the head of the longest arrow.</param>
    public static IReadOnlyList<Arrows> Field(
        string label,
        string? shortened,
        IEnumerable<(double X, double Y, double Dx, double Dy)> points,
        double scale,
        double longest,
        float head)
    {
        var all = points.Select(point => (Point: point, Length: Math.Sqrt((point.Dx * point.Dx) + (point.Dy * point.Dy))))
            .Where(arrow => arrow.Length > 0)
            .Select(arrow => (arrow.Point, arrow.Length, Factor: Math.Min(scale, longest / arrow.Length)))
            .ToLookup(arrow => shortened is not null && arrow.Factor < scale);
        Arrows toScale = Layer(label, 0, isShortened: false);
        return shortened is null ? [toScale] : [toScale, Layer(shortened, 1, isShortened: true)];

        Arrows Layer(string name, int style, bool isShortened) => new(
            name,
            SeriesStyle.Of(style),
            [
                .. all[isShortened].Select(arrow => new Vector(
                    arrow.Point.X,
                    arrow.Point.Y,
                    arrow.Factor * arrow.Point.Dx,
                    arrow.Factor * arrow.Point.Dy,
                    head * (float)Math.Min(1, 1.5 * arrow.Factor * arrow.Length / longest))),
            ]);
    }
}
