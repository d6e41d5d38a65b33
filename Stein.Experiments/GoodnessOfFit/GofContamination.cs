using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit.Tests;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using static System.FormattableString;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>One cell: a test of samples of which some were moved to one place.</summary>
internal sealed record GofContaminationSettings
{
    [Description("model, and how the samples differ from it before some are moved"), OneOf(typeof(ContaminationProblems))]
    [Option("problem", "problems")]
    public string Problem { get; init; } = "gaussian";

    [Description("mean of the first coordinate of the samples, which is 0 in the model"), OnlyFor(nameof(Problem), "mean-shift")]
    public double Shift { get; init; } = 0.5;

    [Description("test"), OneOf(typeof(ContaminationTests)), Option("test", "tests")]
    public string Test { get; init; } = "ksd-robust";

    [Description("exponent b of the weight w(x) = (1 + ‖x‖²)^(−b)"), Range(0.0, 100.0)]
    [OnlyFor(nameof(Test), "ksd-tilted", "ksd-robust")]
    public double Exponent { get; init; } = 0.5;

    [Description("share ε₀ of the samples that may come from elsewhere"), Range(0.0, 1.0), OnlyFor(nameof(Test), "ksd-robust")]
    public double AllowedShare { get; init; } = 0.05;

    [Description("samples that are moved"), Range(0, 20_000)]
    public int Outliers { get; init; } = 50;

    [Description("where they are moved, along the first coordinate")]
    public double OutlierAt { get; init; } = 10;

    [Description("dimension D"), Range(1, 1000), Option("dim", "dimension")]
    public int Dimension { get; init; } = 1;

    [Description("samples per test, the moved ones included"), Range(10, 20_000), Option("n", "samples")]
    public int Samples { get; init; } = 500;

    [Description("number of tests, each with its own samples"), Range(1, 1_000_000)]
    public int Trials { get; init; } = 1000;

    [Description("replicates per test"), Range(19, 100_000)]
    public int Replicates { get; init; } = 500;

    [Description("level of the tests; a test rejects if its p-value is at most the level")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Level { get; init; } = 0.05;

    /// <remarks>Cells that differ in the test and in what is moved alone have the same samples before these are moved.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;
}

/// <summary>The problems of <see cref="GofProblem"/> with a normal model, on which outliers are far away.</summary>
internal static class ContaminationProblems
{
    public static IReadOnlyList<string> Names { get; } = ["gaussian", "laplace", "student-t", "diffusion", "mean-shift"];

    public static GofHypothesis Hypothesis(GofContaminationSettings config)
    {
        GofSettings settings = Settings(config);
        return GofProblem.Of(settings).Hypothesis(settings);
    }

    /// <summary>In tables.</summary>
    public static string Title(GofContaminationSettings config) => GofProblem.Of(Settings(config)).Title
        + (config.Problem == "mean-shift" ? $" by {NumberText.Tick(config.Shift)}" : "");

    private static GofSettings Settings(GofContaminationSettings config)
        => new() { Problem = config.Problem, Dimension = config.Dimension, Difference = config.Shift };
}

/// <summary>The tests: the two usual ones, and those whose kernel has weights.</summary>
internal static class ContaminationTests
{
    public static IReadOnlyList<string> Names { get; } = ["ksd", "ksd-rbf", "ksd-tilted", "ksd-robust"];

    public static GoodnessOfFitTest Of(GofContaminationSettings config) => config.Test switch
    {
        "ksd-tilted" => new TiltedTest(config.Test, Title(config), exponent: config.Exponent),
        "ksd-robust" => new TiltedTest(config.Test, Title(config), config.AllowedShare, exponent: config.Exponent),
        _ => GoodnessOfFitTests.Find(config.Test),
    };

