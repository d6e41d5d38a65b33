using System.Formats.Tar;
using System.IO.Compression;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Golden;

/// <summary>Compares what an experiment does with what <c>tests/golden/experiments</c> says it did; see the README there.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="golden">The folder of its golden files.</param>
/// <param name="work">An empty folder for what is found, kept for a person to read where something differs.</param>
/// <param name="rewrite">Whether a golden file that differs is replaced by what is found.</param>
internal sealed class GoldenExperiment(Experiment experiment, string golden, string work, bool rewrite)
{
    private const string ArithmeticFile = "arithmetic.txt";
    private const int LinesShown = 5;

    private readonly List<string> changes = [];

    /// <summary>What differed so far: each entry names a golden file and shows the first lines of the difference.</summary>
    public IReadOnlyList<string> Changes => changes;

    /// <summary>Whether this machine computes with the bits of the one that the golden results come from.</summary>
    public bool ArithmeticIsSame { get; private set; }

    /// <summary>The id, its first 16 digits, and the config of every run of every grid.</summary>
    public void CheckRuns()
        => Check("runs.txt.gz", [
            .. from scale in Enum.GetValues<GridScale>()
               from run in experiment.Grid(scale)
               select $"{scale} {run.Id[..16]} {CanonicalJson.Text(run.Document)}",
        ]);

