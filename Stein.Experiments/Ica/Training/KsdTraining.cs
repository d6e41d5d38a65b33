using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.State;

namespace Stein.Experiments.Ica;

/// <summary>Descends the KSD of the batch with the bandwidth of the batch.</summary>
internal sealed class KsdTraining<TKernel> : IcaMethodTraining
    where TKernel : struct, IRadialKernel
{
    private readonly KernelisedSteinDiscrepancy<TKernel> discrepancy;
    private readonly DeviceMatrix scoreGradient;
    private readonly Adam adam;

    public KsdTraining(Device device, IcaModel model, IcaSettings settings)
        : base(device, model)
    {
        discrepancy = new(device, settings.Batch, settings.Dimension, settings.Statistic ?? PairStatistic.U);
        scoreGradient = device.Allocate(settings.Batch, settings.Dimension);
        adam = new(new AdamSettings(settings.LearningRate), [model.Unmixing], [model.UnmixingGradient]);
    }

    protected override IEnumerable<IStateful> Parts => [adam];

    public override void Step(DeviceMatrix batch)
    {
        Model.ComputeScores(batch);
        discrepancy.SetSamples(batch);
        discrepancy.SetBandwidthByBatchMedian();
        discrepancy.Gradient(scoreGradient, batch, Model.Scores);
        Model.BackPropagate(batch, scoreGradient);
        adam.Step();
    }

    public override double Loss(DeviceMatrix batch)
    {
        Model.ComputeScores(batch);
        discrepancy.SetSamples(batch);
        discrepancy.SetBandwidthByBatchMedian();
        return discrepancy.Value(batch, Model.Scores);
    }
}
