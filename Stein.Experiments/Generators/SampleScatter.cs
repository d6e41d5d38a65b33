using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;

namespace Stein.Experiments.Generators;

/// <summary>Samples in the plane (N×2, row-major), to be drawn in a panel.</summary>
internal sealed record SampleScatter(string Title, double[] Samples)
{
    private const int Drawn = 400;
    private const double Half = 3.2;
    private const double Space = 7.2;

    /// <summary>The height of a line of a title.</summary>
    private const double Line = 0.6;

    /// <summary>Characters that a panel is wide.</summary>
    private const int LongestLine = 22;

    /// <summary>Points along each side of the grid of the contours.</summary>
    private const int Side = 80;

    /// <summary>The samples that a run left in its folder.</summary>
    public static SampleScatter Of(string title, string folder, string file = SamplerTraining.SamplesFile)
        => new(title, SampleTable.Read(Path.Combine(folder, file)).Values);

    /// <summary>Panels beside and below one another, from −3.2 to 3.2 in both directions, with contours of a density.</summary>
    public static Figure Draw(string name, string caption, IReadOnlyList<SampleScatter> panels, IDensity density)
    {
        double[] line = [.. Enumerable.Range(0, Side).Select(index => Half * ((2.0 * index / (Side - 1)) - 1))];
        var values = new double[Side, Side];
        for (int row = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++)
                values[row, column] = density.LogDensity([line[column], line[row]]);
        }

        string[] titles = [.. panels.Select(panel => Broken(panel.Title))];
        double down = Space + (Line * titles.Max(title => title.Split('\n').Length));
        // As large as they can be beside and below one another in a picture of 800×500.
        int perRow = Enumerable.Range(1, panels.Count).MaxBy(
            count => Math.Min(1.6 / (count * Space), 1 / (down * Math.Ceiling((double)panels.Count / count))));
        return new(
            name,
            $"{caption} Contours are where the density is a tenth, a third and nine tenths of its largest value.",
            new(""),
            new(""),
            [
                .. panels.SelectMany((panel, place) => (panel with { Title = titles[place] }).Layers(
                    place % perRow * Space, -(place / perRow) * down, line, values)),
            ])
        {
            IsFrameless = true,
        };
    }

    /// <summary>A title in lines that are no longer than a panel is wide.</summary>
    private static string Broken(string title) => title.Split(' ').Aggregate((text, word)
        => text.Length - text.LastIndexOf('\n') + word.Length > LongestLine ? $"{text}\n{word}" : $"{text} {word}");

    private IEnumerable<Layer> Layers(double x, double y, double[] line, double[,] values)
    {
        double largest = values.Cast<double>().Max();
        var grid = new (double X, double Y, double Value)[Side, Side];
        for (int row = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++)
                grid[row, column] = (x + line[column], y + line[row], Math.Exp(values[row, column] - largest));
        }

        return
        [
            new Contours(grid, [0.1, 1.0 / 3, 0.9]),
            new Series(
                "",
                SeriesStyle.Of(0),
                [
                    .. from sample in Samples.Chunk(2).Take(Drawn)
                       where Math.Abs(sample[0]) < Half && Math.Abs(sample[1]) < Half
                       select new Point(x + sample[0], y + sample[1]),
                ])
            {
                HasLine = false,
                MarkerSize = 2,
            },
            new PanelFrame(Title, new Box(x - Half, x + Half, y - Half, y + Half)) { FontSize = 10 },
        ];
    }
}
