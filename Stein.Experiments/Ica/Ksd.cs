using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>Descends the KSD of the batch with the bandwidth of the batch.</summary>
/// <remarks>
/// Operations: squared distances 3PD, profile <see cref="KernelMethod.Exponential"/>·P, <c>K(S − 2aX)</c> 2B²D (for another kernel than
/// the Gaussian two products, 4B²D).
/// </remarks>
internal sealed class Ksd : KernelMethod
{
    public override string Id => "ksd";

    public override string Name => "KSD";

    public override SeriesStyle Style => SeriesStyle.Of(1);

    protected override PairStatistic DefaultStatistic => PairStatistic.U;

    protected override int DefaultMedianSamples => int.MaxValue;

    public override double Operations(IcaSettings settings)
    {
        (double b, double d) = (settings.Batch, settings.Dimension);
        int products = settings.Kernel == GaussianKernel.Name ? 2 : 4;
        return ModelOperations(settings) + (Pairs(settings) * ((3 * d) + Exponential)) + (products * b * b * d);
    }

    protected override IcaMethodTraining Start<TKernel>(Device device, IcaModel model, IcaSettings settings, PairStatistic statistic)
        => new Training<TKernel>(device, model, settings, statistic);

    private sealed class Training<TKernel> : SteinTraining
        where TKernel : struct, IRadialKernel
    {
        private readonly KernelisedSteinDiscrepancy<TKernel> discrepancy;

        public Training(Device device, IcaModel model, IcaSettings settings, PairStatistic statistic)
            : base(device, model, settings)
        {
            discrepancy = new(device, settings.Batch, settings.Dimension, statistic) { MedianSamples = settings.MedianSamples };
            Configure(discrepancy.Bandwidth, settings);
        }

        public override IReadOnlyList<IStateful> Parts => [Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            SetBatch(batch);
            discrepancy.Gradient(ScoreGradient, batch, Model.Scores);
            Descend(batch);
        }

        public override double Loss(DeviceMatrix batch)
        {
            SetBatch(batch);
            return discrepancy.Value(batch, Model.Scores);
        }

        private void SetBatch(DeviceMatrix batch)
        {
            Model.ComputeScores(batch);
            discrepancy.SetSamples(batch);
            discrepancy.SetBandwidthByBatchMedian();
        }
    }
}
