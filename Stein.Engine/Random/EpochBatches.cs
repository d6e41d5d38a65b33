using Stein.Engine.State;

namespace Stein.Engine.Random;

/// <summary>The order in which the batches of an epoch visit the points.</summary>
public enum BatchOrder
{
    /// <summary>A new random order in each epoch.</summary>
    Shuffled,

    /// <summary>The order of the points, the same in each epoch.</summary>
    Fixed,

    /// <summary>Every index is drawn from all points, whatever was drawn before.</summary>
    Replacement,
}

/// <summary>
/// Batches of point indices; each epoch visits the N points in a new random order, or in another <see cref="BatchOrder"/>.
/// </summary>
/// <remarks>
/// <para>Every batch is full: the N mod B points left over at the end of an epoch are skipped in that epoch (other points in another
/// epoch). PyTorch's DataLoader would return them as a short batch unless <c>drop_last</c> is set; if B divides
/// N, as in the published experiments, the two agree.</para>
/// <para>Epoch e is the identity permutation shuffled by substream e of the seed's <see cref="StreamPurpose.Batches"/>
/// stream, so it does not depend on earlier epochs, and <see cref="Position"/> is the whole state. Reading allocates nothing.</para>
/// </remarks>
public sealed class EpochBatches : IStateful
{
    private readonly PhiloxStream stream;
    private readonly int[] order;
    private readonly int pointsPerEpoch;
    private readonly BatchOrder batchOrder;
    private BatchPosition position;

    /// <summary>Starts at the first batch of epoch 0.</summary>
    /// <param name="sampleCount">N, at least 1.</param>
    /// <param name="batchSize">B, from 1 to N.</param>
    /// <param name="batchOrder">The order within an epoch.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is below 1, or B is not between 1 and N.</exception>
    public EpochBatches(ulong seed, int sampleCount, int batchSize, BatchOrder batchOrder = BatchOrder.Shuffled)
    {
        if (sampleCount < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sampleCount), sampleCount, $"The number of points cannot be {sampleCount}; it must be at least 1.");
        }

        if (batchSize < 1 || batchSize > sampleCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(batchSize),
                batchSize,
                $"The batch size cannot be {batchSize} with {sampleCount} points; it must be from 1 to {sampleCount}.");
        }

        BatchSize = batchSize;
        this.batchOrder = batchOrder;
        order = new int[sampleCount];
        pointsPerEpoch = sampleCount - (sampleCount % batchSize);
        stream = new PhiloxStream(seed, StreamPurpose.Batches);
        ShuffleEpoch(0);
    }

    /// <summary>The number B of indices in a batch.</summary>
    public int BatchSize { get; }

    /// <summary>The current position; setting it to an earlier value repeats the batches that followed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not a multiple of B between 0 and N − (N mod B).</exception>
    public BatchPosition Position
    {
        get => position;
        set
        {
            if (!IsBatchStart(value.Offset))
                throw new ArgumentOutOfRangeException(nameof(value), value.Offset, WrongOffset(value.Offset));

            ShuffleEpoch(value.Epoch);
            position = value;
        }
    }

    /// <summary>
    /// Writes the indices of the next batch, each from 0 to N − 1, all different unless they are drawn with replacement.
    /// </summary>
    /// <param name="indices">Receives exactly B indices.</param>
    /// <exception cref="ArgumentException">The span's length is not B.</exception>
    /// <exception cref="InvalidOperationException">All 2³² epochs have been read.</exception>
    public void Next(Span<int> indices)
    {
        if (indices.Length != BatchSize)
        {
            throw new ArgumentException(
                $"A span of {indices.Length} indices cannot hold a batch; its length must be {BatchSize}.", nameof(indices));
        }

        if (position.Offset == pointsPerEpoch)
        {
            if (position.Epoch == uint.MaxValue)
            {
                throw new InvalidOperationException($"Epoch {position.Epoch} is the last; there are 2^32 epochs.");
            }

            ShuffleEpoch(position.Epoch + 1);
        }

        order.AsSpan(position.Offset, BatchSize).CopyTo(indices);
        position = position with { Offset = position.Offset + BatchSize };
    }

    /// <summary>Writes <see cref="Position"/>.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Position.Epoch);
        writer.Write(Position.Offset);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var saved = new BatchPosition(reader.ReadUInt32(), reader.ReadInt32());
        if (!IsBatchStart(saved.Offset))
            throw new InvalidDataException(WrongOffset(saved.Offset));
        Position = saved;
    }

    private bool IsBatchStart(int offset) => offset >= 0 && offset <= pointsPerEpoch && offset % BatchSize == 0;

    private string WrongOffset(int offset)
        => $"An epoch cannot be continued at offset {offset}; it must be a multiple of {BatchSize} from 0 to {pointsPerEpoch}.";

    private void ShuffleEpoch(uint epoch)
    {
        // Starts from the identity, not from the previous epoch, so that any epoch can be entered without replaying earlier ones.
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        stream.StartSubstream(epoch);
        if (batchOrder == BatchOrder.Shuffled)
        {
            stream.Shuffle(order);
        }
        else if (batchOrder == BatchOrder.Replacement)
        {
            foreach (ref int index in order.AsSpan())
                index = stream.NextInt32(order.Length);
        }

        position = new BatchPosition(epoch, 0);
    }
}
