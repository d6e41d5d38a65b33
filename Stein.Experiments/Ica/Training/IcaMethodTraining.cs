using Stein.Engine.Devices;
using Stein.Engine.Models;

namespace Stein.Experiments.Ica;

/// <summary>How one method trains the model: one iteration at a time, on batches.</summary>
public abstract class IcaMethodTraining
{
    protected IcaMethodTraining(Device device, IcaModel model)
    {
        Device = device;
        Model = model;
    }

    protected Device Device { get; }

    protected IcaModel Model { get; }

    /// <summary>One iteration on the samples of <paramref name="batch"/> (B×D).</summary>
    public abstract void Step(DeviceMatrix batch);

    /// <summary>The loss the method reports, on <paramref name="batch"/> at the present parameters.</summary>
    public abstract double Loss(DeviceMatrix batch);
}
