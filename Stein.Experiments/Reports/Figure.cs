namespace Stein.Experiments.Reports;

/// <summary>A figure as data: axes, and layers that are drawn one above the other.</summary>
/// <param name="Name">The name of the files without the ending.</param>
/// <param name="Caption">What a reader has to know to read it.</param>
/// <param name="X">The axis at the bottom.</param>
/// <param name="Y">The axis on the left.</param>
/// <param name="Layers">The first is drawn first. Those with a label make the legend.</param>
internal sealed record Figure(string Name, string Caption, Axis X, Axis Y, IReadOnlyList<Layer> Layers) : Section(Name)
{
    /// <summary>Whether axes, ticks and grid are left out and both axes have one unit: for panels beside one another.</summary>
    public bool IsFrameless { get; init; }

    /// <summary>Whether it is written as PNG alone: thousands of arrows make an SVG of a megabyte.</summary>
    public bool IsRasterOnly { get; init; }
}

/// <summary>How values are placed on an axis.</summary>
internal enum Scale
{
    Linear,
    Log2,
    Log10,
}

/// <summary>An axis of a figure. All values are those of the quantity itself, on a logarithmic axis too.</summary>
/// <param name="Label">What the axis shows, with its unit.</param>
internal sealed record Axis(string Label)
{
    public Scale Scale { get; init; }

    public Ticks Ticks { get; init; } = Ticks.Automatic;

    /// <summary>The ends of the axis; null for those of what is drawn, with <see cref="Margin"/>.</summary>
    public (double Low, double High)? Limits { get; init; }

    /// <summary>The share of the axis that is left free at both ends; null for the library's choice.</summary>
    public double? Margin { get; init; } = 0.05;

    /// <summary>Values that are to be on the axis besides those of the layers.</summary>
    public IReadOnlyList<double> Includes { get; init; } = [];

    /// <summary>Whether lines of the grid are drawn at its ticks.</summary>
    public bool HasGrid { get; init; } = true;

    /// <summary>Where a value is drawn.</summary>
    public double Place(double value) => Scale switch
    {
        Scale.Log2 => Math.Log2(value),
        Scale.Log10 => Math.Log10(value),
        _ => value,
    };

    /// <summary>A value as people read it from the axis: itself; on an axis of texts that at its place, and null between them.</summary>
    public object? Read(double value) => Ticks is Ticks.Given { AreTexts: true } texts
        ? texts.Values.Zip(texts.Labels).FirstOrDefault(tick => tick.First == value).Second
        : value;
}

/// <summary>Where an axis is labelled, and how.</summary>
internal abstract record Ticks
{
    /// <summary>Where the library puts them.</summary>
    public static readonly Ticks Automatic = new Numbers();

    /// <summary>On a logarithmic axis at powers of ten, written as numbers, with small ticks between.</summary>
    public static readonly Ticks Decades = new PowersOfTen(NumberText.Power, HasMinor: true);

    /// <summary>On a logarithmic axis at powers of ten, written as <c>10⁻³</c>.</summary>
    public static readonly Ticks Powers = new PowersOfTen(SignificantText.PowerOfTen, HasMinor: false);

    /// <summary>On a logarithmic axis at 1, 2 and 5 times powers of ten.</summary>
    public static readonly Ticks OneTwoFive = At(
        [.. from power in Enumerable.Range(-12, 25) from factor in (int[])[1, 2, 5] select factor * Math.Pow(10, power)]);

    private Ticks()
    {
    }

    /// <summary>At some values, written as numbers.</summary>
    public static Ticks At(IReadOnlyList<double> values) => At(values, NumberText.Tick);

    /// <summary>At some values.</summary>
    public static Ticks At(IReadOnlyList<double> values, Func<double, string> label) => new Given(values, [.. values.Select(label)]);

    /// <summary>At 0, 1, 2, …, each with a text: an axis of names.</summary>
    public static Ticks Names(IReadOnlyList<string> names) => Texts([.. names.Select((name, place) => ((double)place, name))]);

    /// <summary>At some places, each with a text.</summary>
    public static Ticks Texts(IReadOnlyList<(double Value, string Text)> places)
        => new Given([.. places.Select(place => place.Value)], [.. places.Select(place => place.Text)]) { AreTexts = true };

    /// <summary>At multiples of a number.</summary>
    public static Ticks Every(double interval) => new Multiples(interval);

    internal sealed record Numbers : Ticks
    {
        public bool IsWhole { get; init; }

        public Func<double, string> Label { get; init; } = NumberText.Tick;
    }

    internal sealed record PowersOfTen(Func<double, string> Label, bool HasMinor) : Ticks;

    internal sealed record Given(IReadOnlyList<double> Values, IReadOnlyList<string> Labels) : Ticks
    {
        /// <summary>Whether a place has no number of its own: names, or panels beside one another that have an axis each.</summary>
        public bool AreTexts { get; init; }
    }

    internal sealed record Multiples(double Interval) : Ticks;
}

/// <summary>A point, and the interval of its bar or band.</summary>
/// <param name="X">Its place on the axis at the bottom.</param>
/// <param name="Y">Its place on the axis on the left; one that is not finite, or on a logarithmic axis not positive, is left out.</param>
/// <param name="Low">The lower end of the interval; NaN for no interval.</param>
/// <param name="High">The upper end of the interval.</param>
internal readonly record struct Point(double X, double Y, double Low = double.NaN, double High = double.NaN)
{
    /// <summary>A mean with its standard error.</summary>
    public static Point Mean(double x, Summary value)
        => new(x, value.Mean, value.Mean - value.StandardError, value.Mean + value.StandardError);
}
