namespace Stein.Engine.Graphs.Layers;

/// <summary>
/// The shape of an image that is one row of a matrix: pixel after pixel, row by row, each with all its channels.
/// </summary>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    public int Pixels => Height * Width;

    /// <summary>The number of columns that an image takes.</summary>
    public int Size => Pixels * Channels;
}
