using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>
/// A way to estimate the unmixing matrix, with everything that distinguishes it from the others. A new method is a class in a file of its
/// own and an entry in <see cref="All"/>.
/// </summary>
internal abstract class IcaMethod
{
    /// <summary>The method that the paper proposes; the others are compared with it.</summary>
    public static readonly IcaMethod Proposed = new MaxSksd(trainsSlices: false);

    private protected static readonly IcaSettings Paper = new();

    /// <summary>In the order of the table, the baselines last.</summary>
    public static IReadOnlyList<IcaMethod> All { get; } =
    [
        new Ksd(),
        new Lsd(),
        Proposed,
        new MaxSksd(trainsSlices: true),
        new DeepKsd(),
        new LocalStein(),
        new LocalOnline(),
        new LocalLsd(),
        new LocalDeepKsd(),
        new Whitening(),
        new MaximumLikelihood(),
        new FastIcaSearch(isFollowedByLikelihood: false),
        new FastIcaSearch(isFollowedByLikelihood: true),
        new LikelihoodSearch(startsAtTruth: false),
        new LikelihoodSearch(startsAtTruth: true),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Id)];

    /// <summary>The keys of the settings that <see cref="Deviations"/> puts into words.</summary>
    public static IReadOnlyList<string> SettingsInVariants { get; } =
    [
        "kernel", "statistic", "lambda", "hidden", "probes", "bandwidth_scale", "median_power", "median_samples", "inner_learning_rate",
        "inner_steps", "active_every", "batch_order", "evaluation", "average_over", "average_decay", "smoothing", "smoothing_form",
        "gradient_penalty", "gradient_penalty_form", "critic_normalisation", "own_probes", "schedule", "feature_units", "features",
        "mixture", "normalisation",
    ];

    /// <summary>The name in configs.</summary>
    public abstract string Id { get; }

    /// <summary>The name in tables and figures, as the paper writes it.</summary>
    public abstract string Name { get; }

    /// <summary>The same in every figure, and different from the others in black and white too.</summary>
    public abstract SeriesStyle Style { get; }

    /// <summary>Whether it is not a Stein method, but shown for comparison with them.</summary>
    public virtual bool IsBaseline => false;

    /// <summary>Whether the grids include it.</summary>
    public virtual bool IsInGrid => true;

    /// <summary>Whether it has iterations.</summary>
    public bool IsTrained => Settings.Contains(nameof(IcaSettings.Iterations));

    /// <summary>
    /// The properties of <see cref="IcaSettings"/> that this method uses, among those that not every method uses.
    /// </summary>
    /// <remarks>
    /// The learning rate is among those of all trained methods although maximum likelihood has a schedule of its own: without it the ids
    /// of its runs would change.
    /// </remarks>
    protected virtual IReadOnlyList<string> Settings { get; } =
    [
        nameof(IcaSettings.Iterations),
        nameof(IcaSettings.Batch),
        nameof(IcaSettings.LearningRate),
        nameof(IcaSettings.EvaluateEvery),
        nameof(IcaSettings.BatchOrder),
        nameof(IcaSettings.Evaluation),
    ];

    /// <summary>The settings of a method that trains slices or a critic against the model.</summary>
    public static IReadOnlyList<string> InnerSettings { get; } = [nameof(IcaSettings.InnerLearningRate), nameof(IcaSettings.InnerSteps)];

    public static IcaMethod Of(IcaSettings settings) => Find(settings.Method);

    public static IcaMethod Find(string id) => All.Single(method => method.Id == id);

    /// <summary>The ids of the methods that use a property of <see cref="IcaSettings"/>.</summary>
    public static IReadOnlyList<string> NamesThatUse(string setting)
        => [.. All.Where(method => method.Settings.Contains(setting)).Select(method => method.Id)];

    /// <summary>The derivatives that a kernel needs where its points are equal.</summary>
    public virtual int KernelDerivatives => KernelSmoothness.SteinKernel;

    /// <summary>The config with redundant settings at their defaults.</summary>
    public virtual IcaSettings Normalise(IcaSettings settings)
        => settings.InnerLearningRate == settings.LearningRate ? settings with { InnerLearningRate = null } : settings;

    /// <summary>Checks what no single setting tells.</summary>
    /// <exception cref="InvalidConfigException">The method cannot run with these settings.</exception>
    public virtual void Validate(IcaSettings settings)
    {
    }

    /// <summary>The settings, other than those of all rows, that differ from the paper's, in words such as "10 probes".</summary>
    public virtual IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.InnerLearningRate is { } rate)
            yield return FormattableString.Invariant($"inner learning rate {rate}");
        if (settings.InnerSteps != Paper.InnerSteps)
            yield return $"{settings.InnerSteps} inner steps";
        if (settings.ActiveEvery is { } every)
            yield return $"active slices every {every}";
        if (settings.BatchOrder != Paper.BatchOrder)
            yield return settings.BatchOrder == BatchOrder.Fixed ? "fixed batches" : "batches with replacement";
        if (settings.Evaluation != Paper.Evaluation)
            yield return EvaluatedIterate.Describe(settings);
    }

    /// <summary>
    /// The useful floating-point operations of one iteration: what the mathematics needs, however it is computed. An addition, a
    /// multiplication, a division and a square root count one each, a fused multiply-add two.
    /// </summary>
    /// <remarks>
    /// The remarks of the methods count with B samples in a batch, D dimensions, H hidden units and P = B(B−1)/2 pairs. Elementwise work,
    /// Adam and random numbers are not counted: they are of lower order.
    /// </remarks>
    public abstract double Operations(IcaSettings settings);

    /// <summary>The iterations of a run at most.</summary>
    public virtual int IterationsOf(IcaSettings settings) => IsTrained ? settings.Iterations : 0;

    /// <summary>Tells after which iterations a run is measured, besides the last.</summary>
    public virtual Func<int, bool> IsMeasured(IcaSettings settings) => iteration => iteration % settings.EvaluateEvery == 0;

    /// <summary>The unmixing matrix at the start (D×D, row-major).</summary>
    public virtual double[] InitialUnmixing(IcaSettings settings, IcaProblem problem) => problem.Matrices.Initial.Values;

    /// <summary>Prepares a training.</summary>
    /// <param name="device">The run's own.</param>
    /// <param name="model">At its start.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="batch">Where every batch will be (B×D).</param>
    /// <returns>Null if <see cref="IsTrained"/> is false.</returns>
    public abstract IcaMethodTraining? Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch);

    /// <summary>
    /// The model's part of <see cref="Operations"/>: <c>Z = XVᵀ</c>, <c>S = ΨV</c>, <c>ΨᵀG</c>: 6BD². For a base density with curvature
    /// (Student-t) two more products, <c>GVᵀ</c> and <c>[GVᵀ∘ψ′]ᵀX</c>: 4BD².
    /// </summary>
    protected static double ModelOperations(IcaSettings settings)
        => (settings.Base == BaseDensity.Laplace ? 6.0 : 10) * settings.Batch * settings.Dimension * settings.Dimension;

    /// <summary>The optimiser of a critic that is trained against the model.</summary>
    public static Adam CriticAdam(
        IcaSettings settings, IReadOnlyList<DeviceMatrix> parameters, IReadOnlyList<DeviceMatrix> gradients)
        => new(
            new AdamSettings(settings.InnerLearningRate ?? settings.LearningRate, Beta1: 0.5, Beta2: 0.9),
            parameters,
            gradients,
            ascend: true,
            ScheduleOf(settings, settings.InnerSteps, final: 0.1));

    /// <summary>The schedule of an optimiser that takes some steps in each iteration, down to a share of its step size.</summary>
    public static Schedule ScheduleOf(IcaSettings settings, int steps, double final) => settings.Schedule == RateSchedule.Constant
        ? Schedule.Constant
        : Schedule.Cosine((long)settings.Iterations * steps, final);
}

