using System.Text.Json;
using Stein.Engine.Samples;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Separation;

/// <summary>A separation as tables and figures.</summary>
/// <param name="names">The names of the columns.</param>
/// <param name="imageWidth">The width of the images whose pixels the rows are; null for rows in another order.</param>
internal sealed class SeparationReport(Separation separation, IReadOnlyList<string> names, int? imageWidth)
{
    /// <summary>Of more rows, that many are drawn, evenly spaced.</summary>
    private const int MaxDrawn = 4000;

    /// <summary>Of more sources, that many are drawn, the first ones.</summary>
    private const int MaxTraces = 12;

    /// <summary>Of a larger matrix, no figure is drawn.</summary>
    private const int MaxCells = 900;

    /// <summary>The files that are always there, and those that are not.</summary>
    public static IReadOnlyList<string> FileNames { get; } =
    [
        "summary.md", "methods.csv", "starts.csv", "components.csv", "unmixing.csv", "mixing.csv", "centre.csv", "sources.csv", ModelFile,
        "traces.png", "traces.svg", "mixing.png", "mixing.svg", "images.png", "figures.md",
    ];

    /// <summary>The density of the columns, as <see cref="Targets.TargetFile"/> reads it.</summary>
    public const string ModelFile = "model.json";

    private SeparatedModel Model => separation.Models[0];

    private IReadOnlyList<string> Sources => [.. Enumerable.Range(1, Model.Sources.Count).Select(source => $"s{source}")];

    /// <summary>All files.</summary>
    /// <param name="verdicts">What the numbers mean, each with a word for what it is about.</param>
    public Report Compose(IEnumerable<(string Part, string Text)> verdicts)
    {
        double[,] sources = separation.SourcesOf(Model);
        List<Section> sections =
        [
            new Prose(
                "summary",
                $"Independent components of {names.Count} columns",
                string.Join("\n\n", verdicts.Select(verdict => $"**{verdict.Part}**: {verdict.Text}"))),
            DataTable.Create(
                "methods",
                separation.Models,
                new("method", model => model.Method),
                new("train_log_likelihood", model => model.TrainingLogLikelihood.Mean),
                new("test_log_likelihood", model => model.TestLogLikelihood.Mean),
                new("test_log_likelihood_se", model => model.TestLogLikelihood.StandardError),
                new("gradient_norm", model => model.GradientNorm),
                new("iterations", model => model.Iterations),
                new("converged", model => model.IsConverged),
                new("largest_distance_between_starts", model => model.StartDistance),
                new("amari_distance", model => model.DistanceFromTruth)),
            DataTable.Create(
                "starts",
                separation.Models.SelectMany(model => model.Starts.Select(start => (model.Method, Start: start))),
                new("method", item => item.Method),
                new("start", item => item.Start.Start),
                new("train_log_likelihood", item => item.Start.LogLikelihood),
                new("gradient_norm", item => item.Start.GradientNorm),
                new("iterations", item => item.Start.Iterations),
                new("converged", item => item.Start.IsConverged),
                new("amari_distance_from_best", item => item.Start.Distance)),
            DataTable.Create(
                "components",
                Model.Sources.Zip(Sources),
                new("component", item => item.Second),
                new("density", item => item.First.Density),
                new("share", item => item.First.Share),
                new("non_gaussianity", item => item.First.NonGaussianity.Mean),
                new("non_gaussianity_se", item => item.First.NonGaussianity.StandardError)),
            Matrix("unmixing", names, Model.Unmixing),
            Matrix("mixing", Sources, Model.Mixing),
            new DataTable("centre", names, [[.. separation.Preparation.Mean.Cast<object?>()]]),
            Matrix("sources", Sources, sources) with { IsInJson = false },
            Traces(sources),
        ];
        if (Model.Sources.Count == names.Count)
            sections.Add(new TextFile(ModelFile, JsonSerializer.Serialize(Target(), JsonFormat.Indented) + "\n"));
        if (Model.Mixing.Length is > 1 and <= MaxCells)
            sections.Add(MixingFigure());
        if (imageWidth is { } width)
            sections.Add(Images(sources, width));
        return new Report(sections);
    }

    private object Target() => new
    {
        Type = "ica",
        Base = Model.Sources.Select(source => source.Density),
        separation.Settings.DegreesOfFreedom,
        Unmixing = Enumerable.Range(0, names.Count).Select(row => Enumerable.Range(0, names.Count).Select(d => Model.Unmixing[row, d])),
        separation.Preparation.Mean,
    };

