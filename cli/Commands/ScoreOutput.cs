using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Stein.Engine.Estimators;
using Stein.Experiments.Reports;

namespace Stein.Cli;

/// <summary>What <c>stein score</c> writes: the scores, and what was done, for people or for programs.</summary>
internal sealed class ScoreOutput(
    ScoreRequest request, string device, NumericCsv samples, ScoreEstimate estimate, HeldOutSelection? selection)
{
    /// <param name="scores">M×D, row-major.</param>
    /// <exception cref="IOException">The file cannot be written; one that was there is unchanged.</exception>
    public void Write(double[] scores)
    {
        if (request.Output is { } path)
        {
            AtomicFile.Write(path, stream => WriteCsv(stream, scores));
        }
        else
        {
            using Stream output = Console.OpenStandardOutput();
            WriteCsv(output, scores);
        }

        if (request.Json)
            Console.Out.WriteLine(JsonSerializer.Serialize(Summary(), JsonFormat.Line));
        else if (!request.Quiet)
            Print(scores.Length / samples.Columns);
    }

    private void WriteCsv(Stream stream, double[] scores)
    {
        using var csv = CsvWriter.Create(stream, CsvWriterOptions.Default with { NewLine = "\n", HasHeader = false }, leaveOpen: true);
        for (int column = 0; column < samples.Columns; column++)
            csv.WriteField($"score_{samples.Names?[column] ?? (column + 1).ToString(CultureInfo.InvariantCulture)}");
        csv.EndRecord();
        for (int index = 0; index < scores.Length; index++)
        {
            csv.WriteField(scores[index], "R", CultureInfo.InvariantCulture);
            if ((index + 1) % samples.Columns == 0)
                csv.EndRecord();
        }
    }

    /// <summary>On standard error, since the scores may be on standard output.</summary>
    private void Print(int points)
    {
        TextWriter text = Console.Error;
        text.WriteLine(
            $"{request.Estimator.Title}: {samples.Rows} samples, D = {samples.Columns}, kernel {request.Settings.Kernel}, "
            + $"bandwidth h = {Digits(estimate.Bandwidth)}, {request.Estimator.RegularisationName} {Digits(estimate.Regularisation)} ({How()})");
        if (selection is not null)
        {
            text.WriteLine("score-matching loss at the samples held out:");
            foreach ((double candidate, double loss) in selection.Candidates.Zip(selection.Losses))
                text.WriteLine($"  {Digits(candidate),10}  {Digits(loss),12}{(candidate == selection.Regularisation ? "  selected" : "")}");
        }

        if (request.Output is { } path)
            text.WriteLine($"scores at {points} points are in {path}");
    }

    private object Summary() => new
    {
        Schema = "stein.score/1",
        Estimator = request.Estimator.Name,
        Samples = samples.Rows,
        Dimension = samples.Columns,
        request.Settings.Kernel,
        estimate.Bandwidth,
        estimate.Regularisation,
        RegularisationName = request.Estimator.RegularisationName,
        ChosenBy = How(),
        HeldOut = selection?.Candidates.Zip(selection.Losses, (candidate, loss) => new { Regularisation = candidate, Loss = loss }),
        Device = device,
        File = request.Output,
    };

    private string How() => request.IsHeldOut ? "held-out" : request.Settings.Regularisation is null ? "rule" : "given";

    private static string Digits(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
