using Stein.Engine.Devices;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// Sizes that straddle the widths of lanes: 1, w − 1, w, w + 1 and 2w + 1 for w = 4, 8, 16. In a child process for one vector tier
/// only those of its own width, and on a simulator, whose tiles have 4×4 elements and whose groups 16 threads, a few around these.
/// </summary>
public static class Sizes
{
    /// <summary>Whether a device is tested at all sizes.</summary>
    public static bool AreAll(Device device) => !TestDevices.IsSlow(device) && TestDevices.OnlyBits is null;

    /// <summary>The sizes for a device.</summary>
    public static IReadOnlyList<int> All(Device device) => TestDevices.IsSlow(device) ? [1, 3, 4, 5, 17]
        : Width is { } w ? [1, w - 1, w, w + 1, (2 * w) + 1]
        : [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];

    /// <summary>A few of them, where several sizes combine.</summary>
    public static IReadOnlyList<int> Few(Device device) => TestDevices.IsSlow(device) ? [1, 5, 17]
        : Width is { } w ? [1, w - 1, w + 1, (2 * w) + 1]
        : [1, 3, 5, 8, 15, 17, 33];

    /// <summary>Floats in a vector of the tier that this process is for.</summary>
    private static int? Width => TestDevices.OnlyBits is { } bits ? int.Parse(bits) / (8 * sizeof(float)) : null;
}
