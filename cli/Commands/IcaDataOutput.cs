using System.Text.Json;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;
using Stein.Experiments.Separation;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein ica --data</c> prints and writes.</summary>
internal sealed class IcaDataOutput(IcaDataRequest request, SampleTable table, Separation separation)
{
    private const int MaxSources = 20;

    private readonly IReadOnlyList<string> names = table.CoordinateNames;
    private readonly IReadOnlyList<(string Part, string Text)> verdicts = IcaDataVerdicts.Of(separation, request.Settings);

    /// <summary>The files in the folder, of which figures are not always there.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [.. SeparationReport.FileNames, CommandProvenance.FileName];

    /// <summary>Writes the folder, if there is one to be written.</summary>
    /// <returns>The paths of the files.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public IReadOnlyList<string> WriteFiles()
    {
        if (request.Output is not { } folder)
            return [];
        Report report = new SeparationReport(separation, names, request.ImageWidth).Compose(verdicts);
        return ReportFiles.Write(
            report with { Sections = [.. report.Sections, CommandProvenance.File("ica --data", Provenance())] }, folder);
    }

    /// <summary>Tables and verdicts, or a line of JSON.</summary>
    public void Print(IReadOnlyList<string> files)
    {
        if (request.Json)
        {
            Terminal.Text.WriteLine(JsonSerializer.Serialize(Summary(files), JsonFormat.Line));
            return;
        }

        if (request.Quiet)
            return;
        SampleFileOptions.WriteTo(Console.Error, request.Subject, table);
        PrintModels();
        PrintSources();
        foreach ((string part, string text) in verdicts)
            Terminal.Text.WriteLine($"{part}: {text}");
        if (files.Count > 0)
            Terminal.Text.WriteLine($"{files.Count} files (sources, matrices, tables, figures, provenance) are in {request.Output}");
    }

    private void PrintModels()
    {
        bool hasTest = separation.TestRows.Count > 0;
        List<Column<SeparatedModel>> columns =
        [
            new("method", model => model.Method),
            new("log-likelihood, fitted", model => NumberText.Fixed(model.TrainingLogLikelihood.Mean, 4)),
        ];
        if (hasTest)
        {
            columns.Add(new("held out", model => NumberText.WithError(
                model.TestLogLikelihood.Mean, model.TestLogLikelihood.StandardError, 4)));
        }

        columns.Add(new("gradient norm", model => SignificantText.Number(model.GradientNorm)));
        columns.Add(new("converged", Convergence));
        columns.Add(new("starts differ by", model => NumberText.Fixed(model.StartDistance, 4)));
        if (request.TrueMixing is not null)
            columns.Add(new("Amari distance", model => NumberText.Fixed(model.DistanceFromTruth, 4)));
        string held = hasTest ? $", {separation.TestRows.Count} held out" : "";
        Column<SeparatedModel>.Print(
            $"{separation.Preparation.Components} sources in {names.Count} columns, {separation.TrainingRows.Count} rows fitted{held}",
            columns,
            separation.Models);
    }

    private void PrintSources()
    {
        SeparatedModel model = separation.Models[0];
        (int Number, SeparatedSource Source)[] shown =
            [.. model.Sources.Take(MaxSources).Select((source, index) => (index + 1, source))];
        string some = shown.Length < model.Sources.Count ? $", the first {MaxSources} of {model.Sources.Count}" : "";
        Column<(int Number, SeparatedSource Source)>.Print(
            $"Sources by {model.Method}{some}",
            [
                new("source", item => $"s{item.Number}"),
                new("density", item => item.Source.Density),
                new("share of the variance", item => $"{NumberText.Fixed(100 * item.Source.Share, 1)} %"),
                new("nats above a normal density", item => NumberText.WithError(
                    item.Source.NonGaussianity.Mean, item.Source.NonGaussianity.StandardError, 3)),
            ],
            shown);
    }

    private static string Convergence(SeparatedModel model)
        => model.IsConverged switch { true => "yes", false => "no", null => "fixed length" };

    private object Summary(IReadOnlyList<string> files) => new
    {
        Schema = "stein.ica.data/1",
        Input = Input(),
        Sources = separation.Preparation.Components,
        RowsFitted = separation.TrainingRows.Count,
        RowsHeldOut = separation.TestRows.Count,
        Centre = separation.Preparation.Mean,
        Centred = request.Settings.IsCentred,
        Whitened = request.Settings.IsWhitened,
        separation.Preparation.ExplainedShare,
        request.Settings.Seed,
        request.Settings.Tolerance,
        Methods = separation.Models.Select(model => new
        {
            model.Method,
            TrainLogLikelihood = model.TrainingLogLikelihood.Mean,
            TestLogLikelihood = model.TestLogLikelihood.Mean,
            TestLogLikelihoodSe = model.TestLogLikelihood.StandardError,
            model.GradientNorm,
            model.Iterations,
            Converged = model.IsConverged,
            LargestDistanceBetweenStarts = model.StartDistance,
            AmariDistance = model.DistanceFromTruth,
            model.Starts,
            Components = model.Sources.Select(source => new
            {
                source.Density,
                source.Share,
                NonGaussianity = source.NonGaussianity.Mean,
                NonGaussianitySe = source.NonGaussianity.StandardError,
            }),
            Unmixing = Rows(model.Unmixing),
            Mixing = Rows(model.Mixing),
        }),
        Verdicts = verdicts.Select(verdict => new { verdict.Part, verdict.Text }),
        Files = files,
    };

    private object[] Input() => [SampleFileOptions.Summary("--data", request.Data, table)];

    private static double[][] Rows(double[,] matrix) =>
    [
        .. Enumerable.Range(0, matrix.GetLength(0)).Select(
            row => Enumerable.Range(0, matrix.GetLength(1)).Select(column => matrix[row, column]).ToArray()),
    ];

    private object Provenance() => new
    {
        Input = Input(),
        request.TrueMixing,
        request.Settings.Methods,
        request.Settings.Base,
        request.Settings.DegreesOfFreedom,
        request.Settings.Components,
        request.Settings.IsCentred,
        request.Settings.IsWhitened,
        request.Settings.TestShare,
        request.Settings.Seed,
        request.Settings.Starts,
        request.Settings.Tolerance,
        request.Settings.MaxIterations,
        request.Settings.Stein.Iterations,
        request.Settings.Stein.Batch,
        request.Settings.Stein.LearningRate,
        Preparation = new
        {
            separation.Preparation.Mean,
            separation.Preparation.Deviations,
            separation.Preparation.Forward,
            separation.Preparation.ExplainedShare,
        },
    };
}