    private static DataTable Matrix(string name, IReadOnlyList<string> columns, double[,] values) => new(
        name,
        columns,
        [
            .. Enumerable.Range(0, values.GetLength(0)).Select(row => (IReadOnlyList<object?>)
                [.. Enumerable.Range(0, values.GetLength(1)).Select(column => (object?)values[row, column])]),
        ]);

    private Figure Traces(double[,] sources)
    {
        (int rows, int count) = (sources.GetLength(0), Math.Min(MaxTraces, sources.GetLength(1)));
        int[] drawn = SampleMatrix.EvenlySpaced(Math.Min(MaxDrawn, rows), rows);
        string some = (drawn.Length < rows ? $" Of {rows} rows, {drawn.Length} are drawn." : "")
            + (count < sources.GetLength(1) ? $" Of {sources.GetLength(1)} sources, the first {count} are drawn." : "");
        return new(
            "traces",
            $"The separated sources ({Model.Method}), each with its mean and standard deviation set to 0 and 1, by row.{some}",
            new Axis("Row"),
            new Axis("Source")
            {
                Ticks = Ticks.Texts([.. Enumerable.Range(0, count).Select(c => (Height(c), Sources[c]))]),
            },
            [.. Enumerable.Range(0, count).Select(c => new Series("", SeriesStyle.Of(0), Points(c))
            {
                HasMarkers = false,
                LineWidth = 0.8f,
            })])
        {
            IsRasterOnly = drawn.Length * count > 10_000,
        };

        // A source beyond four deviations may reach into its neighbours.
        double Height(int c) => -8.0 * c;

        Point[] Points(int c)
        {
            double[] values = [.. Enumerable.Range(0, rows).Select(row => sources[row, c])];
            var summary = Summary.Of(values);
            return [.. drawn.Select(row => new Point(row + 1, Height(c) + ((values[row] - summary.Mean) / summary.StandardDeviation)))];
        }
    }

    private Figure MixingFigure()
    {
        (int columns, int sources) = (Model.Mixing.GetLength(0), Model.Mixing.GetLength(1));
        var sizes = new double[columns, sources];
        for (int d = 0; d < columns; d++)
        {
            double largest = Enumerable.Range(0, sources).Max(c => Math.Abs(Model.Mixing[d, c] * Scale(c)));
            for (int c = 0; c < sources; c++)
                sizes[d, c] = largest > 0 ? Math.Abs(Model.Mixing[d, c] * Scale(c)) / largest : 0;
        }

        bool hasTexts = columns * sources <= 100;
        return new(
            "mixing",
            $"How much of each source ({Model.Method}) is in each column: the size of the entry of the mixing matrix, times the standard "
            + "deviation of the source, as a share of the largest in the row.",
            new Axis("Source") { Ticks = Ticks.Names(Sources), HasGrid = false, Limits = (-0.5, sources - 0.5) },
            new Axis("Column")
            {
                Ticks = Ticks.Names([.. names.Reverse()]),
                HasGrid = false,
                Limits = (-0.5, columns - 0.5),
            },
            [HeatMap.Matrix("", sizes, size => hasTexts ? NumberText.Fixed(size) : "")]);

        // The share that a source explains has its variance in it; the column of the mixing matrix has the rest.
        double Scale(int c)
        {
            double squares = Enumerable.Range(0, columns).Sum(
                d => Math.Pow(Model.Mixing[d, c] / separation.Preparation.Deviations[d], 2)) / columns;
            return squares > 0 ? Math.Sqrt(Model.Sources[c].Share / squares) : 0;
        }
    }

    private Figure Images(double[,] sources, int width)
    {
        const int PerRow = 4;
        (int rows, int count) = (sources.GetLength(0), Math.Min(MaxTraces, sources.GetLength(1)));
        double[][,] images = [.. Enumerable.Range(0, count).Select(Image)];
        return new(
            "images",
            $"The separated sources ({Model.Method}) as images {width} pixels wide, from their least value (black) to their largest.",
            new Axis(""),
            new Axis(""),
            [HeatMap.Images(images, Math.Min(PerRow, count))])
        {
            IsFrameless = true,
            IsRasterOnly = true,
        };

        double[,] Image(int c)
        {
            double[] values = [.. Enumerable.Range(0, rows).Select(row => sources[row, c])];
            (double low, double high) = (values.Min(), values.Max());
            var image = new double[rows / width, width];
            for (int row = 0; row < rows; row++)
                image[row / width, row % width] = (values[row] - low) / (high - low);
            return image;
        }
    }
}
