using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Reports;

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
        [.. base.Settings, .. InnerSettings, nameof(IcaSettings.Hidden), nameof(IcaSettings.Lambda), nameof(IcaSettings.Probes)];

    public override IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.Probes != Paper.Probes)
            yield return settings.Probes == 1 ? "1 probe" : $"{settings.Probes} probes";
        if (settings.Lambda != Paper.Lambda)
            yield return FormattableString.Invariant($"λ = {settings.Lambda}");
        if (settings.Hidden != Paper.Hidden)
            yield return $"{settings.Hidden} hidden units";
        foreach (string other in base.Deviations(settings))
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

    private sealed class Training : SteinTraining
    {
        private readonly LearnedSteinDiscrepancy discrepancy;
        private readonly Adam critic;
        private readonly PhiloxStream probeStream;
        private readonly double[] probeValues;
        private readonly DeviceMatrix? probes;
        private readonly int innerSteps;

        public Training(Device device, IcaModel model, IcaSettings settings)
            : base(device, model, settings)
        {
            (discrepancy, critic) = LearnedCritic(device, settings);
            innerSteps = settings.InnerSteps;
            probeStream = new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.Probes);
            probeValues = new double[settings.Probes * settings.Dimension];
            if (settings.Probes > 0)
                probes = device.Allocate(settings.Probes, settings.Dimension);
        }

        /// <remarks>The probes themselves are among them: <see cref="Loss"/> is estimated with those of the last iteration.</remarks>
        public override IReadOnlyList<IStateful> Parts
            => probes is null ? [discrepancy.Parameters, critic, Adam] : [discrepancy.Parameters, critic, Adam, probeStream, probes];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Model.ComputeScores(batch);
            for (int step = 0; step < innerSteps; step++)
            {
                if (probes is not null)
                {
                    foreach (ref double value in probeValues.AsSpan())
                        value = probeStream.NextNormal();
                    Device.Write(probes, probeValues);
                    discrepancy.SetProbes(probes);
                }

                discrepancy.CriticGradient(batch, Model.Scores);
                critic.Step();
            }

            discrepancy.ScoreGradient(ScoreGradient, batch);
            Descend(batch);
        }

        public override double Loss(DeviceMatrix batch)
        {
            // Set again for a training that was just restored.
            if (probes is not null)
                discrepancy.SetProbes(probes);
            Model.ComputeScores(batch);
            return discrepancy.Value(batch, Model.Scores);
        }
    }
}
