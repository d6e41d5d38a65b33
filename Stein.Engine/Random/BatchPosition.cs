namespace Stein.Engine.Random;

/// <summary>Where a reader of <see cref="EpochBatches"/> stands.</summary>
/// <param name="Epoch">The epoch being read, from 0.</param>
/// <param name="Offset">How many points of that epoch have been given out: a multiple of the batch size.</param>
public readonly record struct BatchPosition(uint Epoch, int Offset);
