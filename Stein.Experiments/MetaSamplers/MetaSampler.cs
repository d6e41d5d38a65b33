using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Particles;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.MetaSamplers;

/// <summary>A sampler of posteriors, learned or not.</summary>
internal sealed record MetaSamplerSettings
{
    [Description("score estimator that gives the gradient of the entropy, or no entropy, or a sampler that is not learned")]
    [OneOf(typeof(MetaMethod))]
    public string Method { get; init; } = "stein";

    [Description("regularisation of the estimator; its default unless given"), OnlyFor(nameof(Method), typeof(MetaMethod))]
    public double? Regularisation { get; init; }

    [Description("whether the estimator's kernel has the bandwidth of SVGD, h² = 2·median/ln(N + 1), in place of its own rule")]
    [OnlyFor(nameof(Method), typeof(MetaMethod))]
    public bool BatchMedian { get; init; } = true;

    [Description("largest component of a velocity"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Method), typeof(MetaMethod))]
    public double Clip { get; init; } = 1000;

    [Description("ζ, the factor of the learned drift"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Method), typeof(MetaMethod))]
    public double StepSize { get; init; } = 0.1;

    [Description("whether the deviation of the learned noise is a rectifier, as published, in place of a softplus")]
    [OnlyFor(nameof(Method), typeof(MetaMethod))]
    public bool RectifiedNoise { get; init; }

    [Description("softplus units of the network that is learned"), Range(1, 4096), OnlyFor(nameof(Method), typeof(MetaMethod))]
    public int HiddenUnits { get; init; } = 20;

    [Description("particles in training"), Range(ParticleFlow.MinParticles, 10_000), OnlyFor(nameof(Method), typeof(MetaMethod))]
    public int Particles { get; init; } = 50;

    [Description("data of a batch, at each step"), Range(1, 100_000)]
    public int Batch { get; init; } = 32;

    [Description("steps of the sampler that an iteration differentiates through"), Range(1, 1000)]
    [OnlyFor(nameof(Method), typeof(MetaMethod))]
    public int Unroll { get; init; } = 10;

    [Description("iterations after which particles start from the prior again"), Range(1, 1_000_000)]
    [OnlyFor(nameof(Method), typeof(MetaMethod))]
    public int RestartEvery { get; init; } = 10;

    [Description("steps of Adam"), Range(1, 100_000_000), OnlyFor(nameof(Method), typeof(MetaMethod))]
    public int Iterations { get; init; } = 500;

    [Description("step size of Adam"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Method), typeof(MetaMethod))]
    public double LearningRate { get; init; } = 1e-3;

    [Description("particles in tests"), Range(ParticleFlow.MinParticles, 10_000)]
    public int TestParticles { get; init; } = 100;

    [Description("steps of the sampler in tests"), Range(1, 1_000_000)]
    public int TestSteps { get; init; } = 300;

    [Description("splits of each test task into training and test data"), Range(1, 1000)]
    public int Splits { get; init; } = 5;

    [Description("seed of everything random, the data among it")]
    public uint Seed { get; init; } = 60;
}

/// <summary>
/// A sampler of posteriors that is learned with one small Bayesian network and used on others (Li and Turner, ICLR 2018, section 4.2):
/// its particles are followed towards the posterior by the gradient of KL, with the entropy's gradient estimated from them.
/// </summary>
internal sealed class MetaSampler : TrainingStudy<MetaSamplerSettings>
{
    internal static readonly Quantity Prediction = new("log_likelihood", "log-likelihood of test data", 3);
    internal static readonly Quantity Misclassified = new("error", "error of classification", 3);
    internal static readonly Quantity Discrepancy = new("ksd", "KSD² for each parameter", 3);
    internal static readonly Quantity Deviation = new("deviation", "deviation of the noise", 3);
    internal static readonly Quantity StepSize = new("chosen_step_size");

    private static readonly MetaSamplerSettings Tiny = new()
    {
        Iterations = 12,
        LearningRate = 0.03,
        Unroll = 3,
        RestartEvery = 4,
        Particles = 10,
        TestParticles = 10,
        TestSteps = 5,
        Splits = 2,
    };

    private static readonly Quantity[] Quantities = [Prediction, Misclassified, Discrepancy];

    public override string Name => "meta-sampler";

    public override string Title => "Samplers of posteriors that are learned with one Bayesian network and used on others";

