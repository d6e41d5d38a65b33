using System.Text;

namespace Stein.Cli.Tests;

/// <summary>Files of the programs that samples come from, as docs/files.md says they are read, by <c>stein score</c>.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ScoreFileKindTests
{
    private const string Rows = "1.5,2.5\n-0.5,1\n0.25,-3\n2,0.125\n";
    private static readonly double[] Values = [1.5, 2.5, -0.5, 1, 0.25, -3, 2, 0.125];

    /// <summary>What a program writes, with the four samples of <see cref="Values"/>, and the arguments that choose them.</summary>
    public static TheoryData<string, string> Recipes => new()
    {
        {
            "# stan_version_major = 2\nlp__,accept_stat__,theta.1,theta.2,mu\n# Adaptation terminated\n-1,1,1.5,2.5,7\n-1,1,-0.5,1,7\n"
            + "-1,1,0.25,-3,7\n-1,1,2,0.125,7\n# \n#  Elapsed Time: 0.01 seconds (Warm-up)\n",
            "--columns theta*"
        },
        { "chain,draw,a,b\n0,0,1.5,2.5\n0,1,-0.5,1\n1,0,0.25,-3\n1,1,2,0.125\n", "--drop chain,draw" },
        {
            "\"a\",\"b\",\".chain\",\".iteration\",\".draw\"\n1.5,2.5,1,1,1\n-0.5,1,1,2,2\n0.25,-3,2,1,3\n2,0.125,2,2,4\n",
            "--drop .chain,.iteration,.draw"
        },
        { "a,b\n9,9\n1.5,2.5\n8,8\n-0.5,1\n7,7\n0.25,-3\n6,6\n2,0.125\n", "--skip 1 --thin-input 2" },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Files_of_samplers_are_read_as_the_manual_says(string text, string arguments)
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("plain.csv"), Rows);
        File.WriteAllText(stein.PathOf("x.csv"), text);
        Assert.Equal(Scores(stein, "plain.csv"), Scores(stein, ["x.csv", .. arguments.Split(' ')]));
    }

    [Fact]
    public void Arrays_and_several_files_are_read()
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("plain.csv"), Rows);
        string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n";
        foreach ((string file, double[] half) in ((string, double[])[])[("a.npy", Values[..4]), ("b.npy", Values[4..])])
        {
            File.WriteAllBytes(
                stein.PathOf(file),
                [
                    0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header),
                    .. half.SelectMany(BitConverter.GetBytes),
                ]);
        }

        Assert.Equal(Scores(stein, "plain.csv"), Scores(stein, "a.npy", "b.npy"));
        SteinResult result = stein.RunHere("score", "--samples", "a.npy", "b.npy", "--out", "b.npy");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("--samples is read from that file", result.Error, StringComparison.Ordinal);
    }

    private static double[] Scores(SteinProgram stein, params string[] arguments)
    {
        SteinResult result = stein.RunHere(["score", "--samples", .. arguments, "--out", "scores.csv"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        return ScoreSamples.Parse(stein.Read("scores.csv")).Values;
    }
}
