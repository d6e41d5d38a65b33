using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>The name of a device, as a type argument of a test class.</summary>
public interface IDeviceName
{
    static abstract string Name { get; }
}

public readonly struct SimulatorName : IDeviceName
{
    public static string Name => "ilgpu-cpu";
}

public readonly struct CudaName : IDeviceName
{
    public static string Name => "cuda";
}

public readonly struct OpenClName : IDeviceName
{
    public static string Name => "opencl";
}

/// <summary>One device for all tests of a class, so that every kernel is compiled once.</summary>
public sealed class IlgpuDeviceFixture<TName> : IDisposable
    where TName : struct, IDeviceName
{
    private readonly Device? device;
    private readonly string reason = "";

    public IlgpuDeviceFixture()
    {
        try
        {
            device = DeviceCatalog.Create(TName.Name);
        }
        catch (DeviceUnavailableException exception)
        {
            reason = exception.Message;
        }
    }

    /// <summary>The device, or a skipped test where the machine has none.</summary>
    public Device Require()
    {
        if (device is null)
            Assert.Skip(reason);
        return device;
    }

    public void Dispose() => device?.Dispose();
}
