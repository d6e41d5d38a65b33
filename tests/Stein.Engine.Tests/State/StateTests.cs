using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.State;

/// <summary>Saved state is restored to the last bit, and state that does not fit is rejected.</summary>
public class StateTests
{
    /// <summary>A quiet NaN with its sign and every payload bit of float32, and numbers that rounding would change.</summary>
    private static readonly float[] Awkward =
    [
        BitConverter.UInt32BitsToSingle(0xFFFFFFFF), float.NaN, -0f, 0f, float.Epsilon, -float.Epsilon, float.MaxValue,
        float.NegativeInfinity, float.PositiveInfinity, 1f / 3, float.BitIncrement(1), BitConverter.UInt32BitsToSingle(0x007FFFFF),
    ];

    [Theory]
    [Trait("Category", "Device")]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_matrix_is_saved_to_the_bit_in_the_devices_own_precision(string name)
    {
        using DeviceLoan loan = TestDevices.Rent(name);
        Device device = loan.Device;
        double[] values = [.. Awkward.Select(value => (double)value)];
        if (!device.IsSinglePrecision)
            values = [.. values[..^4], double.Epsilon, -double.MaxValue, 1.0 / 3, BitConverter.UInt64BitsToDouble(0x7FFFFFFFFFFFFFFF)];
        DeviceMatrix matrix = device.Upload(3, 4, values);
        byte[] state = Save(matrix);
        int elementBytes = device.IsSinglePrecision ? sizeof(float) : sizeof(double);
        byte[] elements = state[^(values.Length * elementBytes)..];
        Assert.Equal(
            device.IsSinglePrecision
                ? Awkward.SelectMany(BitConverter.GetBytes)
                : values.SelectMany(BitConverter.GetBytes),
            elements);

        DeviceMatrix restored = device.Allocate(3, 4);
        Restore(restored, state);
        Assert.Equal(
            device.Read(matrix).Select(BitConverter.DoubleToInt64Bits), device.Read(restored).Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(state, Save(restored));
    }

    [Fact]
    public void A_matrix_of_another_shape_or_precision_is_refused()
    {
        using DeviceLoan single = TestDevices.Rent("simd-128");
        using DeviceLoan twice = TestDevices.Rent("double");
        byte[] state = Save(single.Device.Allocate(3, 4));
        foreach (DeviceMatrix other in new[] { single.Device.Allocate(4, 3), twice.Device.Allocate(3, 4) })
        {
            var exception = Assert.Throws<InvalidDataException>(() => Restore(other, state));
            Assert.StartsWith("a matrix of 3×4 in single precision cannot become one of ", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_stream_continues_with_the_same_numbers()
    {
        var stream = new PhiloxStream(60, StreamPurpose.Probes, substream: 3);
        for (int drawn = 0; drawn < 9; drawn++)
        {
            var restored = new PhiloxStream(60, StreamPurpose.Probes);
            byte[] state = Save(stream);
            Restore(restored, state);
            Assert.Equal(state, Save(restored));
            uint next = stream.NextUInt32();
            Assert.Equal(next, restored.NextUInt32());
        }
    }

    [Fact]
    public void Batches_continue_in_the_same_epoch()
    {
        var batches = new EpochBatches(60, 13, 3);
        for (int read = 0; read < 10; read++)
        {
            var restored = new EpochBatches(60, 13, 3);
            Restore(restored, Save(batches));
            Assert.Equal(batches.Position, restored.Position);
            Assert.Equal(Next(batches), Next(restored));
        }

        byte[] afterThree = Save(new EpochBatches(60, 13, 3) { Position = new(0, 3) });
        var exception = Assert.Throws<InvalidDataException>(() => Restore(new EpochBatches(60, 13, 4), afterThree));
        Assert.Contains("offset 3", exception.Message, StringComparison.Ordinal);
    }

    private static int[] Next(EpochBatches batches)
    {
        var indices = new int[batches.BatchSize];
        batches.Next(indices);
        return indices;
    }

    private static byte[] Save(IStateful stateful)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        stateful.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static void Restore(IStateful stateful, byte[] state)
    {
        using var stream = new MemoryStream(state);
        using var reader = new BinaryReader(stream);
        stateful.Restore(reader);
        Assert.Equal(state.Length, stream.Position);
    }
}
