using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>One run: functional gradient descent on samples in the plane.</summary>
internal sealed record DaeDescentSettings
{
    /// <summary>The Gram matrix has the square of this many entries.</summary>
    public const int MaxSamples = 10_000;

    [Description("where the samples come from: a density in the plane, or a file"), OneOf(typeof(DescentData))]
    public string Data { get; init; } = "modes";

    [Description("CSV or NumPy file with two columns: your own samples in place of a density"), Option("samples")]
    public string? File { get; init; }

    [Description("the two columns of the file, as in x,y, by name or from 1 without a header [default: all]"), AddedLater]
    public string? Columns { get; init; }

    /// <summary>
    /// The SHA-256 of the bytes of <see cref="File"/>, in lower-case hexadecimal digits: a file with other content is another run. Null
    /// stands for the file as it is now.
    /// </summary>
    public string? FileSha256 { get; init; }

    [Description("number of samples; from a file with more, that many are drawn [default: 300; for a file, all]")]
    [Range(HeldOutSplit.MinSamples, MaxSamples), Option("n")]
    public int? Samples { get; init; }

    [Description("bandwidth h, in the units of the samples [default: the density's own; for a file, chosen from the samples]")]
    [Range(1e-6, 1e6)]
    public double? Bandwidth { get; init; }

    [Description("kernel"), OneOf(typeof(SteinKernels))]
    public string Kernel { get; init; } = "rbf";

    [Description("steps of the descent"), Range(1, 10_000_000)]
    public int Steps { get; init; } = 30_000;

    [Description("test points from the density, at which the error of the score is measured; none for a file"), Range(1, 1_000_000)]
    public int TestPoints { get; init; } = 2000;

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    internal bool IsFile => File is not null;

    /// <summary>The density or the name of the file.</summary>
    internal string DataName => IsFile ? Path.GetFileName(File!) : Data;

    /// <summary>The data in names of files.</summary>
    internal string DataWord => IsFile ? FileNames.Word(Path.GetFileNameWithoutExtension(File!)) : Data;

    internal string Title => $"{DataName}, N = {Samples}";

    /// <summary>
    /// When a descent is measured: at 0, then at 1, 1.5, 2, 3, 5 and 7 times each power of ten as far as they are whole, and at the last.
    /// </summary>
    public IEnumerable<int> MeasuringTimes() =>
    [
        0,
        .. from power in (double[])[1, 10, 100, 1e3, 1e4, 1e5, 1e6]
           from factor in (double[])[1, 1.5, 2, 3, 5, 7]
           let time = factor * power
           where time < Steps && double.IsInteger(time)
           select (int)time,
        Steps,
    ];
}

/// <summary>
/// A denoising auto-encoder trained by functional gradient descent in a kernel's Hilbert space, on samples in the plane: its KSD at the
/// samples falls, while the error of its score falls and rises again. The score-matching loss on held-out samples decides when to stop;
/// the ridge path of the Stein gradient estimator is computed for comparison.
/// </summary>
internal sealed class DaeDescent : TrainingStudy<DaeDescentSettings>
{
    private static readonly Ticks Powers = new Ticks.PowersOfTen(SignificantText.PowerOfTen, HasMinor: true);

    public override string Name => "dae-descent";

    public override string Title => "Functional gradient descent of a denoising auto-encoder: KSD on the sample against the true error";

    public override string Source =>
        "Unpublished; the limit is in Li and Turner, Gradient estimators for implicit models, ICLR 2018, equation 9";

