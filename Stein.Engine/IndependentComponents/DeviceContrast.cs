using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.IndependentComponents;

/// <summary>An even function f of one source on every device, in closed form.</summary>
internal abstract class DeviceContrast
{
    /// <summary>Σ_i f(z_ni) of each sample (N×1).</summary>
    public abstract void Values(Device device, DeviceMatrix sums, DeviceMatrix sources);

    /// <summary>f′(z) (N×K).</summary>
    public abstract void Slopes(Device device, DeviceMatrix slopes, DeviceMatrix sources);

    /// <summary>f″(z) (N×K).</summary>
    public abstract void Curvatures(Device device, DeviceMatrix curvatures, DeviceMatrix sources);

    /// <summary>Σ_n f″(z_ni) of each source (1×K).</summary>
    public abstract void CurvatureSums(Device device, DeviceMatrix sums, DeviceMatrix sources);
}

/// <param name="parameter">Of the formula.</param>
/// <inheritdoc cref="DeviceContrast"/>
internal sealed class DeviceContrast<TContrast>(double parameter = 0) : DeviceContrast
    where TContrast : struct, IContrast
{
    /// <inheritdoc/>
    public override void Values(Device device, DeviceMatrix sums, DeviceMatrix sources)
        => device.SumRows<ContrastValue<TContrast>>(sums, sources, p: parameter);

    /// <inheritdoc/>
    public override void Slopes(Device device, DeviceMatrix slopes, DeviceMatrix sources)
        => device.Map<ContrastSlope<TContrast>>(slopes, sources, p: parameter);

    /// <inheritdoc/>
    public override void Curvatures(Device device, DeviceMatrix curvatures, DeviceMatrix sources)
        => device.Map<ContrastCurvature<TContrast>>(curvatures, sources, p: parameter);

    /// <inheritdoc/>
    public override void CurvatureSums(Device device, DeviceMatrix sums, DeviceMatrix sources)
        => device.SumColumns<ContrastCurvature<TContrast>>(sums, sources, p: parameter);
}
