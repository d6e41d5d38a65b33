using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Models;
using Stein.Engine.Optimization;

namespace Stein.Experiments.Ica;

/// <summary>A method that trains a critic of the sources z = V x against the model, from whitened data on.</summary>
internal abstract class LocalCritic : IcaMethod
{
    public sealed override bool IsInGrid => false;

    public sealed override double[] InitialUnmixing(IcaSettings settings, IcaProblem problem)
        => Whitening.Unmixing(problem.Training, settings.Dimension, settings.Base, settings.EffectiveDataSeed);
}

/// <summary>Trains the model with relative gradients, for which no V has to be inverted.</summary>
internal abstract class LocalTraining : IcaMethodTraining
{
    private readonly DeviceMatrix relative;
    private readonly DeviceMatrix step;
    private readonly DeviceMatrix previous;

    protected LocalTraining(Device device, IcaModel model, IcaSettings settings)
        : base(device, model)
    {
        relative = device.Allocate(settings.Dimension, settings.Dimension);
        step = device.Allocate(settings.Dimension, settings.Dimension);
        previous = device.Allocate(settings.Dimension, settings.Dimension);
        Adam = new(new AdamSettings(settings.LearningRate), [step], [relative], schedule: IcaMethod.ScheduleOf(settings, 1, final: 0));
    }

    /// <summary>The optimiser of the model.</summary>
    protected Adam Adam { get; }

    /// <summary>One step of the model, <c>V ← (I − ηR) V</c> with Adam's step for ηR, from <c>R = leftᵀ right</c> (B×D each).</summary>
    protected void Descend(DeviceMatrix left, DeviceMatrix right)
    {
        Device.Multiply(relative, left, right, transposeLeft: true);
        Device.Map<Scaled>(step, step, p: 0);
        Adam.Step();
        Device.Map<Identity>(previous, Model.Unmixing);
        Device.Multiply(Model.Unmixing, step, previous, beta: 1);
    }
}
