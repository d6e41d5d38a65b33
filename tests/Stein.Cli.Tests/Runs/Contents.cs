using System.Text;

namespace Stein.Cli.Tests.Runs;

/// <summary>Files by their path, with what has to be the same however the runs were done: all but times and who did it.</summary>
internal sealed class Contents
{
    private static readonly string[] Numbers =
        ["table.csv", "table.md", "table.tex", "differences.csv", "curves.csv", "metrics.csv.gz", "runs.csv"];

    private readonly SortedDictionary<string, string> files = new(StringComparer.Ordinal);

    /// <summary>The ids of the runs of a store.</summary>
    public IReadOnlyList<string> Ids => [.. files.Keys.Select(path => path.Split('/')[1]).Distinct()];

    public IEnumerable<string> Paths => files.Keys;

    /// <summary>The text of a file.</summary>
    public string this[string path] => files[path];

    /// <summary>Every file of a store but the scripts of job arrays, results without their provenance.</summary>
    public static Contents OfStore(string folder)
    {
        var contents = new Contents();
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (!name.StartsWith("slurm/", StringComparison.Ordinal))
                contents.files.Add(name, Text(path));
        }

        return contents;
    }

    /// <summary>The tables and curves of a report, <c>runs.csv</c> without the column of seconds.</summary>
    public static Contents OfReport(string folder)
    {
        var contents = new Contents();
        foreach (string name in Numbers)
        {
            string text = Text(Path.Combine(folder, name));
            contents.files.Add(name, name == "runs.csv" ? WithoutSeconds(text) : text);
        }

        return contents;
    }

    /// <summary>What a file has that has to be the same.</summary>
    public static string Text(string path)
    {
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        return Path.GetFileName(path) == "result.json" ? text.Split("\"provenance\"")[0] : text;
    }

    /// <summary>The same without what was set aside.</summary>
    public Contents WithoutSetAside() => Where(path => !path.Contains(".corrupt-", StringComparison.Ordinal));

    /// <summary>Only the files of some runs.</summary>
    public Contents OfRuns(IEnumerable<string> ids)
    {
        HashSet<string> wanted = [.. ids];
        return Where(path => wanted.Contains(path.Split('/')[1]));
    }

    /// <summary>Whether others are the same; otherwise says which file is not.</summary>
    public void AssertSame(Contents others)
    {
        Assert.Equal(files.Keys, others.files.Keys);
        foreach ((string path, string text) in files)
            Assert.True(text == others.files[path], $"{path} is not the same\n--- expected\n{text}\n--- found\n{others.files[path]}");
    }

    private static string WithoutSeconds(string csv)
    {
        string[][] rows = [.. csv.Split('\n').Select(line => line.Split(','))];
        int seconds = Array.IndexOf(rows[0], "seconds");
        return string.Join('\n', rows.Select(row => string.Join(',', row.Where((_, column) => column != seconds))));
    }

    private Contents Where(Func<string, bool> holds)
    {
        var some = new Contents();
        foreach ((string path, string text) in files.Where(file => holds(file.Key)))
            some.files.Add(path, text);
        return some;
    }
}
