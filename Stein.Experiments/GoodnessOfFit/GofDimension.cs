using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>Power over the dimension: the figure of the sliced discrepancies, with rivals.</summary>
internal sealed class GofDimension : GofStudy
{
    /// <summary>Of the samples that come from the model, at each of five dimensions: 2000 in all.</summary>
    private const int NullTrials = 400;

    /// <summary>One test of each kind; the published slices beside random ones, and beside those that nobody should use.</summary>
    private static readonly string[] Tests =
    [
        "ksd", "ksd-rbf", "ksdagg", "ksdagg-incomplete-100", "linear-ksd", "mmd", "fssd-rand", "fssd-opt", "rfsd-rff-cauchy", "lsd",
        "maxsksd-random", "maxsksd", "maxsksd-active", "maxsksd-active-estimated", "maxssd", "maxsksd-same-data",
    ];

    /// <summary>Those of the figure if there are more, since no reader tells sixteen lines apart.</summary>
    private static readonly string[] Drawn =
        ["ksd", "ksdagg", "mmd", "fssd-opt", "lsd", "maxsksd", "maxsksd-active", "maxsksd-active-estimated", "maxssd"];

    public override string Name => "gof-dimension";

    public override string Title => "Power of goodness-of-fit tests over the dimension";

    public override string Source =>
        "Gong, Li and Hernández-Lobato, Sliced Kernelized Stein Discrepancy, ICLR 2021, section 4.1 and figure 2, script Benchmark_GOF.py";

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--problem laplace --dim 2,10 --test ksd --trials 20", "two cells")];

    protected override IReadOnlyList<GofSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([2, 10, 30, 50, 100], new(), NullTrials, Tests),
        GridScale.Quick => Grid([2, 20], new() { Samples = 300, Trials = 10, Replicates = 300 }, 25, Tests),
        _ => Grid([2, 4], new() { Samples = 40, Trials = 2, Replicates = 59 }, 3, ["ksd", "maxsksd"]),
    };

    /// <summary>All problems as panels of one figure.</summary>
    protected override IEnumerable<Section> Overview(IReadOnlyList<Cell> cells)
    {
        const int Columns = 2;
        const double Width = 1.12, Height = 1.25;
        double[] dimensions = [.. cells.Select(cell => (double)cell.Config.Dimension).Distinct().Order()];
        IGrouping<string, Cell>[] panels = [.. cells.GroupBy(cell => cell.Problem.Title)];
        if (dimensions.Length < 2 || panels.Length < 2)
            yield break;
        int rows = (panels.Length + Columns - 1) / Columns;
        bool hasAll = cells.Select(cell => cell.Config.Test).Distinct().Count() <= Drawn.Length;
        string[] tests = [.. cells.Where(IsDrawn).Select(cell => cell.Title).Distinct()];
        yield return new Figure(
            "power_by_dimension",
            "Share of tests that reject over the dimension D, on a logarithmic axis. The dashed line is the level: where model and samples "
                + "are Gaussian it is all that a test should reach."
                + (hasAll ? "" : " The tables have further tests."),
            new Axis("Dimension D")
            {
                Ticks = Ticks.Texts(
                [
                    .. from column in Enumerable.Range(0, Columns)
                       from dimension in dimensions
                       select (X(column, dimension), NumberText.Tick(dimension)),
                ]),
                HasGrid = false,
            },
            new Axis("Share rejected")
            {
                Ticks = Ticks.Texts(
                [
                    .. from row in Enumerable.Range(0, rows)
                       from share in (double[])[0, 0.5, 1]
                       select (Y(row, share), NumberText.Tick(share)),
                ]),
                HasGrid = false,
                Margin = 0.08,
            },
            [
                .. panels.SelectMany((panel, index) =>
                {
                    (int row, int column) = (index / Columns, index % Columns);
                    (double left, double right) = (X(column, dimensions[0]), X(column, dimensions[^1]));
                    double level = Y(row, cells[0].Config.Level);
                    return (Layer[])
                    [
                        new PanelFrame(panel.Key, new(left - 0.03, right + 0.03, Y(row, -0.03), Y(row, 1.03))),
                        new Series("level", SeriesStyle.Reference, [new(left, level), new(right, level)])
                        {
                            HasMarkers = false,
                        },
                        .. panel.Where(IsDrawn).GroupBy(cell => cell.Title).Select(test => new Series(
                            test.Key,
                            SeriesStyle.Of(Array.IndexOf(tests, test.Key)),
                            [
                                .. test.OrderBy(cell => cell.Config.Dimension).Select(cell => new Point(
                                    X(column, cell.Config.Dimension),
                                    Y(row, cell.Power),
                                    Y(row, cell.Share.Interval.Low),
                                    Y(row, cell.Share.Interval.High))),
                            ])),
                    ];
                }),
            ]);

        bool IsDrawn(Cell cell) => hasAll || Drawn.Contains(cell.Config.Test);

        double X(int column, double dimension)
            => (column * Width) + (Math.Log(dimension / dimensions[0]) / Math.Log(dimensions[^1] / dimensions[0]));

        double Y(int row, double share) => ((rows - 1 - row) * Height) + share;
    }

    private static IReadOnlyList<GofSettings> Grid(int[] dimensions, GofSettings settings, int nullTrials, string[] tests) => Cross(
        from problem in (string[])["gaussian", "laplace", "student-t", "diffusion"]
        from dimension in dimensions
        select settings with
        {
            Problem = problem,
            Dimension = dimension,
            Trials = problem == "gaussian" ? nullTrials : settings.Trials,
        },
        tests);
}
