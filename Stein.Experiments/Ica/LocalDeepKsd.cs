using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>KSD of the sources z = V x with a deep kernel, whose features are trained against the model, from whitened data on.</summary>
/// <remarks>
/// V moves the sources and thereby features, Jacobians and scores; with the gradient G by the sources (B×D) the relative gradient is
/// <c>GᵀZ</c>.
/// </remarks>
internal sealed class LocalDeepKsd : LocalCritic
{
    /// <summary>
    /// The width of the jump of Laplace's score. Samples that cross a jump change the mean of the discrepancy and the derivative of none of
    /// them; without a width the gradients therefore have a bias, which is as large as what they are to find.
    /// </summary>
    private const double JumpWidth = 0.3;

    public override string Id => "deep-ksd-local";

    public override string Name => "local deep KSD";

    public override SeriesStyle Style => SeriesStyle.Of(8);

    protected override IReadOnlyList<string> Settings => [.. base.Settings, .. DeepKernelTraining.Settings];

    public override IcaSettings Normalise(IcaSettings settings) => DeepKernelTraining.Normalise(base.Normalise(settings));

    public override void Validate(IcaSettings settings) => DeepKernelTraining.Validate(settings);

    public override IEnumerable<string> Deviations(IcaSettings settings)
        => DeepKernelTraining.Deviations(settings).Concat(base.Deviations(settings));

    public override double Operations(IcaSettings settings)
    {
        (double b, double d) = (settings.Batch, settings.Dimension);
        return DeepKernelTraining.Operations(settings) + (4 * b * d * d) + (2 * d * d * d);
    }

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings);

    /// <summary>ψ(z) as a node with derivatives: Laplace's with a smooth jump, <c>−tanh(z/width)</c>, or that of Student's t.</summary>
    internal static Node Score(BaseDensity density, Node z) => density == BaseDensity.Laplace
        ? -(z / JumpWidth).Tanh()
        : new Function<BaseScore<StudentTDensity>>("score", int.MaxValue).Of(z);

    private sealed class Training(Device device, IcaModel model, IcaSettings settings) : LocalTraining(device, model, settings)
    {
        private readonly DeepKernelTraining kernel = new(device, model, settings, z => Score(settings.Base, z));

        public override IReadOnlyList<IStateful> Parts => [.. kernel.Parts, Adam];

        public override void Step(DeviceMatrix batch, int iteration) => Descend(kernel.Step(batch), Model.Sources);

        public override double Loss(DeviceMatrix batch) => kernel.Value(batch);

        public override IEnumerable<Metric> Metrics(DeviceMatrix batch, IcaProblem problem) => kernel.Metrics(batch);

        public override string? Warning(DeviceMatrix batch) => kernel.Warning(batch);
    }
}
