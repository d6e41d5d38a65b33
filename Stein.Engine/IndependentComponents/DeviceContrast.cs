using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.IndependentComponents;

/// <summary>An even function f of one source on every device, in closed form.</summary>
internal abstract class DeviceContrast
{
    /// <summary>f′(z) (N×K), Σ_i f(z_ni) of each sample (N×1) and Σ_n f″(z_ni) of each source (1×K), in one pass.</summary>
    public abstract void Evaluate(
        Device device, DeviceMatrix slopes, DeviceMatrix valueSums, DeviceMatrix curvatureSums, DeviceMatrix sources);

    /// <summary>f″(z) (N×K).</summary>
    public abstract void Curvatures(Device device, DeviceMatrix curvatures, DeviceMatrix sources);
}

/// <param name="parameter">Of the formula.</param>
/// <inheritdoc cref="DeviceContrast"/>
internal sealed class DeviceContrast<TContrast>(double parameter = 0) : DeviceContrast
    where TContrast : struct, IContrast
{
    /// <inheritdoc/>
    public override void Evaluate(
        Device device, DeviceMatrix slopes, DeviceMatrix valueSums, DeviceMatrix curvatureSums, DeviceMatrix sources)
        => device.Contrast<TContrast>(slopes, valueSums, curvatureSums, sources, parameter);

    /// <inheritdoc/>
    public override void Curvatures(Device device, DeviceMatrix curvatures, DeviceMatrix sources)
        => device.Map<ContrastCurvature<TContrast>>(curvatures, sources, p: parameter);
}
