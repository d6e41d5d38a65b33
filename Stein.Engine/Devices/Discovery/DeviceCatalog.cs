using Stein.Engine.Devices.Cpu;
using Stein.Engine.Devices.Ilgpu;
using Stein.Engine.Text;

namespace Stein.Engine.Devices.Discovery;

/// <summary>Whether a device can be used on this machine.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Available">Whether <see cref="DeviceCatalog.Create"/> can create it.</param>
/// <param name="Description">A few words on the hardware, or why the device cannot be used.</param>
public sealed record DeviceStatus(string Name, bool Available, string Description);

/// <summary>Lists the devices and creates them by name.</summary>
public static class DeviceCatalog
{
    private const string AutomaticName = "auto";

    /// <summary>The devices in the order in which <c>auto</c> prefers them, then those that only serve to check the others.</summary>
    private static readonly Entry[] Entries =
    [
        FromPlatform(IlgpuPlatform.Cuda),
        FromPlatform(IlgpuPlatform.OpenCl),
        new("simd", static () => "SIMD on the processor, float32", CpuDevices.CreateSimd),
        new("simd-double", static () => "SIMD on the processor, float64", CpuDevices.CreateSimdDouble),
        FromPlatform(IlgpuPlatform.Cpu),
        new("double", static () => "double precision on the processor, the reference", CpuDevices.CreateDouble),
    ];

    /// <summary>The names that <see cref="Create"/> accepts.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "simd", "simd-double", "cuda", "opencl", "ilgpu-cpu", "double"];

    /// <summary>
    /// Creates a device. <c>auto</c> is a CUDA GPU if there is one, otherwise an OpenCL GPU, otherwise the processor (<c>simd</c>).
    /// </summary>
    /// <exception cref="ArgumentException">No device has that name.</exception>
    /// <exception cref="DeviceUnavailableException">This machine does not have that device.</exception>
    public static Device Create(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == AutomaticName)
            return CreateAutomatically();
        Entry entry = Array.Find(Entries, candidate => candidate.Name == name) ?? throw UnknownName(name);
        try
        {
            return entry.Create();
        }
        catch (DeviceUnavailableException exception)
        {
            IEnumerable<string> available = List().Where(status => status.Available).Select(status => status.Name);
            throw new DeviceUnavailableException($"{exception.Message}; available here: {string.Join(", ", available)}", exception);
        }
    }

    /// <summary>
    /// Lists all devices and whether they can be used on this machine. A missing driver makes a device unavailable; it is not an error.
    /// </summary>
    public static IReadOnlyList<DeviceStatus> List()
    {
        var found = Entries.ToDictionary(entry => entry.Name, Status);
        string chosen = Entries.First(entry => found[entry.Name].Available).Name;
        return [.. Names.Select(name => name == AutomaticName ? new(name, true, $"the fastest available: {chosen}") : found[name])];
    }

    private static Device CreateAutomatically()
    {
        foreach (Entry entry in Entries)
        {
            try
            {
                return entry.Create();
            }
            catch (DeviceUnavailableException)
            {
                // Try the next one; simd is available on every machine.
            }
        }

        throw new DeviceUnavailableException("no device is available on this machine");
    }

    private static DeviceStatus Status(Entry entry)
    {
        try
        {
            return new(entry.Name, true, entry.Describe());
        }
        catch (DeviceUnavailableException exception)
        {
            return new(entry.Name, false, exception.Message);
        }
    }

    private static ArgumentException UnknownName(string name)
    {
        string closest = EditDistance.Closest(name, Names);
        return new ArgumentException(
            $"unknown device '{name}', did you mean '{closest}'? The devices are {string.Join(", ", Names)}", nameof(name));
    }

    private static Entry FromPlatform(IlgpuPlatform platform) => new(platform.Name, platform.Find, platform.Open);

    /// <param name="Name">The name on the command line.</param>
    /// <param name="Describe">Describes the device; throws <see cref="DeviceUnavailableException"/> if there is none.</param>
    /// <param name="Create">Creates the device; throws <see cref="DeviceUnavailableException"/> if there is none.</param>
    private sealed record Entry(string Name, Func<string> Describe, Func<Device> Create);
}
