namespace Stein.Cli.Tests;

/// <summary>Where <c>stein score</c> writes to: pipes, links, standard output, a disk without room.</summary>
public sealed class ScoreOutputTests
{
    private const string Samples = "1,2\n3,5\n4,-1\n0,1\n";

    [Fact]
    public void A_shell_gets_the_same_scores_through_every_kind_of_output()
    {
        using SteinProgram stein = InShell(out SteinResult result, """
            stein score -q --samples x.csv --out file
            stein score -q --samples x.csv --out - >standard
            (stein score -q --samples x.csv --out >(cat >process))
            until cmp -s file process; do sleep 0.1; done
            { echo before; stein score -q --samples x.csv --out /dev/fd/3; echo after; } >numbered 3>&1
            mkfifo pipe
            cat pipe >piped &
            stein score -q --samples x.csv --out pipe
            wait
            """);
        Assert.True(result.ExitCode == 0, $"{result}");
        string expected = stein.Read("file");
        Assert.Equal(5, expected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (string name in (string[])["standard", "process", "piped"])
            Assert.Equal(expected, stein.Read(name));
        Assert.Equal($"before\n{expected}after\n", stein.Read("numbered"));
    }

    [Fact]
    public void What_would_be_destroyed_is_refused_and_what_cannot_be_written_fails()
    {
        using SteinProgram stein = InShell(out SteinResult result, """
            ln -s x.csv link
            stein score --samples link --out x.csv; echo $?
            stein score --samples x.csv --out link; echo $?
            echo mine >small
            seq 1 300 | awk '{ print $1 * 1.3 "," $1 % 7 }' >big.csv
            # The runtime's own files for code would be too large as well.
            (export DOTNET_EnableWriteXorExecute=0; ulimit -f 1; stein score -q --samples big.csv --out small); echo $?
            stein run - <&-; echo $?
            """);
        Assert.Equal("2\n2\n1\n2\n", result.Output);
        Assert.Equal(2, result.Error.Split("--samples is read from that file, which would be replaced").Length - 1);
        Assert.Contains("standard input is closed", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal("mine\n", stein.Read("small"));
        Assert.Equal(Samples, stein.Read("x.csv"));
        Assert.DoesNotContain(stein.Entries(), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    private static SteinProgram InShell(out SteinResult result, string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes and links are made by the tools of Linux");
        var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("x.csv"), Samples);
        result = ExternalProgram.Run(stein.Folder, new Dictionary<string, string?>(), "bash", "-c", script);
        return stein;
    }
}
