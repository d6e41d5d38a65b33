using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Networks;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Generators;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.ScoreNetworks;

/// <summary>The losses of a score network by name.</summary>
internal static class ScoreLoss
{
    public static IReadOnlyList<string> Names { get; } = ["denoising", "sliced", "exact"];

    public static ScoreMatching Find(string name) => Enum.Parse<ScoreMatching>(name, ignoreCase: true);
}

/// <summary>One network for the scores of a density in the plane with any noise, and what is sampled by it.</summary>
internal sealed record ScoreNetworkSettings
{
    [Description("density in the plane that samples come from"), OneOf(typeof(PlanarDensity))]
    public string Data { get; init; } = "modes";

    [Description("form of score matching that the network is trained by"), OneOf(typeof(ScoreLoss))]
    public string Loss { get; init; } = "denoising";

    [Description("units in each of the two hidden layers"), Range(1, 4096)]
    public int Hidden { get; init; } = 128;

    [Description("samples per step, each with new noise of one of the levels"), Range(1, 1_000_000)]
    public int Batch { get; init; } = 512;

    [Description("steps of Adam; its step size falls to 0 as half a cosine"), Range(1, 100_000_000)]
    public int Iterations { get; init; } = 10_000;

    [Description("step size of Adam at the start"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 0.01;

    [Description("training samples"), Range(1, 10_000_000), Option("n", "training-samples")]
    public int TrainingSamples { get; init; } = 10_000;

    [Description("largest standard deviation of the noise, where sampling starts"), Range(1e-3, 1e4)]
    public double FirstSigma { get; init; } = 10;

    [Description("smallest standard deviation of the noise, where sampling ends"), Range(1e-3, 1e4)]
    public double LastSigma { get; init; } = 0.05;

    [Description("levels of noise that the network is trained at, in geometric progression"), Range(2, 10_000)]
    public int Levels { get; init; } = 100;

    [Description("steps of the reverse diffusion and of the probability flow"), Range(1, 100_000)]
    public int Steps { get; init; } = 200;

    [Description("points at which scores are compared at each of ten levels, and samples of each sampler"), Range(2, 20_000)]
    public int TestSamples { get; init; } = 2000;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    /// <summary>σ of the levels that the network is trained at, the largest first.</summary>
    public double[] TrainingLevels() => NoiseLevelSampler.Levels(FirstSigma, LastSigma, Levels - 1);

    /// <summary>σ of the levels at which its scores are compared with the exact ones, the largest first.</summary>
    public double[] TestLevels() => NoiseLevelSampler.Levels(FirstSigma, LastSigma, 9);
}

/// <summary>
/// The slide "The rise of score-based generative models": a network learns the scores of data with noise, and samples are drawn by them.
/// Here the data are a density in the plane, so that the scores are known.
/// </summary>
/// <remarks>
/// The reverse diffusion with scores s in place of <c>s_σ</c> has samples whose KL divergence is at most <c>½∫E‖s − s_σ‖² dσ²</c>, which is
/// <c>∫σ²E‖s − s_σ‖² d ln σ</c> (Girsanov's theorem; Song, Durkan, Murray and Ermon, "Maximum likelihood training of score-based diffusion
/// models", NeurIPS 2021, theorem 1), but for what steps and ends add.
/// </remarks>
internal sealed class ScorePlane : TrainingStudy<ScoreNetworkSettings>
{
    private static readonly Quantity[] OfSamples = [NetworkTraining.Discrepancy, NetworkTraining.Weights, NetworkTraining.Lost];

    public override string Name => "score-networks";

    public override string Title => "Score networks in the plane: losses, levels of noise and samplers, beside the exact scores";

    public override string Source =>
        "Song and Ermon, Generative modeling by estimating gradients of the data distribution, NeurIPS 2019; Song, Garg, Shi and Ermon, "
            + "Sliced score matching, UAI 2019; Song et al., ICLR 2021; no numbers in the plane";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--data rings", "noise, scores and samples in one figure; takes less than a minute"),
        ("--loss denoising,sliced,exact --iterations 2000", "three losses with the same mean"),
        ("--n 20,200,2000", "networks of fewer training samples"),
        ("--levels 10,100", "trained at the ten levels of annealed Langevin dynamics alone, and between them too"),
    ];

    protected override IReadOnlyList<ScoreNetworkSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(PlanarDensity.Names, ScoreLoss.Names, 5, new()),
        GridScale.Quick => Grid(["modes"], ["denoising", "sliced"], 1, new() { Iterations = 2000, TestSamples = 500 }),
        _ => Grid(
            ["moons"],
            ScoreLoss.Names,
            2,
            new()
            {
                Hidden = 8,
                Batch = 16,
                Iterations = 40,
                TrainingSamples = 50,
                TestSamples = 30,
                Levels = 5,
                Steps = 10,
            }),
    };

