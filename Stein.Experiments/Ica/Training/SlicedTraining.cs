using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.State;

namespace Stein.Experiments.Ica;

/// <summary>
/// maxSKSD-g, or -rg: the slices climb the discrepancy by one step, then the model descends it with the new slices, on
/// the same batch.
/// </summary>
internal sealed class SlicedTraining<TKernel> : IcaMethodTraining
    where TKernel : struct, IRadialKernel
{
    private readonly SlicedKernelisedSteinDiscrepancy<TKernel> discrepancy;
    private readonly DeviceMatrix scoreGradient;
    private readonly bool trainSlices;
    private readonly Directions[] trained;
    private readonly Adam slices;
    private readonly Adam adam;

    public SlicedTraining(Device device, IcaModel model, IcaSettings settings, bool trainSlices)
        : base(device, model)
    {
        this.trainSlices = trainSlices;
        PairStatistic statistic = settings.Statistic ?? PairStatistic.V;
        int dimension = settings.Dimension;
        if (trainSlices)
        {
            discrepancy = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, settings.Batch, dimension, dimension, statistic);
            discrepancy.TestDirections.SetToIdentity();
            discrepancy.SliceDirections.SetToIdentity();
        }
        else
        {
            discrepancy = SlicedKernelisedSteinDiscrepancy<TKernel>.OnBasis(device, settings.Batch, dimension, statistic);
        }

        scoreGradient = device.Allocate(settings.Batch, dimension);
        var optimiser = new AdamSettings(settings.LearningRate);
        adam = new(optimiser, [model.Unmixing], [model.UnmixingGradient]);
        trained = trainSlices ? [discrepancy.TestDirections, discrepancy.SliceDirections] : [discrepancy.TestDirections];
        slices = new(optimiser, [.. trained.Select(d => d.Values)], [.. trained.Select(d => d.Gradient)], ascend: true);
    }

    protected override IEnumerable<IStateful> Parts => [.. trained.Select(d => d.Values), slices, adam];

    public override void Step(DeviceMatrix batch)
    {
        Model.ComputeScores(batch);
        discrepancy.Project(batch, Model.Scores);
        discrepancy.DirectionGradients(batch, Model.Scores, trainSlices);
        slices.Step();

        discrepancy.Project(batch, Model.Scores);
        discrepancy.ScoreGradient(scoreGradient, Model.Scores);
        Model.BackPropagate(batch, scoreGradient);
        adam.Step();
    }

    public override double Loss(DeviceMatrix batch)
    {
        Model.ComputeScores(batch);
        discrepancy.Project(batch, Model.Scores);
        return discrepancy.Value(Model.Scores);
    }
}
