using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Models;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>KSD with a deep kernel, whose features are trained against the model on the same batch.</summary>
internal sealed class DeepKsd : IcaMethod
{
    public override string Id => "deep-ksd";

    public override string Name => "deep KSD";

    public override SeriesStyle Style => SeriesStyle.Of(7);

    public override bool IsInGrid => false;

    protected override IReadOnlyList<string> Settings => [.. base.Settings, .. DeepKernelTraining.Settings];

    public override IcaSettings Normalise(IcaSettings settings) => DeepKernelTraining.Normalise(base.Normalise(settings));

    public override void Validate(IcaSettings settings) => DeepKernelTraining.Validate(settings);

    public override IEnumerable<string> Deviations(IcaSettings settings)
        => DeepKernelTraining.Deviations(settings).Concat(base.Deviations(settings));

    public override double Operations(IcaSettings settings) => ModelOperations(settings) + DeepKernelTraining.Operations(settings);

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => new Training(device, model, settings);

    private sealed class Training(Device device, IcaModel model, IcaSettings settings) : SteinTraining(device, model, settings)
    {
        private readonly DeepKernelTraining kernel = new(device, model, settings);

        public override IReadOnlyList<IStateful> Parts => [.. kernel.Parts, Adam];

        public override void Step(DeviceMatrix batch, int iteration)
        {
            Device.Map<Identity>(ScoreGradient, kernel.Step(batch));
            Descend(batch);
        }

        public override double Loss(DeviceMatrix batch) => kernel.Value(batch);

        public override IEnumerable<Metric> Metrics(DeviceMatrix batch, IcaProblem problem) => kernel.Metrics(batch);

        public override string? Warning(DeviceMatrix batch) => kernel.Warning(batch);
    }
}
