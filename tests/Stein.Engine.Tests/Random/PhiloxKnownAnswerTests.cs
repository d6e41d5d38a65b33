using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Random;

/// <summary>Philox4x32-10 against the published vectors (Random123, <c>kat_vectors</c>).</summary>
public class PhiloxKnownAnswerTests
{
    [Theory]
    [InlineData(
        new[] { 0u, 0u, 0u, 0u }, new[] { 0u, 0u }, new[] { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u })]
    [InlineData(
        new[] { 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu },
        new[] { 0xffffffffu, 0xffffffffu },
        new[] { 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu })]
    [InlineData(
        new[] { 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u },
        new[] { 0xa4093822u, 0x299f31d0u },
        new[] { 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u })]
    public void Output_is_the_published_one(uint[] counter, uint[] key, uint[] expected)
    {
        var block = new Philox4x32.Block();
        counter.CopyTo((Span<uint>)block);
        Philox4x32.Transform(ref block, key[0], key[1]);
        Assert.Equal(expected, ((ReadOnlySpan<uint>)block).ToArray());
    }

    [Fact]
    public void The_counter_is_block_number_substream_purpose_and_the_key_is_the_seed()
    {
        // From an independent implementation: counter (5, 7, 9, 2), key (0x89ABCDEF, 0x01234567).
        uint[] expected = [0x36b65b41, 0x3b509337, 0x6397f0f5, 0x79028792];
        var stream = new PhiloxStream(0x0123456789ABCDEF, StreamPurpose.Batches, 9) { Position = 4 * ((7UL << 32) + 5) };
        Assert.Equal(expected, Enumerable.Range(0, 4).Select(_ => stream.NextUInt32()));
    }
}
