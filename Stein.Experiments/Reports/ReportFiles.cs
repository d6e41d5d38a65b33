using System.Text;
using Stein.Experiments.Files;

namespace Stein.Experiments.Reports;

/// <summary>The files of a report: CSV, Markdown, LaTeX, PNG and SVG.</summary>
internal static class ReportFiles
{
    /// <summary>Each writes the files of the sections that it knows, and returns their paths.</summary>
    private static readonly Func<Report, string, IEnumerable<string>>[] Writers =
    [
        (report, folder) => Each<TextFile>(report, folder, "", (file, stream) => stream.Write(Encoding.UTF8.GetBytes(file.Content))),
        (report, folder) => Each<DataTable>(report, folder, ".csv", (data, stream) => data.WriteCsv(stream)),
        Markdown.Write,
        Latex.Write,
        (report, folder) => report.Sections.OfType<Figure>().SelectMany(
            figure => Canvas.Save(FigureDrawing.Draw(figure), folder, figure.Name, hasVectors: !figure.IsRasterOnly)),
    ];

    /// <summary>Writes all files; the folder is made if it is missing.</summary>
    /// <returns>Their paths.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(Report report, string folder) => [.. Writers.SelectMany(write => write(report, folder))];

    /// <summary>Writes a file for each section of one kind.</summary>
    public static IEnumerable<string> Each<TSection>(Report report, string folder, string ending, Action<TSection, Stream> write)
        where TSection : Section
    {
        foreach (TSection section in report.Sections.OfType<TSection>().Where(section => section is not Table { IsInFiles: false }))
        {
            string path = Path.Combine(folder, section.Name + ending);
            AtomicFile.Write(path, stream => write(section, stream));
            yield return path;
        }
    }

    /// <summary>Writes text with line feeds.</summary>
    public static void Text(Stream stream, IEnumerable<string> lines)
        => stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n"))));
}
