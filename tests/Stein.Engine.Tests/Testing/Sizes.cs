using Stein.Engine.Devices;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// Sizes that straddle the lane widths: 1, w − 1, w, w + 1 and 2w + 1 for w = 4, 8, 16. In a child process for one vector tier they are
/// only those of its width; on a simulator, with tiles of 4×4 elements and groups of 16 threads, only a few around these.
/// </summary>
public static class Sizes
{
    /// <summary>Whether a device is tested with all sizes.</summary>
    public static bool AreAll(Device device) => !TestDevices.IsSlow(device) && TestDevices.OnlyBits is null;

    /// <summary>The sizes for a device.</summary>
    public static IReadOnlyList<int> All(Device device) => TestDevices.IsSlow(device) ? [1, 3, 4, 5, 17]
        : Width is { } w ? [1, w - 1, w, w + 1, (2 * w) + 1]
        : [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];

    /// <summary>A few of the sizes, for tests that combine several sizes.</summary>
    public static IReadOnlyList<int> Few(Device device) => TestDevices.IsSlow(device) ? [1, 5, 17]
        : Width is { } w ? [1, w - 1, w + 1, (2 * w) + 1]
        : [1, 3, 5, 8, 15, 17, 33];

    /// <summary>The number of floats in a vector of this process's tier.</summary>
    private static int? Width => TestDevices.OnlyBits is { } bits ? int.Parse(bits) / (8 * sizeof(float)) : null;
}
