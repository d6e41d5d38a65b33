using System.Diagnostics;
using Stein.Experiments.Files;
using Xunit;

namespace Stein.Experiments.Tests.Files;

public sealed class AtomicFileTests
{
    [Fact]
    public void Writes_and_replaces()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "made", "file.txt");
        AtomicFile.WriteAllText(path, "one ±");
        AtomicFile.WriteAllText(path, "two");
        Assert.Equal("two"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_failure_half_way_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("file.txt");
        AtomicFile.WriteAllText(path, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_target_that_cannot_be_replaced_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("taken");
        Directory.CreateDirectory(path);
        Assert.ThrowsAny<Exception>(() => AtomicFile.WriteAllText(path, "text"));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    /// <summary>Random targets: absent, a file of any mode, links to one and chains of links, a link to nothing, a pipe.</summary>
    [Fact]
    public void Whatever_is_there_keeps_its_kind_and_mode_and_gets_the_content()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("modes, links and pipes are those of Unix");
        var random = new Random(5);
        for (int trial = 0; trial < 60; trial++)
        {
            using var folder = new TemporaryFolder();
            string content = new('x', random.Next(3) * random.Next(100_000));
            string path = Path.Combine(Directory.CreateDirectory(folder.File("a")).FullName, "target");
            UnixFileMode? mode = null;
            string? read = null;
            Thread? reader = null;
            switch (random.Next(4))
            {
                case 0:
                    break;
                case 1:
                    // Always writable: what is not is an error, but not for root.
                    mode = (UnixFileMode)random.Next(512) | UnixFileMode.UserWrite | UnixFileMode.UserRead;
                    File.WriteAllText(path, "a former content");
                    if (!OperatingSystem.IsWindows())
                        File.SetUnixFileMode(path, mode.Value);
                    break;
                case 2:
                    path = Path.Combine(folder.File("made"), "target");
                    break;
                default:
                    Pipe(path);
                    reader = new Thread(() => read = File.ReadAllText(path));
                    reader.Start();
                    break;
            }

            var links = new List<(string Path, string Target)>();
            string written = path;
            Directory.CreateSymbolicLink(folder.File("linked"), folder.Path);
            for (int count = random.Next(4); count > 0; count--)
            {
                string above = Directory.CreateDirectory(folder.File($"links{count}")).FullName;
                string link = Path.Combine(above, "link");
                string relative = Path.Combine("..", Path.GetRelativePath(folder.Path, written));
                File.CreateSymbolicLink(link, random.Next(2) == 0 ? relative : written);
                links.Add((link, new FileInfo(link).LinkTarget!));
                // Through a folder that is a link itself: ".." is then that above its target.
                written = random.Next(2) == 0 ? link : folder.File($"linked/links{count}/link");
            }

            AtomicFile.WriteAllText(written, content);
            Assert.All(links, link => Assert.Equal(link.Target, new FileInfo(link.Path).LinkTarget));
            if (reader is not null)
            {
                reader.Join();
                Assert.Equal(content, read);
                Assert.False(UnixFile.Find(path)!.IsRegular);
                continue;
            }

            Assert.Equal(content, File.ReadAllText(path));
            Assert.Null(new FileInfo(path).LinkTarget);
            if (mode is not null && !OperatingSystem.IsWindows())
                Assert.Equal(mode, File.GetUnixFileMode(path));
            Assert.DoesNotContain(
                Directory.EnumerateFiles(folder.File("a")), file => file.EndsWith(".tmp", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_reader_that_goes_away_is_an_error_and_so_are_links_in_a_circle()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("pipes and links are those of Unix");
        using var folder = new TemporaryFolder();
        string pipe = folder.File("pipe");
        Pipe(pipe);
        var reader = new Thread(() => File.OpenRead(pipe).Dispose());
        reader.Start();
        Assert.Throws<IOException>(() => AtomicFile.Write(pipe, stream =>
        {
            reader.Join();
            stream.Write(new byte[100_000]);
        }));
        Assert.False(UnixFile.Find(pipe)!.IsRegular);
        File.CreateSymbolicLink(folder.File("one"), "two");
        File.CreateSymbolicLink(folder.File("two"), "one");
        Assert.Throws<IOException>(() => AtomicFile.WriteAllText(folder.File("one"), "text"));
        Assert.Equal(3, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    private static void Pipe(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
