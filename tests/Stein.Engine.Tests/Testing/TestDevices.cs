using System.Collections.Concurrent;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Tests.Golden;
using Xunit;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// The devices that every device test walks: a device is one more row, and one that is missing here is a skip with its reason.
/// </summary>
public static class TestDevices
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<Device>> Idle = new();

    private static readonly Row[] Rows =
    [
        new("double", CpuDevices.CreateDouble, () => null),
        Simd(128),
        Simd(256),
        Simd(512),

        // THE ONE PLACE TO ADD A DEVICE. For the ILGPU family, a row each for "ilgpu-cpu", "cuda" and "opencl":
        // new(name, () => DeviceCatalog.Create(name), () => the reason DeviceCatalog gives if it cannot be used here, else null).
    ];

    /// <summary>All devices.</summary>
    public static TheoryData<string> All => [.. Rows.Select(row => row.Name)];

    /// <summary>All devices but the oracle.</summary>
    public static TheoryData<string> SinglePrecision => [.. Rows.Skip(1).Select(row => row.Name)];

    /// <summary>Every golden case of a quantity on every device.</summary>
    public static TheoryData<string, string> Golden(string quantity)
    {
        var rows = new TheoryData<string, string>();
        foreach (GoldenCase golden in GoldenCases.Of(quantity))
        {
            foreach (Row row in Rows)
                rows.Add(golden.Name, row.Name);
        }

        return rows;
    }

    /// <summary>Every device with each of the values.</summary>
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
    /// Lends a device to one test at a time. Devices are used again by later tests, as in training, so that working memory left
    /// behind by one operation is seen by the next.
    /// </summary>
    public static DeviceLoan Rent(string name)
    {
        Row row = Rows.Single(candidate => candidate.Name == name);
        if (row.WhyMissing() is { } reason)
            Assert.Skip($"{name}: {reason}");
        ConcurrentBag<Device> idle = Idle.GetOrAdd(name, _ => []);
        return new(idle.TryTake(out Device? device) ? device : row.Create(), idle);
    }

    private static Row Simd(int bits) => new(
        $"simd-{bits}",
        () => CpuDevices.CreateSimd(bits),
        () => bits > CpuDevices.VectorBits ? $"vectors here have {CpuDevices.VectorBits} bits" : null);

    private sealed record Row(string Name, Func<Device> Create, Func<string?> WhyMissing);
}

/// <summary>A device on loan to a test.</summary>
public sealed class DeviceLoan(Device device, ConcurrentBag<Device> home) : IDisposable
{
    public Device Device { get; } = device;

    public void Dispose() => home.Add(Device);
}
