namespace Stein.Engine.Tests.Testing;

/// <summary>Sizes that straddle the widths of lanes: 1, w − 1, w, w + 1 and 2w + 1 for w = 4, 8, 16.</summary>
public static class Sizes
{
    public static IReadOnlyList<int> All { get; } = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];

    /// <summary>A few of them, where three sizes combine.</summary>
    public static IReadOnlyList<int> Few { get; } = [1, 3, 5, 8, 15, 17, 33];
}
