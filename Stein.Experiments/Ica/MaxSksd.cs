using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.State;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// maxSKSD-g, or -rg: the slices climb the discrepancy by one step, or several, then the model descends it with the new slices, on
/// the same batch. From time to time the test directions may become active slices, from which they climb on (Gong, Zhang, Li and
/// Hernández-Lobato, "Active slices for sliced Stein discrepancy", ICML 2021).
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

    protected override int DefaultMedianSamples => Bandwidth.PublishedMedianSamples;

    protected override IReadOnlyList<string> Settings
        => [.. base.Settings, .. InnerSettings, nameof(IcaSettings.ActiveEvery)];

    public override double Operations(IcaSettings settings)
    {
        (double b, double d) = (settings.Batch, settings.Dimension);
        (int innerProducts, int products, int innerPerPair) = trainsSlices ? (8, 6, 28) : (4, 2, 22);
        double inner = (innerProducts * b * d * d) + (Pairs(settings) * d * (Exponential + innerPerPair));
        return ModelOperations(settings) + (settings.InnerSteps * inner)
            + (products * b * d * d) + (Pairs(settings) * d * (Exponential + 10));
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
        private readonly int innerSteps;
        private readonly int? activeEvery;

        public Training(Device device, IcaModel model, IcaSettings settings, PairStatistic statistic, bool trainsSlices)
            : base(device, model, settings)
        {
            (this.trainsSlices, innerSteps, activeEvery) = (trainsSlices, settings.InnerSteps, settings.ActiveEvery);
            int dimension = settings.Dimension;
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

            Configure(discrepancy.Bandwidth, settings);
            discrepancy.MedianSamples = settings.MedianSamples ?? Bandwidth.PublishedMedianSamples;
            trained = trainsSlices ? [discrepancy.TestDirections, discrepancy.SliceDirections] : [discrepancy.TestDirections];
            slices = new(
                new AdamSettings(settings.InnerLearningRate ?? settings.LearningRate),
                [.. trained.Select(directions => directions.Values)],
                [.. trained.Select(directions => directions.Gradient)],
                ascend: true);
        }

        public override IReadOnlyList<IStateful> Parts => [.. trained.Select(d => d.Values), slices, Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Model.ComputeScores(batch);
            if (iteration % activeEvery == 0)
                Activate(batch);
            for (int step = 0; step < innerSteps; step++)
            {
                discrepancy.Project(batch, Model.Scores);
                discrepancy.DirectionGradients(batch, Model.Scores, trainsSlices);
                slices.Step();
            }

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

        /// <summary>Sets the test directions to active slices for the slice directions that there are.</summary>
        private void Activate(DeviceMatrix batch)
        {
            int dimension = batch.Columns;
            double[] r = trainsSlices
                ? SliceSet.ReadColumns(discrepancy.SliceDirections.Values)
                : SliceSet.Coordinates(dimension);
            var active = new KernelSmoothedSlices(Device.Read(batch), Device.Read(Model.Scores), dimension);
            active.For(r).WriteSamplesTo(discrepancy.TestDirections.Values);
        }
    }
}
