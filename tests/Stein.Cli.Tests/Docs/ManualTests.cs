using System.Buffers;
using System.Text.RegularExpressions;
using Stein.Tests;
using Xunit;

namespace Stein.Cli.Tests.Docs;

/// <summary>The README and the manual: every command line shown is run, every link leads somewhere, and the README stays a page.</summary>
[Collection(nameof(InThisProcess))]
public sealed partial class ManualTests
{
    /// <summary>Characters with a meaning for the shell.</summary>
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create("|<>&;$\"'\\*?(){}");

    /// <summary>Commands that are run as they stand. The others may take long: they only print what they would run.</summary>
    private static readonly string[] Quick =
        ["list", "show", "status", "report", "devices", "completion", "score", "thin", "ksd", "generate"];

    private static readonly string Root = Repository.Folder;

    public static TheoryData<string> Pages =>
    [
        "README.md",
        "CONTRIBUTING.md",
        "tests/README.md",
        .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_line_runs(string page)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "command lines are run by bash");
        using var folder = new SteinProgram();
        Prepare(folder);
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{folder.PathOf("bin")}:{ExternalProgram.SteinFolder}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        foreach (string line in CommandLines(page))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            SteinResult result = line.AsSpan().ContainsAny(ShellCharacters)
                ? ExternalProgram.Run(folder.Folder, environment, "bash", "-o", "pipefail", "-c", line)
                : folder.RunHere(IsQuick(words) ? words[1..] : [.. words[1..], "--dry-run"]);
            Assert.True(result.ExitCode == 0, $"{page}: {line}\n{result}");
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        string text = File.ReadAllText(Path.Combine(Root, page));
        Assert.All(
            Link().Matches(text).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal)),
            target => Assert.True(Path.Exists(Path.Combine(folder, target)), $"{page} links to {target}, which is not there"));
    }

    [Fact]
    public void The_readme_is_a_page() => Assert.InRange(File.ReadLines(Path.Combine(Root, "README.md")).Count(), 1, 150);

    /// <summary>The lines of shell blocks that begin with the program's name, without their remarks.</summary>
    private static IEnumerable<string> CommandLines(string page)
    {
        bool isShell = false;
        foreach (string line in File.ReadLines(Path.Combine(Root, page)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                isShell = line == "```sh";
            else if (isShell && line.StartsWith("stein ", StringComparison.Ordinal))
                yield return line.Split("  #")[0].TrimEnd();
        }
    }

    /// <summary>The experiment takes long; people's own data do not, which are in a file, whereas an experiment's have a name.</summary>
    private static bool IsQuick(string[] words)
        => Quick.Contains(words[1])
            || words.Contains("--example")
            || words.SkipWhile(word => word != "--data").Skip(1).Take(1).Any(data => data.Contains('.', StringComparison.Ordinal));

    /// <summary>Samples of the user's own, and a program that says what would be run where it would run for long.</summary>
    private static void Prepare(SteinProgram folder)
    {
        foreach ((string file, uint seed) in (ReadOnlySpan<(string, uint)>)[("x.csv", 1), ("y.csv", 2), ("z.csv", 3)])
            ScoreSamples.Write(folder, file, ScoreSamples.Normal(60, 2, seed), 2, "x1,x2");
        ScoreSamples.Write(folder, "s.csv", [.. ScoreSamples.Normal(60, 2, 1).Select(x => -x)], 2, "x1,x2");
        File.WriteAllText(
            folder.PathOf("model.json"), """{"type": "gaussian", "mean": [0, 0], "covariance": [[1, 0], [0, 1]]}""");
        using (FileStream generator = File.Create(folder.PathOf("generator.json")))
            GenerateTests.Model.Write(generator);
        Directory.CreateDirectory(folder.PathOf("docs", "data"));
        foreach (string file in Directory.GetFiles(Path.Combine(Root, "docs", "data")))
            File.Copy(file, folder.PathOf("docs", "data", Path.GetFileName(file)));
        ScoreSamples.Write(folder, "potential.csv", ScoreSamples.Normal(60, 2, 1), 2, "x1,x2");
        double[] both = [.. ScoreSamples.Normal(60, 2, 1).Chunk(2).SelectMany(x => (double[])[x[0], x[1], -x[0], -x[1]])];
        ScoreSamples.Write(folder, "both.csv", both, 4, "a,b,g_a,g_b");
        foreach (string chain in (string[])["1.csv", "2.csv"])
        {
            double[] stan = [.. ScoreSamples.Normal(60, 2, chain[0]).Chunk(2).SelectMany(x => (double[])[0, .. x, 0, 0, .. x])];
            ScoreSamples.Write(folder, chain, stan, 7, "lp__,a,b,p_a,p_b,g_a,g_b");
        }

        Directory.CreateDirectory(folder.PathOf("bin"));

        // The store of runs that are not run here.
        Directory.CreateDirectory(folder.PathOf("runs"));
        string script = folder.PathOf("bin", "stein");
        File.WriteAllText(
            script,
            $"""
            #!/bin/sh
            case $1 in
              {string.Join('|', Quick)}) exec "{ExternalProgram.Stein}" "$@" ;;
              *) exec "{ExternalProgram.Stein}" "$@" --dry-run ;;
            esac

            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
