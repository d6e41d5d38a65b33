using System.CommandLine;
using Stein.Cli.ExitCodes;
using Stein.Cli.Parsing;
using Stein.Experiments.Samples;

namespace Stein.Cli.Tests.Parsing;

/// <summary>Samples with scores from one file, from two, and from CmdStan, as a command reads them.</summary>
public sealed class ScoredSampleOptionsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stein-scored-").FullName;

    public ScoredSampleOptionsTests()
    {
        Write("both.csv", "a,b,g_a,g_b\n1,2,-1,-2\n3,4,-3,-4\n");
        Write("x.csv", "a,b\n1,2\n3,4\n");
        Write("s.csv", "g_a,g_b\n1,2\n3,4\n");
        Write("logprob.csv", "# model = m\nlp__,a,b\n0,-1,-2\n0,-3,-4\n# done\n");
        Write("short.csv", "g_a,g_b\n1,2\n");
        Write("three.csv", "lp__,g_a,g_b\n0,1,2\n0,3,4\n");
        Write("stan.csv", "lp__,a,b,p_a,p_b,g_a,g_b\n0,1,2,9,9,1,2\n0,3,4,9,9,3,4\n");
    }

    [Theory]
    [InlineData("--samples both.csv --columns a,b --score-columns g_*")]
    [InlineData("--samples both.csv --score-columns g_a,g_b")]
    [InlineData("--samples x.csv --scores s.csv --negate-scores")]
    [InlineData("--samples x.csv --scores three.csv --score-columns g_* --negate-scores")]
    [InlineData("--cmdstan-diagnostic stan.csv")]
    [InlineData("--samples x.csv --scores logprob.csv --score-columns a,b")]
    [InlineData("--samples stan.csv --columns a,b --score-columns g_* --negate-scores")]
    public void Each_way_gives_the_same(string line)
    {
        SampleTable table = Read(line);
        Assert.Equal(["a", "b"], table.Names);
        Assert.Equal([1, 2, 3, 4], table.Values);
        Assert.Equal([-1, -2, -3, -4], table.Scores!);
    }

    [Theory]
    [InlineData("", "Give a file with samples")]
    [InlineData("--samples x.csv --negate-scores", "there are no scores")]
    [InlineData("--samples x.csv x.csv --scores s.csv", "there are 1 file, and 2 files of --samples")]
    [InlineData("--samples x.csv --scores short.csv", "it has 1 row, and the samples have 2")]
    [InlineData("--samples x.csv --scores three.csv", "Gradients of Stan are those of the unconstrained parameters")]
    [InlineData("--samples both.csv --columns a --score-columns g_*", "there are 2 columns of scores (--score-columns) and 1 coordinates")]
    [InlineData("--samples both.csv --score-columns g_b,g_a", "Give both in the same order: --score-columns g_a,g_b")]
    [InlineData("--samples x.csv --scores logprob.csv", "it has 3 columns of scores, and the samples have 2")]
    [InlineData("--samples both.csv --score-columns h_*", "no column has such a name")]
    [InlineData("--cmdstan-diagnostic stan.csv --samples x.csv", "--samples: it has no effect with --cmdstan-diagnostic")]
    [InlineData("--cmdstan-diagnostic x.csv", "it is not a diagnostic file of CmdStan")]
    [InlineData("--samples x.csv --skip 2", "Skip fewer")]
    [InlineData("--samples x.csv --skip -1", "--skip -1: it must not be negative")]
    [InlineData("--samples x.csv --thin-input 0", "--thin-input 0: it must be at least 1")]
    public void What_cannot_be_is_refused(string line, string message)
        => Assert.Contains(message, Assert.Throws<UsageException>(() => Read(line)).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);

    private SampleTable Read(string line)
    {
        var options = new ScoredSampleOptions();
        var command = new Command("test");
        foreach (Option option in options.All)
            command.Options.Add(option);
        return options.Read(command.Parse(
        [
            .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => word.EndsWith(".csv", StringComparison.Ordinal) ? Path.Combine(folder, word) : word),
        ])).Read();
    }
}
