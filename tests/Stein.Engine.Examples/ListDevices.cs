using Stein.Engine.Devices.Discovery;

namespace Examples;

public static class ListDevices
{
    public static void Main()
    {
        foreach (DeviceStatus device in DeviceCatalog.List())
            Console.WriteLine($"{device.Name}: {(device.Available ? "" : "not available, ")}{device.Description}");
    }
}
