namespace Stein.Experiments.Provenance;

/// <summary>The device the numbers were computed on.</summary>
/// <param name="Name">As on the command line; never <c>auto</c>.</param>
/// <param name="Description">The hardware and what of it is used.</param>
internal sealed record DeviceIdentity(string Name, string Description);
