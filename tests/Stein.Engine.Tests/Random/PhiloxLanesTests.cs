using System.Runtime.Intrinsics;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Random;

public sealed class PhiloxLanesTests
{
    [Theory]
    [InlineData(1UL, 0u)]
    [InlineData(0xFEDC_BA98_7654_3210UL, 7u)]
    [InlineData(42UL, uint.MaxValue - 20)]
    public void Every_element_has_the_words_of_its_own_stream(ulong seed, uint firstSubstream)
    {
        const int Words = 12;
        var lanes = new PhiloxLanes(seed, StreamPurpose.GibbsChains, firstSubstream);
        var words = new Vector256<uint>[Words];
        lanes.Next(words.AsSpan(0, 8));
        lanes.Next(words.AsSpan(8));
        for (int lane = 0; lane < PhiloxLanes.Count; lane++)
        {
            var stream = new PhiloxStream(seed, StreamPurpose.GibbsChains, firstSubstream + (uint)lane);
            Assert.Equal(Enumerable.Range(0, Words).Select(_ => stream.NextUInt32()), words.Select(word => word[lane]));
        }
    }
}
