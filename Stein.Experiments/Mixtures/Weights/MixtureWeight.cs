using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>One cell: the weight of a mixture learned from several draws of samples by minimising an objective.</summary>
internal sealed record MixtureWeightSettings
{
    [Description("objective that is minimised"), OneOf(typeof(WeightMethod))]
    public string Objective { get; init; } = "ladder";

    [Description("parameters that are learned: the weight alone, or means and variances too"), AllowedValues("weight", "full")]
    public string Model { get; init; } = "weight";

    [Description("m: the modes have variance 1 and are at −m and m"), Range(0.0, 100, MinimumIsExclusive = true)]
    public double Separation { get; init; } = 5;

    [Description("true weight of the mode at −m"), Range(0.01, 0.99)]
    public double Weight { get; init; } = 0.8;

    [Description("standard deviation of the noise"), Range(0.0, 1000, MinimumIsExclusive = true), OnlyFor(nameof(Objective), "noise")]
    public double Sigma { get; init; } = 4;

    /// <remarks>A factor √2 apart, they come twice as close to maximum likelihood as powers of 2 from ½ to 16.</remarks>
    [Description("standard deviations of the noise of the ladder"), Range(0.0, 1000, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Objective), "ladder")]
    public IReadOnlyList<double> Ladder { get; init; } = [1, 1.4, 2, 2.8, 4, 5.7, 8, 11.3, 16];

    [Description("temperature T"), Range(1.0, 1000), OnlyFor(nameof(Objective), "temper")]
    public double Temperature { get; init; } = 16;

    [Description("samples per draw of the data"), Range(2, 100_000), Option("n", "samples")]
    public int Samples { get; init; } = 5000;

    [Description("draws of the data, the same for all objectives"), Range(1, 100_000)]
    public int Trials { get; init; } = 20;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    [JsonIgnore]
    public bool IsFull => Model == "full";
}

/// <summary>The result of one draw of the data.</summary>
/// <param name="Trial">The number of the draw, from 0.</param>
/// <param name="Weight">The estimated weight of the mode further left.</param>
/// <param name="MaximumLikelihood">The weight estimated by maximum likelihood from the same samples.</param>
/// <param name="IsDetermined">Whether the objective determines it: see <see cref="WeightScan"/> and <see cref="FullFit"/>.</param>
/// <param name="RelativeGradient"><c>|∂J/∂ logit π|</c> at π = ½, all else true, over the sum of the absolute terms of J.</param>
internal sealed record WeightDraw(
    int Trial,
    double Weight,
    [property: JsonPropertyName("mle")] double MaximumLikelihood,
    [property: JsonPropertyName("determined")] bool IsDetermined,
    double RelativeGradient);

/// <summary>
/// The weight of a mixture of two modes, learned by minimising a discrepancy. The scores of separated modes hardly depend on the weight:
/// score matching and KSD do not determine it, smoothed discrepancies do.
/// </summary>
internal sealed class MixtureWeight : Study<MixtureWeightSettings, WeightDraw>
{
    private static readonly Quantity<WeightDraw> Mean = new("mean", draws => Weights(draws).Mean());
    private static readonly Quantity<WeightDraw> Low = new("low", draws => Weights(draws).Quantile(0.025));
    private static readonly Quantity<WeightDraw> High = new("high", draws => Weights(draws).Quantile(0.975));
    private static readonly Quantity<WeightDraw> Likelihood =
        new("maximum_likelihood", draws => draws.Average(one => one.MaximumLikelihood));
    private static readonly Quantity<WeightDraw> MeanDifference = new("mean_difference", draws => draws.Select(Difference).Mean());
    private static readonly Quantity<WeightDraw> MaximumDifference = new("maximum_difference", draws => draws.Max(Difference));
    private static readonly Quantity<WeightDraw> Determined = new("determined", draws => draws.Average(one => one.IsDetermined ? 1.0 : 0));
    private static readonly Quantity<WeightDraw> Gradient =
        new("relative_gradient", draws => draws.Select(one => one.RelativeGradient).Median());
    private static readonly Quantity<WeightDraw> Deviation = new("standard_deviation", draws => Weights(draws).StandardDeviation());