/// <summary>A method with a radial kernel and a pair statistic.</summary>
internal abstract class KernelMethod : IcaMethod
{
    /// <summary>The operations of one exponential: range reduction, a polynomial of degree five, scaling.</summary>
    protected const int Exponential = 14;

    /// <summary>The statistic of the authors' script.</summary>
    protected abstract PairStatistic DefaultStatistic { get; }

    /// <summary>The number of samples of which the authors' script takes the median.</summary>
    protected abstract int DefaultMedianSamples { get; }

    protected override IReadOnlyList<string> Settings =>
    [
        .. base.Settings,
        nameof(IcaSettings.Kernel),
        nameof(IcaSettings.Statistic),
        nameof(IcaSettings.BandwidthScale),
        nameof(IcaSettings.MedianPower),
        nameof(IcaSettings.MedianSamples),
    ];

    public override IcaSettings Normalise(IcaSettings settings)
    {
        int? samples = settings.MedianSamples is { } given ? Math.Min(given, settings.Batch) : null;
        return base.Normalise(settings) with
        {
            Statistic = settings.Statistic == DefaultStatistic ? null : settings.Statistic,
            MedianSamples = samples == Math.Min(DefaultMedianSamples, settings.Batch) ? null : samples,
        };
    }

    public override IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.Kernel != Paper.Kernel)
            yield return $"{settings.Kernel} kernel";
        if (settings.Statistic is { } statistic && statistic != DefaultStatistic)
            yield return $"{statistic}-statistic";
        if (settings.BandwidthScale != Paper.BandwidthScale)
            yield return FormattableString.Invariant($"bandwidth × {settings.BandwidthScale}");
        if (settings.MedianPower != Paper.MedianPower)
            yield return FormattableString.Invariant($"median power {settings.MedianPower}");
        if (settings.MedianSamples is { } samples)
            yield return $"median of {samples} samples";
        foreach (string other in base.Deviations(settings))
            yield return other;
    }

    /// <summary>Sets the rule of a bandwidth to that of the config.</summary>
    protected static void Configure(Bandwidth bandwidth, IcaSettings settings)
        => (bandwidth.Scale, bandwidth.MedianPower) = (settings.BandwidthScale, settings.MedianPower);

    public override IcaMethodTraining Start(Device device, IcaModel model, IcaSettings settings, DeviceMatrix batch)
        => RadialKernels.Visit(settings.Kernel, new Starter(this, device, model, settings));

    protected abstract IcaMethodTraining Start<TKernel>(Device device, IcaModel model, IcaSettings settings, PairStatistic statistic)
        where TKernel : struct, IRadialKernel;

    protected static double Pairs(IcaSettings settings) => 0.5 * settings.Batch * (settings.Batch - 1);

    private sealed record Starter(KernelMethod Method, Device Device, IcaModel Model, IcaSettings Settings)
        : IRadialKernelVisitor<IcaMethodTraining>
    {
        public IcaMethodTraining Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => Method.Start<TKernel>(Device, Model, Settings, Settings.Statistic ?? Method.DefaultStatistic);
    }
}

