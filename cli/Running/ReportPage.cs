using Stein.Experiments.Files;
using Stein.Experiments.Pages;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;

namespace Stein.Cli.Running;

/// <summary><c>stein report --html</c>: one file with all tables, figures and verdicts, instead of folders.</summary>
internal sealed class ReportPage
{
    private const string DefaultFile = "report.html";

    private readonly Option<string?> html = new("--html")
    {
        Description = "write one HTML file with all tables, figures and verdicts, which needs nothing else, instead of folders "
            + $"[default file: {DefaultFile}]",
        HelpName = "file",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> from = Values.Text(
        "--from", "folder", "with --html: not from the store, but from the reports in the folders of this one, such as results");

    public void AddTo(Command command) => command.AddShared(html, from);

    /// <summary>The file that is asked for; null for none.</summary>
    /// <exception cref="UsageException">It is not a file that can be written.</exception>
    public string? File(ParseResult parsed)
    {
        if (parsed.GetResult(html) is null)
            return parsed.GetValue(from) is { } folder ? throw new UsageException($"--from {folder}: it is for --html; give both") : null;
        string file = parsed.GetValue(html) ?? DefaultFile;
        if (Path.GetExtension(file) is not (".html" or ".htm"))
            throw new UsageException($"--html {file}: it must be the name of a file that ends in .html; names of experiments go before it");
        OutputFile.Require("--html", file);
        return file;
    }

    /// <summary>Makes the page and writes it, whole or not at all.</summary>
    /// <param name="parts">What it is to show, each with the command that repeats its runs.</param>
    /// <returns>What it shows.</returns>
    /// <exception cref="UsageException">There is nothing to show.</exception>
    public Page Write(ParseResult parsed, string file, RunStore store, IReadOnlyList<(ReportPart Part, string Command)> parts)
    {
        Page page = parsed.GetValue(from) is { } folder ? OfFolder(folder, file, parts) : OfStore(store, parts);
        AtomicFile.WriteAllBytes(file, PageWriter.Write(page));
        return page;
    }

    private static Page OfStore(RunStore store, IReadOnlyList<(ReportPart Part, string Command)> parts)
    {
        PagePart[] shown =
        [
            .. parts.Select(part => StorePage.Part(
                store, part.Part.Experiment, new ReportRequest("", part.Part.Plan, part.Part.Scale), part.Command)).OfType<PagePart>(),
        ];
        return shown.Length == 0
            ? throw new UsageException($"--html: no run is finished in {store.Root}; there is nothing to show")
            : new(
                "Stein: report",
                $"Made by stein {BuildIdentity.Current} from the finished runs of a store. Errors are standard errors over seeds unless a "
                + "caption says otherwise.",
                shown);
    }

    private static Page OfFolder(string folder, string file, IReadOnlyList<(ReportPart Part, string Command)> parts)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"--from {folder}: there is no such folder. Give one with a folder for each experiment, such as results.");
        string link = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(file))!, Path.GetFullPath(folder)).Replace('\\', '/');
        PagePart[] shown =
        [
            .. parts.Select(part => FolderPage.Part(folder, link == "." ? "" : $"{link}/", part.Part.Experiment)).OfType<PagePart>(),
        ];
        return shown.Length == 0
            ? throw new UsageException($"--from {folder}: no folder of an experiment in it has a provenance.json; there is nothing to show")
            : new(
                "Stein: results",
                "What the published experiments of this repository gave: for each what was found, its tables, figures and numbers. Links lead "
                + "to the files beside this page. Errors are standard errors over seeds unless a caption says otherwise.",
                shown);
    }
}
