using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Samples;
using Stein.Experiments.ScoreNetworks;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Generators.Digits;

/// <summary>One generator of handwritten digits of 8×8 pixels.</summary>
internal sealed record GeneratorDigitsSettings
{
    [Description("score estimator that gives the gradient of the entropy, or another way to train"), OneOf(typeof(DigitMethod))]
    public string Method { get; init; } = "stein";

    [Description("regularisation of the estimator; its default unless given"), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public double? Regularisation { get; init; }

    [Description("standard deviation of the noise at the start"), Range(1e-3, 1e3), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public double FirstSigma { get; init; } = 1;

    [Description("standard deviation to which the noise falls in 70 % of the steps"), Range(1e-3, 1e3)]
    [OnlyFor(nameof(Method), typeof(DigitMethod))]
    public double LastSigma { get; init; } = 0.25;

    [Description("whether all levels of the noise take turns until the end, in place of one after the other")]
    [OnlyFor(nameof(Method), typeof(DigitMethod))]
    public bool MixedNoise { get; init; }

    [Description("steps of moment matching, without noise, with which it begins"), Range(0, 100_000_000)]
    [OnlyFor(nameof(Method), typeof(DigitMethod))]
    public int WarmStart { get; init; }

    [Description("weight of the entropy beside the loss of BEGAN"), Range(0.0, 1e6), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public double Entropy { get; init; }

    [Description("form of score matching of the network that images are drawn by"), OneOf(typeof(ScoreLoss))]
    [OnlyFor(nameof(Method), typeof(DigitMethod))]
    public string Loss { get; init; } = "denoising";

    [Description("how images are drawn by the network"), OneOf(typeof(NoiseLevelSampler)), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public string Sampler { get; init; } = NoiseLevelSampler.Diffusion;

    [Description("units in the hidden layers of the critic"), Range(1, 4096), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public int CriticHidden { get; init; } = 128;

    [Description("steps of the critic for each of the generator"), Range(1, 1000), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public int CriticSteps { get; init; } = 3;

    [Description("coordinates of the noise that the generator transforms"), Range(1, 1000), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public int NoiseDimension { get; init; } = 16;

    [Description("units in each of the two hidden layers"), Range(1, 4096), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public int Hidden { get; init; } = 128;

    [Description("samples per step"), Range(ParticleFlow.MinParticles, 10_000), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public int Batch { get; init; } = 256;

    [Description("steps of Adam"), Range(1, 100_000_000), OnlyFor(nameof(Method), typeof(DigitMethod))]
    public int Iterations { get; init; } = 3000;

    [Description("step size of Adam"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Method), typeof(DigitMethod))]
    public double LearningRate { get; init; } = 1e-3;

    [Description("images for the classifier that judges, out of the 1297 that are not for testing"), Range(100, 1200)]
    public int ClassifierImages { get; init; } = 400;

    [Description("steps of the classifier's training"), Range(1, 100_000)]
    public int ClassifierSteps { get; init; } = DigitClassifier.Steps;

    [Description("samples that are judged at the end"), Range(2, 20_000)]
    public int TestSamples { get; init; } = 1000;

    [Description("seed of everything random, and of the split of the images")]
    public uint Seed { get; init; } = 60;
}

/// <summary>
/// "Which one is the generator trained using Stein's method?" asks a slide of the talk above images of digits. Here are the generators,
/// what their samples are judged by, a grid without names, and what may make Stein's method find all digits.
/// </summary>
internal sealed class GeneratorDigits : TrainingStudy<GeneratorDigitsSettings>
{
    /// <summary>Images of each row of the grid.</summary>
    private const int PerRow = 16;

    public override string Name => "generator-digits";

    public override string Title => "Generators of handwritten digits, trained by gradients of Stein's method and otherwise";

    public override string Source =>
        "Li, Make Stein's method great again for generative modelling?; Li and Turner, Gradient estimators for implicit models, ICLR 2018; "
            + "no numbers";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--method stein,mmd --iterations 600", "Stein's entropy gradient beside moment matching; takes half a minute"),
        ("--method stein-difference --mixed-noise true --warm-start 1000", "a variant that finds all digits"),
    ];

    protected override IReadOnlyList<GeneratorDigitsSettings> Configs(GridScale scale) => scale switch
    {
        // The last loss takes a pass through the network for each pixel, a quarter of an hour a run.
        GridScale.Paper =>
        [
            .. Grid([.. Rows(new()), .. Ablation(new())], 5),
            .. Grid([Score(new(), "exact", NoiseLevelSampler.Diffusion)], 5),
        ],
        GridScale.Quick => Grid([.. Rows(new()).Where(IsQuick).Select(Quick)], 1),
        _ => Grid([.. Rows(new()).Select(Tiny)], 2),
    };

    protected override void Validate(GeneratorDigitsSettings config)
    {
        if (config.LastSigma > config.FirstSigma)
            throw InvalidConfigException.Value("last_sigma", config.LastSigma, $"at most first_sigma, {config.FirstSigma}");
        if (config.WarmStart >= config.Iterations)
            throw InvalidConfigException.Value("warm_start", config.WarmStart, $"below iterations, {config.Iterations}");
        if (config.Regularisation is not { } value)
            return;
        string estimator = DigitMethod.IsEstimator(config.Method) ? config.Method : "stein";
        if ((ScoreEstimators.Find(estimator).ProblemWith(value) ?? (value > 0 ? null : "it must be a positive number")) is { } problem)
            throw InvalidConfigException.Because("regularisation", value, problem);
    }

    protected override string SpeedClass(GeneratorDigitsSettings config) => config.Method;

    protected override double Operations(GeneratorDigitsSettings config)
    {
        (double b, double h, double c, double d) = (config.Batch, config.Hidden, config.CriticHidden, DigitImages.Dimension);
        double network = 6 * b * h * (h + d);
        double flow = config.Method switch
        {
            DigitMethod.Pixels => 0,
            DigitMethod.Mmd => 30 * b * b * d,
            DigitMethod.Gan => 20 * config.CriticSteps * b * c * (c + d),
            DigitMethod.Began => (40 * b * c * d) + (config.Entropy > 0 ? b * b * b : 0),
            DigitMethod.ScoreSampler => 6 * b * c * (c + d) * (config.Loss switch { "exact" => 2 * d, "sliced" => 3, _ => 1 }),
            DigitMethod.Network => (4000 * b * d) + (6 * config.CriticSteps * b * c * (c + d)),
            DigitMethod.DeepKsd => 6 * (config.CriticSteps + 1) * b * b * (c * c),
            "ssge" => (4000 * b * d) + (20 * b * b * b),
            _ => (4000 * b * d) + (b * b * b),
        };
        return Iterations(config) * (network + flow);
    }

    protected override string Describe(GeneratorDigitsSettings config) => $"{RowOf(config)}, seed {config.Seed}";

    protected override int Iterations(GeneratorDigitsSettings config) => config.Method == DigitMethod.Pixels ? 0 : config.Iterations;

    protected override Func<int, bool> IsMeasured(GeneratorDigitsSettings config)
        => iteration => iteration % Math.Max(1, config.Iterations / 20) == 0;

    protected override ITraining Begin(GeneratorDigitsSettings config, Device device) => config.Method == DigitMethod.ScoreSampler
        ? new ScoreSamplerTraining(config, device)
        : new DigitTraining(config, device);

    protected override Report Compose(Results<GeneratorDigitsSettings> results)
    {
        IReadOnlyList<Condition<GeneratorDigitsSettings>> rows = results.Conditions(config => config with { Seed = 0 });
        IReadOnlyList<GridRow> grid = GridRow.Shuffled(results);
        return new(
        [
            DataTable.Create("runs", results.Runs,
            [
                .. Results<GeneratorDigitsSettings>.SettingColumns(
                    "method", "regularisation", "first_sigma", "last_sigma", "mixed_noise", "warm_start", "entropy", "batch", "iterations",
                    "loss", "sampler", "seed"),
                .. Results<GeneratorDigitsSettings>.QuantityColumns(DigitMeasures.All),
                .. Results<GeneratorDigitsSettings>.QuantityColumns([.. DigitMeasures.All.Select(Exact), DigitMeasures.Accuracy]),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("seconds", run => run.Seconds),
            ]),
            Of("generators", "Generators of handwritten digits", rows.Where(row => !IsAblation(row.Config)), results),
            Of("ablation", "What may make Stein's method find all digits", rows.Where(row => IsOfStein(row.Config)), results),
            Curves(results),
            Picture(grid),
            DataTable.Create(
                "grid_key",
                grid,
                [new("row", row => row.Letter), new("images", row => row.Title), new("seed", row => row.Seed)]),
            Table.Create(
                "key",
                "Key to the grid of images",
                "Where the images of each row of grid.png come from. Look at the grid first.",
                grid,
                new TextColumn<GridRow>("row", row => row.Letter),
                new TextColumn<GridRow>("images", row => row.Title)),
        ]);
    }

    private static Quantity Exact(Quantity quantity) => quantity with { Name = DigitMeasures.ExactPrefix + quantity.Name };

    private static Table Of(
        string name,
        string title,
        IEnumerable<Condition<GeneratorDigitsSettings>> rows,
        Results<GeneratorDigitsSettings> results)
    {
        GeneratorDigitsSettings some = results.Runs[0].Config;
        return Table.Create(
            name,
            title,
            $"{some.TestSamples} samples, judged by a classifier that learned from {some.ClassifierImages} other images and by "
                + $"{DigitSplit.TestImages} images that nobody learned from. FID*: Fréchet distance of the classifier's last hidden layer. "
                + "MMD²: unbiased. IS*: as the inception score. Label entropy: of the shares of the ten digits, at most 2.30. "
                + "Nearest image: mean distance to the nearest image that the generator learned from; for images themselves, of those for "
                + $"testing. Mean over the seeds, with standard errors.{results.Remarks}",
            [.. rows.Select(row => new Row(RowOf(row.Config), row)), new Row("images themselves", All(results)) { IsExact = true }],
            [
                new("trained by", row => row.Title),
                .. DigitMeasures.All.Select(quantity => new TextColumn<Row>(quantity.Title, row => row.Text(quantity))),
                new("seconds", row => row.Seconds),
            ]);
    }

    /// <summary>One condition of one run per seed, for what does not depend on the generator.</summary>
    private static Condition<GeneratorDigitsSettings> All(Results<GeneratorDigitsSettings> results)
    {
        StoredRun<GeneratorDigitsSettings>[] runs = [.. results.Runs.DistinctBy(run => run.Config.Seed)];
        return new(runs[0].Config, runs, runs.Length);
    }

    /// <summary>The method, and the settings that are not those of its row of the table.</summary>
    private static string RowOf(GeneratorDigitsSettings config)
    {
        var defaults = new GeneratorDigitsSettings();
        return string.Join(
            ", ",
            (string[])
            [
                DigitMethod.TitleOf(config),
                .. Other(config.FirstSigma != defaults.FirstSigma || config.LastSigma != defaults.LastSigma,
                    $"noise {Number(config.FirstSigma)} to {Number(config.LastSigma)}"),
                .. Other(config.MixedNoise, "mixed noise"),
                .. Other(config.WarmStart > 0, "warm start"),
                .. Other(DigitMethod.UsesScores(config.Method) && config.Batch != defaults.Batch, $"batch {config.Batch}"),
                .. Other(
                    DigitMethod.UsesScores(config.Method) && config.Iterations != defaults.Iterations, $"{config.Iterations} steps"),
            ]);

        static string[] Other(bool holds, string text) => holds ? [text] : [];

        static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static bool IsOfStein(GeneratorDigitsSettings config)
        => config.Method is "stein" or "stein-u" or DigitMethod.Difference or DigitMethod.Network;

    /// <summary>Whether it is in the table of the ablation alone.</summary>
    private static bool IsAblation(GeneratorDigitsSettings config)
    {
        string row = RowOf(config);
        return Ablation(new()).Any(other => RowOf(other) == row);
    }

    private static Figure Curves(Results<GeneratorDigitsSettings> results) => new(
        "curves",
        "FID* of 500 samples while training, mean over the seeds with one standard error; it has a bias of its own with so few.",
        new Axis("Iteration") { Ticks = new Ticks.Numbers { IsWhole = true } },
        new Axis("FID*") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
        results.Where(config => !IsAblation(config)).Curves(RowOf, DigitMeasures.Frechet, isPositive: true));

    private static Figure Picture(IReadOnlyList<GridRow> grid) => new(
        "grid",
        "Which row is of the generator trained using Stein's method? Each row has images of one generator, or images of the data. The "
            + "key is in grid_key.csv and key.md.",
        new Axis(""),
        new Axis(""),
        [
            HeatMap.Images([.. grid.SelectMany(row => DigitImages.Pictures(row.Images))], PerRow),
            new HeatMap("", [.. grid.Select((row, place) => row.Label(grid.Count - 1 - place))]) { IsGrey = true },
        ])
    {
        IsFrameless = true,
        IsRasterOnly = true,
    };

    private static bool IsQuick(GeneratorDigitsSettings config)
        => config.Method is "stein" or DigitMethod.Mmd or DigitMethod.Gan or DigitMethod.Pixels or DigitMethod.Ksd;

    private static GeneratorDigitsSettings Quick(GeneratorDigitsSettings row) => row.Method == DigitMethod.Pixels
        ? row
        : row with { Iterations = 600 };

    private static GeneratorDigitsSettings Tiny(GeneratorDigitsSettings row) => row with
    {
        Iterations = 6,
        WarmStart = row.WarmStart > 0 ? 2 : 0,
        Batch = row.Batch > 256 ? 16 : 12,
        Hidden = 4,
        NoiseDimension = 3,
        CriticHidden = 4,
        TestSamples = 40,
        ClassifierSteps = 20,
    };

    private static IReadOnlyList<GeneratorDigitsSettings> Rows(GeneratorDigitsSettings settings) =>
    [
        settings with { Method = "stein", Regularisation = 0.1 },
        settings with { Method = "ssge", Regularisation = 0.97 },
        settings with { Method = DigitMethod.Network, CriticHidden = 256 },
        settings with { Method = DigitMethod.Ksd },
        settings with { Method = DigitMethod.Mmd },
        Critic(settings with { Method = DigitMethod.Gan }),
        Critic(settings with { Method = DigitMethod.Began }),
        Critic(settings with { Method = DigitMethod.Began, Entropy = 0.01, Regularisation = 0.1 }),
        settings with { Method = DigitMethod.DeepKsd, CriticHidden = 16, CriticSteps = 1, Batch = 128 },
        .. from loss in (string[])["denoising", "sliced"]
           from sampler in loss == "denoising" ? NoiseLevelSampler.Names : [NoiseLevelSampler.Diffusion]
           select Score(settings, loss, sampler),
        settings with { Method = DigitMethod.Pixels },
        settings with { Method = DigitMethod.Difference, Regularisation = 0.03, MixedNoise = true, WarmStart = 1000, Batch = 512 },
    ];

    private static GeneratorDigitsSettings Score(GeneratorDigitsSettings settings, string loss, string sampler) => settings with
    {
        Method = DigitMethod.ScoreSampler,
        Loss = loss,
        Sampler = sampler,
        CriticHidden = 256,
        Iterations = 6000,
    };

    /// <summary>As generative adversarial networks are trained.</summary>
    private static GeneratorDigitsSettings Critic(GeneratorDigitsSettings settings)
        => settings with { LearningRate = 2e-4, Iterations = 4000, Batch = 128 };

    /// <summary>One change or two of Stein's method in each row; the last of <see cref="Rows"/> has all that help.</summary>
    private static IReadOnlyList<GeneratorDigitsSettings> Ablation(GeneratorDigitsSettings settings)
    {
        GeneratorDigitsSettings stein = settings with { Method = "stein", Regularisation = 0.1 };
        GeneratorDigitsSettings difference = settings with { Method = DigitMethod.Difference, Regularisation = 0.1 };
        return
        [
            stein with { Regularisation = 1 },
            stein with { Regularisation = 0.01 },
            stein with { Batch = 512 },
            stein with { FirstSigma = 2, LastSigma = 0.15, Iterations = 6000 },
            stein with { WarmStart = 1000, FirstSigma = 0.5 },
            stein with { MixedNoise = true },
            difference,
            difference with { MixedNoise = true },
            difference with { MixedNoise = true, LastSigma = 0.35 },
            difference with { MixedNoise = true, WarmStart = 1000 },
            settings with { Method = DigitMethod.Network, CriticHidden = 256, MixedNoise = true },
        ];
    }

    private static GeneratorDigitsSettings[] Grid(IReadOnlyList<GeneratorDigitsSettings> rows, int seeds) =>
        [.. from seed in Seeds.From(rows[0].Seed, seeds) from row in rows select row with { Seed = seed }];

    /// <summary>A row of the table, about generators or about images.</summary>
    private sealed record Row(string Title, Condition<GeneratorDigitsSettings> Condition) : IFromRuns
    {
        public IEnumerable<string> RunIds => Condition.RunIds;

        public bool IsExact { get; init; }

        public string Seconds => IsExact ? NumberText.Missing : SignificantText.Number(Condition.Over(run => run.Seconds).Mean);

        public string Text(Quantity quantity)
            => Condition.WithSeeds(Condition.Over(IsExact ? Exact(quantity) : quantity).Text(quantity.Decimals));
    }

    /// <summary>A row of the grid of images.</summary>
    private sealed record GridRow(string Letter, string Title, uint Seed, IReadOnlyList<double[]> Images)
    {
        /// <summary>
        /// A row for each generator of the first table that the first seed has, and one of the data, in an order that the seed decides.
        /// </summary>
        public static IReadOnlyList<GridRow> Shuffled(Results<GeneratorDigitsSettings> results)
        {
            (uint seed, int classifierImages) = (results.Runs[0].Config.Seed, results.Runs[0].Config.ClassifierImages);
            (string Title, IReadOnlyList<double[]> Images)[] rows =
            [
                .. from run in results.Runs
                   where run.Config.Seed == seed && !IsAblation(run.Config)
                   let samples = SampleTable.Read(Path.Combine(run.Folder, SamplerTraining.SamplesFile)).Values
                   select (RowOf(run.Config), First(samples)),
                ("images of the data", First(DigitSplit.Of(seed, classifierImages).Test.Pixels)),
            ];
            int[] order = [.. Enumerable.Range(0, rows.Length)];
            new PhiloxStream(seed, StreamPurpose.Slices).Shuffle(order);
            return [.. order.Select((row, place) => new GridRow(LetterOf(place), rows[row].Title, seed, rows[row].Images))];

            static IReadOnlyList<double[]> First(double[] images) => [.. images.Chunk(DigitImages.Dimension).Take(PerRow)];
        }

        /// <summary>Its letter, in a white cell left of its images.</summary>
        /// <param name="below">The number of rows below it.</param>
        public HeatCell Label(int below) => new(-3, (below * (DigitImages.Side + 1)) + (0.5 * (DigitImages.Side - 1)), 1, Letter);

        private static string LetterOf(int place) => place < 26 ? $"{(char)('A' + place)}" : $"A{(char)('A' + place - 26)}";
    }
}
