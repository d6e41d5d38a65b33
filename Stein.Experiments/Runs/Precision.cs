using System.Diagnostics.CodeAnalysis;
using Stein.Engine.Devices;

namespace Stein.Experiments.Runs;

/// <summary>The precision a run is computed in: the only thing of a device that is part of a run's identity.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names of the formats; no one takes them for types here.")]
internal enum Precision
{
    /// <summary>24 significant bits.</summary>
    Single,

    /// <summary>53 significant bits.</summary>
    Double,
}

internal static class DevicePrecision
{
    /// <summary>The precision that a device computes in.</summary>
    public static Precision Of(Device device) => device.IsSinglePrecision ? Precision.Single : Precision.Double;
}
