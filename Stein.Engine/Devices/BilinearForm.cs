namespace Stein.Engine.Devices;

/// <summary>The symmetric matrix <c>f_ij = scale·v_i·v_j + o_i + o_j</c> (N×N), which is never formed as a whole.</summary>
/// <param name="Vectors">v (N×D).</param>
/// <param name="Offsets">o (N×1).</param>
/// <param name="Scale">The factor of the products.</param>
internal readonly record struct BilinearForm(DeviceMatrix Vectors, DeviceMatrix Offsets, double Scale);
