using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>KSD of the sources z = V x with a deep kernel, whose features are trained against the model, from whitened data on.</summary>
/// <remarks>
/// V moves the sources and thereby features, Jacobians and scores; with the gradient G by the sources (B×D) the relative gradient is
/// <c>GᵀZ</c>. Operations: a value takes the Jacobian of each sample, 2BHD², and two B×D×B products for each source, 4B²D²; a gradient
/// takes three times as much.
/// </remarks>
internal sealed class LocalDeepKsd : LocalCritic
{
    /// <summary>The mean of the kernel over the pairs of the last batch: near 0 or 1 where the features have collapsed.</summary>
    public static readonly Quantity MeanKernel = new("mean_kernel");

    /// <summary>
    /// The width of the jump of Laplace's score. Samples that cross a jump change the mean of the discrepancy and the derivative of none of
    /// them; without a width the gradients therefore have a bias, which is as large as what they are to find.
    /// </summary>
    private const double JumpWidth = 0.3;

    public override string Id => "deep-ksd-local";

    public override string Name => "local deep KSD";

    public override SeriesStyle Style => SeriesStyle.Of(8);

    public override double Operations(IcaSettings settings)
    {
        (double b, double d, double h) = (settings.Batch, settings.Dimension, settings.Hidden);
        return ((settings.InnerSteps + 1) * 3 * d * d * ((2 * b * h) + (4 * b * b))) + (4 * b * d * d) + (2 * d * d * d);
    }

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings);

    /// <summary>ψ(z) as a node with derivatives: Laplace's with a smooth jump, <c>−tanh(z/width)</c>, or that of Student's t.</summary>
    internal static Node Score(BaseDensity density, Node z) => density == BaseDensity.Laplace
        ? -(z / JumpWidth).Tanh()
        : new Function<BaseScore<StudentTDensity>>("score", int.MaxValue).Of(z);

    private sealed class Training : LocalTraining
    {
        private readonly DeepSteinDiscrepancy discrepancy;
        private readonly Adam features;
        private readonly int innerSteps;

        public Training(Device device, IcaModel model, IcaSettings settings)
            : base(device, model, settings)
        {
            discrepancy = new(
                device,
                settings.Batch,
                settings.Dimension,
                settings.Hidden,
                z => Score(settings.Base, z));
            discrepancy.Parameters.Initialise(new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.CriticInitialisation));
            features = CriticAdam(settings, discrepancy.Parameters.Matrices, discrepancy.Gradient);
            innerSteps = settings.InnerSteps;
        }

        public override IReadOnlyList<IStateful> Parts => [discrepancy.Parameters, features, Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Model.ComputeScores(batch);
            for (int inner = 0; inner < innerSteps; inner++)
            {
                discrepancy.SetBandwidth(Model.Sources);
                discrepancy.FeatureGradient(Model.Sources);
                features.Step();
            }

            discrepancy.SetBandwidth(Model.Sources);
            Descend(discrepancy.SampleGradient(Model.Sources), Model.Sources);
        }

        public override double Loss(DeviceMatrix batch) => Value(batch).Discrepancy;

        public override IEnumerable<Metric> Metrics(DeviceMatrix batch, IcaProblem problem) => [MeanKernel.At(Value(batch).MeanKernel)];

        private (double Discrepancy, double MeanKernel) Value(DeviceMatrix batch)
        {
            Model.ComputeScores(batch);
            discrepancy.SetBandwidth(Model.Sources);
            return discrepancy.Value(Model.Sources);
        }
    }
}
