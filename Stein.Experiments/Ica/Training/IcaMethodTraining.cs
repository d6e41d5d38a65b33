using Stein.Engine.Devices;
using Stein.Engine.Models;
using Stein.Engine.State;

namespace Stein.Experiments.Ica;

/// <summary>How one method trains the model: one iteration at a time, on batches.</summary>
internal abstract class IcaMethodTraining : IStateful
{
    protected IcaMethodTraining(Device device, IcaModel model)
    {
        Device = device;
        Model = model;
    }

    protected Device Device { get; }

    protected IcaModel Model { get; }

    /// <summary>
    /// What the method keeps from one iteration to the next or needs for <see cref="Loss"/>, but V. Medians are not among it: they
    /// say where the search for the next ones begins, which changes the time it takes and no result.
    /// </summary>
    protected abstract IEnumerable<IStateful> Parts { get; }

    /// <summary>One iteration on the samples of <paramref name="batch"/> (B×D).</summary>
    public abstract void Step(DeviceMatrix batch);

    /// <summary>The loss the method reports, on <paramref name="batch"/> at the present parameters.</summary>
    public abstract double Loss(DeviceMatrix batch);

    /// <inheritdoc/>
    public virtual void Save(BinaryWriter writer) => Parts.SaveAll(writer);

    /// <inheritdoc/>
    public virtual void Restore(BinaryReader reader) => Parts.RestoreAll(reader);
}