    protected override void Validate(ScoreNetworkSettings config)
    {
        if (config.LastSigma >= config.FirstSigma)
            throw InvalidConfigException.Value("last_sigma", config.LastSigma, $"below first_sigma, {config.FirstSigma}");
    }

    protected override string SpeedClass(ScoreNetworkSettings config) => config.Loss;

    /// <summary>A point costs twice the weights forward, three times that with derivatives, and as much again for each of traces.</summary>
    protected override double Operations(ScoreNetworkSettings config)
    {
        double point = 2.0 * config.Hidden * (config.Hidden + 20);
        double loss = config.Loss switch { "denoising" => 3, "sliced" => 8, _ => 12 };
        double sampling = NoiseLevelSampler.Names.Sum(sampler => NoiseLevelSampler.Evaluations(sampler, config.Steps));
        return point * ((loss * config.Iterations * config.Batch) + (sampling * config.TestSamples));
    }

    protected override string Describe(ScoreNetworkSettings config) => $"{config.Data}, {config.Loss} loss, seed {config.Seed}";

    protected override int Iterations(ScoreNetworkSettings config) => config.Iterations;

    protected override Func<int, bool> IsMeasured(ScoreNetworkSettings config)
        => iteration => iteration % Math.Max(1, config.Iterations / 20) == 0;

    protected override ITraining Begin(ScoreNetworkSettings config, Device device) => new NetworkTraining(config, device);

    protected override Report Compose(Results<ScoreNetworkSettings> results)
        => new(
        [
            .. results.Protocols(config => config with { Data = "", Loss = "", Seed = 0 })
                .SelectMany(protocol => Protocol(protocol.Suffix, protocol.Part)),
        ]);

    private static IEnumerable<Section> Protocol(string suffix, Results<ScoreNetworkSettings> results)
    {
        ScoreNetworkSettings some = results.Runs[0].Config;
        double[] levels = some.TestLevels();
        Condition<ScoreNetworkSettings>[] rows = [.. results.Conditions(config => config with { Seed = 0 })];
        string conditions = $"Networks with two hidden layers of {some.Hidden} Swish units, {some.Iterations} steps of Adam with batches "
            + $"of {some.Batch} of {some.TrainingSamples} samples, each with noise of one of {some.Levels} levels. Mean over the seeds, "
            + $"with standard errors.{results.Remarks}";
        return
        [
            DataTable.Create($"runs{suffix}", results.Runs,
            [
                .. Results<ScoreNetworkSettings>.SettingColumns("data", "loss", "training_samples", "seed"),
                .. Results<ScoreNetworkSettings>.QuantityColumns(
                [
                    NetworkTraining.Bound,
                    .. levels.Select((_, level) => NetworkTraining.Error(level + 1)),
                    .. from sampler in NoiseLevelSampler.Names
                       from quantity in OfSamples
                       from prefix in (string[])["", NetworkTraining.ExactPrefix]
                       select NetworkTraining.Of(quantity with { Name = prefix + quantity.Name }, sampler),
                ]),
                new("diverged", run => run.IsDiverged ? 1 : 0),
                new("seconds", run => run.Seconds),
            ]),
            Table.Pivot(
                $"errors{suffix}",
                "Errors of the scores by the level of the noise",
                "The columns are σ²E‖s − s_σ‖² at points of the density with noise σ, against its exact scores; a score of 0 would have "
                    + "about 2 where the noise is wide. The bound is the integral of it over ln σ, which the KL divergence of samples of "
                    + $"the reverse diffusion cannot exceed. {conditions}",
                from row in rows from level in Enumerable.Range(0, levels.Length + 2) select (Row: row, Level: level),
                [
                    new("data", cell => cell.Row.Config.Data),
                    new("loss", cell => cell.Row.Config.Loss),
                ],
                cell => cell.Level,
                level => level < levels.Length
                    ? $"σ {SignificantText.Number(levels[level])}"
                    : level == levels.Length ? NetworkTraining.Bound.Title : "seconds",
                cell => cell.Level < levels.Length ? cell.Row.Over(NetworkTraining.Error(levels.Length - cell.Level)).Text(4)
                    : cell.Level == levels.Length ? cell.Row.WithSeeds(cell.Row.Over(NetworkTraining.Bound).Text(3))
                    : SignificantText.Number(cell.Row.Over(run => run.Seconds).Mean)),
            Table.Create(
                $"samplers{suffix}",
                "Samples by learned and by exact scores",
                $"{some.TestSamples} samples of each sampler. MMD²: unbiased, to as many samples of the density, Gaussian kernels of "
                    + "variances ¼, 1 and 4. Error of weights: total variation of the weights of the modes, of the two rings, or of the "
                    + "two moons. Lost: the share of samples that end farther from the data than they started, and are not judged. "
                    + $"Evaluations: of the score, for each sample. {conditions}",
                SamplerRow.Of(results, rows),
                [
                    new("data", row => row.Condition.Config.Data),
                    new("scores", row => row.Scores),
                    new("sampler", row => row.Sampler),
                    .. OfSamples.Select(quantity => new TextColumn<SamplerRow>(quantity.Title, row => row.Text(quantity))),
                    new("evaluations", row => $"{NoiseLevelSampler.Evaluations(row.Sampler, row.Condition.Config.Steps)}"),
                ]),
            .. results.By(config => config.Data).SelectMany(part => Figures($"{part.Key}{suffix}", part.Part, levels, conditions)),
        ];
    }

