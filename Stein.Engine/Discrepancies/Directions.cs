using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// R directions in D dimensions that are normalised where they are used, <c>ĝ = g/(‖g‖ + 1e−10)</c> as published, with
/// derivatives through the normalisation. They are columns (D×R), so that normalising and projecting run along lanes.
/// </summary>
public sealed class Directions
{
    private readonly Device device;
    private readonly DeviceMatrix squaredNorms;
    private readonly DeviceMatrix inverseNorms;
    private readonly DeviceMatrix pulls;

    /// <summary>Allocates memory for R = <paramref name="count"/> directions in D = <paramref name="dimension"/> dimensions.</summary>
    public Directions(Device device, int dimension, int count)
    {
        this.device = device;
        Values = device.Allocate(dimension, count);
        Unit = device.Allocate(dimension, count);
        Gradient = device.Allocate(dimension, count);
        squaredNorms = device.Allocate(1, count);
        inverseNorms = device.Allocate(1, count);
        pulls = device.Allocate(1, count);
    }

    /// <summary>The directions before normalisation (D×R), one per column.</summary>
    public DeviceMatrix Values { get; }

    /// <summary>The normalised directions (D×R), set by <see cref="Normalise"/>.</summary>
    public DeviceMatrix Unit { get; }

    /// <summary>
    /// The derivative (D×R) with respect to <see cref="Unit"/>, written by a discrepancy, and after a call of
    /// <see cref="BackPropagate"/> the derivative with respect to <see cref="Values"/>.
    /// </summary>
    public DeviceMatrix Gradient { get; }

    /// <summary>Sets direction d to the d-th unit vector. There must be as many directions as dimensions.</summary>
    public void SetToIdentity() => device.FillDiagonal(Values, 1);

    /// <summary>Computes <see cref="Unit"/>.</summary>
    public void Normalise()
    {
        device.SumColumns<Square>(squaredNorms, Values);
        device.Map<InverseNorm>(inverseNorms, squaredNorms);
        device.Map<Product>(Unit, Values, inverseNorms);
    }

    /// <summary>
    /// Back-propagates <see cref="Gradient"/> through the normalisation: <c>(∂ĝ − ĝ (ĝ·∂ĝ)(‖g‖+1e−10)/‖g‖)/(‖g‖ + 1e−10)</c>.
    /// </summary>
    public void BackPropagate()
    {
        device.SumColumns<Product>(pulls, Unit, Gradient);
        device.Map<NormalisationPull>(pulls, squaredNorms, pulls);
        device.Map<AddScaledProduct>(Gradient, Gradient, Unit, pulls, p: -1);
        device.Map<Product>(Gradient, Gradient, inverseNorms);
    }
}
