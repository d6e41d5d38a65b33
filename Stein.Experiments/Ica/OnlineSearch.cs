using Stein.Engine.Devices;
using Stein.Engine.IndependentComponents;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>A search over training data that are drawn batch by batch, and again in each pass.</summary>
/// <param name="device">The run's own.</param>
/// <param name="settings">A valid config.</param>
/// <param name="problem">The problem of the config.</param>
/// <param name="lease">Is disposed of with the search.</param>
internal sealed class OnlineSearch(Device device, IcaSettings settings, IcaProblem problem, IDisposable lease)
    : IcaSearch(device, settings, problem, lease)
{
    private readonly StochasticIca search = new(
        (first, count) => Array.ConvertAll(problem.DrawTraining(first, count), value => (double)value),
        settings.TrainingSamples,
        SearchMethod.DensityOf(settings),
        new SteinContrast(settings.Smoothness, settings.WitnessBandwidth),
        MaximumLikelihoodIca.RandomRotation(settings.Dimension, settings.EffectiveDataSeed, 0),
        settings.Passes);

    /// <inheritdoc/>
    public override bool IsFinished => search.IsFinished;

    /// <inheritdoc/>
    protected override bool HasBegun => search.Iterations > 0;

    /// <inheritdoc/>
    protected override int Iterations => search.Iterations;

    /// <summary>Whether all sources were found to be separated: the number of passes is given.</summary>
    protected override bool HasConverged => search.SeparatedAfter is not null;

    /// <inheritdoc/>
    public override void Save(BinaryWriter writer) => search.Save(writer);

    /// <inheritdoc/>
    protected override void StepCore() => search.Step();

    /// <inheritdoc/>
    protected override void RestoreCore(BinaryReader reader) => search.Restore(reader);

    /// <inheritdoc/>
    protected override double[] FullUnmixing() => search.Unmixing;

    /// <inheritdoc/>
    protected override IEnumerable<Metric> Separation(double[] unmixing)
        => [IcaStudy.Separated.At(Problem.SourcesSeparatedBy(unmixing))];
}
