using System.Text.Json;
using Stein.Engine.Estimators;
using Stein.Experiments.Files;
using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein score</c> writes: the scores, and what was done, for people or for programs.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="samples">What the estimate was made from.</param>
/// <param name="scores">M×D, row-major.</param>
internal sealed class ScoreOutput(ScoreRequest request, string device, SampleTable samples, ScoreEstimate estimate, double[] scores)
{
    /// <summary>How the regularisation was selected; null if it was not.</summary>
    public HeldOutSelection? Selection { get; init; }

    /// <summary>The score-matching loss at the samples that judge; null without any.</summary>
    public double? Loss { get; init; }

    /// <summary>The other files that were read, with their options.</summary>
    public IReadOnlyList<(string Option, string Path, SampleTable Table)> Others { get; init; } = [];

    private IEnumerable<(string Option, string Path, SampleTable Table)> Files => Others.Prepend(("--samples", request.Samples, samples));

    private int Points => scores.Length / samples.Columns;

    /// <exception cref="IOException">The file cannot be written; one that was there is unchanged.</exception>
    public void WriteTo(string path) => AtomicFile.Write(path, Write);

    public void WriteToPipe()
    {
        using Stream output = Console.OpenStandardOutput();
        Write(output);
    }

    /// <summary>Says what was done: JSON on standard output, text on standard error, since the scores may be on standard output.</summary>
    public void Report()
    {
        if (request.Json)
            Console.Out.WriteLine(JsonSerializer.Serialize(Summary(), JsonFormat.Line));
        else if (!request.Quiet)
            Print(Console.Error);
    }

    private void Write(Stream stream)
    {
        IEnumerable<string> header = Enumerable.Range(0, samples.Columns)
            .Select(column => $"score_{samples.Names?[column] ?? $"{column + 1}"}");
        CsvFile.WriteCells(stream, [header, .. scores.Chunk(samples.Columns).Select(row => row.Cast<object?>())]);
    }

    private void Print(TextWriter text)
    {
        foreach ((string option, string file, SampleTable table) in Files)
            SampleFileOptions.WriteTo(text, $"{option} {file}", table);
        text.WriteLine(
            $"{request.Estimator.Title}: {samples.Rows} samples, D = {samples.Columns}, kernel {request.Settings.Kernel}, "
            + $"bandwidth h = {Digits(estimate.Bandwidth)}{(request.Standardise ? " standard deviations" : "")}, "
            + $"{request.Estimator.RegularisationName} {Digits(estimate.Regularisation)} ({How()}), device {device}");
        if (estimate.Remark is { } remark)
            text.WriteLine(remark);
        if (Selection is not null)
        {
            text.WriteLine(
                $"{request.Estimator.RegularisationName} and score-matching loss at the samples held out{HowHeldOut(Selection)}:");
            foreach ((double candidate, double loss) in Selection.Candidates.Zip(Selection.Losses))
            {
                string value = double.IsFinite(loss) ? Digits(loss) : "no estimate";
                text.WriteLine($"  {Digits(candidate),10}  {value,12}{(candidate == Selection.Regularisation ? "  selected" : "")}");
            }
        }

        if (Loss is { } judged)
        {
            string of = request.Standardise ? " of the standardised samples" : "";
            text.WriteLine($"score-matching loss{of} at {request.Judges}: {Digits(judged)}");
        }

        if (request.Output is { } path)
            text.WriteLine($"scores at {Points} points are in {path}");
    }

    private object Summary() => new
    {
        Schema = "stein.score/1",
        Estimator = request.Estimator.Name,
        Samples = samples.Rows,
        Dimension = samples.Columns,
        Points,
        Input = Files.Select(file => SampleFileOptions.Summary(file.Option, [file.Path], file.Table)),
        Standardised = request.Standardise,
        request.Settings.Kernel,
        estimate.Bandwidth,
        estimate.Regularisation,
        RegularisationName = request.Estimator.RegularisationName,
        ChosenBy = How(),
        HeldOut = Selection?.Candidates.Zip(Selection.Losses, (candidate, loss) => new { Regularisation = candidate, Loss = loss }),
        HeldOutFolds = Selection?.Folds.ToString().ToLowerInvariant(),
        AutocorrelationTime = Selection?.AutocorrelationTime,
        Seed = request.IsHeldOut ? request.Seed : (uint?)null,
        ScoreMatchingLoss = Loss,
        Device = device,
        estimate.Remark,
        File = request.Output,
    };

    private static string HowHeldOut(HeldOutSelection selection)
    {
        string folds = selection.Folds == HeldOutFolds.Blocks ? " in consecutive blocks" : " at random";
        return selection.AutocorrelationTime is { } time ? $"{folds} (autocorrelation time {Math.Round(time, 1)} samples)" : folds;
    }

    private string How() => request.IsHeldOut ? "held-out" : request.Settings.Regularisation is null ? "rule" : "given";

    private static string Digits(double value) => value.ToString("G6");
}
