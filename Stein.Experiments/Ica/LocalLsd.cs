using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
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
internal sealed class LocalLsd : IcaMethod
{
    public override string Id => "lsd-local";

    public override string Name => "local LSD";

    public override SeriesStyle Style => SeriesStyle.Of(6);

    public override bool IsInGrid => false;

    protected override IReadOnlyList<string> Settings =>
        [.. base.Settings, .. InnerSettings, nameof(IcaSettings.Hidden), nameof(IcaSettings.Lambda)];

    public override double Operations(IcaSettings settings)
    {
        (double b, double d, double h) = (settings.Batch, settings.Dimension, settings.Hidden);
        double critic = (12 * b * h * h) + (6 * h * h * d) + (10 * b * d * h);
        return (settings.InnerSteps * critic) + (2 * b * h * h) + (4 * b * d * h) + (4 * b * d * d) + (2 * d * d * d);
    }

    public override double[] InitialUnmixing(IcaSettings settings, IcaProblem problem)
        => Whitening.Unmixing(problem.Training, settings.Dimension, settings.Base, settings.EffectiveDataSeed);

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings);

    private sealed class Training : IcaMethodTraining
    {
        private readonly LearnedSteinDiscrepancy discrepancy;
        private readonly DeviceMatrix scoreGradient;
        private readonly DeviceMatrix relative;
        private readonly DeviceMatrix step;
        private readonly DeviceMatrix previous;
        private readonly Adam critic;
        private readonly Adam adam;
        private readonly int innerSteps;

        public Training(Device device, IcaModel model, IcaSettings settings)
            : base(device, model)
        {
            int dimension = settings.Dimension;
            discrepancy = new(device, settings.Batch, dimension, settings.Hidden, settings.Hidden, settings.Lambda);
            discrepancy.Parameters.Initialise(new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.CriticInitialisation));
            scoreGradient = device.Allocate(settings.Batch, dimension);
            relative = device.Allocate(dimension, dimension);
            step = device.Allocate(dimension, dimension);
            previous = device.Allocate(dimension, dimension);
            critic = new(
                new AdamSettings(settings.InnerLearningRate ?? settings.LearningRate, Beta1: 0.5, Beta2: 0.9),
                discrepancy.Parameters.All,
                discrepancy.Gradient.All,
                ascend: true);
            adam = new(new AdamSettings(settings.LearningRate), [step], [relative]);
            innerSteps = settings.InnerSteps;
        }

        public override IReadOnlyList<IStateful> Parts => [discrepancy.Parameters, critic, adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Model.ComputeScores(batch);
            for (int inner = 0; inner < innerSteps; inner++)
            {
                discrepancy.CriticGradient(Model.Sources, Model.BaseScores);
                critic.Step();
            }

            discrepancy.ScoreGradient(scoreGradient, Model.Sources);
            Device.Multiply(relative, Model.BaseScores, scoreGradient, transposeLeft: true);
            Device.Map<Scaled>(step, step, p: 0);
            adam.Step();
            Device.Map<Identity>(previous, Model.Unmixing);
            Device.Multiply(Model.Unmixing, step, previous, beta: 1);
        }

        public override double Loss(DeviceMatrix batch)
        {
            Model.ComputeScores(batch);
            return discrepancy.Value(Model.Sources, Model.BaseScores);
        }
    }
}