    /// <summary>
    /// The results of the test grid in double precision, exactly where the machine's arithmetic is the same, else within rounding
    /// error. Rewriting replaces the committed store only if a result differs.
    /// </summary>
    public void CheckResults(Func<Device> device)
    {
        string archive = Path.Combine(golden, Stores.GoldenFile);
        var fresh = new RunStore(Path.Combine(work, "runs"));
        var committed = new RunStore(Path.Combine(work, "committed"));
        Assert.All(
            Stores.Run(fresh, Grid, new ExecutorOptions { Jobs = 1 }, device: device),
            outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        File.WriteAllText(Path.Combine(fresh.Root, ArithmeticFile), Arithmetic());
        Directory.CreateDirectory(committed.Root);
        if (File.Exists(archive))
        {
            Stores.ExtractGolden(golden, committed.Root);
            ArithmeticIsSame = File.ReadAllText(Path.Combine(committed.Root, ArithmeticFile)) == Arithmetic();
        }

        string[] expected = Lines(committed);
        string[] found = Lines(fresh);
        if (!Compare(Stores.GoldenFile, expected, found, ArithmeticIsSame || rewrite ? StringComparer.Ordinal : new RoundedComparer()))
            return;
        File.WriteAllLines(Path.Combine(work, "results_expected.txt"), expected);
        File.WriteAllLines(Path.Combine(work, "results_found.txt"), found);
        if (!rewrite)
            return;

        // Neither compared nor covered by a checksum: the name of the machine.
        string host = $"\"host\": \"{Environment.MachineName}\"";
        foreach (string path in Directory.EnumerateFiles(fresh.Root, "result.json", SearchOption.AllDirectories))
        {
            string anonymous = File.ReadAllText(path).Replace(host, "\"host\": \"localhost\"", StringComparison.Ordinal);
            File.WriteAllText(path, anonymous);
        }

        Directory.CreateDirectory(golden);
        using var packed = new GZipStream(File.Create(archive), CompressionLevel.SmallestSize);
        TarFile.CreateFromDirectory(fresh.Root, packed, includeBaseDirectory: false);
        Directory.Delete(committed.Root, recursive: true);
        Directory.Move(fresh.Root, committed.Root);
        ArithmeticIsSame = true;
    }

    /// <summary>The report of the committed store, after <see cref="CheckResults"/>: Markdown as it is, other files by SHA-256.</summary>
    /// <remarks>Not PNG, which the same pixels have in many forms, nor the provenance, which names the program.</remarks>
    public void CheckReport()
    {
        string folder = Path.Combine(work, "report");
        ReportOutcome report = experiment.Report(
            new RunStore(Path.Combine(work, "committed")), new ReportRequest(folder, Grid, GridScale.Test));
        Assert.Equal((Grid.Count, Grid.Count), (report.Finished, report.Expected));
        string[] files =
        [
            .. Directory.GetFiles(folder).Where(path => Path.GetExtension(path) != ".png" && Path.GetFileName(path) != "provenance.json")
                .Order(StringComparer.Ordinal),
        ];
        Assert.True(files.Length >= 4, folder);
        Check("report.sha256", [.. files.Select(path => $"{Sha256(path)}  {PlainName(path)}")]);
        Check("report.md", [
            .. from path in files
               where path.EndsWith(".md", StringComparison.Ordinal)
               from line in (IEnumerable<string>)[$"<!-- {Path.GetFileName(path)} -->", .. File.ReadLines(path), ""]
               select line,
        ]);
    }

    /// <summary>Compares the lines of a golden file, compressed if its name says so, with those found.</summary>
    public void Check(string name, string[] found)
    {
        string path = Path.Combine(golden, name);
        if (!Compare(name, File.Exists(path) ? ReadLines(path) : [], found, StringComparer.Ordinal))
            return;
        File.WriteAllLines(Path.Combine(work, PlainName(name)), found);
        if (!rewrite)
            return;
        Directory.CreateDirectory(golden);
        using Stream file = File.Create(path);
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.SmallestSize) : file;
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(found.Select(line => line + "\n"))));
    }

    private IReadOnlyList<RunConfig> Grid => experiment.Grid(GridScale.Test, Precision.Double);

    private bool Compare(string name, string[] expected, string[] found, IEqualityComparer<string> comparer)
    {
        (int Index, string? Expected, string? Found)[] differences =
        [
            .. from index in Enumerable.Range(0, Math.Max(expected.Length, found.Length))
               let pair = (Index: index, Expected: expected.ElementAtOrDefault(index), Found: found.ElementAtOrDefault(index))
               where !comparer.Equals(pair.Expected, pair.Found)
               select pair,
        ];
        if (differences.Length == 0)
            return false;
        string counts = $"{expected.Length} lines expected, {found.Length} found";
        changes.Add(string.Join('\n', [
            $"{experiment.Name}/{name}: {counts}, different from line {differences[0].Index + 1} on:",
            .. differences.Take(LinesShown).SelectMany(pair => (IEnumerable<string>)[$"  - {pair.Expected}", $"  + {pair.Found}"]),
        ]));
        return true;
    }

    /// <summary>Each number, metric and file of the finished runs, a line each.</summary>
    private string[] Lines(RunStore store) =>
    [
        .. (from run in Grid
            let stored = store.Find(run)
            where stored is not null
            from line in (IEnumerable<string>)
            [
                .. Leaves(stored.Values()),
                .. stored.Metrics().Select(row => $"metrics {row.Metric} at {row.Iteration}: {row.Value}"),
                .. stored.Files.Select(file => $"file {PlainName(file)}: sha256 {Sha256(Path.Combine(stored.Folder, file))}"),
            ]
            select $"{run.Id} {line}").Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Leaves(JsonNode? node, string path = "values") => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value, $"{path}/{member.Key}")),
        JsonArray items => items.SelectMany((item, index) => Leaves(item, $"{path}/{index}")),
        _ => [$"{path}: {node?.ToJsonString()}"],
    };

    /// <summary>
    /// All that numbers in double precision depend on beside the code: the length of a vector, the order of sums, and the bits of the
    /// C library's functions.
    /// </summary>
    private static string Arithmetic()
    {
        Func<double, double>[] functions =
            [Math.Exp, double.Exp2, Math.Log, Math.Log2, Math.Log10, Math.Sin, Math.Cos, Math.Tanh, value => Math.Pow(value, 1.7)];
        byte[] bits =
        [
            .. from function in functions
               from index in Enumerable.Range(1, 1000)
               from part in BitConverter.GetBytes(function(index / 37.0))
               select part,
        ];
        return $"{Vector<double>.Count} numbers in a vector, functions {Convert.ToHexStringLower(SHA256.HashData(bits))}\n";
    }

    private static string PlainName(string path)
        => path.EndsWith(".gz", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(path) : Path.GetFileName(path);

    private static string Sha256(string path)
    {
        using Stream stream = OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string[] ReadLines(string path)
    {
        using var reader = new StreamReader(OpenRead(path));
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n')[..^1];
    }

    private static Stream OpenRead(string path)
        => path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress)
            : File.OpenRead(path);

    /// <summary>
    /// Lines that end in a number are equal within 1e-9 of it, or 1e-12; checksums of files always are. Measured with AVX2 turned off:
    /// at most 2e-12 of a number.
    /// </summary>
    private sealed class RoundedComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y)
        {
            (string[] a, string[] b) = (x?.Split(": ") ?? [], y?.Split(": ") ?? []);
            return x == y
                || (a.Length == 2 && b.Length == 2 && a[0] == b[0]
                    && (a[1].StartsWith("sha256", StringComparison.Ordinal)
                        || (double.TryParse(a[1], out double first) && double.TryParse(b[1], out double second)
                            && Math.Abs(first - second) <= (1e-9 * Math.Abs(first)) + 1e-12)));
        }

        public int GetHashCode(string text) => 0;
    }
}
