using Stein.Engine.Devices;
using Stein.Engine.IndependentComponents;

namespace Stein.Experiments.Ica;

/// <summary>
/// A method that searches over all training samples at once: the samples are whitened, then searches follow one another, each from where
/// the one before ended.
/// </summary>
internal abstract class StagedMethod : SearchMethod
{
    /// <summary>Whether it begins at the true matrix instead of a random rotation, to find the best that can be expected.</summary>
    public virtual bool StartsAtTruth => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Settings => [nameof(IcaSettings.MaxIterations)];

    /// <summary>The searches, in their order.</summary>
    public abstract IReadOnlyList<SearchStage> Stages(IcaSettings settings);

    /// <inheritdoc/>
    public sealed override int IterationsOf(IcaSettings settings) => settings.MaxIterations;

    /// <inheritdoc/>
    public sealed override Func<int, bool> IsMeasured(IcaSettings settings) => _ => true;

    /// <summary>Two products of all samples with a matrix.</summary>
    public sealed override double Operations(IcaSettings settings)
        => 4.0 * settings.TrainingSamples * settings.Dimension * settings.Dimension;

    /// <inheritdoc/>
    public sealed override IcaSearch Begin(Device device, IcaSettings settings, IcaProblem problem, IDisposable lease)
        => new StagedSearch(device, settings, problem, lease, this);
}