    public override int ProtocolVersion => 2;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--data rings,moons --steps 1000", "KSD falls, while the error of the score falls and rises again"),
        ("--samples x.csv --steps 1000", "the same for your own samples, in two columns"),
        ("--n 100,300,1000 --seed 60,70,80 --steps 1000", "three sample sizes, each with three seeds"),
        ("--kernel imq --bandwidth 0.4,0.8 --steps 1000", "another kernel with two bandwidths"),
    ];

    protected override IReadOnlyList<DaeDescentSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid([300, 1000], 10, new()),
        GridScale.Quick => Grid([300], 3, new() { Steps = 1000 }),
        _ => Grid([40], 2, new() { Steps = 30, TestPoints = 100 }),
    };

    protected override void Validate(DaeDescentSettings config)
    {
        if (config.File is not { } path)
        {
            if (config.Data == DescentData.OwnFile)
                throw InvalidConfigException.Value("file", "nothing", "the path of a CSV file with two columns, since data is file");
            if (config.FileSha256 is not null)
                throw InvalidConfigException.Value("file_sha256", config.FileSha256, $"left out, since data is {config.Data}");
            if (config.Columns is not null)
                throw InvalidConfigException.Value("columns", config.Columns, $"left out, since data is {config.Data}");
            return;
        }

        if (config.Columns is not null && string.IsNullOrWhiteSpace(config.Columns))
            throw InvalidConfigException.Value("columns", "nothing", "two columns, as in x,y, or left out");
        if (config.Data != DescentData.OwnFile && config.Data != new DaeDescentSettings().Data)
            throw InvalidConfigException.Value("file", path, $"left out, since data is {config.Data}; leave out \"data\" to use the file");
        if (string.IsNullOrWhiteSpace(path))
            throw InvalidConfigException.Value("file", "nothing", "the path of a CSV file with two columns");
        if (config.FileSha256 is { } sum && !(sum.Length == 64 && sum.All(char.IsAsciiHexDigitLower)))
            throw InvalidConfigException.Value("file_sha256", sum, "64 lower-case hexadecimal digits, or left out");
        if (config.FileSha256 is not null && config.Samples is not null)
            return;
        int count = SampleFile.Read(path, config.Columns).Count;
        int min = config.Samples ?? HeldOutSplit.MinSamples;
        if (count < min)
            throw InvalidConfigException.Value("file", path, $"a CSV file with at least {min} samples; it has {count}");
        const int Max = DaeDescentSettings.MaxSamples;
        string draw = "Set \"samples\" to draw some of them";
        if (config.Samples is null && count > Max)
            throw InvalidConfigException.Value("file", path, $"a CSV file with at most {Max} samples; it has {count}. {draw}");
    }

    /// <summary>Fills in what identifies the run: N and, for a file, the checksum. Naming the file is enough to use it.</summary>
    protected override DaeDescentSettings Normalise(DaeDescentSettings config)
    {
        if (config.File is not { } path)
        {
            bool isOwn = config.Bandwidth == DescentData.BandwidthOf(config.Data);
            return config with { Samples = config.Samples ?? 300, Bandwidth = isOwn ? null : config.Bandwidth };
        }

        config = config with { Data = DescentData.OwnFile, TestPoints = new DaeDescentSettings().TestPoints };
        if (config.FileSha256 is not null && config.Samples is not null)
            return config;
        SampleFile file = SampleFile.Read(path, config.Columns);
        return config with { FileSha256 = config.FileSha256 ?? file.Sha256, Samples = config.Samples ?? file.Count };
    }

    /// <summary>
    /// Two products of a Gram matrix per step; at each measurement the pairs of samples, and those of samples with test points and the
    /// grid, some 40 operations per pair; two Cholesky factors per ridge.
    /// </summary>
    protected override double Operations(DaeDescentSettings config)
    {
        double samples = config.Samples!.Value;
        double pairs = samples * samples;
        int splits = HeldOutSplit.Count(config.Samples.Value);
        double steps = 4 * (1 + (0.64 * splits)) * pairs * config.Steps;
        const int Grid = FunctionalDescent.GridAcross * FunctionalDescent.GridAcross;
        double points = (config.IsFile ? 0 : config.TestPoints) + Grid + (0.16 * splits * samples);
        double measurements = config.MeasuringTimes().Count() * 40 * ((samples * points) + pairs);
        return steps + measurements + (12 * splits * ((0.5 * pairs * samples) + (40 * samples * points)));
    }

    protected override string Describe(DaeDescentSettings config)
        => $"{config.Title}{(config.Bandwidth is { } bandwidth ? $", h = {NumberText.Tick(bandwidth)}" : "")}, {config.Steps} steps, "
            + $"seed {config.Seed}";

    protected override ITraining Begin(DaeDescentSettings config, Device device) => new FunctionalDescent(config, device);

    protected override int Iterations(DaeDescentSettings config) => config.Steps;

    protected override Func<int, bool> IsMeasured(DaeDescentSettings config) => config.MeasuringTimes().Contains;

    protected override Report Compose(Results<DaeDescentSettings> results)
    {
        IReadOnlyList<DescentCell> cells = DescentCell.Of(results);
        DescentCell[][] byData = [.. cells.GroupBy(cell => cell.Config.DataWord).Select(group => group.ToArray())];
        DescentCell[] examples = [.. byData.Select(group => group.MinBy(cell => cell.Config.Samples)!)];
        return new(
        [
            Course(
                "descent",
                cells.SelectMany(cell => cell.Descent),
                [
                    new("time", row => row.Place),
                    new("effective_ridge", row => row.Place == 0 ? null : row.Cell.Eigenvalue / row.Place),
                    .. DataColumn<CourseRow>.MeanAndError(
                        "fisher_test_relative",
                        row => Summary.Of([.. row.Points.Zip(row.Cell.Runs, (point, run) => point.FisherTest / run.Points[0].FisherTest)])),
                ]),
            Course("ridge", cells.SelectMany(cell => cell.Ridges), [new("ridge", row => row.Place)]),
            DataTable.Create(
                "stopping",
                cells.SelectMany(cell => cell.Runs, (cell, run) => (Cell: cell, Run: run)),
                new("cell", row => row.Cell.Name),
                new("data", row => row.Cell.Config.DataName),
                new("samples", row => row.Cell.Config.Samples),
                new("seed", row => row.Run.Stored.Config.Seed),
                new("kernel", row => row.Cell.Config.Kernel),
                new(FunctionalDescent.Bandwidth.Name, row => row.Run.Stored[FunctionalDescent.Bandwidth]),
                new("largest_eigenvalue", row => row.Run.Stored[FunctionalDescent.LargestEigenvalue]),
                new(FunctionalDescent.Floor.Name, row => row.Run.Stored[FunctionalDescent.Floor]),
                new("best_time", row => row.Run.BestTime),
                new("best_error", row => row.Run.Best.FisherTest),
                new("stopping_time", row => row.Run.Stopped.Time),
                new("stopping_error", row => row.Run.Stopped.FisherTest),
                new("regret", row => row.Run.Regret),
                new("best_ridge", row => row.Run.BestRidge),
                new("best_ridge_error", row => row.Run.BestRidgePoint.FisherTest),
                new("held_out_ridge", row => row.Run.ChosenRidge.Ridge),
                new("held_out_ridge_error", row => row.Run.ChosenRidge.FisherTest),
                new("ridge_regret", row => row.Run.RidgeRegret)),
            DataTable.Create(
                "arrows",
                from cell in examples from arrow in cell.Arrows select (Cell: cell, Arrow: arrow),
                new("cell", row => row.Cell.Name),
                new("seed", row => row.Cell.Config.Seed),
                new("time", row => row.Arrow.Time),
                new("is_stopping_time", row => row.Arrow.Time == row.Cell.Runs[0].Stopped.Time ? 1 : 0),
                new("x1", row => row.Arrow.X1),
                new("x2", row => row.Arrow.X2),
                new("s1", row => row.Arrow.S1),
                new("s2", row => row.Arrow.S2),
                new("true1", row => row.Arrow.True1),
                new("true2", row => row.Arrow.True2)) with { IsInJson = false },
            .. byData.Select(group => DescentTable(group, results.Where(config => config.DataWord == group[0].Config.DataWord))),
            StoppingTable(cells, results),
            .. examples.Select(ArrowFigure),
            .. cells.Select(Curves),
            .. cells.Where(cell => cell.HasTruth).Select(RidgeCurves),
        ]);
    }

    private static DataTable Course(string name, IEnumerable<CourseRow> rows, IReadOnlyList<DataColumn<CourseRow>> ownColumns)
        => DataTable.Create(
            name,
            rows,
            [
                new("cell", row => row.Cell.Name),
                new("data", row => row.Cell.Config.DataName),
                new("samples", row => row.Cell.Config.Samples),
                new("seeds", row => row.Cell.Runs.Count),
                .. ownColumns,
                .. ScoreMeasures.All.SelectMany(
                    measure => DataColumn<CourseRow>.MeanAndError(measure.Name, row => row.Over(measure.Value))),
            ]);

    /// <summary>KSD and Fisher error at some times, for the cells of one data set.</summary>
    private static Table DescentTable(DescentCell[] cells, Results<DaeDescentSettings> results)
    {
        bool hasTruth = cells[0].HasTruth;
        string points = Values(cells, cell => NumberText.Tick(cell.Config.TestPoints));
        string truth = hasTruth
            ? $"The Fisher error is the mean of ‖s − ∇ log p‖² over {points} further points from the density, whose score is known; at "
                + "t = 0, where s = 0, it is the mean of ‖∇ log p‖². "
            : "The true score is not known; the held-out loss estimates the Fisher error up to a constant. ";
        (string What, Func<DescentPoint, double> Of)[] values =
        [
            ("KSD²", point => point.Ksd),
            hasTruth ? ("Fisher error", point => point.FisherTest) : ("held-out loss", point => point.HeldOutLoss),
        ];
        return Table.Pivot(
            $"descent_{cells[0].Config.DataWord}",
            $"Descent on {cells[0].Config.DataName}",
            $"{Message(cells)}{Setting(cells)}{truth}{SeedsOf(cells)}{results.Remarks}",
            from time in cells.Select(cell => cell.Config.Steps).Union([0, 1, 10, 30, 100, 1000]).Order()
            where cells.Any(cell => cell.Runs[0].Points.Any(point => point.Time == time))
            from place in Enumerable.Range(0, cells.Length)
            from value in Enumerable.Range(0, values.Length)
            select (Time: time, Place: (place, value), Cell: cells[place]),
            [new("t", item => $"{item.Time}")],
            item => item.Place,
            at => $"{values[at.value].What}\nN = {cells[at.place].Config.Samples}",
            item => Text(item.Cell.Over(run => run.Points
                .Where(point => point.Time == item.Time).Select(values[item.Place.value].Of).FirstOrDefault(double.NaN))));
    }

    /// <summary>The best time and the chosen one, the best ridge and the chosen one: one row per cell.</summary>
    private static Table StoppingTable(IReadOnlyList<DescentCell> cells, Results<DaeDescentSettings> results)
    {
        const string Stopped =
            "Early stopping of the descent is compared with the Stein gradient estimator −(K + ηI)⁻¹D for the same samples, kernel and "
            + "bandwidth, with ridges from 0.001 to 100 in half decades and with its default ridge. The regret is the Fisher error of the "
            + "choice divided by the smallest on the path. Times and ridges are medians (with ranges) over seeds. ";
        string splits = Values(cells, cell => NumberText.Tick(HeldOutSplit.Count(cell.Config.Samples!.Value)));
        string heldOut = "The held-out choice is made by the score-matching loss, on a fifth of the samples, of an estimate from the "
            + $"others, in {splits} splits. Of the measured times, and of the ridges, it is the smoothest, with the fewest steps or the "
            + "largest ridge, whose loss is at most one standard error of the difference above the smallest; it is then used on all "
            + "samples. ";
        string floor = "The floor of KSD² is its value for the ridge solution at "
            + $"η = {SignificantText.Number(SampleDiscrepancy.FloorRidge)}; no scores at the samples get much below it. The infimum is "
            + "above 0, and values below a billionth of KSD² at t = 0 are rounding error. ";
        return Table.Create(
            "stopping",
            "Early stopping and ridge",
            $"{Stopped}{heldOut}{floor}{Setting(cells)}{SeedsOf(cells)}{results.Remarks}",
            cells,
            new("data", cell => cell.Condition.WithSeeds(cell.Config.Title)),
            Mean("KSD² floor (at most)", run => run.Stored[FunctionalDescent.Floor]),
            Range("best t", run => run.BestTime),
            Mean("error", run => run.Best.FisherTest),
            Range("held-out t", run => run.Stopped.Time),
            Mean("error", run => run.Stopped.FisherTest),
            Mean("regret", run => run.Regret),
            Range("best η", run => run.BestRidge),
            Mean("error", run => run.BestRidgePoint.FisherTest),
            Range("held-out η", run => run.ChosenRidge.Ridge),
            Mean("error", run => run.ChosenRidge.FisherTest),
            Mean("regret", run => run.RidgeRegret));

        static TextColumn<DescentCell> Mean(string header, Func<FinishedDescent, double> value)
            => new(header, cell => Text(cell.Over(value)));

        static TextColumn<DescentCell> Range(string header, Func<FinishedDescent, double> value) => new(header, cell =>
        {
            double[] values = [.. cell.Runs.Select(value).Order()];
            if (double.IsNaN(values[0]))
                return NumberText.Missing;
            string median = Short(LowerMedian(values));
            return values[0] == values[^1] ? median : $"{median} ({Short(values[0])}–{Short(values[^1])})";
        });

        static string Short(double value) => NumberText.Tick(Math.Round(value, value >= 1 ? 1 : 4));
    }

    /// <summary>
    /// The samples of the first seed with, panel by panel, the scores of the density and of the descent at t = 1, at the stopping time, at
    /// 100, 1000 and the last time, as far as they exist.
    /// </summary>
    private static Figure ArrowFigure(DescentCell cell)
    {
        FinishedDescent run = cell.Runs[0];
        ILookup<int, ArrowPoint> byTime = cell.Arrows.ToLookup(arrow => arrow.Time);
        int last = byTime.Max(time => time.Key);
        return ScoreField.Draw(
            $"arrows_{cell.Name}",
            "Each panel shows the samples and, as arrows on a grid over them, the score. All panels have one scale; arrows that would be "
                + "too long are shortened and have another colour. The numbers are in arrows.csv. "
                + $"{Setting([cell])}The figure shows one seed.",
            about: "",
            [.. byTime[last].Select(arrow => arrow.Estimate())],
            FieldPoint.Quantile(byTime[Math.Max(run.Stopped.Time, 1)].Select(arrow => arrow.Estimate()), 0.75),
            [
                .. cell.HasTruth
                    ? [("score of the density", byTime[last].Select(arrow => arrow.Truth()))]
                    : ((string, IEnumerable<FieldPoint>)[])[],
                .. from time in new[] { 1, run.Stopped.Time, 100, 1000, last }.Distinct().Where(byTime.Contains).Order()
                   let title = $"t = {time}" + (time == run.Stopped.Time ? ", stopped by held-out loss" : "")
                   select (title, byTime[time].Select(arrow => arrow.Estimate())),
            ],
            new Series(
                $"samples ({cell.Config.Title}, seed {cell.Config.Seed})",
                SeriesStyle.Of(4) with { Marker = SeriesStyle.Of(0).Marker },
                [
                    .. from sample in FinishedDescent.Read<SamplePoint>(run.Stored, FunctionalDescent.SamplesFile)
                       select new Point(sample.X1, sample.X2),
                ])
            { HasLine = false, MarkerSize = 3, LegendRank = 1 });
    }

    /// <summary>KSD² at the samples and, where the density is known, the Fisher errors, against time.</summary>
    private static Figure Curves(DescentCell cell)
    {
        double[] times = [.. cell.Runs.Select(run => Math.Max(run.Stopped.Time, 1.0)).Order()];
        return new Figure(
            $"curves_{cell.Name}",
            $"The curves are KSD²{(cell.HasTruth ? " and the Fisher errors" : "")} against the number of steps. The dashed line is the "
                + "median of the times at which the held-out loss stops the descent, and the grey band is their range. "
                + $"{Setting([cell])}{SeedsOf([cell])}",
            new Axis($"Step t ({cell.TitleWithSeeds})") { Scale = Scale.Log10, Ticks = Powers },
            new Axis(cell.HasTruth ? "KSD² and Fisher error (1/length²)" : "KSD² (1/length²)") { Scale = Scale.Log10, Ticks = Powers },
            [
                .. times[0] < times[^1] ? [new Stripe(times[0], times[^1])] : (Layer[])[],
                new Rule("stopped by held-out loss", SeriesStyle.Reference, LowerMedian(times)) { IsVertical = true, LegendRank = 1 },
                Line(0, "KSD² at the samples", point => point.Ksd),
                .. cell.HasTruth
                    ?
                    [
                        Line(1, "Fisher error at test points", point => point.FisherTest),
                        Line(2, "Fisher error at the samples", point => point.FisherSamples),
                    ]
                    : (Layer[])[],
            ]);

        Series Line(int index, string label, Func<ScoreMeasures, double> value) => new(
            label,
            SeriesStyle.Of(index),
            [
                .. from row in cell.Descent
                   where row.Place > 0
                   select Point.Mean(row.Place, row.Over(value)),
            ]);
    }

    /// <summary>Fisher error at the test points of the descent at ridge λ/t and of the Stein gradient estimator at ridge η.</summary>
    private static Figure RidgeCurves(DescentCell cell)
    {
        return new Figure(
            $"ridge_{cell.Name}",
            "The curves are the Fisher error at test points of the descent after t steps, which is much like a ridge λ/t, and of the Stein "
                + $"gradient estimator with ridge η. {Setting([cell])}{SeedsOf([cell])}",
            new Axis($"Ridge η, or λ/t of the descent ({cell.TitleWithSeeds})") { Scale = Scale.Log10, Ticks = Powers },
            new Axis("Fisher error at test points (1/length²)") { Scale = Scale.Log10, Ticks = Powers },
            [
                new Series(
                    "descent, stopped at t",
                    SeriesStyle.Of(0),
                    [
                        .. from row in cell.Descent
                           where row.Place > 0 && cell.Eigenvalue / row.Place >= 0.5 * cell.Runs[0].Ridges[0].Ridge
                           select Point.Mean(cell.Eigenvalue / row.Place, row.Over(point => point.FisherTest)),
                    ]),
                new Series(
                    "Stein gradient estimator with ridge",
                    SeriesStyle.Of(1),
                    [.. cell.Ridges.Select(row => Point.Mean(row.Place, row.Over(point => point.FisherTest)))]),
            ]);
    }

    /// <summary>What the runs of a table show.</summary>
    private static string Message(DescentCell[] cells)
    {
        FinishedDescent[] runs = [.. cells.SelectMany(cell => cell.Runs)];
        int falling = runs.Count(run => run.Points.Zip(run.Points.Skip(1)).All(pair => pair.Second.Ksd < pair.First.Ksd));
        string falls = $"KSD² at the samples falls from every measured time to the next in {falling} of {runs.Length} runs";
        if (!cells[0].HasTruth)
            return $"{falls}. That does not measure the accuracy of the score. ";
        (int first, int last) = (runs.Min(run => run.Best.Time), runs.Max(run => run.Best.Time));
        string smallest = first == last ? $"{first}" : $"{first} to {last}";
        double[] ratios = [.. runs.Select(run => run.Points[^1].FisherTest / run.Best.FisherTest)];
        string rise = $"{SignificantText.Number(ratios.Min())} to {SignificantText.Number(ratios.Max())} times as large";
        return $"A KSD near 0 on the sample does not mean that the score is accurate: {falls}, while the Fisher error is smallest at "
            + $"t = {smallest} and at the last step is {rise}. ";
    }

    private static string Setting(IReadOnlyList<DescentCell> cells)
    {
        string kernels = Values(cells, cell => cell.Config.Kernel);
        string samples = Values(cells, cell => NumberText.Tick(cell.Config.Samples!.Value));
        string precision = Values(cells, cell => ConfigDocument.Name(cell.Runs[0].Stored.Run.Precision));
        string bandwidths = Values(
            cells, cell => $"{NumberText.Fixed(cell.Condition.Over(FunctionalDescent.Bandwidth).Mean, 3)} ({cell.Config.DataName})");
        return "The functional gradient descent iterates S − (KS + D)/λ from S = 0, where λ is the largest eigenvalue of the Gram matrix "
            + $"K and D are the sums of kernel gradients. The kernel is {kernels} with bandwidth h = {bandwidths}; N = {samples}. The "
            + $"descent is computed in {precision} precision, and KSD² in double precision. ";
    }

    private static string SeedsOf(IReadOnlyList<DescentCell> cells) => cells.All(cell => cell.Runs.Count == 1)
        ? "Each cell has one seed."
        : $"Values are means ± standard errors over {Values(cells, cell => NumberText.Tick(cell.Runs.Count))} seeds, each with its own "
            + "samples.";

    private static string Values(IReadOnlyList<DescentCell> cells, Func<DescentCell, string> value)
        => string.Join(" or ", cells.Select(value).Distinct());

    private static string Text(Summary value) => SignificantText.WithError(value.Mean, value.StandardError);

    /// <summary>The median of ascending values; of the middle two the lower, so that it is one of them.</summary>
    private static double LowerMedian(double[] values) => values[(values.Length - 1) / 2];

    private static DaeDescentSettings[] Grid(int[] samples, int seeds, DaeDescentSettings settings) =>
    [
        .. from data in PlanarDensity.Names
           from count in samples
           from seed in Seeds.From(settings.Seed, seeds)
           select settings with { Data = data, Samples = count, Seed = seed },
    ];
}

