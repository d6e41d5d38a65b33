using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class CheckpointTests
{
    [Fact]
    public void Every_flipped_bit_and_every_missing_end_is_noticed()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("checkpoint.bin");
        byte[] bytes = new Checkpoint(4, 9, [], new byte[] { 1, 2 }, new byte[] { 3, 4, 5 }).ToBytes("id");
        for (int index = 0; index < bytes.Length; index++)
        {
            byte[] flipped = [.. bytes];
            flipped[index] ^= (byte)(1 << (index % 8));
            File.WriteAllBytes(path, flipped);
            Assert.Throws<InvalidDataException>(() => Checkpoint.Read(path, "id"));
            File.WriteAllBytes(path, bytes[..index]);
            Assert.Throws<InvalidDataException>(() => Checkpoint.Read(path, "id"));
        }

        File.WriteAllBytes(path, bytes);
        Assert.Throws<InvalidDataException>(() => Checkpoint.Read(path, "another"));
        Checkpoint read = Checkpoint.Read(path, "id")!;
        Assert.Equal((4, 9), (read.Iteration, read.Iterations));
        Assert.Equal([3, 4, 5], read.State.ToArray());
    }

    [Theory]
    [InlineData("checkpoint.bin", 6)]
    [InlineData("checkpoint.bin checkpoint.previous.bin", 0)]
    [InlineData("checkpoint.previous.bin", 7)]
    [InlineData("metrics.csv", 7)]
    [InlineData("config.json", 7)]
    public void A_run_goes_on_from_the_last_good_state_and_ends_with_the_same_bits(string damaged, int from)
    {
        foreach (Func<byte[], byte[]> damage in new Func<byte[], byte[]>[] { Cut, Flip, _ => [] })
        {
            using var folder = new TemporaryFolder();
            var store = new RunStore(folder.File("runs"));
            RunConfig run = Stores.Interrupt(store, length: 9, after: 7);
            foreach (string name in damaged.Split(' '))
            {
                string path = Path.Combine(store.FolderOf(run), name);
                File.WriteAllBytes(path, damage(File.ReadAllBytes(path)));
            }

            var notes = new Notes();
            Assert.Equal(RunStatus.Finished, Assert.Single(Stores.Run(store, [run], observer: notes)).Status);
            Assert.Equal((run, from), Assert.Single(notes.Starts));
            int setAside = from == 7 ? 0 : damaged.Split(' ').Length;
            Assert.Equal(setAside, notes.Messages.Count(message => message.Contains("set aside as checkpoint", StringComparison.Ordinal)));
            SortedDictionary<string, string> contents = Stores.Contents(store);
            Assert.Equal(setAside, contents.Keys.Count(name => name.Contains(".bin.corrupt-1", StringComparison.Ordinal)));
            Assert.Equal(Stores.Undisturbed([run]), Stores.WithoutSetAside(contents));
        }
    }

    [Theory]
    [InlineData("result.json")]
    [InlineData("metrics.csv")]
    [InlineData("end.txt")]
    public void A_damaged_result_is_set_aside_and_the_run_done_again(string damaged)
    {
        foreach (Func<byte[], byte[]> damage in new Func<byte[], byte[]>[] { Cut, Flip, _ => [] })
        {
            using var folder = new TemporaryFolder();
            var store = new RunStore(folder.File("runs"));
            RunConfig run = new WalkExperiment().Identify(new WalkConfig());
            Stores.Run(store, [run]);
            string path = Path.Combine(store.FolderOf(run), damaged);
            File.WriteAllBytes(path, damage(File.ReadAllBytes(path)));
            Assert.Null(store.Find(run));
            PlannedRun planned = Assert.Single(new RunPlanner(store).Plan([run]).Runs);
            Assert.Equal(RunReason.Damaged, planned.Reason);

            var notes = new Notes();
            Assert.Equal(RunStatus.Finished, Assert.Single(Stores.Run(store, [run], observer: notes)).Status);
            Assert.Contains(notes.Messages, message => message.StartsWith(damaged, StringComparison.Ordinal));
            Assert.True(File.Exists(path + ".corrupt-1"));
            Assert.Equal(Stores.Undisturbed([run]), Stores.WithoutSetAside(Stores.Contents(store)));
        }
    }

    [Fact]
    public void A_file_that_is_gone_is_made_again()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        RunConfig run = new WalkExperiment().Identify(new WalkConfig());
        Stores.Run(store, [run]);
        File.Delete(Path.Combine(store.FolderOf(run), "metrics.csv"));
        Stores.Run(store, [run]);
        Assert.Equal(Stores.Undisturbed([run]), Stores.WithoutSetAside(Stores.Contents(store)));
    }

    private static byte[] Cut(byte[] bytes) => bytes[..(bytes.Length * 2 / 3)];

    private static byte[] Flip(byte[] bytes)
    {
        // In a result this is within its values, beneath the checksum.
        int index = bytes.AsSpan().IndexOf("position"u8) is var found and >= 0 ? found + 3 : bytes.Length / 2;
        bytes[index] ^= 1;
        return bytes;
    }
}
