using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Samplers;
using Stein.Experiments.Declarations;
using Stein.Experiments.Generators.Digits;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Stages.Learned;

/// <summary>What stands in for a network in one window of noise.</summary>
internal static class StageReplacement
{
    public const string None = "none";
    public const string Exact = "exact";
    public const string Parameters = "fewer-parameters";
    public const string Samples = "fewer-samples";
    public const string Optimisation = "fewer-steps";

    /// <summary>Networks from which something is withheld.</summary>
    public static IReadOnlyList<string> Withheld { get; } = [Parameters, Samples, Optimisation];

    public static IReadOnlyList<string> Names { get; } = [None, Exact, .. Withheld, .. ScoreEstimators.Names];

    /// <summary>The replacements with which a setting changes a number.</summary>
    public static IEnumerable<string> NamesThatUse(string property)
        => property == nameof(LearnedStagesSettings.Left) ? Withheld : ScoreEstimators.Names;
}

/// <summary>Networks for the scores in windows of noise, and what stands in for each of them in turn.</summary>
internal sealed record LearnedStagesSettings
{
    [Description("what scores are learned of"), OneOf(typeof(StageData))]
    public string Data { get; init; } = StageData.Mixture;

    [Description("what stands in for the network of one window after another: an estimator, a network from which something is withheld, or "
        + "the exact scores")]
    [OneOf(typeof(StageReplacement)), Option("replace", "replacement")]
    public string Replacement { get; init; } = StageReplacement.Optimisation;

    [Description("share of the units, samples or steps that a network from which they are withheld keeps"), Range(1e-4, 1.0)]
    [OnlyFor(nameof(Replacement), typeof(StageReplacement))]
    public double Left { get; init; } = 0.1;

    [Description("training samples with noise that an estimator learns from, at each level"), Range(2, 20_000)]
    [OnlyFor(nameof(Replacement), typeof(StageReplacement))]
    public int EstimatorSamples { get; init; } = 300;

    [Description("shares of the windows in the steps, from the least noise, as in 1:1:2:1:1")]
    public string Shares { get; init; } = LearnedStages.EqualShares;

    [Description("steps of Adam for a share of 1; its step size falls to 0 as half a cosine"), Range(1, 100_000_000)]
    public int Iterations { get; init; } = 2000;

    [Description("units in each of the two hidden layers of a network"), Range(1, 4096)]
    public int Hidden { get; init; } = 64;

    [Description("samples per step, each with new noise of one of the window's levels"), Range(1, 1_000_000)]
    public int Batch { get; init; } = 256;

    [Description("step size of Adam at the start"), Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 0.01;

    [Description("training samples; of digits there are 897"), Range(10, 10_000_000), Option("n", "training-samples")]
    public int TrainingSamples { get; init; } = 10_000;

    [Description("samples that are drawn and judged"), Range(10, 20_000)]
    public int TestSamples { get; init; } = 2000;

    [Description("steps of the training of the classifier that judges digits"), Range(1, 100_000)]
    [OnlyFor(nameof(Data), StageData.Digits)]
    public int ClassifierSteps { get; init; } = DigitClassifier.Steps;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    /// <summary>The numbers in <see cref="Shares"/>; empty if it is not a list of positive numbers.</summary>
    public double[] SharesOfWindows()
    {
        double[] shares =
        [
            .. Shares.Split(':').Select(text
                => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) ? share : 0),
        ];
        return shares.All(share => share > 0) ? shares : [];
    }
}

/// <summary>What samples are like with a substitute in one window of noise, and how wrong its scores are there.</summary>
/// <param name="Sampler">How they are drawn.</param>
/// <param name="Window">Where the substitute is, from 1, the least noise; 0 for networks in all windows.</param>
/// <param name="Weights">See <see cref="SampleErrors"/>.</param>
/// <param name="Detail">See <see cref="SampleErrors"/>.</param>
/// <param name="Whole">See <see cref="SampleErrors"/>.</param>
/// <param name="ScoreError">See <see cref="StageScores.Errors"/>.</param>
/// <param name="NetworkError">The same of the network, or the networks, without the substitute.</param>
internal sealed record LearnedStageDraw(
    string Sampler, int Window, double Weights, double Detail, double Whole, double ScoreError, double NetworkError);