/// <summary>A finished run with what it measured.</summary>
/// <param name="Points">By time, from 0.</param>
/// <param name="Ridges">By ridge, ascending.</param>
internal sealed record FinishedDescent(
    StoredRun<DaeDescentSettings> Stored, IReadOnlyList<DescentPoint> Points, IReadOnlyList<RidgePoint> Ridges)
{
    /// <summary>The measured point with the smallest error at the test points; the first where the true score is not known.</summary>
    public DescentPoint Best { get; } = Points.MinBy(point => point.FisherTest)!;

    /// <summary>The point at which the held-out loss stops the descent.</summary>
    public DescentPoint Stopped { get; } = Points.Single(point => point.Time == (int)Stored[FunctionalDescent.StoppingTime]);

    /// <summary>The point of the ridge with the smallest error at the test points; the first where the true score is not known.</summary>
    public RidgePoint BestRidgePoint { get; } = Ridges.MinBy(point => point.FisherTest)!;

    /// <summary>The point of the ridge that the held-out loss chooses.</summary>
    public RidgePoint ChosenRidge { get; } = Ridges.Single(point => point.Ridge == Stored[FunctionalDescent.HeldOutRidge]);

    /// <summary>NaN, as <see cref="BestRidge"/>, where the true score is not known.</summary>
    public double BestTime => Stored.Config.IsFile ? double.NaN : Best.Time;

    public double BestRidge => Stored.Config.IsFile ? double.NaN : BestRidgePoint.Ridge;

    /// <summary>The error where the descent is stopped, relative to the smallest.</summary>
    public double Regret => Stopped.FisherTest / Best.FisherTest;

    public double RidgeRegret => ChosenRidge.FisherTest / BestRidgePoint.FisherTest;

    public static FinishedDescent Of(StoredRun<DaeDescentSettings> run)
        => new(run, Read<DescentPoint>(run, FunctionalDescent.DescentFile), Read<RidgePoint>(run, FunctionalDescent.RidgeFile));

    /// <summary>The rows of a file of a run.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static IReadOnlyList<TRow> Read<TRow>(StoredRun run, string name)
        => DataTable.ReadRecords<TRow>(Path.Combine(run.Folder, name));
}

