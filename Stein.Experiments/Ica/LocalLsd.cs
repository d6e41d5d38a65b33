using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.State;
using Stein.Experiments.Reports;

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

    protected override IReadOnlyList<string> Settings => [.. base.Settings, nameof(IcaSettings.Lambda)];

    public override double Operations(IcaSettings settings)
    {
        (double b, double d, double h) = (settings.Batch, settings.Dimension, settings.Hidden);
        double critic = (12 * b * h * h) + (6 * h * h * d) + (10 * b * d * h);
        return (settings.InnerSteps * critic) + (2 * b * h * h) + (4 * b * d * h) + (4 * b * d * d) + (2 * d * d * d);
    }

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings);

    private sealed class Training : LocalTraining
    {
        private readonly LearnedSteinDiscrepancy discrepancy;
        private readonly DeviceMatrix scoreGradient;
        private readonly Adam critic;
        private readonly int innerSteps;

        public Training(Device device, IcaModel model, IcaSettings settings)
            : base(device, model, settings)
        {
            (discrepancy, critic) = LearnedCritic(device, settings);
            scoreGradient = device.Allocate(settings.Batch, settings.Dimension);
            innerSteps = settings.InnerSteps;
        }

        public override IReadOnlyList<IStateful> Parts => [discrepancy.Parameters, critic, Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Model.ComputeScores(batch);
            for (int inner = 0; inner < innerSteps; inner++)
            {
                discrepancy.CriticGradient(Model.Sources, Model.BaseScores);
                critic.Step();
            }

            discrepancy.ScoreGradient(scoreGradient, Model.Sources);
            Descend(Model.BaseScores, scoreGradient);
        }

        public override double Loss(DeviceMatrix batch)
        {
            Model.ComputeScores(batch);
            return discrepancy.Value(Model.Sources, Model.BaseScores);
        }
    }
}
