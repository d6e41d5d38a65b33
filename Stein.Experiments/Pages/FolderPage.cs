using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsvHelper;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Pages;

/// <summary>A page of reports as they are in their folders, without the runs: of the committed results.</summary>
internal static partial class FolderPage
{
    /// <summary>The numbers that reports compare with published ones, by the names of their columns.</summary>
    private static readonly string[] ComparedColumns = ["comparable", "mean_difference", "power", "error_rate"];

    private static readonly string[] PublishedColumns = ["published", "paper"];

    /// <summary>The columns that say what a row is.</summary>
    private static readonly string[] LabelColumns =
        ["comparison", "method", "problem", "test", "decision", "dimension", "difference", "hidden", "samples", "sigma"];

    /// <summary>The page of the experiments whose folders have a report.</summary>
    /// <inheritdoc cref="Part" path="/param"/>
    /// <inheritdoc cref="Part" path="/exception"/>
    public static Page Create(string folder, string link, IEnumerable<Experiment> experiments) => new(
        "Stein: results",
        "What the published experiments gave: for each what was found, its tables, figures and numbers. Links lead to the files beside "
        + "this page. Errors are standard errors over seeds unless a caption says otherwise.",
        [.. experiments.Select(experiment => Part(folder, link, experiment)).OfType<PagePart>()]);

    /// <summary>What the page shows of one experiment; null where its folder has no report.</summary>
    /// <param name="folder">The folder with a folder for each experiment.</param>
    /// <param name="link">The same folder relative to the page, with a slash at the end; empty for that of the page itself.</param>
    /// <exception cref="InvalidDataException">A file is not what a report writes; names it.</exception>
    private static PagePart? Part(string folder, string link, Experiment experiment)
    {
        string own = Path.Combine(folder, experiment.Name);
        string provenance = Path.Combine(own, "provenance.json");
        if (!File.Exists(provenance))
            return null;
        try
        {
            JsonObject document = JsonNode.Parse(File.ReadAllText(provenance))!.AsObject();
            RunRecord[] runs = [.. Runs(document)];
            Progress progress = new(document["finished"]!.GetValue<int>(), document["expected"]!.GetValue<int>());
            int seeds = runs.Select(run => run.Config["seed"]?.ToString()).OfType<string>().Distinct().Count();
            string[] csv = [.. Files(own, "*.csv")];
            return new PagePart(experiment.Name, experiment.Title)
            {
                Source = experiment.Source,
                Finding = File.Exists(Path.Combine(own, "README.md")) ? Finding(File.ReadAllText(Path.Combine(own, "README.md"))) : "",
                Runs = progress,
                // Which seeds a report was to have is known where it has all of them.
                Seeds = progress.Done == progress.Planned ? new(seeds, seeds) : default,
                Comparisons = [.. csv.SelectMany(Comparisons)],
                Tables = [.. Files(own, "*.md").Where(IsTable).SelectMany(
                    path => MarkdownTable.Read(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path)))],
                Figures = [.. Figures(own)],
                Data = [.. csv.Select(path => new PageData(
                    Path.GetFileName(path), File.ReadLines(path).Count() - 1, File.ReadAllBytes(path), IsInPage: false))],
                Provenance = RunRecord.Describe(runs, experiment.Settings, $"stein reproduce {experiment.Name}"),
                Folder = $"{link}{experiment.Name}/",
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new InvalidDataException($"{provenance} cannot be read: {exception.Message}", exception);
        }
    }

    private static IEnumerable<string> Files(string folder, string pattern)
        => Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal);

    private static bool IsTable(string path) => Path.GetFileName(path) is not ("README.md" or "figures.md");

    /// <summary>The runs of <c>provenance.json</c>: each has what differs, and the document what all share.</summary>
    private static IEnumerable<RunRecord> Runs(JsonObject document)
    {
        JsonNode shared = document["shared"]!;
        return document["runs"]!.AsArray().Select(run => new RunRecord(
            run!["id"]!.GetValue<string>(),
            Merged(shared["config"], run["config"]),
            [
                .. run["sessions"]!.AsArray().Select(
                    session => Merged(shared["sessions"], session).Deserialize<RunSession>(JsonFormat.Line)!),
            ]));
    }

    private static JsonObject Merged(JsonNode? first, JsonNode? second)
        => new(((JsonNode?[])[first, second]).SelectMany(part => part?.AsObject() ?? []).Select(
            member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    /// <summary>
    /// The paragraph below the heading of a README, without a last sentence that goes on in a command, and what was found: its first list,
    /// or where it has none, what comes before the next heading.
    /// </summary>
    private static string Finding(string readme)
    {
        string[] blocks = [.. readme.ReplaceLineEndings("\n").Split("\n\n").Select(block => block.Trim('\n')).Skip(1)];
        int list = Array.FindIndex(blocks, block => block.StartsWith("- ", StringComparison.Ordinal));
        // A list that ends with a colon goes on in the table below.
        int end = list + (list > 0 && blocks[list].EndsWith(':') ? 2 : 1);
        IEnumerable<string> found = list > 0 ? [GoesOn().Replace(blocks[0], ""), .. blocks[list..Math.Min(end, blocks.Length)]]
            : blocks.TakeWhile(block => !block.StartsWith('#'));
        return string.Join("\n\n", found);
    }

    private static IEnumerable<PageFigure> Figures(string folder)
    {
        string path = Path.Combine(folder, "figures.md");
        if (!File.Exists(path))
            return [];
        return Caption().Matches(File.ReadAllText(path).ReplaceLineEndings("\n")).Select(match =>
        {
            string name = match.Groups["name"].Value;
            string svg = Path.Combine(folder, $"{name}.svg");
            return new PageFigure(name, match.Groups["caption"].Value.Trim(), File.Exists(svg) ? File.ReadAllText(svg) : null);
        });
    }

    /// <summary>The rows of a CSV file that have a published number and a verdict.</summary>
    private static IEnumerable<PublishedComparison> Comparisons(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default, leaveOpen: true);
        csv.ReadHeader();
        string[] header = [.. csv.Headers];
        string? ours = ComparedColumns.FirstOrDefault(header.Contains);
        string? published = PublishedColumns.FirstOrDefault(header.Contains);
        if (ours is null || published is null || !header.Contains("verdict"))
            yield break;
        while (csv.Read())
        {
            string verdict = csv.GetString("verdict");
            if (!double.TryParse(csv.GetString(published), CultureInfo.InvariantCulture, out double number) || verdict is "" or "–")
                continue;
            string row = string.Join(", ", LabelColumns.Where(header.Contains).Select(column => (column, Text: csv.GetString(column)))
                .Where(cell => cell.Text.Length > 0)
                .Select(cell => double.TryParse(cell.Text, CultureInfo.InvariantCulture, out _)
                    ? $"{cell.column} {cell.Text}"
                    : cell.Text));
            yield return new(row, double.Parse(csv.GetString(ours), CultureInfo.InvariantCulture), number, verdict, verdict == "agrees");
        }
    }

    [GeneratedRegex(@"(?<=\.)[^.]*:\z")]
    private static partial Regex GoesOn();

    [GeneratedRegex(@"^## (?<name>.+)\n\n(?<caption>(?:(?!^## ).*\n?)*)", RegexOptions.Multiline)]
    private static partial Regex Caption();
}