    /// <param name="isShareNamed">Whether ε₀ is given as a number.</param>
    public static string Title(GofContaminationSettings config, bool isShareNamed = true)
    {
        string title = GoodnessOfFitTests.Find(config.Test).Title;
        string share = isShareNamed ? NumberText.Tick(config.AllowedShare) : "ε";
        return config.Test switch
        {
            "ksd-tilted" => $"{title}, b = {NumberText.Tick(config.Exponent)}",
            "ksd-robust" => $"{title}, b = {NumberText.Tick(config.Exponent)}, ε₀ = {share}",
            _ => title,
        };
    }
}

/// <summary>
/// Goodness-of-fit tests of samples of which some lie far out (Liu and Briol, 2024): whether the robust test keeps its level while their
/// share is one that it allows, how far outliers move the statistics, and what that costs where there are none.
/// </summary>
internal sealed class GofContamination : Study<GofContaminationSettings, GofDraw>
{
    private static readonly Quantity<GofDraw> Rejections = new("rejections", draws => draws.Count(draw => draw.IsRejected));
    private static readonly Quantity<GofDraw> Statistic = new("statistic", draws => draws.Average(draw => draw.Statistic));

    public override string Name => "gof-contamination";

    public override string Title => "Goodness-of-fit tests with weighted kernels: outliers, and what it costs to allow them";

    public override string Source =>
        "Liu and Briol, On the robustness of kernel goodness-of-fit tests, 2024, and its code (experiments/ol.py); figures only";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
        [("--test ksd,ksd-robust --allowed-share 0.1 --trials 50", "of a tenth of outliers at 10 one test rejects all, and one none")];

    protected override string? DrawsFile => null;

    protected override IReadOnlyList<Quantity<GofDraw>> Quantities { get; } = [Rejections, Statistic];

    protected override IReadOnlyList<GofContaminationSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([0.05, 0.1, 0.2], [3, 10, 100, 1e6], [0.5, 2], [0.2, 0.5, 1], new()),
        GridScale.Quick => Grid([0.05, 0.2], [10, 1e6], [0.5], [0.5], new() { Samples = 200, Trials = 50, Replicates = 200 }),
        _ => Grid([0.1], [10, 100, 1e6], [0.5], [0.5], new() { Samples = 30, Trials = 5, Replicates = 39 }),
    };

    protected override void Validate(GofContaminationSettings config)
    {
        MovedSamples.Check(config.Outliers, config.Samples);
        GofTrial.CheckReplicates(config.Replicates, config.Level);
    }

    protected override double Operations(GofContaminationSettings config)
        => config.Trials * ContaminationTests.Of(config).Operations(config.Samples, config.Dimension, config.Replicates);

    protected override string SpeedClass(GofContaminationSettings config) => config.Test;

    protected override string Describe(GofContaminationSettings config)
        => Invariant($"{ContaminationTests.Title(config)}, {ContaminationProblems.Title(config)}, {config.Outliers} at {config.OutlierAt}");

    protected override int Draws(GofContaminationSettings config) => config.Trials;

    protected override IReadOnlyList<Metric> Measure(IReadOnlyList<GofDraw> draws)
        => [new("share_rejected", Rejections.From(draws) / draws.Count)];

    protected override string Status(IReadOnlyList<GofDraw> draws)
        => Invariant($"{Rejections.From(draws)} of {draws.Count} rejected");

    protected override Func<int, GofDraw> Prepare(GofContaminationSettings config, Device device)
    {
        GofHypothesis hypothesis = ContaminationProblems.Hypothesis(config);
        PreparedTest test = ContaminationTests.Of(config).Prepare(device, config.Samples, config.Dimension, config.Replicates);
        return index =>
        {
            TestSeed seed = new(config.Seed, (uint)index);
            double[] samples = hypothesis.Truth.Sample(seed.Stream(StreamPurpose.TrainingData), config.Samples);
            MovedSamples.Move(samples, config.Dimension, config.Outliers, config.OutlierAt);
            return GofTrial.Run(test, samples, hypothesis.Model, seed, config.Level);
        };
    }

    protected override Report Compose(Results<GofContaminationSettings> results)
    {
        Cell[] cells = [.. results.Runs.Select(run => new Cell(run))];
        return new(
        [
            DataTable.Create(
                "rejections",
                cells,
                [
                    .. Results<GofContaminationSettings>.SettingColumns(
                        "problem", "shift", "test", "exponent", "allowed_share", "outliers", "outlier_at", "dimension", "samples",
                        "replicates", "level", "seed", "trials").Of((Cell cell) => cell.Run),
                    .. Results<GofContaminationSettings>.QuantityColumns(Quantities).Of((Cell cell) => cell.Run),
                    new("share_rejected", cell => cell.Rejected.Value),
                    new("lower", cell => cell.Rejected.Interval.Low),
                    new("upper", cell => cell.Rejected.Interval.High),
                    new("keeps_level", cell => cell.KeepsLevel),
                ]),
            .. results.By(config => (config.Dimension, config.Samples)).SelectMany(
                (part, index) => Sections(cells, part.Key, index == 0 ? "" : $"_{index + 1}", results.Remarks)),
        ]);
    }

