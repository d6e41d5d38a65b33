using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// The baseline with the likelihood itself: relative-gradient ascent, <c>V ← V + η_t (I + ΨᵀZ/B) V</c>.
/// </summary>
/// <remarks>
/// <para>
/// η_t falls linearly from 0.05 to 0 over the run, so that the noise of the batches averages out. A larger D needs a larger rate:
/// near whitened data the gradient that separates sources is of order 1/D. While V is far from the scale of the data,
/// steps are shortened so that no row of <c>η(I + ΨᵀZ/B)</c> has an absolute sum above 2.
/// </para>
/// <para>Operations: <c>Z</c>, <c>ΨᵀZ</c>: 4BD², and the relative gradient's product with V: 2D³.</para>
/// </remarks>
internal sealed class MaximumLikelihood : IcaMethod
{
    public override string Id => "mle";

    public override string Name => "MLE";

    public override SeriesStyle Style => SeriesStyle.Of(3) with { Pattern = ScottPlot.LinePattern.Solid };

    public override bool IsBaseline => true;

    public override double Operations(IcaSettings settings)
    {
        (double b, double d) = (settings.Batch, settings.Dimension);
        return (4 * b * d * d) + (2 * d * d * d);
    }

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings, batch);

    private sealed class Training(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        : IcaMethodTraining(device, model)
    {
        private const double InitialRate = 0.05;
        private const double MaxRowSum = 2;

        private readonly DeviceMatrix relative = device.Allocate(settings.Dimension, settings.Dimension);
        private readonly DeviceMatrix rowSums = device.Allocate(settings.Dimension, 1);
        private readonly double[] rowSumValues = new double[settings.Dimension];
        private readonly IcaLikelihood likelihood = new(device, batch);
        private readonly int iterations = settings.Iterations;

        public override IReadOnlyList<IStateful> Parts => [];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Model.ComputeScores(batch);
            Model.ComputeRelativeLikelihoodGradient(relative);
            Device.SumRows<Absolute>(rowSums, relative);
            Device.Read(rowSums, rowSumValues);
            double rate = InitialRate * (1 - (iteration / (double)iterations));
            rate = Math.Min(rate, MaxRowSum / (1 + rowSumValues.Max()));
            Device.Map<AddScaled>(Model.Unmixing, Model.Unmixing, Model.UnmixingGradient, p: rate);
        }

        /// <summary>The negative mean log-likelihood of the batch.</summary>
        public override double Loss(DeviceMatrix batch) => -likelihood.Evaluate(Model.Unmixing, Model.Density);
    }
}
