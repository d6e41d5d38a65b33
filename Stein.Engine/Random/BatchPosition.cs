namespace Stein.Engine.Random;

/// <summary>A position in the sequence of <see cref="EpochBatches"/>.</summary>
/// <param name="Epoch">The current epoch, counted from 0.</param>
/// <param name="Offset">The number of points of that epoch already returned, a multiple of the batch size.</param>
public readonly record struct BatchPosition(uint Epoch, int Offset);