/// <summary>How a method trains the model: one iteration at a time, on batches.</summary>
internal abstract class IcaMethodTraining(Device device, IcaModel model)
{
    /// <summary>
    /// The state that it keeps between iterations or needs for <see cref="Loss"/>, except V. Medians are not part of it: they are where the
    /// search for the next ones begins, which changes how long it takes but no result.
    /// </summary>
    public abstract IReadOnlyList<IStateful> Parts { get; }

    protected Device Device => device;

    protected IcaModel Model => model;

    /// <summary>One iteration.</summary>
    /// <param name="batch">The samples (B×D).</param>
    /// <param name="iteration">The number of iterations done before.</param>
    public abstract void Step(DeviceMatrix batch, int iteration);

    /// <summary>The loss that the method reports, on <paramref name="batch"/> at the present parameters.</summary>
    public abstract double Loss(DeviceMatrix batch);

    /// <summary>What the user should know of the training now, in words; null if there is nothing.</summary>
    /// <param name="batch">The last batch (B×D).</param>
    public virtual string? Warning(DeviceMatrix batch) => null;

    /// <summary>What the method tells of itself at the end.</summary>
    /// <param name="batch">The last batch (B×D).</param>
    /// <param name="problem">With the truth.</param>
    public virtual IEnumerable<Metric> Metrics(DeviceMatrix batch, IcaProblem problem) => [];
}

/// <summary>Trains the model with Adam on the gradient of a discrepancy by the scores.</summary>
internal abstract class SteinTraining(Device device, IcaModel model, IcaSettings settings) : IcaMethodTraining(device, model)
{
    /// <summary>The gradient by the scores (B×D).</summary>
    protected DeviceMatrix ScoreGradient { get; } = device.Allocate(settings.Batch, settings.Dimension);

    /// <summary>The optimiser of the model.</summary>
    protected Adam Adam { get; } = new(
        new AdamSettings(settings.LearningRate),
        [model.Unmixing],
        [model.UnmixingGradient],
        schedule: IcaMethod.ScheduleOf(settings, 1, final: 0));

    /// <summary>One step of the model down <see cref="ScoreGradient"/>.</summary>
    protected void Descend(DeviceMatrix batch)
    {
        Model.BackPropagate(batch, ScoreGradient);
        Adam.Step();
    }
}

/// <summary>A row of the table: a method, or a variant of it with settings that differ from the paper's.</summary>
/// <param name="Variant">The settings that differ, such as "10 probes"; empty for the method itself.</param>
internal sealed record IcaRow(IcaMethod Method, string Variant = "") : IComparable<IcaRow>
{
    /// <summary>The id of the method, with the variant in parentheses: <c>lsd (10 probes)</c>.</summary>
    public string Id => WithVariant(Method.Id);

    public string Name => WithVariant(Method.Name);

    /// <summary>The row of a config.</summary>
    /// <param name="others">Further settings that distinguish the row from others, in words.</param>
    public static IcaRow Of(IcaSettings settings, params IEnumerable<string> others)
    {
        var method = IcaMethod.Of(settings);
        return new(method, string.Join(", ", [.. method.Deviations(settings), .. others]));
    }

    /// <summary>Rows are in the order of the methods, and variants of one in the order of their ids.</summary>
    public int CompareTo(IcaRow? other) => other is null ? 1 : Place(this) != Place(other)
        ? Place(this).CompareTo(Place(other))
        : string.CompareOrdinal(Id, other.Id);

    private static int Place(IcaRow row) => IcaMethod.All.TakeWhile(method => method != row.Method).Count();

    private string WithVariant(string name) => Variant.Length == 0 ? name : $"{name} ({Variant})";
}
