using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Models;
using Stein.Engine.State;

namespace Stein.Experiments.Ica;

/// <summary>
/// The yardstick with the likelihood itself: relative-gradient ascent, <c>V ← V + η_t (I + ΨᵀZ/B) V</c>.
/// </summary>
/// <remarks>
/// η_t falls linearly from 0.05 to 0 over the run, so that the noise of the batches averages out. Larger is needed where D is:
/// near whitened data the gradient that separates sources is of order 1/D. While the start is far from the data's scale
/// a step is shortened so that no row of <c>η(I + ΨᵀZ/B)</c> has an absolute sum above 2.
/// </remarks>
internal sealed class MaximumLikelihoodTraining : IcaMethodTraining
{
    private const double InitialRate = 0.05;
    private const double LargestRowSum = 2;

    private readonly DeviceMatrix relative;
    private readonly DeviceMatrix rowSums;
    private readonly double[] rowSumValues;
    private readonly IcaLikelihood likelihood;
    private readonly int iterations;
    private int iteration;

    public MaximumLikelihoodTraining(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        : base(device, model)
    {
        relative = device.Allocate(settings.Dimension, settings.Dimension);
        rowSums = device.Allocate(settings.Dimension, 1);
        rowSumValues = new double[settings.Dimension];
        likelihood = new(device, batch);
        iterations = settings.Iterations;
    }

    protected override IEnumerable<IStateful> Parts => [];

    public override void Step(DeviceMatrix batch)
    {
        Model.ComputeScores(batch);
        Model.ComputeRelativeLikelihoodGradient(relative);
        Device.SumRows<Absolute>(rowSums, relative);
        Device.Read(rowSums, rowSumValues);
        double rate = InitialRate * (1 - (iteration / (double)iterations));
        rate = Math.Min(rate, LargestRowSum / (1 + rowSumValues.Max()));
        Device.Map<AddScaled>(Model.Unmixing, Model.Unmixing, Model.UnmixingGradient, p: rate);
        iteration++;
    }

    /// <summary>The negative mean log-likelihood of the batch.</summary>
    public override double Loss(DeviceMatrix batch) => -likelihood.Evaluate(Model.Unmixing, Model.Density);

    public override void Save(BinaryWriter writer) => writer.Write(iteration);

    public override void Restore(BinaryReader reader) => iteration = reader.ReadInt32();
}
