using Stein.Engine.Devices;
using Stein.Engine.IndependentComponents;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary><see cref="LocalStein"/> by steps on one batch after another, for more samples than fit into memory.</summary>
/// <remarks>See <see cref="StochasticIca"/>.</remarks>
internal sealed class LocalOnline : SearchMethod
{
    /// <summary>About so many points of the curve: a product over the test points costs as much as a few batches.</summary>
    private const int Points = 20;

    public override string Id => "local-online";

    public override string Name => "local Stein, online";

    public override SeriesStyle Style { get; } = SeriesStyle.Of(8);

    protected override IReadOnlyList<string> Settings =>
    [
        nameof(IcaSettings.Passes),
        nameof(IcaSettings.Smoothness),
        nameof(IcaSettings.WitnessBandwidth),
    ];

    public override IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.Passes != Paper.Passes)
            yield return settings.Passes == 1 ? "1 pass" : $"{settings.Passes} passes";
        foreach (string other in LocalStein.WitnessDeviations(settings))
            yield return other;
    }

    public override void Validate(IcaSettings settings)
    {
        if (IterationsOf(settings) == 0)
        {
            throw InvalidConfigException.Value(
                "training_samples",
                settings.TrainingSamples,
                $"a whole number from {StochasticIca.BatchRows * settings.Dimension} on: a batch has {StochasticIca.BatchRows} D");
        }
    }

    /// <summary>Batches.</summary>
    public override int IterationsOf(IcaSettings settings)
        => settings.Passes * StochasticIca.Batches(settings.TrainingSamples, settings.Dimension);

    public override Func<int, bool> IsMeasured(IcaSettings settings)
    {
        int every = Math.Max(1, IterationsOf(settings) / Points);
        return iteration => iteration % every == 0;
    }

    /// <summary>A batch is drawn, which is a product with a matrix, and takes two more in most steps.</summary>
    public override double Operations(IcaSettings settings)
        => 6.0 * StochasticIca.BatchRows * Math.Pow(settings.Dimension, 3);

    public override IcaSearch Begin(Device device, IcaSettings settings, IcaProblem problem, IDisposable lease)
        => new OnlineSearch(device, settings, problem, lease);
}
