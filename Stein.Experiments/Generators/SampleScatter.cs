using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;

namespace Stein.Experiments.Generators;

/// <summary>Samples in the plane (N×2, row-major), to be drawn in a panel.</summary>
internal sealed record SampleScatter(string Title, double[] Samples)
{
    private const int PerRow = 4;
    private const int Drawn = 400;
    private const double Half = 3.2;
    private const double Space = 7.2;

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

        return new(
            name,
            $"{caption} Contours are where the density is a tenth, a third and nine tenths of its largest value.",
            new(""),
            new(""),
            [.. panels.SelectMany((panel, place) => panel.Layers(place, line, values))])
        {
            IsFrameless = true,
        };
    }

    private IEnumerable<Layer> Layers(int place, double[] line, double[,] values)
    {
        double x = place % PerRow * Space, y = -(place / PerRow) * (Space + 0.6), largest = values.Cast<double>().Max();
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
            new PanelFrame(Title, new Box(x - Half, x + Half, y - Half, y + Half)) { FontSize = 11 },
        ];
    }
}