    private static IEnumerable<Figure> Figures(
        string name, Results<ScoreNetworkSettings> results, double[] levels, string conditions)
    {
        StoredRun<ScoreNetworkSettings> first = results.Runs[0];
        yield return new(
            $"errors_{name}",
            $"Errors of the scores against the exact ones, σ²E‖s − s_σ‖², by the level of the noise. {conditions}",
            new($"Standard deviation σ of the noise ({first.Config.Data})") { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive },
            new("σ²E‖s − s_σ‖²") { Scale = Scale.Log10, Ticks = Ticks.Powers },
            [
                .. results.Conditions(config => config with { Seed = 0 }).Select((row, index) => new Series(
                    row.Config.Loss,
                    SeriesStyle.Of(index),
                    [.. levels.Select((sigma, level) => Point.Mean(sigma, row.Over(NetworkTraining.Error(levels.Length - level))))])),
            ]);
        yield return new(
            $"curves_{name}",
            $"The bound on the divergence of samples while training. {conditions}",
            new Axis($"Iteration ({first.Config.Data})") { Ticks = new Ticks.Numbers { IsWhole = true } },
            new Axis("Bound, nats") { Scale = Scale.Log10, Ticks = Ticks.Powers },
            results.Curves(config => config.Loss, NetworkTraining.Bound, isPositive: true));
        yield return SampleScatter.Draw(
            $"samples_{name}",
            $"Samples by the scores that the {first.Config.Loss} loss has taught, seed {first.Config.Seed}.",
            [.. NoiseLevelSampler.Names.Select(sampler
                => SampleScatter.Of(sampler.Replace('-', ' '), first.Folder, NetworkTraining.FileOf(sampler)))],
            PlanarDensity.Find(first.Config.Data));
        yield return ProcessPictures.Draw($"process_{name}", first);
    }

    private static ScoreNetworkSettings[] Grid(
        IReadOnlyList<string> densities, IReadOnlyList<string> losses, int seeds, ScoreNetworkSettings settings) =>
    [
        .. from seed in Seeds.From(settings.Seed, seeds)
           from data in densities
           from loss in losses
           select settings with { Data = data, Loss = loss, Seed = seed },
    ];

    /// <summary>Samples of one sampler by the networks of one loss, or by the exact scores.</summary>
    private sealed record SamplerRow(Condition<ScoreNetworkSettings> Condition, string Sampler, bool IsExact) : IFromRuns
    {
        public IEnumerable<string> RunIds => Condition.RunIds;

        public string Scores => IsExact ? "of the density" : Condition.Config.Loss;

        /// <summary>The exact scores, which every loss is measured beside, last for each density.</summary>
        public static IEnumerable<SamplerRow> Of(
            Results<ScoreNetworkSettings> results, Condition<ScoreNetworkSettings>[] rows)
            => from data in results.By(config => config.Data)
               let own = rows.Where(row => row.Config.Data == data.Key).ToArray()
               from row in ((Condition<ScoreNetworkSettings> Row, bool IsExact)[])[.. own.Select(row => (row, false)), (own[0], true)]
               from sampler in NoiseLevelSampler.Names
               select new SamplerRow(row.Row, sampler, row.IsExact);

        public string Text(Quantity quantity)
        {
            Quantity named = IsExact ? quantity with { Name = NetworkTraining.ExactPrefix + quantity.Name } : quantity;
            return Condition.WithSeeds(Condition.Over(NetworkTraining.Of(named, Sampler)).Text(quantity.Decimals));
        }
    }
}