    public override string Source => "Li and Turner, Gradient estimators for implicit models, ICLR 2018, section 4.2; pictures only";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--method stein,sgld --iterations 100 --test-steps 100 --splits 1", "a sampler that is learned and one by hand; takes seconds"),
        ("--method stein --regularisation 0.1,0.5,1", "what the ridge of the estimator does"),
    ];

    /// <summary>A quantity of one test task.</summary>
    internal static Quantity Of(Quantity quantity, ClassificationKind kind) => quantity with { Name = $"{quantity.Name}_{kind.Name}" };

    protected override IReadOnlyList<MetaSamplerSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(10, new()),
        GridScale.Quick => Grid(1, new() { Iterations = 50, TestParticles = 50, TestSteps = 100, Splits = 1 }),
        _ => Grid(2, Tiny),
    };

    protected override void Validate(MetaSamplerSettings config)
    {
        if (config.Regularisation is { } value && ScoreEstimators.Find(config.Method).ProblemWith(value) is { } problem)
            throw InvalidConfigException.Because("regularisation", value, problem);
    }

    protected override string SpeedClass(MetaSamplerSettings config) => config.Method;

    protected override double Operations(MetaSamplerSettings config)
    {
        double testing = config.TestSteps * config.TestParticles * StepsOf(ClassificationKind.Tests);
        if (config.Method == MetaMethod.Langevin)
            return testing * config.Splits * 2;
        double pairs = config.Particles * config.Particles * (config.Method is "ssge" or "kef" ? 20 * config.Particles : 100);
        double step = (3 * config.Particles * StepsOf([ClassificationKind.Moons])) + pairs;
        return (config.Iterations * config.Unroll * step) + (testing * config.Splits);

        double StepsOf(IEnumerable<ClassificationKind> kinds)
            => kinds.Sum(kind => kind.Hidden * (kind.Inputs + 2) * ((10.0 * config.Batch) + (40 * config.HiddenUnits)));
    }

    protected override string Describe(MetaSamplerSettings config) => $"{MetaMethod.TitleOf(config)}, seed {config.Seed}";

    protected override int Iterations(MetaSamplerSettings config)
        => config.Method == MetaMethod.Langevin ? LangevinChoice.Candidates.Count : config.Iterations;

    /// <summary>Whenever the particles are as old as they become.</summary>
    protected override Func<int, bool> IsMeasured(MetaSamplerSettings config)
        => iteration => config.Method == MetaMethod.Langevin || iteration % config.RestartEvery == 0;

    protected override ITraining Begin(MetaSamplerSettings config, Device device)
        => config.Method == MetaMethod.Langevin ? new LangevinChoice(config, device) : new MetaTraining(config, device);

    protected override Report Compose(Results<MetaSamplerSettings> results)
    {
        IReadOnlyList<Condition<MetaSamplerSettings>> rows = results.Conditions(config => config with { Seed = 0 });
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<MetaSamplerSettings>.SettingColumns(
                    "method",
                    "regularisation",
                    "batch_median",
                    "rectified_noise",
                    "step_size",
                    "learning_rate",
                    "iterations",
                    "test_steps",
                    "seed"),
                .. Results<MetaSamplerSettings>.QuantityColumns(
                    [.. from quantity in Quantities from kind in ClassificationKind.Tests select Of(quantity, kind), Deviation, StepSize]),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("seconds", run => run.Seconds),
            ]),
            .. Quantities.Select(quantity => Table.Create(
                quantity.Name,
                char.ToUpperInvariant(quantity.Title[0]) + quantity.Title[1..],
                "Samplers trained with two moons and a network of ten rectifiers, on other data and networks. Mean over the splits; mean "
                    + "over the seeds, with standard errors. The deviation is that of a coordinate of the last particles in training; "
                    + $"seconds are those of training and tests.{results.Remarks}",
                rows,
                [
                    new("learned by", row => MetaMethod.TitleOf(row.Config)),
                    .. ClassificationKind.Tests.Select(kind => new TextColumn<Condition<MetaSamplerSettings>>(
                        kind.Title, row => row.WithSeeds(row.Over(Of(quantity, kind)).Text(quantity.Decimals)))),
                    new(Deviation.Title, row => row.Over(Deviation).Text(Deviation.Decimals)),
                    new("seconds", row => SignificantText.Number(row.Over(run => run.Seconds).Mean)),
                ])),
            Curves(results, Prediction),
        ]);
    }

    private static Figure Curves(Results<MetaSamplerSettings> results, Quantity quantity) => new(
        quantity.Name,
        "Log-likelihood of the training task's test data under the particles at their oldest, while learning; mean over the seeds with one "
            + "standard error.",
        new Axis("Iteration") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis("Log-likelihood of test data"),
        results.Where(config => config.Method != MetaMethod.Langevin).Curves(MetaMethod.TitleOf, quantity));

    private static IReadOnlyList<MetaSamplerSettings> Rows { get; } =
    [
        new() { Method = MetaMethod.Mode },
        new() { Method = "kde" },
        new() { Method = "stein", Regularisation = 0.1 },
        new() { Method = "stein", Regularisation = 0.5 },
        new() { Method = "stein", Regularisation = 0.5, RectifiedNoise = true },
        new() { Method = "stein", Regularisation = 1 },
        new() { Method = "ssge", Regularisation = 0.99, BatchMedian = false },
        new() { Method = "nu", BatchMedian = false },
        new() { Method = "kef", BatchMedian = false },
        new() { Method = MetaMethod.Langevin },
    ];

    private static MetaSamplerSettings[] Grid(int seeds, MetaSamplerSettings settings) =>
    [
        .. from seed in Seeds.From(settings.Seed, seeds)
           from row in Rows
           select settings with
           {
               Seed = seed,
               Method = row.Method,
               Regularisation = row.Regularisation,
               BatchMedian = row.BatchMedian,
               RectifiedNoise = row.RectifiedNoise,
           },
    ];
}
