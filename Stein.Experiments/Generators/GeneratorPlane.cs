using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Particles;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Generators;

/// <summary>One generator, trained on a ring of eight Gaussians in the plane.</summary>
internal sealed record GeneratorPlaneSettings
{
    [Description("score estimator that gives the gradient of the entropy, or another way to train"), OneOf(typeof(GeneratorMethod))]
    public string Method { get; init; } = "stein";

    [Description("regularisation of the estimator; its default unless given"), OnlyFor(nameof(Method), typeof(GeneratorMethod))]
    public double? Regularisation { get; init; }

    [Description("whether the estimator's kernel has the bandwidth of SVGD, h² = 2·median/ln(N + 1), in place of its own rule")]
    [OnlyFor(nameof(Method), typeof(GeneratorMethod))]
    public bool BatchMedian { get; init; } = true;

    [Description("standard deviation of the noise at the start, which falls to 0.1; 0 for none")]
    [Range(0.0, double.MaxValue), OnlyFor(nameof(Method), typeof(GeneratorMethod))]
    public double FirstSigma { get; init; } = 2;

    [Description("units in each hidden layer of the critic"), Range(1, 4096), OnlyFor(nameof(Method), typeof(GeneratorMethod))]
    public int CriticHidden { get; init; } = 64;

    [Description("steps of the critic for each of the generator"), Range(1, 1000), OnlyFor(nameof(Method), typeof(GeneratorMethod))]
    public int CriticSteps { get; init; } = 3;

    [Description("coordinates of the noise that the generator transforms"), Range(1, 1000)]
    public int NoiseDimension { get; init; } = 4;

    [Description("units in each of the two hidden layers"), Range(1, 4096)]
    public int Hidden { get; init; } = 64;

    [Description("samples per step"), Range(ParticleFlow.MinParticles, 10_000)]
    public int Batch { get; init; } = 200;

    [Description("steps of Adam"), Range(1, 100_000_000)]
    public int Iterations { get; init; } = 3000;