    private static IEnumerable<Section> Sections(Cell[] all, (int Dimension, int Samples) size, string suffix, string remarks)
    {
        Cell[] cells = [.. all.Where(cell => (cell.Config.Dimension, cell.Config.Samples) == size)];
        Cell[] clean = [.. cells.Where(cell => cell.Config.Outliers == 0)];
        Cell[] contaminated = [.. cells.Where(cell => cell.Config.Outliers > 0 && cell.HoldsBefore)];
        Cell[] several = [.. contaminated.Where(cell => cell.Config.Outliers > 1)];
        string caption = $"Tests of {size.Samples} samples in D = {size.Dimension} at level {NumberText.Tick(cells[0].Config.Level)}; "
            + "the model is normal, and the kernel's weight is (1 + ‖x‖²)^(−b). ";
        if (several.Length > 0)
        {
            yield return Pivot(
                "contaminated",
                "Tests of contaminated samples of the model that reject, in per cent",
                $"{caption}A share ε of the samples is moved to x, {Trials(several)} tests each. The robust test allows a share ε₀ = ε: "
                    + "its level is kept if it does not reject more often than the 95 % binomial bound of the level, else marked with ↑. "
                    + $"That the others reject is no error: the samples do not come from the model.{remarks}",
                several,
                isShareNamed: false,
                cell => (cell.Config.Outliers, cell.Config.OutlierAt),
                column => $"ε = {NumberText.Tick((double)column.Outliers / size.Samples)}, x = {NumberText.Tick(column.OutlierAt)}",
                cell => cell.Rejected.Text() + cell.Mark);
        }

        if (clean.Length > 0)
        {
            yield return Pivot(
                "clean",
                "Tests of samples without outliers that reject, in per cent",
                $"{caption}{Trials(clean)} tests each. Where the samples come from the model (Gaussian), ↑ marks a level that is not kept: "
                    + string.Join(' ', clean.Select(cell => GofProblem.Of(new() { Problem = cell.Config.Problem })).Distinct()
                        .Select(problem => $"{problem.Title}: {problem.Sentence}")) + remarks,
                clean,
                isShareNamed: true,
                cell => (ContaminationProblems.Names.ToList().IndexOf(cell.Config.Problem), ContaminationProblems.Title(cell.Config)),
                column => column.Item2,
                cell => cell.Rejected.Text() + cell.Mark);
        }

        Cell[] compared = [.. contaminated.Concat(clean.Where(cell => cell.HoldsBefore)).Where(cell => cell.Config.Test != "ksd-robust")];
        if (compared.Any(cell => cell.Config.Outliers > 0))
        {
            yield return Pivot(
                "statistics",
                "What outliers do to the statistics",
                $"{caption}n times the mean of the statistic of samples of the model, of which some are moved to x; without outliers it is "
                    + "of the order of 1, and 0 for KSD, which has U-statistics, without the pairs of a sample and itself. The robust "
                    + $"test has the statistic of the tilted kernel.{remarks}",
                compared,
                isShareNamed: true,
                cell => (cell.Config.Outliers, cell.Config.Outliers == 0 ? 0 : cell.Config.OutlierAt),
                column => column.Outliers == 0 ? "none" : $"{column.Outliers} at {NumberText.Tick(column.Item2)}",
                cell => SignificantText.Number(size.Samples * cell.Run[Statistic]));
        }

        foreach (IGrouping<int, Cell> share in several.GroupBy(cell => cell.Config.Outliers))
        {
            double[] places = [.. share.Select(cell => cell.Config.OutlierAt).Where(at => at > 0).Distinct().Order()];
            if (places.Length < 3)
                continue;
            yield return new Figure(
                $"positions_{share.Key}{suffix}",
                $"Share of tests that reject, with its 95 % interval (Clopper and Pearson). {caption}{share.Key} samples are moved to x."
                    + remarks,
                new Axis("Position x of the outliers") { Scale = Scale.Log10, Margin = 0.03 },
                new Axis("Share rejected") { Limits = (-0.02, 1.02) },
                [
                    new Rule("level", SeriesStyle.Reference, cells[0].Config.Level),
                    .. share.GroupBy(cell => ContaminationTests.Title(cell.Config)).Select((test, index) => new Series(
                        test.Key,
                        SeriesStyle.Of(index),
                        [
                            .. test.Where(cell => cell.Config.OutlierAt > 0).OrderBy(cell => cell.Config.OutlierAt)
                                .Select(cell => cell.Rejected.At(cell.Config.OutlierAt)),
                        ])),
                ]);
        }

        Table Pivot<TColumn>(
            string name,
            string title,
            string text,
            Cell[] some,
            bool isShareNamed,
            Func<Cell, TColumn> column,
            Func<TColumn, string> header,
            Func<Cell, string> cellText)
            => Table.Pivot(
                name + suffix,
                title,
                text,
                some,
                [new("test", cell => ContaminationTests.Title(cell.Config, isShareNamed || cell.Config.AllowedShare != cell.Share))],
                column,
                header,
                cellText);

        static string Trials(Cell[] some) => string.Join(" or ", some.Select(cell => cell.Config.Trials).Distinct().Order());
    }

