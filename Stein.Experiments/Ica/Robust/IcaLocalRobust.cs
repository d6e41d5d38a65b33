using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Stein.Engine.Devices;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Models;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica.Robust;

/// <summary>One run: an ICA model estimated from samples with outliers.</summary>
internal sealed record IcaLocalRobustSettings
{
    [Description("how the model is estimated"), OneOf(typeof(RobustEstimator))]
    public string Estimator { get; init; } = "bounded";

    [Description("dimension D"), Range(PaperMatrices.MinimumDimension, 1000), Option("dim", "dims")]
    public int Dimension { get; init; } = 10;

    [Description("seed of the true matrix, the data, the outliers and the start"), Option("seed", "seeds")]
    public uint Seed { get; init; } = 60;

    [Description("training points, outliers among them"), Range(2, 1_000_000), Option("samples", "n")]
    public int Samples { get; init; } = 20_000;

    [Description("test points, which have no outliers"), Range(1, 1_000_000)]
    public int TestSamples { get; init; } = 5_000;

    [Description("share of outliers"), Range(0.0, 0.2)]
    public double Outliers { get; init; } = 0.05;

    [Description("where the outliers are: scattered around the centre, or all in one small cluster far from it")]
    [AllowedValues("scattered", "clustered")]
    public string Kind { get; init; } = "scattered";

    [Description("how far away the outliers are, in standard deviations of a coordinate"), Range(0.0, 1e6)]
    public double Scale { get; init; } = 10;

    [Description("limit of a squared distance, in differences of its upper quartile and median"), Range(1.0, 1e6)]
    [OnlyFor(nameof(Estimator), typeof(RobustEstimator))]
    public double Cutoff { get; init; } = 7;

    [Description("b of the bounded test functions z exp(−z²/2b²)"), Range(0.0, 1e6, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Estimator), typeof(RobustEstimator))]
    public double Bound { get; init; } = 3;

    [Description("steps after which a search ends"), Range(1, 100_000)]
    public int MaxIterations { get; init; } = 100;

    [JsonIgnore]
    public bool IsClustered => Kind == "clustered";
}

/// <summary>What a run ends with: its only draw.</summary>
/// <param name="TestLogLikelihood">The mean log-likelihood of the test points, nats.</param>
/// <param name="Oracle">That of the true model, nats.</param>
/// <param name="AmariDistance">Of V·W, in [0, 1].</param>
/// <param name="Separated">The number of sources that a row contains with more than twice the size of any other.</param>
/// <param name="OutliersKept">The share of outliers that were taken for samples; NaN where none were looked for, or there are none.</param>
/// <param name="SamplesDropped">The share of other samples that were taken for outliers.</param>
internal sealed record RobustFit(
    double TestLogLikelihood, double Oracle, double AmariDistance, int Separated, double OutliersKept, double SamplesDropped);

/// <summary>
/// ICA from samples with outliers. Likelihood and FastICA weigh a sample by its size, so that a few far away ones decide; trimming by a
/// robust distance takes those out, and bounded test functions of Stein's identity give them no weight.
/// </summary>
internal sealed class IcaLocalRobust : Study<IcaLocalRobustSettings, RobustFit>
{
    /// <summary>Estimators for outliers so near that the limit matters.</summary>
    private static readonly string[] Near = ["trimmed-fastica", "trimmed-mle", "trimmed-stein", "weighted"];

    private static readonly Quantity<RobustFit> Gap = Of("gap", fit => fit.Oracle - fit.TestLogLikelihood);
    private static readonly Quantity<RobustFit> AmariDistance = Of("amari_distance", fit => fit.AmariDistance);
    private static readonly Quantity<RobustFit> Separated = Of("sources_separated", fit => fit.Separated);

    public override string Name => "ica-local-robust";

    public override string Title => "ICA from samples with outliers: trimming by a robust distance, and bounded Stein identities";