/// <summary>
/// "Does the accuracy of the score matter?", and at which stage, with scores that are learned: what samples lose where parameters, samples
/// or steps are withheld from the network of one window of noise, or an estimator takes its place; and which network should have the next
/// steps.
/// </summary>
internal sealed class LearnedStages : Study<LearnedStagesSettings, LearnedStageDraw>
{
    public const string EqualShares = "1:1:1:1:1";

    /// <summary>Equal shares, and one share more for each window in turn.</summary>
    private static readonly string[] OneMore =
        [EqualShares, "2:1:1:1:1", "1:2:1:1:1", "1:1:2:1:1", "1:1:1:2:1", "1:1:1:1:2"];

    /// <summary>
    /// What lowers the errors of the scores most, and for digits also what lowers FID* of the flow most, by their curves over the steps
    /// with seeds 101 to 106: steps are given out a few at a time where they help most.
    /// </summary>
    private static readonly string[] MixtureShares = ["0.25:1.25:2:1.25:0.25"], DigitShares = ["1.5:2:1:0.25:0.25", "0.5:1:1.25:1.75:0.5"];

    private static readonly LearnedStagesSettings Tiny = new()
    {
        Iterations = 4,
        Hidden = 6,
        Batch = 10,
        TrainingSamples = 40,
        TestSamples = 20,
        EstimatorSamples = 20,
        ClassifierSteps = 20,
    };

    private const string OneSampler = "By the reverse diffusion; the flow is in substitutes.csv. ";

    private static readonly string[] Samplers = [NoiseLevelSampler.Diffusion, NoiseLevelSampler.Flow];

    public override string Name => "score-stages-learned";

    public override string Title => "Learned scores that are worse at one stage of the noise, and where steps of training are worth most";