/// <summary>The finished seeds of one condition.</summary>
/// <param name="Name">For names of files, as in <c>modes_N300</c>; numbered where other settings differ too.</param>
/// <param name="Condition">The runs as they are stored.</param>
/// <param name="Runs">The same, with what they measured.</param>
internal sealed record DescentCell(string Name, Condition<DaeDescentSettings> Condition, IReadOnlyList<FinishedDescent> Runs)
    : IFromRuns
{
    public IEnumerable<string> RunIds => Condition.RunIds;

    public DaeDescentSettings Config => Runs[0].Stored.Config;

    public bool HasTruth => !Config.IsFile;

    public string TitleWithSeeds => $"{Config.Title}, {(Runs.Count == 1 ? $"seed {Config.Seed}" : $"{Runs.Count} seeds")}";

    /// <summary>λ, the mean over seeds.</summary>
    public double Eigenvalue => Condition.Over(FunctionalDescent.LargestEigenvalue).Mean;

    /// <summary>One row per time; all runs have the same.</summary>
    public IEnumerable<CourseRow> Descent => Runs[0].Points.Select(
        (point, index) => new CourseRow(this, point.Time, [.. Runs.Select(run => run.Points[index])]));

    /// <summary>One row per ridge; all runs have the same.</summary>
    public IEnumerable<CourseRow> Ridges => Runs[0].Ridges.Select(
        (point, index) => new CourseRow(this, point.Ridge, [.. Runs.Select(run => run.Ridges[index])]));

    /// <summary>The scores on the grid at some times, of the first seed.</summary>
    public IReadOnlyList<ArrowPoint> Arrows => FinishedDescent.Read<ArrowPoint>(Runs[0].Stored, FunctionalDescent.ArrowsFile);

    /// <summary>The cells of finished runs, in the order of the plan.</summary>
    public static IReadOnlyList<DescentCell> Of(Results<DaeDescentSettings> results) =>
    [
        .. from named in results.Conditions(config => config with { Seed = 0 })
               .GroupBy(condition => $"{condition.Config.DataWord}_N{condition.Config.Samples}")
           from cell in named.Select((condition, index) => new DescentCell(
               index == 0 ? named.Key : $"{named.Key}_{index + 1}", condition, [.. condition.Runs.Select(FinishedDescent.Of)]))
           select cell,
    ];

    public Summary Over(Func<FinishedDescent, double> value) => Summary.Of([.. Runs.Select(value)]);
}

/// <summary>A time or a ridge, with what was measured there for each seed of a cell.</summary>
internal sealed record CourseRow(DescentCell Cell, double Place, IReadOnlyList<ScoreMeasures> Points)
{
    public Summary Over(Func<ScoreMeasures, double> value) => Summary.Of([.. Points.Select(value)]);
}
