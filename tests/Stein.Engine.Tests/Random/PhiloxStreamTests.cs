using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Random;

public class PhiloxStreamTests
{
    private const ulong Seed = 60;

    public static TheoryData<string> Draws => [.. DrawByName.Keys];

    private static Dictionary<string, Func<PhiloxStream, double>> DrawByName { get; } = new()
    {
        ["word"] = stream => stream.NextUInt32(),
        ["long word"] = stream => stream.NextUInt64(),
        ["uniform"] = stream => stream.NextUniform(),
        ["open uniform"] = stream => stream.NextOpenUniform(),
        ["integer"] = stream => stream.NextInt32(3 << 29),
        ["normal"] = stream => stream.NextNormal(),
        ["Laplace"] = stream => stream.NextLaplace(),
        ["Student-t"] = stream => stream.NextStudentT(5),
        ["many normals"] = stream =>
        {
            double[] values = new double[131];
            stream.FillNormal(values);
            return values.Sum();
        },
    };

    [Theory]
    [MemberData(nameof(Draws))]
    public void A_restored_stream_continues_with_the_same_numbers(string draw)
    {
        Func<PhiloxStream, double> next = DrawByName[draw];
        for (int consumed = 0; consumed < 9; consumed++)
        {
            var stream = new PhiloxStream(Seed, StreamPurpose.Probes, 3);
            Repeat(stream, unaligned => unaligned.NextUInt32(), consumed);
            Repeat(stream, next, 5);
            ulong position = stream.Position;
            double[] expected = Repeat(stream, next, 20);

            var fresh = new PhiloxStream(Seed, StreamPurpose.Probes, 3) { Position = position };
            Assert.Equal(expected, Repeat(fresh, next, 20));
            Assert.Equal(stream.Position, fresh.Position);

            stream.Position = position;
            Assert.Equal(expected, Repeat(stream, next, 20));
        }
    }

    [Fact]
    public void Streams_of_different_seed_purpose_or_substream_share_no_word_pair()
    {
        const int Count = 2000;
        var streams = Enum.GetValues<StreamPurpose>().Select(purpose => new PhiloxStream(Seed, purpose))
            .Append(new PhiloxStream(Seed + 1, StreamPurpose.TrainingData))
            .Append(new PhiloxStream(Seed | (1UL << 32), StreamPurpose.TrainingData))
            .Append(new PhiloxStream(Seed, StreamPurpose.TrainingData, 1))
            .ToArray();

        // A repetition among 32 000 independent 64-bit words has probability 3e-11.
        var words = new HashSet<ulong>();
        foreach (PhiloxStream stream in streams)
        {
            for (int i = 0; i < Count; i++)
            {
                Assert.True(words.Add(stream.NextUInt64()), $"{stream.Purpose}, seed {stream.Seed} repeats a word.");
            }
        }
    }

    [Fact]
    public void Streams_of_different_purpose_are_uncorrelated()
    {
        const int Count = 20_000;
        double[][] normals = [.. Enum.GetValues<StreamPurpose>()
            .Select(purpose => Repeat(new PhiloxStream(Seed, purpose), stream => stream.NextNormal(), Count))];
        for (int first = 0; first < normals.Length; first++)
        {
            for (int second = 0; second < first; second++)
            {
                // Five and a half standard errors: one seed in 1.5e5 gives a false alarm for any of the 171 pairs.
                double correlation = normals[first].Zip(normals[second], (a, b) => a * b).Sum() / Count;
                Assert.InRange(correlation, -5.5 / Math.Sqrt(Count), 5.5 / Math.Sqrt(Count));
            }
        }
    }

    [Fact]
    public void Purposes_keep_their_numbers() => Assert.Equal(
        [
            "TrainingData=0", "TestData=1", "Batches=2", "CriticInitialisation=3", "Probes=4", "Whitening=5", "Initialisation=6",
            "Bootstrap=7", "Slices=8", "Resampling=9", "Langevin=10", "ModeSearch=11", "ModeJumps=12",
            "SmoothingNoise=13", "Tempering=14", "HeldOut=15", "Eigenvectors=16", "DenoisingNoise=17", "AutoencoderInitialisation=18",
            "Outliers=19", "GibbsChains=20", "ModelSamples=21",
        ],
        Enum.GetValues<StreamPurpose>().Select(purpose => $"{purpose}={(int)purpose}"));

    [Fact]
    public void Starting_a_substream_is_opening_it()
    {
        var stream = new PhiloxStream(Seed, StreamPurpose.Batches);
        stream.NextUInt32();
        stream.StartSubstream(7);
        var opened = new PhiloxStream(Seed, StreamPurpose.Batches, 7);
        Assert.Equal(opened.NextUInt64(), stream.NextUInt64());
        Assert.Equal(opened.Position, stream.Position);
    }

    [Fact]
    public void Nothing_allocates()
    {
        var stream = new PhiloxStream(Seed, StreamPurpose.Probes);
        int[] values = [.. Enumerable.Range(0, 100)];
        DrawAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        DrawAll();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void DrawAll()
        {
            stream.StartSubstream(1);
            stream.Shuffle(values);
            _ = stream.NextUniform() + stream.NextOpenUniform() + stream.NextNormal() + stream.NextLaplace() + stream.NextStudentT(5);
        }
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        var stream = new PhiloxStream(Seed, StreamPurpose.Probes);
        var unknown = Assert.Throws<ArgumentOutOfRangeException>(() => new PhiloxStream(Seed, (StreamPurpose)99));
        Assert.Contains("99", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("0", Assert.Throws<ArgumentOutOfRangeException>(() => stream.NextInt32(0)).Message, StringComparison.Ordinal);
        foreach (double degrees in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => stream.NextStudentT(degrees));
        }
    }

    private static double[] Repeat(PhiloxStream stream, Func<PhiloxStream, double> next, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => next(stream))];
}
