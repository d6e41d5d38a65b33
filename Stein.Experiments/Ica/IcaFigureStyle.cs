using ScottPlot;

namespace Stein.Experiments.Ica;

/// <summary>Colour, line pattern and marker of a method: the same in every figure, and distinct in black and white too.</summary>
/// <remarks>The colours are those of M. Okabe and K. Ito, "Color Universal Design", which colour-blind readers tell apart.</remarks>
internal sealed record IcaFigureStyle(Color Color, LinePattern Pattern, MarkerShape Filled, MarkerShape Open)
{
    /// <summary>Not quite black: lines of one colour share one pattern, and the axes are black.</summary>
    public static readonly IcaFigureStyle Oracle =
        new(Color.FromHex("#020202"), LinePattern.Dashed, MarkerShape.HorizontalBar, MarkerShape.HorizontalBar);

    private static readonly IcaFigureStyle[] Spare =
    [
        new(Color.FromHex("#E69F00"), LinePattern.Solid, MarkerShape.FilledDiamond, MarkerShape.OpenDiamond),
        new(Color.FromHex("#56B4E9"), LinePattern.Dashed, MarkerShape.FilledTriangleDown, MarkerShape.OpenTriangleDown),
    ];

    public static IcaFigureStyle Of(IcaMethod method, int index) => method.Id switch
    {
        "ksd" => new(Color.FromHex("#D55E00"), LinePattern.Dotted, MarkerShape.FilledSquare, MarkerShape.OpenSquare),
        "lsd" => new(Color.FromHex("#009E73"), LinePattern.DenselyDashed, MarkerShape.FilledTriangleUp, MarkerShape.OpenTriangleUp),
        "maxsksd" => new(Color.FromHex("#0072B2"), LinePattern.Solid, MarkerShape.FilledCircle, MarkerShape.OpenCircle),
        "mle" => new(Color.FromHex("#CC79A7"), LinePattern.Solid, MarkerShape.FilledDiamond, MarkerShape.OpenDiamond),
        "whitening" => new(Color.FromHex("#7F7F7F"), LinePattern.Dashed, MarkerShape.Eks, MarkerShape.Eks),
        _ => Spare[index % Spare.Length],
    };

    /// <summary>Legend entry of a line.</summary>
    public LegendItem LineItem(string label) =>
        new() { LabelText = label, LineColor = Color, LineWidth = 2, LinePattern = Pattern };

    /// <summary>Legend entry of a marker.</summary>
    public LegendItem MarkerItem(string label) =>
        new() { LabelText = label, MarkerShape = Filled, MarkerSize = 10, MarkerColor = Color, MarkerLineWidth = 2 };
}
