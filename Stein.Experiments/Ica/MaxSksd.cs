using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.State;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// maxSKSD-g, or -rg: the slices climb the discrepancy by one step, then the model descends it with the new slices, on
/// the same batch.
/// </summary>
/// <remarks>
/// Operations of maxSKSD-g, with R = D slices: projections <c>XĜ</c> before and after the step of g, and <c>Xᵀ∂Z</c>: 6BD². A pair of the
/// pass for the gradient by g needs the exponential and 22 operations, one of the pass for the gradient by the scores the exponential and
/// 10. The medians are comparisons and count nothing. maxSKSD-rg adds <c>SR̂</c> twice, <c>∂P R̂ᵀ</c> and <c>Sᵀ∂P</c>: 8BD², and 6
/// operations for each pair.
/// </remarks>
/// <param name="trainsSlices">Whether the slice directions r are trained as well as the test directions g.</param>
internal sealed class MaxSksd(bool trainsSlices) : KernelMethod
{
    public override string Id => trainsSlices ? "maxsksd-rg" : "maxsksd";

    public override string Name => trainsSlices ? "maxSKSD-rg" : "maxSKSD-g";

    public override SeriesStyle Style => SeriesStyle.Of(trainsSlices ? 4 : 0);

    /// <summary>The derivative by directions has one more than the value.</summary>
    public override int KernelDerivatives => KernelSmoothness.SteinKernelGradient;

    /// <summary>The published table has the variant with test directions alone.</summary>
    public override bool IsInGrid => !trainsSlices;

    protected override PairStatistic DefaultStatistic => PairStatistic.V;

    public override double Operations(IcaSettings settings)
    {
        (double b, double d) = (settings.Batch, settings.Dimension);
        (int products, int perPair) = trainsSlices ? (14, 38) : (6, 32);
        return ModelOperations(settings) + (products * b * d * d) + (Pairs(settings) * d * ((2 * Exponential) + perPair));
    }

    protected override IcaMethodTraining Start<TKernel>(Device device, IcaModel model, IcaSettings settings, PairStatistic statistic)
        => new Training<TKernel>(device, model, settings, statistic, trainsSlices);

    private sealed class Training<TKernel> : SteinTraining
        where TKernel : struct, IRadialKernel
    {
        private readonly SlicedKernelisedSteinDiscrepancy<TKernel> discrepancy;
        private readonly bool trainsSlices;
        private readonly Directions[] trained;
        private readonly Adam slices;

        public Training(Device device, IcaModel model, IcaSettings settings, PairStatistic statistic, bool trainsSlices)
            : base(device, model, settings)
        {
            (this.trainsSlices, int dimension) = (trainsSlices, settings.Dimension);
            if (trainsSlices)
            {
                discrepancy = SlicedKernelisedSteinDiscrepancy<TKernel>.WithSlices(device, settings.Batch, dimension, dimension, statistic);
                discrepancy.TestDirections.SetToIdentity();
                discrepancy.SliceDirections.SetToIdentity();
            }
            else
            {
                discrepancy = SlicedKernelisedSteinDiscrepancy<TKernel>.OnBasis(device, settings.Batch, dimension, statistic);
            }

            trained = trainsSlices ? [discrepancy.TestDirections, discrepancy.SliceDirections] : [discrepancy.TestDirections];
            slices = new(
                new AdamSettings(settings.LearningRate),
                [.. trained.Select(directions => directions.Values)],
                [.. trained.Select(directions => directions.Gradient)],
                ascend: true);
        }

        public override IReadOnlyList<IStateful> Parts => [.. trained.Select(d => d.Values), slices, Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Model.ComputeScores(batch);
            discrepancy.Project(batch, Model.Scores);
            discrepancy.DirectionGradients(batch, Model.Scores, trainsSlices);
            slices.Step();

            discrepancy.Project(batch, Model.Scores);
            discrepancy.ScoreGradient(ScoreGradient, Model.Scores);
            Descend(batch);
        }

        public override double Loss(DeviceMatrix batch)
        {
            Model.ComputeScores(batch);
            discrepancy.Project(batch, Model.Scores);
            return discrepancy.Value(Model.Scores);
        }
    }
}
