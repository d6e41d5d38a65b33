using System.Collections.Concurrent;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Tests.Tiers;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// The devices of all device tests. Each device is a row of a theory; on machines without it the test is skipped with a reason.
/// </summary>
public static class TestDevices
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<Device>> Idle = new();

    private static readonly Lazy<IReadOnlyList<DeviceStatus>> Catalog = new(DeviceCatalog.List);

    /// <summary>In a child process for one vector tier (<see cref="VectorTierTests"/>) theories only have rows for its vectors.</summary>
    internal static readonly string? OnlyBits = Environment.GetEnvironmentVariable(VectorTierTests.BitsVariable);

    /// <summary>
    /// If set, the only device for which theories have rows: in such a process, or if a single device is checked (tests/gpu).
    /// </summary>
    private static readonly string? OnlyDevice = Environment.GetEnvironmentVariable("STEIN_TEST_DEVICE")
        ?? (OnlyBits is { } bits ? $"simd-{bits}" : null);

    private static readonly Row[] AllRows =
    [
        new("double", CpuDevices.CreateDouble, () => null),
        new("simd-double", CpuDevices.CreateSimdDouble, () => null),
        Simd(128),
        Simd(256),
        Simd(512),
        FromCatalog("ilgpu-cpu"),
        FromCatalog("cuda"),
        FromCatalog("opencl"),
    ];

    private static IEnumerable<Row> Rows => AllRows.Where(row => OnlyDevice is null || row.Name == OnlyDevice);

    /// <summary>The names of all devices.</summary>
    public static IEnumerable<string> Names => Rows.Select(row => row.Name);

    /// <summary>All devices.</summary>
    public static TheoryData<string> All => [.. Names];

    /// <summary>Whether a device is a simulator, on which a launch takes about a millisecond, so that tests use fewer sizes.</summary>
    public static bool IsSlow(Device device) => IsSlow(device.Name);

    /// <summary>All combinations of a device and one of the values.</summary>
    public static TheoryData<string, T> With<T>(IEnumerable<T> values)
    {
        var rows = new TheoryData<string, T>();
        foreach (Row row in Rows)
        {
            foreach (T value in values)
                rows.Add(row.Name, value);
        }

        return rows;
    }

    /// <summary>
    /// Lends a device to one test at a time. Later tests reuse devices, as training does, so that leftovers in working memory would affect
    /// the next operation.
    /// </summary>
    public static DeviceLoan Rent(string name)
    {
        Row row = AllRows.Single(candidate => candidate.Name == name);
        if (row.WhyMissing() is { } reason)
            Assert.Skip($"{name}: {reason}");
        ConcurrentBag<Device> idle = Idle.GetOrAdd(name, _ => []);
        return new(idle.TryTake(out Device? device) ? device : row.Create(), idle);
    }

    internal static bool IsSlow(string name) => name == "ilgpu-cpu";

    private static Row Simd(int bits) => new(
        $"simd-{bits}",
        () => CpuDevices.CreateSimd(bits),
        () => bits > CpuDevices.VectorBits ? $"vectors here have {CpuDevices.VectorBits} bits" : null);

    private static Row FromCatalog(string name) => new(
        name,
        () => DeviceCatalog.Create(name),
        () => Catalog.Value.Single(status => status.Name == name) is { Available: false } status ? status.Description : null);

    private sealed record Row(string Name, Func<Device> Create, Func<string?> WhyMissing);
}

/// <summary>A device on loan to a test.</summary>
public sealed class DeviceLoan(Device device, ConcurrentBag<Device> home) : IDisposable
{
    public Device Device { get; } = device;

    public void Dispose() => home.Add(Device);
}
