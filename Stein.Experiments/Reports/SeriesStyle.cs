using ScottPlot;

namespace Stein.Experiments.Reports;

/// <summary>Colour, line pattern and marker of the series of a figure, distinct in black and white too.</summary>
/// <remarks>The colours are those of M. Okabe and K. Ito, "Color Universal Design", which colour-blind readers tell apart.</remarks>
internal sealed record SeriesStyle(Color Color, LinePattern Pattern, MarkerShape Marker)
{
    private static readonly SeriesStyle[] All =
    [
        new(Color.FromHex("#0072B2"), LinePattern.Solid, MarkerShape.FilledCircle),
        new(Color.FromHex("#D55E00"), LinePattern.Dotted, MarkerShape.FilledSquare),
        new(Color.FromHex("#009E73"), LinePattern.DenselyDashed, MarkerShape.FilledTriangleUp),
        new(Color.FromHex("#CC79A7"), LinePattern.Dashed, MarkerShape.FilledDiamond),
        new(Color.FromHex("#E69F00"), LinePattern.Solid, MarkerShape.FilledTriangleDown),
        new(Color.FromHex("#56B4E9"), LinePattern.DenselyDashed, MarkerShape.OpenCircle),
        new(Color.FromHex("#7F7F7F"), LinePattern.Dotted, MarkerShape.OpenSquare),
        new(Color.FromHex("#020202"), LinePattern.Dashed, MarkerShape.Eks),
        new(Color.FromHex("#0072B2"), LinePattern.Dotted, MarkerShape.OpenDiamond),
        new(Color.FromHex("#D55E00"), LinePattern.Solid, MarkerShape.OpenTriangleUp),
        new(Color.FromHex("#009E73"), LinePattern.Dotted, MarkerShape.Cross),
        new(Color.FromHex("#CC79A7"), LinePattern.Solid, MarkerShape.OpenTriangleDown),
        new(Color.FromHex("#E69F00"), LinePattern.DenselyDashed, MarkerShape.OpenSquare),
        new(Color.FromHex("#020202"), LinePattern.Dotted, MarkerShape.Asterisk),
        new(Color.FromHex("#56B4E9"), LinePattern.Solid, MarkerShape.OpenCircleWithDot),
        new(Color.FromHex("#7F7F7F"), LinePattern.DenselyDashed, MarkerShape.TriUp),
        new(Color.FromHex("#0072B2"), LinePattern.Dashed, MarkerShape.HashTag),
        new(Color.FromHex("#D55E00"), LinePattern.DenselyDashed, MarkerShape.OpenCircleWithCross),
        new(Color.FromHex("#009E73"), LinePattern.Solid, MarkerShape.TriDown),
        new(Color.FromHex("#7F7F7F"), LinePattern.Solid, MarkerShape.OpenCircleWithEks),
    ];

    /// <summary>What others are compared with, as a truth or a baseline.</summary>
    public static readonly SeriesStyle Reference = new(Color.FromHex("#020202"), LinePattern.Dashed, MarkerShape.None);

    /// <summary>Outlines of what is known, as a density or its modes.</summary>
    public static readonly SeriesStyle Outline = Reference with { Pattern = LinePattern.Solid };

    /// <summary>The style of a series by its place in the legend; they repeat after twenty.</summary>
    public static SeriesStyle Of(int index) => All[index % All.Length];

    /// <summary>Legend entry of a line with markers.</summary>
    public LegendItem Item(string label) => new()
    {
        LabelText = label,
        LineColor = Color,
        LineWidth = 2,
        LinePattern = Pattern,
        MarkerShape = Marker,
        MarkerSize = 8,
        MarkerColor = Color,
        MarkerLineWidth = 2,
    };
}