    public override string Source
        => "Billor, Hadi and Velleman, BACON: blocked adaptive computationally efficient outlier nominators, 2000";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--estimator mle,trimmed-mle,weighted --outliers 0,0.05,0.1", "maximum likelihood with outliers, and two remedies"),
        ("--dim 50 --kind clustered --outliers 0.1", "a tenth of the points in one small cluster"),
        ("--estimator bounded --bound 2,3,6,12", "the bound of the test functions"),
    ];

    protected override string? DrawsFile => null;

    protected override IReadOnlyList<Quantity<RobustFit>> Quantities { get; } =
    [
        Gap,
        Of("test_log_likelihood", fit => fit.TestLogLikelihood),
        Of("oracle", fit => fit.Oracle),
        AmariDistance,
        Separated,
        Of("outliers_kept", fit => fit.OutliersKept),
        Of("samples_dropped", fit => fit.SamplesDropped),
    ];

    protected override IReadOnlyList<(string Name, Func<RobustFit, double> Value)> Metrics { get; } =
        [(Gap.Name, fit => fit.Oracle - fit.TestLogLikelihood)];

    protected override IReadOnlyList<IcaLocalRobustSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper =>
        [
            .. Grid([10, 50, 100], 5, [0.05, 0.1], RobustEstimator.Names, new()),
            .. from cutoff in (double[])[1, 2, 4, 7]
               from config in Grid([10], 5, [0.1], Near, new() { Cutoff = cutoff, Scale = 1 })
               where cutoff != new IcaLocalRobustSettings().Cutoff || config.Outliers > 0
               select config,
        ],
        GridScale.Quick => Grid([5], 2, [0.1], RobustEstimator.Names, new() { Samples = 2000 }),
        _ =>
        [
            .. Grid([3], 1, [0.1], RobustEstimator.Names, new() { Samples = 300, TestSamples = 100 }),
            .. Grid([3], 1, [0.1], ["weighted"], new() { Samples = 300, TestSamples = 100, Cutoff = 2, Scale = 1 }),
        ],
    };

    protected override IcaLocalRobustSettings Normalise(IcaLocalRobustSettings config)
    {
        var defaults = new IcaLocalRobustSettings();
        return config.Outliers > 0 ? config : config with { Kind = defaults.Kind, Scale = defaults.Scale };
    }

    protected override void Validate(IcaLocalRobustSettings config)
    {
        if (config.Samples <= 2 * config.Dimension)
        {
            throw InvalidConfigException.Value(
                "samples", config.Samples, $"above twice the dimension, which is {config.Dimension}");
        }
    }

    /// <summary>Some sixty products of a matrix with the points, twice each, and the data.</summary>
    protected override double Operations(IcaLocalRobustSettings config)
        => 4.0 * config.Dimension * config.Dimension * ((60.0 * config.Samples) + config.TestSamples);

    protected override string SpeedClass(IcaLocalRobustSettings config) => config.Estimator;

    protected override string Describe(IcaLocalRobustSettings config)
        => $"{RobustEstimator.Of(config).Title}, D = {config.Dimension}, {ConditionOf(config)}, seed {config.Seed}";

    protected override int Draws(IcaLocalRobustSettings config) => 1;

    protected override Func<int, RobustFit> Prepare(IcaLocalRobustSettings config, Device device) => _ => Fit(config);

    internal static RobustFit Fit(IcaLocalRobustSettings config)
    {
        var problem = new ContaminatedProblem(config);
        RobustEstimator estimator = RobustEstimator.Of(config);
        var training = new WhitenedTraining(config, problem.Training, estimator.IsTrimmed);
        int d = problem.Dimension;
        double[] unmixing = HostProduct.Multiply(
            PaddedMatrix.FromRows(estimator.Estimate(training), d, d),
            PaddedMatrix.FromRows(training.Whitening.Forward, d, d)).ToArray();
        bool[]? isKept = training.Trimming?.IsKept;
        return new(
            problem.LogLikelihood(unmixing),
            problem.Oracle,
            problem.AmariDistance(unmixing),
            problem.SourcesSeparated(unmixing),
            Share(isKept?[..problem.Outliers], outlierIsKept => outlierIsKept),
            Share(isKept?[problem.Outliers..], sampleIsKept => !sampleIsKept));
    }

    protected override Report Compose(Results<IcaLocalRobustSettings> results)
    {
        Comparison[] comparisons = [.. Comparisons(results)];
        return new(
        [
            DataTable.Create(
                "runs",
                results.Runs,
                [
                    .. Results<IcaLocalRobustSettings>.SettingColumns(
                        "estimator", "dimension", "seed", "samples", "outliers", "kind", "scale", "cutoff", "bound"),
                    .. Results<IcaLocalRobustSettings>.QuantityColumns(Quantities),
                    new("seconds", run => run.Seconds),
                ]),
            .. comparisons.SelectMany(comparison => comparison.Tables()),
            .. comparisons.SelectMany(comparison => comparison.Figures()),
        ]);
    }

    /// <summary>One for each dimension, number of samples and distance of the outliers.</summary>
    private static IEnumerable<Comparison> Comparisons(Results<IcaLocalRobustSettings> results)
        => from problem in results.By(config => (config.Dimension, config.Samples))
           let scales = problem.Part.Runs.Where(run => run.Config.Outliers > 0).Select(run => run.Config.Scale).Distinct().ToArray()
           from scale in scales.DefaultIfEmpty(new IcaLocalRobustSettings().Scale)
           let variants = problem.Part.Runs.Where(run => run.Config.Outliers > 0 && run.Config.Scale == scale)
               .Select(run => VariantOf(run.Config)).ToHashSet()
           let name = $"{problem.Key.Dimension}{(scale == scales.FirstOrDefault(scale) ? "" : $"_at_{scale}")}"
           select new Comparison(
               problem.Key.Samples == results.Runs[0].Config.Samples ? name : $"{name}_of_{problem.Key.Samples}",
               scale,
               problem.Part.Where(config => config.Outliers > 0
                   ? config.Scale == scale
                   : scales.Length == 0 || variants.Contains(VariantOf(config))));

    private static (string, double, double) VariantOf(IcaLocalRobustSettings config) => (config.Estimator, config.Cutoff, config.Bound);

    private static string ConditionOf(IcaLocalRobustSettings config) => ConditionOf(config.Outliers, config.Kind);

    private static string ConditionOf(double outliers, string kind)
        => outliers == 0 ? "no outliers" : $"{NumberText.Tick(100 * outliers)} % {kind}";

    private static string Digits(double value) => value < 1 ? SignificantText.Number(value) : NumberText.Fixed(value);

    /// <summary>The share of those for which something holds; NaN of none.</summary>
    private static double Share(bool[]? all, Func<bool, bool> holds)
        => all is { Length: > 0 } ? (double)all.Count(holds) / all.Length : double.NaN;

    private static Quantity<RobustFit> Of(string name, Func<RobustFit, double> value) => new(name, fits => value(fits[0]));

    private static IcaLocalRobustSettings[] Grid(
        int[] dimensions, int seeds, double[] shares, IReadOnlyList<string> estimators, IcaLocalRobustSettings settings) =>
    [
        .. from dimension in dimensions
           from outliers in (IEnumerable<(double Share, string Kind)>)
           [
               (0, settings.Kind),
               .. from share in shares from kind in (string[])["scattered", "clustered"] select (share, kind),
           ]
           from seed in Seeds.From(settings.Seed, seeds)
           from estimator in estimators
           select settings with
           {
               Dimension = dimension,
               Outliers = outliers.Share,
               Kind = outliers.Kind,
               Seed = seed,
               Estimator = estimator,
           },
    ];

    /// <summary>Estimators side by side, on the same samples.</summary>
    /// <param name="Name">The end of the names of its files.</param>
    /// <param name="Scale">How far away the outliers are.</param>
    /// <param name="Results">The runs, with outliers at this distance and without any.</param>
    private sealed record Comparison(string Name, double Scale, Results<IcaLocalRobustSettings> Results)
    {
        private readonly IReadOnlyList<Condition<IcaLocalRobustSettings>> conditions =
            Results.Conditions(config => config with { Seed = 0 });

        /// <summary>The settings, apart from the estimator and the outliers, that differ between rows.</summary>
        private readonly IReadOnlyList<string> differing =
        [
            .. Results.Differing("estimator", "dimension", "seed", "outliers", "kind", "scale").Where(
                key => Results.Runs.Select(run => run.Setting(key)).OfType<object>().Distinct().Count() > 1),
        ];

        public IEnumerable<Table> Tables()
        {
            yield return Pivot(
                "gap",
                "Gap to the true model on test points without outliers, in nats: mean over seeds (largest)",
                condition => $"{Digits(condition.Over(Gap).Mean)} ({Digits(condition.Runs.Max(run => run[Gap]))})");
            yield return Pivot(
                "separation",
                "Amari distance, mean over seeds, and sources separated in the worst seed",
                condition => $"{SignificantText.Number(condition.Over(AmariDistance).Mean)}, {condition.Runs.Min(run => run[Separated])}");
        }

        public IEnumerable<Figure> Figures()
            => from kind in conditions.Where(condition => condition.Config.Outliers > 0)
                   .Select(condition => condition.Config.Kind).Distinct()
               let rows = conditions.Where(condition => condition.Config.Outliers == 0 || condition.Config.Kind == kind)
                   .GroupBy(Row).ToList()
               select new Figure(
                   $"gap_{kind}_{Name}",
                   $"Gap to the true model on test points without outliers against the share of {kind} outliers, D = {Dimension}: mean, "
                       + $"smallest and largest over seeds. {Caption}",
                   new Axis("Share of outliers"),
                   new Axis("Gap (nats)") { Scale = Reports.Scale.Log10, Ticks = Ticks.Decades },
                   [
                       .. rows.Select((row, index) => new Series(
                           row.Key,
                           SeriesStyle.Of(index),
                           [
                               .. from condition in row
                                  orderby condition.Config.Outliers
                                  let gaps = condition.Runs.Select(run => run[Gap]).ToArray()
                                  select new Point(condition.Config.Outliers, condition.Over(Gap).Mean, gaps.Min(), gaps.Max()),
                           ])
                       {
                           Shift = 0.0006 * (index - (0.5 * (rows.Count - 1))),
                       }),
                   ]);

        private int Dimension => conditions[0].Config.Dimension;

        private string Caption =>
            $"{conditions[0].Config.Samples} training points of Laplace sources mixed by the matrices of the experiment ica, of "
            + $"which a share is replaced by outliers: scattered ones are normal with {NumberText.Tick(Scale)} times the standard "
            + "deviation of the samples, clustered ones lie together around one point drawn like that. All estimators start from "
            + "the same random rotation of whitened points. Stein is the rotation of least Stein discrepancy in the coordinates of "
            + "the model, then the equations of the likelihood. Trimmed estimators use the points within a robust Mahalanobis "
            + "distance, and their scale is corrected for that. Estimators \"of all\" go on with all points: by the likelihood, by "
            + "Stein identities with bounded functions of each source, or with functions that vanish beyond the same distance. A source "
            + $"is separated if a row contains it with more than twice the size of any other.{Results.Remarks}";

        private Table Pivot(string name, string title, Func<Condition<IcaLocalRobustSettings>, string> cell) => Table.Pivot(
            $"{name}_{Name}",
            $"{title}, D = {Dimension}",
            Caption,
            conditions,
            [new("estimator", Row)],
            condition => (condition.Config.Outliers, condition.Config.Kind),
            key => ConditionOf(key.Outliers, key.Kind),
            condition => condition.WithSeeds(cell(condition)));

        private string Row(Condition<IcaLocalRobustSettings> condition)
        {
            string[] variant =
            [
                .. from key in differing
                   let value = condition.Runs[0].Setting(key)
                   where value is not null
                   select $"{key} {value}",
            ];
            return string.Join(", ", [RobustEstimator.Of(condition.Config).Title, .. variant]);
        }
    }
}
