using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Reports;

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
}
