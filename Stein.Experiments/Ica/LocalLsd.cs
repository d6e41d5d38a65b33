using Stein.Engine.Devices;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>
/// LSD in the model's own coordinates: a critic h of the sources z = V x against the base density, from whitened data on.
/// </summary>
/// <remarks>
/// The critic <c>f(x) = V⁻¹ h(Vx)</c> of the diffusion Stein operator is the same function of x after the model's step: by the envelope
/// theorem that is the gradient of the discrepancy at its optimal critic. It is <c>∂L/∂V = E[ψ(z) h(z)ᵀ] V⁻ᵀ</c>, so that the relative
/// gradient is <c>R = E[ψ(z) h(z)ᵀ]</c> and no V has to be inverted: <c>V ← (I − ηR) V</c>, with Adam's step for ηR. With h(z) = z it is
/// that of maximum likelihood. Operations: as <see cref="Lsd"/>, but for the model, which takes <c>Z</c>, <c>ΨᵀH</c> and the step:
/// 4BD² + 2D³.
/// </remarks>
internal sealed class LocalLsd : LocalCritic
{
    public override string Id => "lsd-local";

    public override string Name => "local LSD";

    public override SeriesStyle Style => SeriesStyle.Of(6);

    protected override IReadOnlyList<string> Settings => [.. base.Settings, .. SteinCriticTraining.Settings];

    public override IcaSettings Normalise(IcaSettings settings) => TestFunctionTricks.Normalise(base.Normalise(settings));

    public override void Validate(IcaSettings settings) => SteinCriticTraining.Validate(settings);

    public override IEnumerable<string> Deviations(IcaSettings settings)
        => SteinCriticTraining.Deviations(settings).Concat(base.Deviations(settings));

    public override double Operations(IcaSettings settings)
    {
        (double b, double d, double h) = (settings.Batch, settings.Dimension, settings.Hidden);
        double critic = (12 * b * h * h) + (6 * h * h * d) + (10 * b * d * h);
        return (settings.InnerSteps * critic) + (2 * b * h * h) + (4 * b * d * h) + (4 * b * d * d) + (2 * d * d * d);
    }

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings);

    private sealed class Training(Device device, IcaModel model, IcaSettings settings) : LocalTraining(device, model, settings)
    {
        private readonly SteinCriticTraining critic = new(device, model, settings, isLocal: true);
        private readonly DeviceMatrix scoreGradient = device.Allocate(settings.Batch, settings.Dimension);

        public override IReadOnlyList<IStateful> Parts => [.. critic.Parts, Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            critic.Step(batch, scoreGradient);
            Descend(Model.BaseScores, scoreGradient);
        }

        public override double Loss(DeviceMatrix batch) => critic.Value(batch);

        public override IEnumerable<Metric> Metrics(DeviceMatrix batch, IcaProblem problem) => critic.Metrics(problem);
    }
}