    public override string Name => "mixture-weight";

    public override string Title => "Mixing weights learned by score matching, KSD and its remedies, beside maximum likelihood";

    public override string Source =>
        "Wenliang and Kanagawa, Blindness of score-based methods to isolated components and mixing proportions, arXiv 2008.10087";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--objective ksd,ladder --separation 2,5,8", "KSD does not recover the weight of separated modes, the ladder of noise does"),
        ("--objective noise --sigma 1,2,4,8", "noise of one strength"),
        ("--objective ladder --model full --n 1000", "means and variances learned too"),
    ];

    protected override string DrawsFile => "weights.csv";

    protected override IReadOnlyList<Quantity<WeightDraw>> Quantities { get; } =
        [Mean, Low, High, Likelihood, MeanDifference, MaximumDifference, Determined, Gradient, Deviation];

    protected override IReadOnlyList<(string Name, Func<WeightDraw, double> Value)> Metrics { get; } =
        [("weight", draw => draw.Weight), (Likelihood.Name, draw => draw.MaximumLikelihood)];

    protected override IReadOnlyList<MixtureWeightSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. Grid([2, 3, 4, 5, 6, 7, 8, 9, 10], new()), .. Grid([2, 3, 4, 5, 6, 8, 10], new() { Model = "full" })],
        GridScale.Quick => [.. Grid([2, 5, 8], new() { Samples = 1000, Trials = 5 })],
        _ => [.. Grid([2, 6], new() { Samples = 60, Trials = 2 }), .. Grid([2], new() { Model = "full", Samples = 60, Trials = 2 })],
    };

    protected override void Validate(MixtureWeightSettings config)
    {
        // A component that fits only a few samples would make the likelihood arbitrarily large.
        if (config.IsFull && config.Samples < 20)
            throw InvalidConfigException.Value("samples", config.Samples, "at least 20 if \"model\" is \"full\"");
        if (config.Ladder.Count is 0 or > 100)
            throw InvalidConfigException.Value("ladder", $"{config.Ladder.Count} numbers", "a list of 1 to 100 numbers");
    }

    /// <summary>The pairs of every rung once, and some hundred values of an objective, each about fifty operations per sample.</summary>
    protected override double Operations(MixtureWeightSettings config)
    {
        int rungs = WeightMethod.Of(config).Rungs(config);
        double pairs = 0.5 * config.Samples * config.Samples * rungs * 25;
        return config.Trials * (pairs + (150.0 * config.Samples * 100 * (rungs + 1) * (config.IsFull ? 2 : 1)));
    }

    protected override string Describe(MixtureWeightSettings config)
        => $"{TitleOf(config)}, {(config.IsFull ? "all parameters" : "weight alone")}, m = {NumberText.Tick(config.Separation)}";

    protected override int Draws(MixtureWeightSettings config) => config.Trials;

    protected override int MeasureEvery(MixtureWeightSettings config) => 1;

    protected override string Status(IReadOnlyList<WeightDraw> draws) => $"weight {NumberText.Fixed(Weights(draws).Average(), 3)}";

    protected override Func<int, WeightDraw> Prepare(MixtureWeightSettings config, Device device) => index => Draw(config, index);

    internal static WeightDraw Draw(MixtureWeightSettings config, int index)
    {
        WeightSample sample = WeightSample.Draw(config, index);
        WeightObjective objective = WeightMethod.Of(config).Objective(sample);
        (double weight, bool isDetermined) = Learn(config, objective);
        double best = config.Objective == "mle" ? weight : Learn(config, new LikelihoodObjective(sample.Values)).Weight;
        Span<double> gradient = stackalloc double[1];
        (_, double magnitude) = objective.Evaluate(TwoModeParameters.Separated(config.Separation), gradient);
        return new(index, weight, best, isDetermined, Math.Abs(gradient[0]) / magnitude);
    }

    private static (double Weight, bool IsDetermined) Learn(MixtureWeightSettings config, WeightObjective objective)
        => config.IsFull ? FullFit.Minimise(objective, config.Separation) : WeightScan.Minimise(objective, config.Separation);

    protected override Report Compose(Results<MixtureWeightSettings> results) => new(
    [
        DataTable.Create(
            "weights",
            results.Runs,
            [
                .. Results<MixtureWeightSettings>.SettingColumns(
                    "objective", "model", "separation", "sigma", "temperature", "samples", "trials", "weight"),
                .. Results<MixtureWeightSettings>.QuantityColumns(Quantities),
            ]),
        .. results.By(config => config.Model).SelectMany(model => Sections(model.Key, model.Part.Runs)),
    ]);

    private static IEnumerable<Section> Sections(string model, IReadOnlyList<StoredRun<MixtureWeightSettings>> runs)
    {
        MixtureWeightSettings config = runs[0].Config;
        string known = config.IsFull ? "means and variances learned too" : "means and variances known";
        string caption = Caption(config);
        yield return Pivot("weights", $"Estimated weight, {known}", run => NumberText.WithError(run[Mean], run[Deviation], 3));
        yield return Pivot(
            "distances",
            $"Distance from maximum likelihood, mean (largest), {known}",
            run => $"{NumberText.Fixed(run[MeanDifference], 3)} ({NumberText.Fixed(run[MaximumDifference], 3)})");
        var objectives = runs.GroupBy(run => TitleOf(run.Config)).ToList();
        yield return new Figure(
            $"recovered_weight_{model}",
            $"Mean of the estimated weights, with the interval from their 2.5 % to their 97.5 % quantile. {caption}",
            new Axis("Separation m") { Margin = null },
            new Axis("Estimated weight") { Limits = (-0.03, 1.03) },
            [
                new Rule("", SeriesStyle.Reference, config.Weight),
                .. objectives.Select((objective, index) => new Series(
                    objective.Key,
                    SeriesStyle.Of(index),
                    [
                        .. from run in objective
                           orderby run.Config.Separation
                           select new Point(run.Config.Separation, run[Mean], run[Low], run[High]),
                    ])
                {
                    Shift = 0.06 * (index - (0.5 * (objectives.Count - 1))),
                }),
            ]);

        Table Pivot(string name, string title, Func<StoredRun<MixtureWeightSettings>, string> cell) => Table.Pivot(
            $"{name}_{model}",
            title,
            caption,
            runs,
            [new("objective", run => TitleOf(run.Config))],
            run => run.Config.Separation,
            m => $"m = {NumberText.Tick(m)}",
            cell,
            missing: "");
    }

    private static string Caption(MixtureWeightSettings config)
    {
        string start = config.IsFull
            ? "Means, variances and the weight are learned by BFGS from weight 1/2, means half a unit too close to 0 and variances 3/2. "
            : "Means and variances are known. The weight is the minimum of a scan of logits from −7 to 7, and stays 1/2 if the objective "
                + "does not determine it. ";
        return $"The modes have variance 1 and are at −m and m. The weight of the first is {NumberText.Tick(config.Weight)} and is "
            + $"estimated from {config.Samples} samples. There are {config.Trials} draws of the data, the same for all objectives; ± is "
            + $"the standard deviation over draws. {start}"
            + "KSD is the U-statistic with the inverse multiquadric kernel and the median distance as bandwidth. Noise is added to the "
            + "samples and the model is smoothed exactly; the ladder is the sum over σ with weights σ², by default from 1 to 16, a factor "
            + "√2 apart. The tempered objective uses samples of the tempered truth itself, which requires knowing the truth.";
    }

    private static string TitleOf(MixtureWeightSettings config) => WeightMethod.Of(config).Title(config);

    private static IEnumerable<double> Weights(IReadOnlyList<WeightDraw> draws) => draws.Select(draw => draw.Weight);

    private static double Difference(WeightDraw draw) => Math.Abs(draw.Weight - draw.MaximumLikelihood);

    private static MixtureWeightSettings[] Grid(double[] separations, MixtureWeightSettings settings) =>
    [
        .. from separation in separations
           from objective in WeightMethod.Names
           select settings with { Separation = separation, Objective = objective },
    ];
}
