using Stein.Engine.Devices;
using Stein.Engine.IndependentComponents;
using Stein.Engine.Models;

namespace Stein.Experiments.Ica;

/// <summary>A method that searches for the unmixing matrix in a way of its own instead of training a model on random batches.</summary>
internal abstract class SearchMethod : IcaMethod
{
    /// <inheritdoc/>
    public sealed override bool IsInGrid => false;

    /// <summary>Begins a search.</summary>
    /// <param name="device">The run's own.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="problem">The problem of the config.</param>
    /// <param name="lease">Is disposed of with the search.</param>
    public abstract IcaSearch Begin(Device device, IcaSettings settings, IcaProblem problem, IDisposable lease);

    /// <inheritdoc/>
    public sealed override IcaMethodTraining? Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch) => null;

    /// <summary>The density of all sources.</summary>
    public static SourceDensity DensityOf(IcaSettings settings)
        => settings.Base == BaseDensity.Laplace ? SourceDensity.Laplace : SourceDensity.StudentT(IcaData.StudentTDegreesOfFreedom);
}
