using Stein.Experiments.Files;
using Stein.Experiments.Pages;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;

namespace Stein.Cli.Running;

/// <summary><c>stein report --html</c>: one file with all tables, figures and verdicts, instead of folders.</summary>
internal sealed class ReportPage
{
    private const string DefaultFile = "report.html";

    /// <summary>A thousand files are looked for in some milliseconds.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Option<string?> html = new("--html")
    {
        Description = "write one HTML file with all tables, figures and verdicts, which needs nothing else, instead of folders "
            + $"[default file: {DefaultFile}]",
        HelpName = "file",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> from = Values.Text(
        "--from", "folder", "with --html: not from the store, but from the reports in the folders of this one, such as results");

    private readonly Option<bool> watch = Values.Flag(
        "--watch", "with --html: write the file again whenever a run is finished, until all are or a signal comes");

    private readonly Option<string> compare = Values.Text(
        "--compare", "folder", "with --html: beside the tables, how far each number is from that of another store or folder of reports");

    public void AddTo(Command command) => command.AddShared(html, from, watch, compare);

    /// <summary>Whether the file is to be written again as runs finish.</summary>
    /// <exception cref="UsageException">There are no runs to wait for.</exception>
    public bool IsWatched(ParseResult parsed) => parsed.GetValue(watch)
        && (parsed.GetValue(from) is not { } folder
            ? true : throw new UsageException($"--watch: the reports in {folder} have no runs to wait for; leave out --from or --watch"));

    /// <summary>The file that is asked for; null for none.</summary>
    /// <exception cref="UsageException">It is not a file that can be written.</exception>
    public string? File(ParseResult parsed)
    {
        if (parsed.GetResult(html) is null)
        {
            return parsed.GetValue(from) is { } folder ? throw new UsageException($"--from {folder}: it is for --html; give both")
                : parsed.GetValue(watch) ? throw new UsageException("--watch: it is for --html; give both")
                : parsed.GetValue(compare) is { } other ? throw new UsageException($"--compare {other}: it is for --html; give both")
                : null;
        }

        string file = parsed.GetValue(html) ?? DefaultFile;
        if (Path.GetExtension(file) is not (".html" or ".htm"))
            throw new UsageException($"--html {file}: it must be the name of a file that ends in .html; names of experiments go before it");
        OutputFile.Require("--html", file);
        return file;
    }

    /// <summary>Makes the page and writes it, whole or not at all.</summary>
    /// <param name="parts">What it is to show, each with the command that repeats its runs.</param>
    /// <returns>What it shows; null where no run is finished, and nothing is written.</returns>
    /// <exception cref="UsageException">There is no such folder of reports, or nothing to compare with.</exception>
    public Page? Write(ParseResult parsed, string file, RunStore store, IReadOnlyList<(ReportPart Part, string Command)> parts)
    {
        Page page = parsed.GetValue(from) is { } folder ? OfFolder(folder, file, parts) : OfStore(store, parts);
        if (page.Parts.Count == 0)
            return null;
        if (parsed.GetValue(compare) is { } other)
            page = page.ComparedWith(Other(other, file, parts), other);
        AtomicFile.WriteAllBytes(file, PageWriter.Write(page));
        return page;
    }

    /// <summary>Waits until another run of the plan is finished.</summary>
    /// <param name="finished">How many were.</param>
    /// <returns>How many are; none fewer than the plan has where all were finished already.</returns>
    /// <exception cref="OperationCanceledException">A signal came.</exception>
    public static int Wait(RunStore store, IReadOnlyList<ReportPart> parts, int finished, Interruption interruption)
    {
        RunConfig[] plan = [.. parts.SelectMany(part => part.Plan)];
        while (true)
        {
            int now = plan.Count(run => System.IO.File.Exists(Path.Combine(store.FolderOf(run), RunFiles.Result)));
            if (now != finished || now == plan.Length)
                return now;
            interruption.Token.WaitHandle.WaitOne(Interval);
            interruption.Token.ThrowIfCancellationRequested();
        }
    }

    private static Page OfStore(RunStore store, IReadOnlyList<(ReportPart Part, string Command)> parts) => StorePage.Create(
        store, parts.Select(part => (part.Part.Experiment, new ReportRequest("", part.Part.Plan, part.Part.Scale), part.Command)));

    /// <summary>What the page is compared with: reports in folders, or else the runs of a store.</summary>
    private static Page Other(string folder, string file, IReadOnlyList<(ReportPart Part, string Command)> parts)
    {
        if (!Directory.Exists(folder))
            throw new UsageException($"--compare {folder}: there is no such folder. Give a store, or a folder of reports such as results.");
        Page reports = OfFolder(folder, file, parts), other = reports.Parts.Count > 0 ? reports : OfStore(new RunStore(folder), parts);
        return other.Parts.Count > 0
            ? other
            : throw new UsageException($"--compare {folder}: it has neither reports nor finished runs of any experiment of the page.");
    }

    private static Page OfFolder(string folder, string file, IReadOnlyList<(ReportPart Part, string Command)> parts)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException(
                $"--from {folder}: there is no such folder. Give one with a folder for each experiment, such as results.");
        }

        string link = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(file))!, Path.GetFullPath(folder)).Replace('\\', '/');
        return FolderPage.Create(folder, link == "." ? "" : $"{link}/", parts.Select(part => part.Part.Experiment));
    }
}
