using System.Text.Json;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Thinning;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;
using Stein.Experiments.Thinning;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein thin</c> writes: the selected samples, and what was done, for people or for programs.</summary>
internal sealed class ThinOutput(
    ThinRequest request, SampleTable samples, SteinThinning thinning, ThinnedSamples thinned)
{
    private IReadOnlyList<string> written = [];

    /// <summary>The files in the folder, of which large figures lack the SVG.</summary>
    public static IReadOnlyList<string> FileNames { get; } =
        ["thinned.csv", "sets.csv", "figures.md", "plane.png", "plane.svg", CommandProvenance.FileName];

    /// <summary>The importance weights; null for none.</summary>
    public double[]? Weights { get; init; }

    /// <summary>How the selected samples compare with others; none where that was not asked for.</summary>
    public required IReadOnlyList<ThinnedSet> Sets { get; init; }

    /// <summary>The number of samples from which the MMD is measured.</summary>
    public required int ReferenceRows { get; init; }

    /// <summary>Whether the samples are as wide as the target, and whether the scores have the right sign.</summary>
    public required SteinIdentity Identity { get; init; }

    /// <summary>The coordinates of the figure; the second is null for the row.</summary>
    public required (int First, int? Second) Plane { get; init; }

    private ThinningReport Made => new(samples, thinned, Weights, Sets);

    private int DistinctRows => thinned.Rows.Distinct().Count();

    /// <exception cref="IOException">A file cannot be written.</exception>
    public void WriteTo(string folder)
    {
        Report report = Made.Compose(Plane.First, Plane.Second);
        written = ReportFiles.Write(
            report with { Sections = [.. report.Sections, CommandProvenance.File("thin", Summary())] }, folder);
    }

    public void WriteToPipe()
    {
        using Stream output = Console.OpenStandardOutput();
        Made.Rows().WriteCsv(output);
    }

    /// <summary>Says what was done: JSON on standard output, text on standard error, since samples may be on standard output.</summary>
    public void Report()
    {
        if (request.Json)
            Console.Out.WriteLine(JsonSerializer.Serialize(Summary(), JsonFormat.Line));
        else if (!request.Quiet)
            Print(Console.Error);
    }

    private void Print(TextWriter text)
    {
        SampleFileOptions.WriteTo(text, request.Files.Subject, samples);
        string scale = request.Settings.Length is { } length ? $"length {Digits(length)}" : $"preconditioner {Rule}";
        string units = request.Settings.IsStandardised ? "coordinates divided by their mean absolute deviations" : "coordinates as given";
        text.WriteLine(
            $"Stein thinning: {thinned.Rows.Count} of {samples.Rows} samples, {DistinctRows} of them distinct, D = {samples.Columns}, "
            + $"kernel {request.Settings.Kernel}, {scale}, {units}");
        text.WriteLine($"Stein identity ratio of the samples {Digits(Identity.Ratio)} (1 where they follow the target).{SignHint()}");
        text.WriteLine($"  {"",-18} {"KSD",-11} {"MMD from the samples",-11}");
        foreach (ThinnedSet set in Sets)
            text.WriteLine($"  {$"{set.Points} {set.Name}",-18} {Digits(set.Ksd),-11} {(double.IsNaN(set.Mmd) ? "" : Digits(set.Mmd))}");
        text.WriteLine($"random: the means of {ThinningComparison.RandomSets} sets.{ReferenceNote()}");
        if (request.Output is { } folder)
            text.WriteLine($"{string.Join(", ", written.Select(Path.GetFileName))} are in {folder}");
    }

    private string ReferenceNote()
        => ReferenceRows < samples.Rows ? $" MMD: from {ReferenceRows} samples, evenly spaced." : "";

    private string SignHint()
        => Identity.Ratio is > -2 and < -0.5
            ? " It is near −1: the scores may be gradients of the negative log-density. If they are, "
                + (request.Files.AreScoresNegated ? "leave out --negate-scores." : "give --negate-scores.")
            : "";

    private string Rule => Preconditioner.RuleNames[(int)request.Settings.Preconditioner];

    private object Summary() => new
    {
        Schema = "stein.thin/1",
        Samples = samples.Rows,
        Dimension = samples.Columns,
        Points = thinned.Rows.Count,
        DistinctRows,
        Input = request.Files.Summary(samples),
        request.Settings.Kernel,
        Preconditioner = request.Settings.Length is null ? Rule : "length",
        request.Settings.Length,
        Standardised = request.Settings.IsStandardised,
        thinning.Scales,
        thinning.PrecisionMatrix,
        SteinIdentityRatio = Identity.Ratio,
        Sets = Sets.Select(set => new
        {
            set.Name,
            set.Points,
            set.Ksd,
            KsdMin = set.KsdRange?.Min,
            KsdMax = set.KsdRange?.Max,
            set.Mmd,
            MmdMin = set.MmdRange?.Min,
            MmdMax = set.MmdRange?.Max,
        }),
        RandomSets = ThinningComparison.RandomSets,
        MmdReferenceRows = ReferenceRows,
        request.Seed,
        ImportanceWeights = Weights is not null,
        Rows = thinned.Rows,
        Folder = request.Output,
    };

    private static string Digits(double value) => value.ToString("G6");
}
