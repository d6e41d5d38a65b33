namespace Stein.Engine.Devices;

/// <summary>Thrown when a requested device is not available on this machine.</summary>
public sealed class DeviceUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
