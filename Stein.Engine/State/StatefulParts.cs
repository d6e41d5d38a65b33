namespace Stein.Engine.State;

/// <summary>Saves and restores the state of objects that consist of several parts.</summary>
internal static class StatefulParts
{
    /// <summary>Writes the state of every part, one after the other.</summary>
    public static void SaveAll(this IEnumerable<IStateful> parts, BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(parts);
        foreach (IStateful part in parts)
            part.Save(writer);
    }

    /// <summary>Reads what <see cref="SaveAll"/> wrote for the same parts in the same order.</summary>
    public static void RestoreAll(this IEnumerable<IStateful> parts, BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(parts);
        foreach (IStateful part in parts)
            part.Restore(reader);
    }
}
