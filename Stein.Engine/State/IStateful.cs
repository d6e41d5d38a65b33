namespace Stein.Engine.State;

/// <summary>
/// Something whose whole state can be saved and, in another process, given to a new one made with the same arguments, which then goes
/// on with the same bits. Each owner saves its own part; what is computed anew before it is used is no state.
/// </summary>
public interface IStateful
{
    /// <summary>Writes the state. It changes nothing.</summary>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    void Save(BinaryWriter writer);

    /// <summary>Reads what <see cref="Save"/> wrote, neither more nor less. After an exception, make a new object.</summary>
    /// <exception cref="InvalidDataException">The state is that of something else; the message says of what.</exception>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    void Restore(BinaryReader reader);
}
