using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Stein.Experiments;
using Stein.Experiments.Pages;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests;
using Stein.Tests;

namespace Stein.Html.Tests;

/// <summary>Pages to be tested, and what is in them.</summary>
internal static partial class Pages
{
    private static readonly Lazy<Page> MadeGallery = new(() => OfResults(ExperimentRegistry.All));

    private static readonly Lazy<string> WrittenGallery = new(() => Encoding.UTF8.GetString(PageWriter.Write(MadeGallery.Value)));

    private static readonly Lazy<IHtmlDocument> ReadGallery = new(() => Parse(Gallery));

    /// <summary>The folder of the committed results.</summary>
    public static string Results => Path.Combine(Repository.Folder, "results");

    /// <summary>The committed page.</summary>
    public static string GalleryFile => Path.Combine(Results, "index.html");

    /// <summary>The page of the committed results, as it is made of their files.</summary>
    public static Page GalleryPage => MadeGallery.Value;

    public static string Gallery => WrittenGallery.Value;

    public static IHtmlDocument ParsedGallery => ReadGallery.Value;

    public static Page OfResults(IEnumerable<Experiment> experiments) => FolderPage.Create(Results, "", experiments);

    /// <summary>
    /// A store with the finished runs of an experiment's test grid, in double precision, and what a report of it is to be made of.
    /// </summary>
    public static (Experiment Experiment, RunStore Store, ReportRequest Request) Golden(string name, TemporaryFolder folder)
    {
        string archive = Path.Combine(Repository.Folder, "tests/golden/experiments", name, "store.tar.gz");
        using var stream = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(stream, Directory.CreateDirectory(folder.File("store")).FullName, overwriteFiles: false);
        Experiment experiment = ExperimentRegistry.All.Single(candidate => candidate.Name == name);
        return (
            experiment,
            new RunStore(folder.File("store")),
            new ReportRequest(folder.File("report"), experiment.Grid(GridScale.Test, Precision.Double), GridScale.Test));
    }

    public static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    /// <summary>The text of what a page has compressed. Two processors may compress it differently.</summary>
    public static string Unpacked(string packed)
    {
        IEnumerable<byte> bytes = packed.Replace('}', '<').Chunk(5).SelectMany(signs =>
        {
            long word = signs.Concat("|||||").Take(5).Aggregate(0L, (sum, sign) => (85 * sum) + (sign - '('));
            return new[] { word >> 24, word >> 16, word >> 8, word }.Take(signs.Length - 1).Select(part => (byte)part);
        });
        using var gzip = new GZipStream(new MemoryStream([.. bytes]), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }

    /// <summary>A page with everything in it that is compressed as text.</summary>
    public static string WithUnpacked(string html)
        => Block().Replace(html, match => match.Groups[1].Value + Unpacked(match.Groups[2].Value));

    [GeneratedRegex("(<script type=\"text/plain\"[^>]*>)([^<]*)")]
    private static partial Regex Block();
}