    /// <summary>All tests, the robust one with each share that it is to allow.</summary>
    private static IEnumerable<GofContaminationSettings> Tests(
        GofContaminationSettings cell, double[] exponents, params IEnumerable<double> allowed) =>
    [
        cell with { Test = "ksd" },
        cell with { Test = "ksd-rbf" },
        .. exponents.Select(exponent => cell with { Test = "ksd-tilted", Exponent = exponent }),
        .. allowed.Select(share => cell with { Test = "ksd-robust", AllowedShare = share }),
    ];

    /// <summary>
    /// The model's samples with shares of outliers at all places, with one outlier, and without; and samples of other densities without
    /// outliers. Only levels, and tests that may keep theirs, have all trials, others a fifth of them.
    /// </summary>
    private static IReadOnlyList<GofContaminationSettings> Grid(
        double[] shares, double[] places, double[] exponents, double[] shifts, GofContaminationSettings settings)
    {
        GofContaminationSettings clean = settings with { Outliers = 0 }, fewer = clean with { Trials = settings.Trials / 5 };
        return
        [
            .. Tests(clean, exponents, shares),
            .. from share in shares
               from place in places
               let cell = clean with { Outliers = (int)Math.Round(share * settings.Samples), OutlierAt = place }
               from test in Tests(cell, exponents, share)
               select test.Test is "ksd" or "ksd-rbf" ? test with { Trials = fewer.Trials } : test,
            .. from place in places
               from test in Tests(fewer with { Outliers = 1, OutlierAt = place }, exponents)
               select test,
            .. from other in (GofContaminationSettings[])
               [
                   fewer with { Problem = "laplace" },
                   fewer with { Problem = "student-t" },
                   fewer with { Problem = "diffusion" },
                   .. shifts.Select(shift => fewer with { Problem = "mean-shift", Shift = shift }),
               ]
               from test in Tests(other, exponents, shares)
               select test,
        ];
    }

    /// <summary>A finished run with what is derived from it.</summary>
    private sealed record Cell(StoredRun<GofContaminationSettings> Run) : IFromRuns
    {
        public IEnumerable<string> RunIds => Run.RunIds;

        public GofContaminationSettings Config => Run.Config;

        /// <summary>Whether the samples come from the model before some are moved.</summary>
        public bool HoldsBefore { get; } = ContaminationProblems.Hypothesis(Run.Config).Holds;

        /// <summary>The tests that reject.</summary>
        public RejectionShare Rejected { get; } = new((int)Run[Rejections], Run.Config.Trials);

        /// <summary>ε.</summary>
        public double Share => (double)Config.Outliers / Config.Samples;

        /// <summary>
        /// Whether the test rejects no more often than its level says, up to the 95 % bound; empty where its hypothesis does not hold.
        /// </summary>
        public string KeepsLevel
            => !HoldsBefore || Share > (Config.Test == "ksd-robust" ? Config.AllowedShare : 0) ? ""
            : Rejected.AgreementWith(Config.Level) == "higher" ? "no" : "yes";

        public string Mark => KeepsLevel == "no" ? " ↑" : "";
    }
}
