namespace Stein.Engine.State;

/// <summary>
/// An object whose whole state can be saved. A new object created with the same arguments, possibly in another process, can restore it
/// and then continues with the same bits. Each owner saves its own part; values that are recomputed before use are not state.
/// </summary>
public interface IStateful
{
    /// <summary>Writes the state without changing it.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    void Save(BinaryWriter writer);

    /// <summary>Reads exactly what <see cref="Save"/> wrote. After an exception the object must not be used any more.</summary>
    /// <exception cref="InvalidDataException">The saved state does not fit this object; the message says why.</exception>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    void Restore(BinaryReader reader);
}
