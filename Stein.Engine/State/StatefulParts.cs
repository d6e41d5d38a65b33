namespace Stein.Engine.State;

/// <summary>The state of something that is made of parts: theirs, one after the other.</summary>
internal static class StatefulParts
{
    /// <summary>Writes the state of every part.</summary>
    public static void SaveAll(this IEnumerable<IStateful> parts, BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(parts);
        foreach (IStateful part in parts)
            part.Save(writer);
    }

    /// <summary>Reads what <see cref="SaveAll"/> wrote of the same parts in the same order.</summary>
    public static void RestoreAll(this IEnumerable<IStateful> parts, BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(parts);
        foreach (IStateful part in parts)
            part.Restore(reader);
    }
}
