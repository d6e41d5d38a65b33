using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Particles;
using Stein.Experiments.Declarations;
using Stein.Experiments.Generators;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.VariationalInference;

/// <summary>One approximation of a density.</summary>
internal sealed record ImplicitInferenceSettings
{
    [Description("density to be approximated"), OneOf(typeof(InferenceProblem)), Option("problem")]
    public string Problem { get; init; } = InferenceProblem.Banana;

    [Description("score estimator that gives the gradient of the entropy, or another way to fit"), OneOf(typeof(InferenceMethod))]
    public string Method { get; init; } = "stein";

    [Description("regularisation of the estimator; its default unless given"), OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public double? Regularisation { get; init; }

    [Description("whether the estimator's kernel has the bandwidth of SVGD, h² = 2·median/ln(N + 1), in place of its own rule")]
    [OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public bool BatchMedian { get; init; } = true;

    [Description("largest component of a velocity"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public double Clip { get; init; } = 50;

    [Description("standard deviation of the noise at the start of the ladder"), Range(NoiseSchedule.Last, double.MaxValue)]
    [OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public double FirstSigma { get; init; } = 2;

    [Description("units in each hidden layer of the critic"), Range(1, 4096), OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public int CriticHidden { get; init; } = 40;

    [Description("steps of the critic for each of the sampler"), Range(1, 1000), OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public int CriticSteps { get; init; } = 3;

    [Description("coordinates of the noise that the network transforms; the larger of three and D unless given"), Range(1, 1000)]
    [OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public int? NoiseDimension { get; init; }

    [Description("units in each of the two hidden layers"), Range(1, 4096), OnlyFor(nameof(Method), typeof(InferenceMethod))]
    public int Hidden { get; init; } = 40;

    [Description("samples per step"), Range(ParticleFlow.MinParticles, 10_000)]
    public int Batch { get; init; } = 100;

    [Description("steps of Adam"), Range(1, 100_000_000)]
    public int Iterations { get; init; } = 3000;

    [Description("step size of Adam, a fifth of it after two thirds of the steps; by default 0.01 for normal densities, else 0.001")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? LearningRate { get; init; }

    [Description("samples that are judged at the end"), Range(2, 20_000)]
    public int TestSamples { get; init; } = 2000;

    [Description("seed of everything random, the data of a posterior among it")]
    public uint Seed { get; init; } = 60;
}

/// <summary>
/// "Approximate the loss, or approximate its gradient", with which the talk opens: densities that are sampled by a network, fitted by the
/// gradient of KL with an estimate of the entropy's, by losses that need no density, and normal densities beside them.
/// </summary>
internal sealed class ImplicitInference : TrainingStudy<ImplicitInferenceSettings>
{
    internal const string ExactPrefix = "reference_";

    internal static readonly Quantity Discrepancy = new("mmd", "MMD² to the reference", 4);
    internal static readonly Quantity Weight = new("weight_error", "Error of the weight of a mode", 3);
    internal static readonly Quantity Coverage = new("coverage", "Share of the reference in the central 90 % of the samples", 3);
    internal static readonly Quantity Prediction = new("test_log_likelihood", "Log-likelihood of test data", 3);

    private static readonly ImplicitInferenceSettings Tiny =
        new() { Iterations = 20, Batch = 12, Hidden = 4, CriticHidden = 4, TestSamples = 40 };

    private static readonly Quantity[] Quantities = [Discrepancy, Weight, Coverage, Prediction];

    public override string Name => "vi-implicit";

    public override string Title => "Variational inference with samplers, by gradients of Stein's method and otherwise";

    public override string Source =>
        "Li and Turner, Gradient estimators for implicit models, ICLR 2018; Mescheder, Nowozin and Geiger, Adversarial variational Bayes, "
            + "ICML 2017; no numbers";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--method stein,mean-field --problem banana,bimodal --iterations 1000", "two densities in the plane; takes seconds"),
        ("--problem logistic --method stein,gaussian,density-ratio --iterations 1000", "a posterior, beside Hamiltonian chains"),
    ];

    protected override IReadOnlyList<ImplicitInferenceSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(InferenceProblem.Names, Rows, 10, new()),
        GridScale.Quick => Grid(
            [InferenceProblem.Banana, InferenceProblem.Bimodal],
            [.. Rows.Where(row => row.Method is "stein" or InferenceMethod.MeanField or InferenceMethod.Ratio)],
            1,
            new() { Iterations = 300, TestSamples = 500 }),
        _ =>
        [
            .. Grid([InferenceProblem.Bimodal], Rows, 2, Tiny),
            .. Grid([InferenceProblem.Logistic], [.. Rows.Where(row => row.Method == InferenceMethod.MeanField)], 2, Tiny),
        ],
    };

    protected override ImplicitInferenceSettings Normalise(ImplicitInferenceSettings config)
        => config with { LearningRate = config.LearningRate ?? InferenceMethod.LearningRate(config.Method) };

    protected override void Validate(ImplicitInferenceSettings config)
    {
        if (config.Method == InferenceMethod.Ladder && config.Problem != InferenceProblem.Bimodal)
        {
            throw InvalidConfigException.Because(
                "problem", config.Problem, $"its convolution with noise is not known. Use --problem {InferenceProblem.Bimodal}");
        }

        if (config.Regularisation is { } value && ScoreEstimators.Find(config.Method).ProblemWith(value) is { } problem)
            throw InvalidConfigException.Because("regularisation", value, problem);
    }

    protected override string SpeedClass(ImplicitInferenceSettings config) => config.Method;

    protected override double Operations(ImplicitInferenceSettings config)
    {
        (double b, double h) = (config.Batch, config.Hidden);
        double score = config.Problem is InferenceProblem.Logistic or InferenceProblem.Network ? 3000 : 100;
        return config.Iterations * ((6 * b * h * h) + (b * score) + (b * b * (config.Method is "ssge" ? 20 * b : 100)));
    }

    protected override string Describe(ImplicitInferenceSettings config)
        => $"{InferenceMethod.TitleOf(config)}, {config.Problem}, seed {config.Seed}";

    protected override int Iterations(ImplicitInferenceSettings config) => config.Iterations;

    protected override Func<int, bool> IsMeasured(ImplicitInferenceSettings config)
        => iteration => iteration % Math.Max(1, config.Iterations / 30) == 0;

    protected override ITraining Begin(ImplicitInferenceSettings config, Device device) => new InferenceTraining(config, device);

    protected override Report Compose(Results<ImplicitInferenceSettings> results)
    {
        Row[] rows =
        [
            .. results.Conditions(config => config with { Seed = 0 })
                .Select(condition => new Row(InferenceMethod.TitleOf(condition.Config), condition, quantity => quantity)),
            .. results.By(config => config.Problem).Select(part => Reference(part.Part)),
        ];
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<ImplicitInferenceSettings>.SettingColumns(
                    "problem", "method", "regularisation", "batch_median", "learning_rate", "seed"),
                .. Results<ImplicitInferenceSettings>.QuantityColumns(Quantities),
                .. Results<ImplicitInferenceSettings>.QuantityColumns(Quantities.Select(Exact)),
                .. Results<ImplicitInferenceSettings>.QuantityColumns([InferenceTraining.WorstSplitRHat]),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("seconds", run => run.Seconds),
            ]),
            .. Quantities.Select(quantity => Table.Pivot(
                quantity.Name,
                quantity.Title,
                $"The last row is other samples of the reference. Mean over the seeds, with standard errors.{results.Remarks}",
                rows,
                [new("fitted by", row => row.Title)],
                row => InferenceProblem.Names.ToList().IndexOf(row.Condition.Config.Problem),
                problem => InferenceProblem.Names[problem],
                row => row.Text(quantity))),
            .. results.By(config => config.Problem).Select(part => Curves(part.Key, part.Part)),
            .. results.By(config => config.Problem).Where(part => part.Key is InferenceProblem.Banana or InferenceProblem.Bimodal)
                .Select(part => Pictures(part.Key, part.Part)),
        ]);
    }

    private static Quantity Exact(Quantity quantity) => quantity with { Name = ExactPrefix + quantity.Name };

    /// <summary>The reference itself, which every run of a seed has.</summary>
    private static Row Reference(Results<ImplicitInferenceSettings> results)
    {
        StoredRun<ImplicitInferenceSettings>[] runs = [.. results.Runs.DistinctBy(run => run.Config.Seed)];
        return new("reference", new(runs[0].Config, runs, runs.Length), Exact);
    }

    private static Figure Curves(string problem, Results<ImplicitInferenceSettings> results) => new(
        $"curves_{problem}",
        $"The squared MMD to the reference of {problem} while fitting, mean over the seeds with one standard error.",
        new Axis("Iteration") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis($"Squared MMD, {problem}") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        results.Curves(InferenceMethod.TitleOf, Discrepancy, isPositive: true));

    private static Figure Pictures(string problem, Results<ImplicitInferenceSettings> results) => SampleScatter.Draw(
        $"samples_{problem}",
        $"Samples of the first seed's approximations of {problem}.",
        [
            .. results.By(InferenceMethod.TitleOf).Select(row => SampleScatter.Of(row.Key, row.Part.Runs[0].Folder)),
        ],
        InferenceProblem.Create(problem, 0).Density);

    private static IReadOnlyList<ImplicitInferenceSettings> Rows { get; } =
    [
        new() { Method = InferenceMethod.Mode },
        new() { Method = InferenceMethod.MeanField },
        new() { Method = InferenceMethod.Gaussian },
        new() { Method = "kde" },
        new() { Method = "stein", Regularisation = 0.1 },
        new() { Method = "stein", Regularisation = 1 },
        new() { Method = "stein" },
        new() { Method = "stein-parametric" },
        new() { Method = "nu", BatchMedian = false },
        new() { Method = "ssge", Regularisation = 0.95, BatchMedian = false },
        new() { Method = "ssge", Regularisation = 0.99, BatchMedian = false },
        new() { Method = InferenceMethod.Ksd },
        new() { Method = InferenceMethod.Ladder },
        new() { Method = InferenceMethod.Ratio },
    ];

    private static ImplicitInferenceSettings[] Grid(
        IReadOnlyList<string> problems, IReadOnlyList<ImplicitInferenceSettings> rows, int seeds, ImplicitInferenceSettings settings) =>
    [
        .. from problem in problems
           from seed in Seeds.From(settings.Seed, seeds)
           from row in rows
           where row.Method != InferenceMethod.Ladder || problem == InferenceProblem.Bimodal
           select settings with
           {
               Problem = problem,
               Seed = seed,
               Method = row.Method,
               Regularisation = row.Regularisation,
               BatchMedian = row.BatchMedian,
               Clip = problem is InferenceProblem.Banana or InferenceProblem.Bimodal ? settings.Clip : 1000,
           },
    ];

    /// <summary>A row of a table for one problem.</summary>
    private sealed record Row(string Title, Condition<ImplicitInferenceSettings> Condition, Func<Quantity, Quantity> Of) : IFromRuns
    {
        public IEnumerable<string> RunIds => Condition.RunIds;

        public string Text(Quantity quantity)
        {
            Summary value = Condition.Over(Of(quantity));
            return double.IsNaN(value.Mean) ? NumberText.Missing : Condition.WithSeeds(value.Text(quantity.Decimals));
        }
    }
}
