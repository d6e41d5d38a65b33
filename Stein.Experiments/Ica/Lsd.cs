using Stein.Engine.Devices;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>LSD: one step of the critic, or several, then one of the model, on the same batch.</summary>
/// <remarks>
/// Operations: six B×H×H, three H×D×H and five B×D×H products for each step of the critic, and one B×H×H and two B×D×H products for the
/// model. With M probes in place of the exact trace also <c>εᵀε</c> and two products of it with the weights: 2MD² + 4HD².
/// </remarks>
internal sealed class Lsd : IcaMethod
{
    public override string Id => "lsd";

    public override string Name => "LSD";

    public override SeriesStyle Style => SeriesStyle.Of(2);

    protected override IReadOnlyList<string> Settings =>
        [.. base.Settings, .. SteinCriticTraining.Settings, nameof(IcaSettings.Probes)];

    public override IcaSettings Normalise(IcaSettings settings) => TestFunctionTricks.Normalise(base.Normalise(settings));

    public override void Validate(IcaSettings settings) => SteinCriticTraining.Validate(settings);

    public override IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.Probes != Paper.Probes)
            yield return settings.Probes == 1 ? "1 probe" : $"{settings.Probes} probes";
        foreach (string other in SteinCriticTraining.Deviations(settings).Concat(base.Deviations(settings)))
            yield return other;
    }

    public override double Operations(IcaSettings settings)
    {
        (double b, double d, double h) = (settings.Batch, settings.Dimension, settings.Hidden);
        double probing = settings.Probes == 0 ? 0 : (2 * settings.Probes * d * d) + (4 * h * d * d);
        double critic = (12 * b * h * h) + (6 * h * h * d) + (10 * b * d * h) + probing;
        return ModelOperations(settings) + (settings.InnerSteps * critic) + (2 * b * h * h) + (4 * b * d * h);
    }

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings);

    private sealed class Training(Device device, IcaModel model, IcaSettings settings) : SteinTraining(device, model, settings)
    {
        private readonly SteinCriticTraining critic = new(device, model, settings, isLocal: false);

        public override IReadOnlyList<IStateful> Parts => [.. critic.Parts, Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            critic.Step(batch, ScoreGradient);
            Descend(batch);
        }

        public override double Loss(DeviceMatrix batch) => critic.Value(batch);

        public override IEnumerable<Metric> Metrics(DeviceMatrix batch, IcaProblem problem) => critic.Metrics(problem);
    }
}
