using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using static System.FormattableString;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>One cell: decisions about samples of a Gauss–Bernoulli RBM, half of them for a model with other weights.</summary>
internal sealed record GofLiuSettings
{
    [Description("standard deviation σ of the noise on the weights of the model, where it is not that of the samples")]
    [Range(0.0, double.MaxValue)]
    public double Sigma { get; init; } = 0.05;

    [Description("dimension D"), Range(1, 1000), Option("dim", "dimension")]
    public int Dimension { get; init; } = 50;

    [Description("hidden units of the RBM"), Range(1, 16)]
    public int Hidden { get; init; } = 10;

    [Description("samples per test"), Range(4, 20_000), Option("n", "samples")]
    public int Samples { get; init; } = 100;

    [Description("number of trials, each with an RBM of its own"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 1000;

    [Description("bootstrap replicates per test"), Range(19, 100_000)]
    public int Replicates { get; init; } = 1000;

    [Description("level of the tests; a test rejects if its p-value is at most the level")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Level { get; init; } = 0.05;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The decisions of one trial.</summary>
/// <param name="IsNull">Whether the samples come from the model.</param>
/// <param name="LikelihoodRatio">Whether the samples' own density is the likelier one: the best that anyone could decide by.</param>
internal sealed record GofLiuDraw(bool IsNull, bool Ksd, bool LinearKsd, bool LikelihoodRatio);

/// <summary>
/// The experiment with which Liu, Lee and Jordan (ICML 2016, section 6 and figure 2a) introduced the problem: an RBM with ten hidden units
/// and random weights, whose model is, with probability one half, the same with noise on the weights. The error rate is the share of wrong
/// decisions.
/// </summary>
internal sealed class GofLiu : Study<GofLiuSettings, GofLiuDraw>
{
    private static readonly Decision[] Decisions =
    [
        new("ksd_u", "KSD, RBF", draw => draw.Ksd),
        new("linear_ksd", "KSD in linear time", draw => draw.LinearKsd),
        new("likelihood_ratio", "likelihood ratio", draw => draw.LikelihoodRatio),
    ];

    private static readonly double[] Sigmas = [0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1];

    /// <summary>Published error rates for <see cref="Sigmas"/>, of 1000 trials each.</summary>
    private static readonly Dictionary<string, double[]> Published = new()
    {
        ["ksd_u"] = [0.497, 0.493, 0.48, 0.491, 0.39, 0.14, 0.03, 0.023, 0.028, 0.027, 0.025],
        ["linear_ksd"] = [0.509, 0.509, 0.486, 0.525, 0.481, 0.477, 0.361, 0.052, 0.025, 0.026, 0.029],
        ["likelihood_ratio"] = [0.214, 0.15, 0.114, 0.05, 0.014, 0, 0, 0, 0, 0, 0],
    };

    private const int PublishedTrials = 1000;

    public override string Name => "gof-liu";

    public override string Title => "Wrong decisions about a Gauss–Bernoulli RBM by KSD, in linear time, and by the likelihood ratio";

    public override string Source =>
        "Liu, Lee and Jordan, A kernelized Stein discrepancy for goodness-of-fit tests, ICML 2016, figure 2a, as replicated in the package "
        + "steinsampling, 2026";

    /// <summary>2: the median distance is the standard deviation of the Gaussian kernel.</summary>
    public override int ProtocolVersion => 2;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--sigma 0.02,0.1 --trials 100", "noise that only the likelihood sees, and noise that KSD sees too")];

    protected override string? DrawsFile => null;

    protected override IReadOnlyList<Quantity<GofLiuDraw>> Quantities { get; } = [.. Decisions.Select(decision => decision.Errors)];

    protected override IReadOnlyList<GofLiuSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. Sigmas.Select(sigma => new GofLiuSettings { Sigma = sigma })],
        GridScale.Quick => [.. ((double[])[0.02, 0.1, 0.5]).Select(sigma => new GofLiuSettings { Sigma = sigma, Trials = 100 })],
        _ =>
        [
            .. ((double[])[0.1, 1]).Select(sigma => new GofLiuSettings
            {
                Sigma = sigma, Dimension = 5, Hidden = 3, Samples = 20, Trials = 6, Replicates = 39,
            }),
        ],
    };

    protected override double Operations(GofLiuSettings config)
        => config.Trials * (((double)config.Samples * config.Samples * (60 + (6 * config.Dimension) + (2 * config.Replicates)))
            + (Math.ScaleB(6, config.Hidden) * config.Dimension * config.Samples));

    protected override string Describe(GofLiuSettings config)
        => Invariant($"σ = {config.Sigma}, D = {config.Dimension}, n = {config.Samples}");

    protected override int Draws(GofLiuSettings config) => config.Trials;

    protected override IReadOnlyList<Metric> Measure(IReadOnlyList<GofLiuDraw> draws)
        => [.. Decisions.Select(decision => new Metric($"{decision.Name}_error_rate", decision.Errors.From(draws) / draws.Count))];

    protected override string Status(IReadOnlyList<GofLiuDraw> draws)
        => Invariant($"{Decisions[0].Errors.From(draws)} of {draws.Count} decisions by KSD are wrong");

    protected override Func<int, GofLiuDraw> Prepare(GofLiuSettings config, Device device)
    {
        PreparedTest ksd = Prepared("ksd-rbf"), linear = Prepared("linear-ksd");
        return index =>
        {
            TestSeed seed = new(config.Seed, (uint)index);
            PhiloxStream matrices = seed.Stream(StreamPurpose.Initialisation);
            var truth = GaussBernoulliMachine.Random(matrices, config.Dimension, config.Hidden);
            bool isNull = matrices.NextUniform() < 0.5;
            GaussBernoulliMachine model = isNull ? truth : truth.Perturbed(matrices, config.Sigma);
            GaussianMixture density = truth.ToMixture();
            double[] values = density.Sample(seed.Stream(StreamPurpose.TrainingData), config.Samples);
            TestSamples samples = TestSamples.Of(values, model);
            return new(
                isNull,
                Rejects(ksd(samples, seed)),
                Rejects(linear(samples, seed)),
                !isNull && density.MeanLogLikelihood(values) > model.ToMixture().MeanLogLikelihood(values));
        };

        PreparedTest Prepared(string test)
            => GoodnessOfFitTests.Find(test).Prepare(device, config.Samples, config.Dimension, config.Replicates);

        bool Rejects(TestOutcome outcome) => outcome.PValue <= config.Level;
    }

    protected override Report Compose(Results<GofLiuSettings> results)
    {
        Cell[] cells = [.. from run in results.Runs from decision in Decisions select new Cell(run, decision)];
        string caption = $"Share of wrong decisions, in per cent, of trials of which half have a model with noise σ on its weights. "
            + "KSD has the Gaussian kernel with the median distance. The likelihood ratio knows the density of the samples, and is the "
            + "best that anyone could decide by. Behind the slash: the published number, with ! where the difference is more than chance "
            + $"explains.{results.Remarks}";
        return new(
        [
            DataTable.Create(
                "errors",
                cells,
                new("sigma", cell => cell.Config.Sigma),
                new("decision", cell => cell.Decision.Name),
                new("dimension", cell => cell.Config.Dimension),
                new("hidden", cell => cell.Config.Hidden),
                new("samples", cell => cell.Config.Samples),
                new("trials", cell => cell.Config.Trials),
                new("error_rate", cell => cell.Wrong.Value),
                new("lower", cell => cell.Wrong.Interval.Low),
                new("upper", cell => cell.Wrong.Interval.High),
                new("published", cell => cell.Published),
                new("verdict", cell => cell.Verdict)),
            Table.Pivot(
                "errors",
                "Wrong decisions in per cent",
                caption,
                cells,
                [new("σ", cell => NumberText.Tick(cell.Config.Sigma))],
                cell => Array.IndexOf(Decisions, cell.Decision),
                column => Decisions[column].Title,
                cell => cell.Text),
            new Figure(
                "errors",
                caption,
                new Axis("Standard deviation σ of the noise on the weights") { Scale = Scale.Log10, Margin = 0.03 },
                new Axis("Share of wrong decisions") { Limits = (-0.02, 0.6) },
                [
                    .. Decisions.Select((decision, index) => new Series(
                        decision.Title,
                        SeriesStyle.Of(index),
                        [
                            .. from cell in cells
                               where cell.Decision == decision && cell.Config.Sigma > 0
                               orderby cell.Config.Sigma
                               select cell.Wrong.At(cell.Config.Sigma),
                        ])),
                ]),
        ])
        {
            Comparisons =
            [
                .. from cell in cells
                   where cell.Verdict.Length > 0
                   select new PublishedComparison(
                       Invariant($"{cell.Decision.Title}, σ = {cell.Config.Sigma}"),
                       cell.Wrong.Value,
                       cell.Published,
                       cell.Verdict,
                       cell.Verdict == "agrees"),
            ],
        };
    }

    /// <summary>A way to decide.</summary>
    /// <param name="Rejects">Whether it says that the samples do not come from the model.</param>
    private sealed record Decision(string Name, string Title, Func<GofLiuDraw, bool> Rejects)
    {
        public Quantity<GofLiuDraw> Errors { get; } =
            new($"{Name}_errors", draws => draws.Count(draw => Rejects(draw) == draw.IsNull));
    }

    /// <summary>The decisions of a run in one way.</summary>
    private sealed record Cell(StoredRun<GofLiuSettings> Run, Decision Decision) : IFromRuns
    {
        public IEnumerable<string> RunIds => Run.RunIds;

        public GofLiuSettings Config => Run.Config;

        /// <summary>The decisions that are wrong.</summary>
        public RejectionShare Wrong { get; } = new((int)Run[Decision.Errors], Run.Config.Trials);

        /// <summary>NaN where nothing was published for the settings.</summary>
        public double Published
        {
            get
            {
                int place = Array.IndexOf(Sigmas, Config.Sigma);
                GofLiuSettings published = new() { Sigma = Config.Sigma, Trials = Config.Trials, Seed = Config.Seed };
                return place < 0 || Config != published ? double.NaN : GofLiu.Published[Decision.Name][place];
            }
        }

        /// <summary>Empty where nothing was published.</summary>
        public string Verdict
            => double.IsNaN(Published) ? "" : PublishedPower.Verdict(Wrong.Value, Config.Trials, Published, PublishedTrials);

        public string Text => Wrong.Text()
            + (double.IsNaN(Published) ? "" : Invariant($" / {100 * Published:0.#}") + (Verdict == "agrees" ? "" : " !"));
    }
}