    [Description("step size of Adam"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-3;

    [Description("samples that are judged at the end"), Range(2, 20_000)]
    public int TestSamples { get; init; } = 2000;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>
/// "Which one is the generator trained using Stein's method?" asks a slide of the talk. Here in the plane, where the data are a density:
/// <c>min KL[p_θ‖p_data]</c> by the gradient of the generator's entropy, with and without noise, beside other ways to train it.
/// </summary>
internal sealed class GeneratorPlane : TrainingStudy<GeneratorPlaneSettings>
{
    public const int Dimension = 2;

    internal const string ExactPrefix = "exact_";

    /// <summary>The largest standard deviations from a mode at which a sample belongs to it.</summary>
    private const double Reach = 3;

    private const int Modes = 8;
    private const double Radius = 2, Deviation = 0.15;

    private static readonly Quantity Discrepancy = new("mmd", "MMD²", 4);
    private static readonly Quantity Found = new("modes", "modes", 1);
    private static readonly Quantity Weights = new("weight_error", "error of weights", 3);
    private static readonly Quantity Within = new("within", "share within", 3);

    private static readonly Quantity[] Quantities = [Discrepancy, Found, Weights, Within];

    public override string Name => "generator-2d";

    public override string Title => "Generators on a ring of eight Gaussians, trained by gradients of Stein's method and otherwise";

    public override string Source =>
        "Li, Make Stein's method great again for generative modelling?; Li and Turner, Gradient estimators for implicit models, ICLR 2018; "
            + "no numbers";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--method stein,mmd --iterations 1000", "Stein's entropy gradient beside moment matching; takes seconds"),
        ("--method stein --first-sigma 0,2 --regularisation 0.1", "without noise it drops modes"),
    ];

    /// <summary>The data.</summary>
    public static GaussianMixture Ring { get; } = GaussianMixture.Isotropic(
        Dimension,
        [.. Enumerable.Repeat(1.0 / Modes, Modes)],
        [
            .. Enumerable.Range(0, Modes).Select(k => 2 * Math.PI * k / Modes)
                .SelectMany(angle => (double[])[Radius * Math.Cos(angle), Radius * Math.Sin(angle)]),
        ],
        [.. Enumerable.Repeat(Deviation * Deviation, Modes)]);

    /// <summary>What samples (N×2) are judged by.</summary>
    /// <param name="samples">Of a generator, or of the data.</param>
    /// <param name="reference">As many samples of the data.</param>
    public static IReadOnlyList<Metric> Measure(Device device, double[] samples, double[] reference)
    {
        int count = samples.Length / Dimension;
        double[] shares = new double[Modes];
        foreach (double[] sample in samples.Chunk(Dimension))
        {
            for (int k = 0; k < Modes; k++)
            {
                ReadOnlySpan<double> mean = Ring.Mean(k);
                if (Math.Sqrt(Math.Pow(sample[0] - mean[0], 2) + Math.Pow(sample[1] - mean[1], 2)) < Reach * Deviation)
                    shares[k] += 1.0 / count;
            }
        }

        double within = shares.Sum();
        return
        [
            Discrepancy.At(SampleMeasures.SquaredMeanDiscrepancy(device, samples, reference, Dimension)),
            Found.At(shares.Count(share => share > 0.25 / Modes)),
            Weights.At(within == 0 ? 1 : 0.5 * shares.Sum(share => Math.Abs((share / within) - (1.0 / Modes)))),
            Within.At(within),
        ];
    }

    protected override IReadOnlyList<GeneratorPlaneSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(Rows(new()), 10),
        GridScale.Quick => Grid([.. Rows(new() { Iterations = 300, Batch = 100, TestSamples = 500 }).Where(IsQuick)], 1),
        _ => Grid([.. Rows(new() { Iterations = 20, Batch = 12, Hidden = 4, CriticHidden = 4, TestSamples = 30 })], 2),
    };

    protected override void Validate(GeneratorPlaneSettings config)
    {
        if (config.FirstSigma is not 0 and < NoiseSchedule.Last)
            throw InvalidConfigException.Value("first_sigma", config.FirstSigma, $"0, or at least {NoiseSchedule.Last}, where it ends");
        if (config.Regularisation is { } value && ScoreEstimators.Find(config.Method).ProblemWith(value) is { } problem)
            throw InvalidConfigException.Because("regularisation", value, problem);
    }

    protected override string SpeedClass(GeneratorPlaneSettings config) => config.Method;

    protected override double Operations(GeneratorPlaneSettings config)
    {
        (double b, double h, double c) = (config.Batch, config.Hidden, config.CriticHidden);
        double critic = config.Method == GeneratorMethod.Gan ? 20 * config.CriticSteps * b * c * c : 0;
        return config.Iterations * ((6 * b * h * h) + critic + (b * b * (config.Method is "ssge" ? 20 * b : 100)));
    }

    protected override string Describe(GeneratorPlaneSettings config) => $"{RowOf(config)}, seed {config.Seed}";

    protected override int Iterations(GeneratorPlaneSettings config) => config.Iterations;

    protected override Func<int, bool> IsMeasured(GeneratorPlaneSettings config)
        => iteration => iteration % Math.Max(1, config.Iterations / 30) == 0;

    protected override ITraining Begin(GeneratorPlaneSettings config, Device device) => new GeneratorTraining(config, device);

    protected override Report Compose(Results<GeneratorPlaneSettings> results)
    {
        IReadOnlyList<Condition<GeneratorPlaneSettings>> rows = results.Conditions(config => config with { Seed = 0 });
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<GeneratorPlaneSettings>.SettingColumns("method", "regularisation", "batch_median", "first_sigma", "seed"),
                .. Results<GeneratorPlaneSettings>.QuantityColumns(Quantities),
                .. Results<GeneratorPlaneSettings>.QuantityColumns(Quantities.Select(Exact)),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("seconds", run => run.Seconds),
            ]),
            Table.Create(
                "generators",
                "Generators on a ring of eight Gaussians",
                "Squared MMD to samples of the data. A sample is within three standard deviations of a mode or of none; a mode is found if "
                    + "it has a quarter of its share. Weights are compared by total variation. Noise is added to the samples and to "
                    + "the data, less and less of it. "
                    + $"Mean over the seeds, with standard errors.{results.Remarks}",
                [.. rows.Select(row => new Row(RowOf(row.Config), row)), new Row("exact samples", All(results)) { IsExact = true }],
                [
                    new("trained by", row => row.Title),
                    .. Quantities.Select(quantity => new TextColumn<Row>(quantity.Title, row => row.Text(quantity))),
                    new("seconds", row => row.Seconds),
                ]),
            Curves(results),
            Pictures(results),
        ]);
    }

    private static Quantity Exact(Quantity quantity) => quantity with { Name = ExactPrefix + quantity.Name };

    /// <summary>One condition of one run per seed, for what does not depend on the generator.</summary>
    private static Condition<GeneratorPlaneSettings> All(Results<GeneratorPlaneSettings> results)
    {
        StoredRun<GeneratorPlaneSettings>[] runs = [.. results.Runs.DistinctBy(run => run.Config.Seed)];
        return new(runs[0].Config, runs, runs.Length);
    }

    private static string RowOf(GeneratorPlaneSettings config)
        => GeneratorMethod.TitleOf(config) + (GeneratorMethod.UsesScores(config.Method) && config.FirstSigma > 0 ? ", noise" : "");

    private static Figure Curves(Results<GeneratorPlaneSettings> results) => new(
        "curves",
        "The squared MMD to exact samples while training, mean over the seeds with one standard error.",
        new Axis("Iteration") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis("Squared MMD") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        results.Curves(RowOf, Discrepancy, isPositive: true));

    private static Figure Pictures(Results<GeneratorPlaneSettings> results) => SampleScatter.Draw(
        "samples",
        "Samples of the first seed's generators.",
        [
            .. results.By(RowOf).Select(row => SampleScatter.Of(row.Key, row.Part.Runs[0].Folder)),
        ],
        Ring);

    private static bool IsQuick(GeneratorPlaneSettings config) => config.Method is "stein" or GeneratorMethod.Mmd or GeneratorMethod.Gan;

    private static IReadOnlyList<GeneratorPlaneSettings> Rows(GeneratorPlaneSettings settings) =>
    [
        .. from sigma in (double[])[0, 2]
           from row in (GeneratorPlaneSettings[])
           [
               settings with { Method = GeneratorMethod.Modes },
               settings with { Method = "kde" },
               settings with { Method = "stein", Regularisation = 0.1 },
               settings with { Method = "stein", Regularisation = 1 },
               settings with { Method = "ssge", Regularisation = 0.99, BatchMedian = false },
               settings with { Method = "nu", BatchMedian = false },
               settings with { Method = GeneratorMethod.Ksd },
           ]
           select row with { FirstSigma = sigma },
        settings with { Method = GeneratorMethod.Mmd },
        settings with { Method = GeneratorMethod.Gan },
    ];

    private static GeneratorPlaneSettings[] Grid(IReadOnlyList<GeneratorPlaneSettings> rows, int seeds) =>
        [.. from seed in Seeds.From(rows[0].Seed, seeds) from row in rows select row with { Seed = seed }];

    /// <summary>A row of the table, about generators or about samples of the data.</summary>
    private sealed record Row(string Title, Condition<GeneratorPlaneSettings> Condition) : IFromRuns
    {
        public IEnumerable<string> RunIds => Condition.RunIds;

        public bool IsExact { get; init; }

        public string Seconds => IsExact ? NumberText.Missing : SignificantText.Number(Condition.Over(run => run.Seconds).Mean);

        public string Text(Quantity quantity)
            => Condition.WithSeeds(Condition.Over(IsExact ? Exact(quantity) : quantity).Text(quantity.Decimals));
    }
}
