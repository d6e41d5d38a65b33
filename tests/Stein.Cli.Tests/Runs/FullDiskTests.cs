namespace Stein.Cli.Tests.Runs;

/// <summary>A file system that runs full: runs fail with a message, the store stays valid, and with room again it goes on.</summary>
/// <remarks>
/// In a mount namespace of its own, by an ordinary user as well where the system lets users have one: nobody else sees the file system, and
/// it is gone with the last process in it.
/// </remarks>
public sealed class FullDiskTests
{
    // Room for part of the claim, of some runs.
    [Theory]
    [InlineData("4k")]
    [InlineData("200k")]
    public void The_store(string size)
    {
        using var stein = new SteinProgram();
        SkipWithoutMounts(stein);
        SteinResult result = Run(stein, size, "store", TestGrid.Reproduce("--jobs", "2", "--checkpoint-every", "100"));
        Assert.True(result.ExitCode == 0, $"{result}");
        string full = stein.Read("full.error");
        Assert.Equal("1", stein.Read("full.code").Trim());
        Assert.Contains("cannot write to store", full.Replace(stein.Folder + "/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("No space left on device", full, StringComparison.Ordinal);
        Assert.Contains("make room, and run it again", full, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", full, StringComparison.Ordinal);

        Contents atFull = Contents.OfStore(stein.PathOf("store-full"));
        Assert.All(
            Directory.GetFiles(stein.PathOf("store-full"), "result.json", SearchOption.AllDirectories),
            path => Assert.Equal(TestGrid.Store[Path.GetRelativePath(stein.PathOf("store-full"), path)], Contents.Text(path)));
        Assert.DoesNotContain(atFull.Paths, path => path.EndsWith(".tmp", StringComparison.Ordinal));

        Assert.Equal("0", stein.Read("room.code").Trim());
        Assert.DoesNotContain("damaged", stein.Read("room.error"), StringComparison.Ordinal);
        TestGrid.Store.AssertSame(Contents.OfStore(stein.PathOf("store-room")));
        TestGrid.Tables.AssertSame(Contents.OfReport(stein.PathOf("out")));
    }

    [Fact]
    public void The_folder_of_the_report()
    {
        using var stein = new SteinProgram();
        SkipWithoutMounts(stein);
        SteinResult result = Run(stein, "8k", "out", TestGrid.Reproduce("--json"));
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("1", stein.Read("full.code").Trim());
        Assert.Contains("No space left on device", stein.Read("full.error"), StringComparison.Ordinal);
        // Programs that read the events are told as well.
        Assert.Contains("\"event\":\"finished\"", stein.ReadLines("full.output")[^1], StringComparison.Ordinal);
        Assert.Contains("\"exit_code\":1", stein.ReadLines("full.output")[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(stein.PathOf("out-full"), "*.tmp"));
        Assert.Equal("0", stein.Read("room.code").Trim());
        TestGrid.Store.AssertSame(Contents.OfStore(stein.PathOf("store")));
        TestGrid.Tables.AssertSame(Contents.OfReport(stein.PathOf("out-room")));
    }

    private static void SkipWithoutMounts(SteinProgram stein)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has small file systems for everybody");
        Assert.SkipUnless(ExternalProgram.IsInstalled("unshare"), "unshare (util-linux) is not installed");
        SteinResult trial = ExternalProgram.Run(
            stein.Folder, new Dictionary<string, string?>(), "unshare", "-Urm", "mount", "-t", "tmpfs", "none", stein.Folder);
        Assert.SkipUnless(trial.ExitCode == 0, $"a user may not mount here: {trial.Error.Trim()}");
    }

    /// <summary>
    /// Runs the program with a small file system in the place of a folder, and again when that has room; copies what was there each time.
    /// </summary>
    private static SteinResult Run(SteinProgram stein, string size, string folder, string[] arguments)
    {
        const string Script = """
            size=$1 folder=$2
            shift 2
            mkdir "$folder"
            mount -t tmpfs -o size="$size" none "$folder" || exit
            "$@" >full.output 2>full.error
            echo $? >full.code
            cp -r "$folder" "$folder-full"
            mount -o remount,size=16m "$folder" || exit
            "$@" >room.output 2>room.error
            echo $? >room.code
            cp -r "$folder" "$folder-room"
            """;
        return ExternalProgram.Run(
            stein.Folder,
            new Dictionary<string, string?>(),
            "unshare",
            [
                "-Urm", "bash", "-c", Script, "bash", size, folder,
                ExternalProgram.DotnetHost, Path.Combine(AppContext.BaseDirectory, "stein.dll"), .. arguments,
            ]);
    }
}