    public override string Source => "Li, Make Stein's method great again for generative modelling?; an open question of the talk";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--replace stein,kef,fewer-steps --iterations 500", "two estimators and a network with a tenth of the steps; takes half a minute"),
        ("--replace none --shares 1:1:1:1:1,2:1:1:1:1,1:1:1:1:2 --iterations 200", "where more steps are worth more"),
    ];

    protected override IReadOnlyList<Quantity<LearnedStageDraw>> Quantities { get; } =
    [
        new("network_error", draws => draws[0].NetworkError),
        new("weights", draws => draws[0].Weights),
        new("detail", draws => draws[0].Detail),
        new("whole", draws => draws[0].Whole),
    ];

    protected override IReadOnlyList<LearnedStagesSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. Grid([StageData.Mixture, "moons", StageData.Digits], [.. StageReplacement.Withheld, "stein", "ssge", "kef"], 5, new()),
            .. Grid([StageData.Mixture, "moons"], [StageReplacement.Exact], 5, new()),
            .. Allocations(StageData.Mixture, MixtureShares, 10, new() { Iterations = 200 }),
            .. Allocations(StageData.Digits, DigitShares, 5, new() { Iterations = 1000 }),
        ],
        GridScale.Quick =>
            [.. Grid([StageData.Mixture], ["stein", StageReplacement.Optimisation], 1, new() { Iterations = 300, TestSamples = 500 })],
        _ =>
        [
            .. Grid([StageData.Mixture, StageData.Digits], ["stein", StageReplacement.Samples], 2, Tiny),
            .. Allocations(StageData.Mixture, MixtureShares, 2, Tiny),
        ],
    };

    protected override void Validate(LearnedStagesSettings config)
    {
        if (config.SharesOfWindows().Length != StageScores.Windows)
        {
            throw InvalidConfigException.Value(
                "shares", config.Shares, $"{StageScores.Windows} positive numbers with colons between them, as in {EqualShares}");
        }

        if (config is { Data: StageData.Digits, Replacement: StageReplacement.Exact })
            throw InvalidConfigException.Because("replacement", config.Replacement, "the exact scores of digits are not known");
    }

    protected override string SpeedClass(LearnedStagesSettings config) => $"{config.Data} {config.Replacement}";

    protected override string Describe(LearnedStagesSettings config)
        => $"{config.Data}, {config.Replacement}, shares {config.Shares}, seed {config.Seed}";

    protected override double Operations(LearnedStagesSettings config)
    {
        double dimension = config.Data == StageData.Digits ? DigitImages.Dimension : 2;
        double point = 2 * config.Hidden * (config.Hidden + 16 + (2 * dimension));
        double trained = config.SharesOfWindows().Sum() * config.Iterations * config.Batch;
        return point * ((3 * trained) + (100.0 * config.TestSamples * Draws(config)));
    }

    protected override int Draws(LearnedStagesSettings config)
        => Samplers.Length * (config.Replacement == StageReplacement.None ? 1 : StageScores.Windows + 1);

    protected override Func<int, LearnedStageDraw> Prepare(LearnedStagesSettings config, Device device)
    {
        StageData data = StageData.Of(config, device);
        var scores = new StageScores(config, data, device);

        // The samplers of a window share its scores.
        Lazy<(double Error, double OfNetworks)>[] wrong =
        [
            .. Enumerable.Range(0, StageScores.Windows + 1)
                .Select(window => new Lazy<(double Error, double OfNetworks)>(() => scores.Errors(window))),
        ];
        return draw =>
        {
            (int window, int sampler) = (draw / Samplers.Length, draw % Samplers.Length);
            SampleErrors errors = data.Judge(scores.Sample(Samplers[sampler], window));
            (double error, double ofNetworks) = wrong[window].Value;
            return new(Samplers[sampler], window, errors.Weights, errors.Detail, errors.Whole, error, ofNetworks);
        };
    }

    protected override Report Compose(Results<LearnedStagesSettings> results)
        => new([
            .. Parts(results.Where(config => config.Replacement != StageReplacement.None), Substitutes),
            .. Parts(results.Where(config => config.Replacement == StageReplacement.None), Allocations),
        ]);

    /// <summary>The sections of runs that belong in one table each.</summary>
    private static IEnumerable<Section> Parts(
        Results<LearnedStagesSettings> results, Func<string, Results<LearnedStagesSettings>, string, IEnumerable<Section>> sections)
        => results
            .Protocols(config => config with
            {
                Data = "",
                Replacement = "",
                Left = 0,
                EstimatorSamples = 0,
                Shares = "",
                Hidden = 0,
                ClassifierSteps = 0,
                // A table of shares has a column of steps.
                Iterations = config.Replacement == StageReplacement.None ? 0 : config.Iterations,
                Seed = 0,
            })
            .SelectMany(protocol => sections(protocol.Suffix, protocol.Part, Conditions(protocol.Part)));

    private IEnumerable<Section> Substitutes(string suffix, Results<LearnedStagesSettings> results, string conditions)
    {
        StageHarm[] harms = StageHarm.OfSubstitutes(results, DrawsOf);
        StageHarm[] replaced = [.. harms.Where(harm => harm.Window > 0)];
        return
        [
            Data($"substitutes{suffix}", harms),
            Table.Pivot(
                $"scores{suffix}",
                "How much more wrong scores are than those of the network, by the window of noise",
                $"The difference of ∫σ²E‖s − s_σ‖² d ln σ over a window, in nats: twice the bound on what it adds to the divergence of "
                    + $"samples. {Noise(results)} {conditions}",
                replaced.Where(harm => harm.Sampler == Samplers[0]),
                Row(hasSampler: false),
                harm => harm.Window,
                window => $"window {window}",
                harm => SignificantText.WithError(harm.ScoreError.Mean, harm.ScoreError.StandardError)),
            .. StageLoss.OfSamples.Select(loss => Table.Pivot(
                $"{loss.Title}{suffix}",
                $"What samples lose with a substitute in one window: {loss.Title}",
                $"{Meaning(loss)} {(loss == StageLoss.Whole ? "" : OneSampler)}{Noise(results)} {conditions}",
                harms.Where(harm => loss == StageLoss.Whole || harm.Sampler == Samplers[0]),
                Row(hasSampler: loss == StageLoss.Whole),
                harm => harm.Window,
                window => window == 0 ? "none" : $"window {window}",
                harm => harm.Over(loss).Text(3))),
            Table.Create(
                $"worst{suffix}",
                "The stage at which each substitute does most harm",
                "Of the windows in which it is worse than the network the one in which it is worst, and by how much, with the half of the "
                    + "95 % interval by Student's t over the seeds for all windows of a row at once, which excludes 0. Scores in nats, "
                    + $"samples as in the tables of weights, detail and whole. {conditions}",
                replaced.GroupBy(harm => (harm.Config, harm.Sampler)),
                [
                    .. Row(hasSampler: true).Select(column => new TextColumn<IGrouping<(LearnedStagesSettings, string), StageHarm>>(
                        column.Header, row => column.Text(row.First()))),
                    new("scores", row => Worst(row, harm => harm.ScoreError)),
                    .. StageLoss.OfSamples.Select(loss => new TextColumn<IGrouping<(LearnedStagesSettings, string), StageHarm>>(
                        loss.Title, row => Worst(row, harm => harm.Difference(loss)))),
                ]),
            .. LearnedFigures.Of(suffix, replaced, conditions),
        ];

        static string Worst(IEnumerable<StageHarm> windows, Func<StageHarm, Summary> value)
        {
            return windows.Where(harm => value(harm).Mean > Half(harm)).MaxBy(harm => value(harm).Mean) is { } worst
                ? $"{worst.WindowText}: {NumberText.WithError(value(worst).Mean, Half(worst), 3)}"
                : "none";

            double Half(StageHarm harm) => value(harm).HalfInterval(StageScores.Windows);
        }
    }

    private IEnumerable<Section> Allocations(string suffix, Results<LearnedStagesSettings> results, string conditions)
    {
        StageHarm[] rows = [.. StageHarm.OfShares(results, DrawsOf).OrderBy(row => Array.IndexOf(Samplers, row.Sampler))];
        return rows.Length == 0
            ? []
            :
            [
                Data($"shares{suffix}", rows),
                Table.Create(
                    $"allocations{suffix}",
                    "Steps of training that are given to some windows rather than others",
                    "Shares of the windows in the steps, from the least noise, and how far samples are off as a whole. Differences are to "
                        + "equal shares of sum 5 with the same seeds, with the half of the 95 % interval by Student's t for each; the "
                        + "scores' is that of ∫σ²E‖s − s_σ‖² d ln σ over all windows, in nats. Unequal shares of sum 5 are those that "
                        + "lower the errors of the scores most on other seeds; of digits the second are those that lower FID* most. "
                        + $"{Noise(results)} {conditions}",
                    rows,
                    [
                        new("data", row => row.Config.Data),
                        new("sampler", row => row.Sampler.Replace('-', ' ')),
                        new("shares", row => row.Config.Shares),
                        new("steps", row => $"{row.Config.Iterations * row.Config.SharesOfWindows().Sum():0}"),
                        new("whole", row => row.Over(StageLoss.Whole).Text(3)),
                        new("scores,\ndifference", row => Change(row, row.Difference(draw => draw.ScoreError))),
                        .. StageLoss.OfSamples.Select(loss
                            => new TextColumn<StageHarm>($"{loss.Title},\ndifference", row => Change(row, row.Difference(loss)))),
                    ]),
            ];

        static string Change(StageHarm row, Summary change)
            => row.Config.Shares == EqualShares ? "" : NumberText.WithError(change.Mean, change.HalfInterval(), 3);
    }

    private static DataTable Data(string name, StageHarm[] harms) => DataTable.Create(name, harms,
    [
        new("data", harm => harm.Config.Data),
        new("replacement", harm => harm.Config.Replacement),
        new("shares", harm => harm.Config.Shares),
        new("sampler", harm => harm.Sampler),
        new("window", harm => harm.Window),
        new("seeds", harm => harm.Seeds.Count),
        .. StageLoss.OfSamples.SelectMany(loss => (DataColumn<StageHarm>[])
        [
            .. DataColumn<StageHarm>.MeanAndError(loss.Title, harm => harm.Over(loss)),
            .. DataColumn<StageHarm>.MeanAndError($"{loss.Title}_difference", harm => harm.Difference(loss)),
        ]),
        .. DataColumn<StageHarm>.MeanAndError("score_error", harm => harm.ScoreError),
        .. DataColumn<StageHarm>.MeanAndError("score_error_difference", harm => harm.Difference(draw => draw.ScoreError)),
    ]);

    private static IReadOnlyList<TextColumn<StageHarm>> Row(bool hasSampler) =>
    [
        new("data", harm => harm.Config.Data),
        new("in the window", harm => TitleOf(harm.Config)),
        .. hasSampler ? (TextColumn<StageHarm>[])[new("sampler", harm => harm.Sampler.Replace('-', ' '))] : [],
    ];

    /// <summary>What stands in a window, and what it learns from.</summary>
    internal static string TitleOf(LearnedStagesSettings config)
        => StageReplacement.Withheld.Contains(config.Replacement) ? $"{config.Replacement}, {NumberText.Tick(config.Left)}"
            : config.Replacement == StageReplacement.Exact ? "exact scores"
            : $"{config.Replacement}, {config.EstimatorSamples} samples";

    private static string Meaning(StageLoss loss)
        => loss == StageLoss.Weights
            ? "The error of the weight of the larger mode, the total variation of the weights of the moons, or how far the entropy of the "
                + "digits' labels is below ln 10, by the classifier."
            : loss == StageLoss.Detail
                ? "The Wasserstein-2 distance of the thin coordinate, of the distance to the middle of a moon, or of the roughness of "
                    + "images, in standard deviations."
                : "The sliced Wasserstein-1 distance, or of digits FID*, the Fréchet distance in the classifier's last hidden layer.";

    private static string Noise(Results<LearnedStagesSettings> results)
    {
        IEnumerable<string> ranges = results.By(config => config.Data).Select(part =>
        {
            (double first, double last) = StageData.SigmaOf(part.Key);
            return $"{part.Key} σ {NumberText.Tick(last)} to {NumberText.Tick(first)}";
        });
        return $"Windows from the least noise, of equal ratio: {string.Join("; ", ranges)}.";
    }

    private static string Conditions(Results<LearnedStagesSettings> results) => string.Concat(
    [
        .. results.Shared(config => config.Iterations, steps => $"Networks of {steps} steps for a share of 1. "),
        .. results.Shared(config => config.TestSamples, samples => $"{samples} samples. "),
        $"Mean over the seeds with one standard error, unless said otherwise.{results.Remarks}",
    ]);

    private static IEnumerable<LearnedStagesSettings> Grid(
        IReadOnlyList<string> data, IReadOnlyList<string> replacements, int seeds, LearnedStagesSettings settings)
        => from seed in Seeds.From(settings.Seed, seeds)
           from name in data
           from replacement in replacements
           select Sized(settings with { Data = name, Replacement = replacement, Seed = seed });

    private static IEnumerable<LearnedStagesSettings> Allocations(
        string data, IReadOnlyList<string> measured, int seeds, LearnedStagesSettings settings)
        => from seed in Seeds.From(settings.Seed, seeds)
           from shares in (string[])[.. OneMore, .. measured]
           select Sized(settings with { Data = data, Replacement = StageReplacement.None, Shares = shares, Seed = seed });

    /// <summary>Images take more units than points of the plane.</summary>
    private static LearnedStagesSettings Sized(LearnedStagesSettings settings)
        => settings.Data == StageData.Digits ? settings with { Hidden = 2 * settings.Hidden } : settings;
}
