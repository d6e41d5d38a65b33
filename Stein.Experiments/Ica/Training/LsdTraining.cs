using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;

namespace Stein.Experiments.Ica;

/// <summary>LSD: one step of the critic, then one of the model, on the same batch.</summary>
internal sealed class LsdTraining : IcaMethodTraining
{
    private readonly LearnedSteinDiscrepancy discrepancy;
    private readonly DeviceMatrix scoreGradient;
    private readonly Adam critic;
    private readonly Adam adam;
    private readonly PhiloxStream probeStream;
    private readonly double[] probeValues;
    private readonly DeviceMatrix? probes;

    public LsdTraining(Device device, IcaModel model, IcaSettings settings)
        : base(device, model)
    {
        discrepancy = new(device, settings.Batch, settings.Dimension, settings.Hidden, settings.Hidden, settings.Lambda);
        discrepancy.Parameters.Initialise(new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.CriticInitialisation));
        scoreGradient = device.Allocate(settings.Batch, settings.Dimension);
        critic = new(
            new AdamSettings(settings.LearningRate, Beta1: 0.5, Beta2: 0.9),
            discrepancy.Parameters.All,
            discrepancy.Gradient.All,
            ascend: true);
        adam = new(new AdamSettings(settings.LearningRate), [model.Unmixing], [model.UnmixingGradient]);
        probeStream = new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.Probes);
        probeValues = new double[settings.Probes * settings.Dimension];
        if (settings.Probes > 0)
            probes = device.Allocate(settings.Probes, settings.Dimension);
    }

    /// <remarks>The probes themselves are among them: <see cref="Loss"/> is estimated with those of the last iteration.</remarks>
    protected override IEnumerable<IStateful> Parts
        => probes is null ? [discrepancy.Parameters, critic, adam] : [discrepancy.Parameters, critic, adam, probeStream, probes];

    public override void Step(DeviceMatrix batch)
    {
        if (probes is not null)
        {
            foreach (ref double value in probeValues.AsSpan())
                value = probeStream.NextNormal();
            Device.Write(probes, probeValues);
            discrepancy.SetProbes(probes);
        }

        Model.ComputeScores(batch);
        discrepancy.CriticGradient(batch, Model.Scores);
        critic.Step();

        discrepancy.ScoreGradient(scoreGradient, batch);
        Model.BackPropagate(batch, scoreGradient);
        adam.Step();
    }

    public override double Loss(DeviceMatrix batch)
    {
        Model.ComputeScores(batch);
        return discrepancy.Value(batch, Model.Scores);
    }

    public override void Restore(BinaryReader reader)
    {
        base.Restore(reader);
        if (probes is not null)
            discrepancy.SetProbes(probes);
    }
}
