using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.LinearRegression;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;
using MarkerShape = ScottPlot.MarkerShape;

namespace Stein.Experiments.Denoising.Identity;

/// <summary>One cell: the gradient of an auto-encoder's objective at one noise, on a sample and in expectation.</summary>
internal sealed record DaeIdentitySettings
{
    [Description("density that the data come from"), OneOf(typeof(PlanarDensity))]
    public string Data { get; init; } = "modes";

    [Description("dimension D; more than 2 only for modes"), Range(2, 100), Option("dim", "dimension")]
    public int Dimension { get; init; } = 2;

    /// <remarks>Below 10⁻⁶, 4σ⁴ and the squares of quantities divided by σ are too small or too large to be useful.</remarks>
    [Description("noise σ of the auto-encoder"), Range(1e-6, 1000)]
    public double Sigma { get; init; } = 0.25;

    [Description("kernel"), OneOf(typeof(SteinKernels))]
    public string Kernel { get; init; } = "rbf";

    /// <remarks>A constant, so that U-statistics have no bias.</remarks>
    [Description("squared bandwidth h² of the kernel [default: D]"), Range(1e-6, 1e6)]
    public double? SquaredBandwidth { get; init; }

    [Description("samples for the expanded objective, compared with KSD² of the same samples"), Range(2, 20_000), Option("n", "samples")]
    public int Samples { get; init; } = 600;

    [Description("pairs of independent samples for the true objective, compared in expectation; 0 for none"), Range(0, 1_000_000)]
    public int Repetitions { get; init; } = 100;

    [Description("number of samples on each side of such a pair"), Range(2, 20_000)]
    public int RepetitionSamples { get; init; } = 300;

    [Description("seed of everything random; runs with the same seed have the same data, whatever the noise")]
    public uint Seed { get; init; } = 60;

    internal double EffectiveSquaredBandwidth => SquaredBandwidth ?? Dimension;

    /// <summary>Data and dimension, for people.</summary>
    internal string DataName => Dimension == 2 ? Data : $"{Data}, D = {Dimension}";

    internal GaussianMixture Truth() => IdentityDensities.Data(Data, Dimension);

    internal GaussianMixture Model() => IdentityDensities.Model(Truth());
}

/// <summary>
/// The gradient of a denoising auto-encoder's objective in the space of a kernel has the squared norm 4σ⁴ KSD²: nearly for the expanded
/// objective, exactly for the true one with the smoothed data. Everything is computed in double precision on the processor, whatever the
/// device of the run, because the identities hold to rounding.
/// </summary>
internal sealed class DaeIdentity : Study<DaeIdentitySettings, IdentityDraw>
{
    /// <summary>Below this σ the noise of the gradient, which grows as 1/σ², hides the difference, and p_σ is nearly p.</summary>
    private const double SmallestExactSigma = 0.125;

    /// <summary>
    /// The largest σ of a regression, in smallest standard deviations of a component of q: beyond it the term with σ⁴ bends the line by a
    /// tenth for the rings.
    /// </summary>
    private const double LargestFitSigma = 1.0 / 32;

    private static readonly Number<SampleIdentity> Ksd = new("ksd", sample => sample.Ksd);
    private static readonly Number<SampleIdentity> IdentityError = new("identity_error", sample => sample.IdentityError);
    private static readonly Number<SampleIdentity> JacobianError = new("jacobian_error", sample => sample.JacobianError);
    private static readonly Number<SampleIdentity> ExpansionError = new("expansion_error", sample => sample.ExpansionError);
    private static readonly Number<SampleIdentity> Cross = new("witness_times_correction", sample => sample.Cross);
    private static readonly Number<SampleIdentity> SquaredCorrection = new("squared_correction", sample => sample.SquaredCorrection);
    private static readonly Number<SampleIdentity>[] OnSample =
        [Ksd, IdentityError, JacobianError, ExpansionError, Cross, SquaredCorrection];

    internal static readonly Number<IdentityDraw> Gradient = new("gradient", draw => draw.Gradient);
    internal static readonly Number<IdentityDraw> Smoothed = new("smoothed_ksd", draw => draw.SmoothedKsd);
    internal static readonly Number<IdentityDraw> Plain = new("plain_ksd", draw => draw.PlainKsd);
    internal static readonly Number<IdentityDraw> Difference = new("difference", draw => draw.Gradient - draw.SmoothedKsd);
    internal static readonly Number<IdentityDraw> PlainDifference = new("plain_difference", draw => draw.Gradient - draw.PlainKsd);
    private static readonly Number<IdentityDraw>[] Sides = [Gradient, Smoothed, Plain];

    public override string Name => "dae-identity";

    public override string Title => "Denoising auto-encoder as KSD: the functional gradient's squared norm against 4σ⁴ KSD²";

    public override string Source => "an unpublished result with W. Gong on denoising auto-encoders; derived in the report's captions";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--sigma 1,0.5,0.25,0.125 --repetitions 30", "both versions at four noise levels"),
        ("--data rings,moons --sigma 0.0625,0.03125,0.015625 --repetitions 0", "how the relative error of the expanded objective falls"),
        ("--kernel imq --squared-bandwidth 0.5", "another kernel and bandwidth"),
        ("--dim 10 --n 1000 --seed 60,70,80", "ten dimensions, three seeds"),
    ];

    protected override string DrawsFile => "repetitions.csv";

    /// <summary>σ from 1 to 2⁻¹⁰, where the slope is that of the limit for thin data too; the exact version from 1 to 1/8.</summary>
    protected override IReadOnlyList<DaeIdentitySettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(powers: 11, seeds: 10, new(), new() { Data = "rings" }, new() { Data = "moons" }, new() { Dimension = 10 }),
        GridScale.Quick => Grid(11, 3, [.. PlanarDensity.Names.Select(
            data => new DaeIdentitySettings { Data = data, Samples = 150, Repetitions = 30, RepetitionSamples = 120 })]),
        _ => Grid(6, 2, new DaeIdentitySettings { Samples = 40, Repetitions = 5, RepetitionSamples = 20 }),
    };

    protected override void Validate(DaeIdentitySettings config)
    {
        if (config.Data != "modes" && config.Dimension != 2)
            throw InvalidConfigException.Value("dimension", config.Dimension, $"2: the data \"{config.Data}\" are in the plane");
    }

    protected override DaeIdentitySettings Normalise(DaeIdentitySettings config) => config with
    {
        SquaredBandwidth = config.SquaredBandwidth == config.Dimension ? null : config.SquaredBandwidth,
        RepetitionSamples = config.Repetitions == 0 ? new DaeIdentitySettings().RepetitionSamples : config.RepetitionSamples,
    };

    /// <summary>
    /// A pair of an expansion costs some 8D² + 60 operations with matrices and 8D + 60 without, a pair of KSD 12D + 40. The sample has
    /// five such sums, a repetition half of one and two of KSD; a score costs 30 per component. Scalar code has a sixteenth of the speed
    /// of vector code.
    /// </summary>
    protected override double Operations(DaeIdentitySettings config)
    {
        double dimension = config.Dimension;
        double pairs = (double)config.Samples * config.Samples;
        double repeated = (double)config.RepetitionSamples * config.RepetitionSamples;
        int components = config.Truth().Components;
        double identity = 3 * pairs * ((8 * dimension * dimension) + 60);
        double scores = 4.0 * config.RepetitionSamples * components * ((4 * dimension) + 30);
        return 16 * (identity + (config.Repetitions * ((repeated * ((28 * dimension) + 110)) + scores)));
    }

    protected override string Describe(DaeIdentitySettings config)
        => $"{config.DataName}, σ = {SigmaText(config.Sigma)}, seed {config.Seed}";

    protected override int Draws(DaeIdentitySettings config) => config.Repetitions;

    protected override int MeasureEvery(DaeIdentitySettings config) => 25;

    protected override IReadOnlyList<Metric> Measure(IReadOnlyList<IdentityDraw> draws)
        => [.. Sides.Select(number => number.At(Mean(draws, number)))];

    protected override string Status(IReadOnlyList<IdentityDraw> draws)
        => $"‖∇F‖²/4σ⁴ {NumberText.Fixed(Mean(draws, Gradient), 3)}, KSD² {NumberText.Fixed(Mean(draws, Smoothed), 3)}";

    protected override Func<int, IdentityDraw> Prepare(DaeIdentitySettings config, Device device) => index =>
    {
        using Device processor = CpuDevices.CreateSimdDouble();
        return IdentityDraw.Of(config, processor, index);
    };

    protected override IReadOnlyList<Metric> Numbers(DaeIdentitySettings config)
    {
        using Device processor = CpuDevices.CreateSimdDouble();
        var sample = SampleIdentity.Of(config, processor);
        return [.. OnSample.Select(number => number.At(number.Of(sample)))];
    }

    protected override Report Compose(Results<DaeIdentitySettings> results)
    {
        Func<DaeIdentitySettings, string> name = ProblemNames(results);
        Problem[] problems = [.. results.By(name).Select(problem => new Problem(problem.Key, problem.Part.Runs))];
        ExactCell[] exact = [.. problems.SelectMany(ExactCells)];
        return new(
        [
            DataTable.Create(
                "errors",
                problems.SelectMany(problem => problem.Runs),
                [
                    new("problem", run => name(run.Config)),
                    .. Results<DaeIdentitySettings>.SettingColumns("sigma", "seed", "samples"),
                    .. Results<DaeIdentitySettings>.QuantityColumns(OnSample),
                ]),
            DataTable.Create(
                "slopes",
                problems,
                [
                    new("problem", problem => problem.Name),
                    new("seeds", problem => problem.Slope.Count),
                    new("largest_sigma", problem => problem.FitSigmas.LastOrDefault(double.NaN)),
                    new("smallest_sigma", problem => problem.FitSigmas.FirstOrDefault(double.NaN)),
                    new("points", problem => problem.FitSigmas.Length),
                    .. DataColumn<Problem>.MeanAndError("slope", problem => problem.Slope),
                    .. DataColumn<Problem>.MeanAndError("error_over_squared_sigma", problem => problem.Coefficient),
                    new("expected_coefficient", problem => problem.ExpectedCoefficient),
                    new("largest_identity_error", problem => problem.Largest(IdentityError)),
                    new("largest_expansion_error", problem => problem.Largest(ExpansionError)),
                ]),
            Table.Pivot(
                "errors",
                "Absolute relative error of the squared norm against 4σ⁴ KSD²",
                ErrorsCaption(results),
                from sigma in results.Runs.Select(run => run.Config.Sigma).Distinct().OrderDescending()
                from place in Enumerable.Range(0, problems.Length + 1)
                let runs = place < problems.Length ? problems[place].Runs : results.Runs
                select (Sigma: sigma, Place: place, Runs: runs.Where(run => run.Config.Sigma == sigma).ToArray()),
                [new("σ", cell => SigmaText(cell.Sigma))],
                cell => cell.Place,
                place => place < problems.Length ? problems[place].Name : "J = I, largest",
                cell => cell.Place < problems.Length
                    ? Text(problems[cell.Place].At(cell.Sigma, JacobianError))
                    : SignificantText.Number(cell.Runs.Max(run => Math.Abs(run[IdentityError])))),
            Table.Create(
                "slopes",
                "How the relative error falls with σ",
                SlopesCaption(results),
                problems,
                new("data", problem => problem.Name),
                new("σ of the fit", problem => problem.FitSigmas is [var smallest, .., var largest]
                    ? $"{SigmaText(largest)} to {SigmaText(smallest)} ({problem.FitSigmas.Length})"
                    : NumberText.Missing),
                new("slope", problem => problem.Slope.Text(3)),
                new("error/σ² at the smallest σ", problem => Text(problem.Coefficient)),
                new("2⟨φ,ψ⟩/KSD²", problem => SignificantText.Number(problem.ExpectedCoefficient)),
                new("J = I, largest", problem => SignificantText.Number(problem.Largest(IdentityError))),
                new("expansion, largest", problem => SignificantText.Number(problem.Largest(ExpansionError)))),
            ErrorFigure(results, problems),
            .. exact.Length == 0 ? [] : ExactSections(exact, results),
        ]);
    }

    /// <summary>
    /// Names runs that differ only in σ, the seed and the repetitions: by their data, and by those of kernel, bandwidth and sample size
    /// that differ between the runs of the report.
    /// </summary>
    private static Func<DaeIdentitySettings, string> ProblemNames(Results<DaeIdentitySettings> results)
    {
        Func<DaeIdentitySettings, string>[] texts =
            [config => config.Kernel, config => $"h² = {config.EffectiveSquaredBandwidth}", config => $"N = {config.Samples}"];

        // The default of h² depends on the dimension, which the name of the data says.
        Func<DaeIdentitySettings, string>[] differing =
        [
            .. texts.Where(text => results.By(config => config.Dimension).Any(alike => alike.Part.By(text).Count > 1)),
        ];
        return config => string.Join(", ", [config.DataName, .. differing.Select(text => text(config))]);
    }

    /// <summary>One cell per σ and size of the repetitions, σ descending; none for runs without repetitions.</summary>
    private IEnumerable<ExactCell> ExactCells(Problem problem)
        => from run in problem.Runs
           where run.Config.Repetitions > 0
           group run by (run.Config.Sigma, run.Config.RepetitionSamples) into cell
           orderby cell.Key.Sigma descending, cell.Key.RepetitionSamples
           // The repetitions of a shorter run are among those of the longest run with the same seed.
           let longest = cell.OrderByDescending(run => run.Config.Repetitions).DistinctBy(run => run.Config.Seed).ToArray()
           let draws = longest.OrderBy(run => run.Config.Seed).SelectMany(DrawsOf)
           select new ExactCell(problem.Name, cell.Key.Sigma, cell.Key.RepetitionSamples, [.. draws])
           {
               RunIds = longest.SelectMany(run => run.RunIds),
           };

    /// <summary>
    /// One line per problem, the mean absolute error with standard errors over seeds, and crosses in its colour for J = I; a dashed line
    /// of slope 2 below them.
    /// </summary>
    private static Figure ErrorFigure(Results<DaeIdentitySettings> results, Problem[] problems)
    {
        double[] sigmas = [.. results.Runs.Select(run => run.Config.Sigma).Distinct().Order()];
        double factor = 0.5 * results.Runs.Where(run => run.Config.Sigma == sigmas[0] && run[JacobianError] != 0)
            .Select(run => Math.Abs(run[JacobianError]) / (sigmas[0] * sigmas[0])).DefaultIfEmpty(1).Min();
        Point[] slope = [.. ((double[])[sigmas[0], sigmas[^1]]).Select(sigma => new Point(sigma, factor * sigma * sigma))];
        return new Figure(
            "relative_error",
            ErrorsCaption(results),
            SigmaAxis("unit of the data", sigmas),
            new Axis("|‖∇F‖²/4σ⁴KSD² − 1|") { Scale = Scale.Log10, Ticks = Ticks.Powers },
            [
                .. problems.SelectMany((problem, index) => (Series[])
                [
                    Errors(problem, index, problem.Name, SeriesStyle.Of(index), JacobianError),
                    Errors(problem, index, "", Crosses(SeriesStyle.Of(index)), IdentityError) with { HasLine = false },
                ]),
                new Series("the same with J = I", Crosses(SeriesStyle.Reference), []) { HasLine = false },
                new Series("slope 2", SeriesStyle.Reference, slope) { HasMarkers = false, LineWidth = 1.6f, IsInLimits = false },
            ]);

        static SeriesStyle Crosses(SeriesStyle style) => style with { Marker = MarkerShape.Eks };

        Series Errors(Problem problem, int index, string label, SeriesStyle style, Quantity error)
            => new(label, style, [.. problem.Sigmas.Select(sigma => Point.Mean(sigma, problem.At(sigma, error)))])
            {
                Shift = 0.015 * (index - (0.5 * (problems.Length - 1))),
                MarkerLineWidth = 1.6f,
                AreIntervalsInLimits = false,
            };
    }

    private static IEnumerable<Section> ExactSections(ExactCell[] cells, Results<DaeIdentitySettings> results)
    {
        string caption = ExactCaption(results, cells);
        return
        [
            DataTable.Create(
                "exact",
                cells,
                [
                    new("problem", cell => cell.Problem),
                    new("sigma", cell => cell.Sigma),
                    new("total_repetitions", cell => cell.Draws.Count),
                    new("repetition_samples", cell => cell.Samples),
                    .. MeanAndHalf(Gradient),
                    .. MeanAndHalf(Smoothed),
                    .. MeanAndHalf(Difference),
                    new("z", cell => Z(cell.Over(Difference))),
                    .. MeanAndHalf(Plain),
                    new("plain_z", cell => Z(cell.Over(PlainDifference))),
                ]),
            Table.Create(
                "exact",
                "The exact version: both sides in units of 4σ⁴, with 95 % intervals",
                caption,
                cells,
                new("data", cell => cell.Problem),
                new("σ", cell => SigmaText(cell.Sigma)),
                new("repetitions × N", cell => $"{cell.Draws.Count} × {cell.Samples}"),
                new("‖∇F‖²/4σ⁴", cell => WithHalf(cell.Over(Gradient))),
                new("KSD²(p_σ, q)", cell => WithHalf(cell.Over(Smoothed))),
                new("difference", cell => WithHalf(cell.Over(Difference))),
                new("z", cell => NumberText.Fixed(Z(cell.Over(Difference)))),
                new("KSD²(p, q), plain", cell => WithHalf(cell.Over(Plain))),
                new("z of plain", cell => NumberText.Fixed(Z(cell.Over(PlainDifference)), 1))),
            .. cells.GroupBy(cell => cell.Problem).Select(problem => ExactFigure([.. problem], caption)),
        ];

        static DataColumn<ExactCell>[] MeanAndHalf(Number<IdentityDraw> number) =>
        [
            new(number.Name, cell => cell.Over(number).Mean),
            new($"{number.Name}_half_interval", cell => cell.Over(number).HalfInterval()),
        ];
    }

    /// <summary>Both sides against σ, with KSD² without smoothing; on a logarithmic axis where they are more than a decade apart.</summary>
    private static Figure ExactFigure(ExactCell[] cells, string caption)
    {
        string problem = cells[0].Problem;
        double[] means = [.. from cell in cells from number in Sides select cell.Over(number).Mean];
        bool isLogarithmic = means.Min() > 0 && means.Max() > 10 * means.Min();
        var norms = new Axis("Squared norm over 4σ⁴, KSD² (1/length²)");
        return new Figure(
            $"exact_{FileNames.Word(problem)}",
            caption,
            SigmaAxis($"unit of the data; {problem}", cells.Select(cell => cell.Sigma)),
            isLogarithmic ? norms with { Scale = Scale.Log10, Ticks = Ticks.OneTwoFive } : norms with { Includes = [0] },
            [
                Side(0, "‖∇F‖²/4σ⁴ of the denoising objective", Gradient),
                Side(1, "KSD² of the data with noise σ", Smoothed),
                Side(2, "KSD² of the data without noise", Plain),
            ]);

        Series Side(int index, string label, Number<IdentityDraw> number)
            => new(label, SeriesStyle.Of(index), [.. cells.Select(cell => Interval(cell.Sigma, cell.Over(number)))])
            {
                Shift = 0.05 * (index - 1),
            };

        static Point Interval(double sigma, Summary values)
            => new(sigma, values.Mean, values.Mean - values.HalfInterval(), values.Mean + values.HalfInterval());
    }

    private static Axis SigmaAxis(string about, IEnumerable<double> sigmas)
        => new($"Noise σ ({about})") { Scale = Scale.Log2, Ticks = Ticks.At([.. sigmas.Distinct().Order()], SigmaText) };

    private static string ErrorsCaption(Results<DaeIdentitySettings> results)
        => "The expanded objective is L(r) = E‖r(x) − x‖² + σ²E‖∇r‖², with p not smoothed. Its gradient at s in the space of the kernel "
            + "is ∇F = 2σ² E[s(x)k(x,·) + J ∇k(x,·)]. Its squared norm, computed from the coefficients of this function alone, is "
            + "compared with 4σ⁴ times the V-statistic of KSD² on the same sample: the error is ‖∇F‖²/4σ⁴KSD² − 1, in double precision. "
            + "With J = I it is rounding error. With the actual Jacobian it is 2σ²⟨φ,ψ⟩/KSD² + σ⁴‖ψ‖²/KSD², where φ is the Stein witness "
            + "and ψ = E[∇s ∇k]. The first term, of either sign, dominates where σ is small compared with the components of q, the second, "
            + $"of slope 4, where it is not; in between they may cancel. {Conditions(results, results.Runs)} Shown is the mean absolute "
            + "error ± standard error over seeds; for J = I the table has the largest absolute error over data and seeds. Multiplying by a "
            + "power of two is exact, so with J = I the error of a sample is the same at all such σ.";

    private static string SlopesCaption(Results<DaeIdentitySettings> results)
        => "The slope of log |relative error| (with the actual Jacobian) against log σ is fitted by least squares for each seed, over all "
            + "σ up to 1/32 of the smallest standard deviation of a component of q; shown is its mean ± standard error over seeds. The "
            + "standard error is that of the samples; it does not include the curvature that σ⁴‖ψ‖² leaves in the line. Error/σ² at the "
            + "smallest σ tends to 2⟨φ,ψ⟩/KSD². The last two columns are the largest absolute relative errors over all σ and seeds: with "
            + "J = I against 4σ⁴KSD², and with the actual Jacobian against 4σ⁴(KSD² + 2σ²⟨φ,ψ⟩ + σ⁴‖ψ‖²). "
            + Conditions(results, results.Runs);

    private static string ExactCaption(Results<DaeIdentitySettings> results, ExactCell[] cells)
    {
        double[] scores = [.. cells.Select(cell => Z(cell.Over(Difference))).Where(double.IsFinite)];
        string outside = scores.Length == 0
            ? ""
            : $"{scores.Count(z => Math.Abs(z) > 1.96)} of {scores.Length} |z| are above 1.96, the largest is {scores.Max(Math.Abs):F2}; "
                + "1 in 20 is expected to be, and rows of one seed share random numbers, so that their deviations are correlated. ";
        return "The true objective is E‖r(x′) − x‖² with x′ = x + σε, without an expansion and for any σ. Its gradient is "
            + "∇F = 2E[(r(x′) − x)k(x′,·)], and ‖∇F‖² = 4σ⁴KSD²(p_σ, q), where p_σ is the distribution of the data with the noise. "
            + "‖∇F‖²/4σ⁴ is the U-statistic of N noisy pairs (x, x′), without any derivative of the kernel; KSD²(p_σ, q) and KSD²(p, q) "
            + "are U-statistics of N other draws each, from p_σ and from p. Values are means over the repetitions of all seeds with 95 % "
            + $"intervals by Student's t; z is the difference over its standard error. {outside}The plain KSD²(p, q) is what the identity "
            + "would need if it held without smoothing; its z is that of ‖∇F‖²/4σ⁴ minus it. "
            + Conditions(results, results.Where(config => config.Repetitions > 0).Runs);
    }

    private static string Conditions(Results<DaeIdentitySettings> results, IReadOnlyList<StoredRun<DaeIdentitySettings>> runs)
    {
        string kernels = string.Join(" and ", runs.Select(run => run.Config.Kernel).Distinct());
        string bandwidth = runs.All(run => run.Config.SquaredBandwidth is null) ? "h² = D" : "h² as given";
        string samples = string.Join(" and ", runs.Select(run => run.Config.Samples).Distinct().Order());
        int seeds = runs.Select(run => run.Config.Seed).Distinct().Count();
        return "The auto-encoder is r(x) = x + σ²s(x) with s = ∇ log q, and J = I + σ²∇s is its Jacobian. p and q are mixtures of "
            + "Gaussians: q has the components of p, with means moved by (2/3, −1/3) of a component's standard deviation, variances times "
            + $"5/4, and weights times ½ to 1½ and normalised. The kernel is {kernels} with {bandwidth}; D = 2 unless stated otherwise; "
            + $"the sample of the expanded objective has N = {samples}. There {(seeds == 1 ? "is 1 seed" : $"are {seeds} seeds")}."
            + results.Remarks;
    }

    internal static double Z(Summary values) => values.Mean / values.StandardError;

    /// <summary>"mean ± half", to two significant digits of the half.</summary>
    private static string WithHalf(Summary values)
    {
        double half = values.HalfInterval();
        int decimals = half > 0 ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(half)), 0, 6) : 3;
        return NumberText.Fixed(values.Mean, decimals) + (double.IsNaN(half) ? "" : $" ± {NumberText.Fixed(half, decimals)}");
    }

    /// <summary>σ as a fraction where it is a power of two below 1.</summary>
    internal static string SigmaText(double sigma)
    {
        double inverse = 1 / sigma;
        return inverse is > 1 and < 1e6 && double.IsPow2(inverse) ? $"1/{inverse}" : NumberText.Tick(sigma);
    }

    /// <summary>The least-squares slope of <c>log |error|</c> against <c>log σ</c>, of two different σ or more.</summary>
    internal static double SlopeOf(IReadOnlyList<(double Sigma, double Error)> points) => SimpleRegression.Fit(
        [.. points.Select(point => Math.Log(point.Sigma))], [.. points.Select(point => Math.Log(Math.Abs(point.Error)))]).B;

    private static string Text(Summary value) => SignificantText.WithError(value.Mean, value.StandardError);

    private static double Mean(IReadOnlyList<IdentityDraw> draws, Number<IdentityDraw> number)
        => draws.Select(number.Of).DefaultIfEmpty(double.NaN).Average();

    private static DaeIdentitySettings[] Grid(int powers, int seeds, params DaeIdentitySettings[] problems) =>
    [
        .. from settings in problems
           from power in Enumerable.Range(0, powers)
           let sigma = Math.ScaleB(1, -power)
           from seed in Seeds.From(settings.Seed, seeds)
           let repetitions = sigma >= SmallestExactSigma ? settings.Repetitions : 0
           select settings with { Sigma = sigma, Repetitions = repetitions, Seed = seed },
    ];

    /// <summary>A number of the sample of a run, or of a repetition.</summary>
    internal sealed record Number<T>(string Name, Func<T, double> Of) : Quantity(Name);

    /// <summary>The runs of one problem, at least one.</summary>
    private sealed record Problem(string Name, IReadOnlyList<StoredRun<DaeIdentitySettings>> Runs) : IFromRuns
    {
        public IEnumerable<string> RunIds => Runs.SelectMany(run => run.RunIds);

        public IEnumerable<double> Sigmas => Runs.Select(run => run.Config.Sigma).Distinct().Order();

        /// <summary>The σ of the regression, ascending.</summary>
        public double[] FitSigmas => [.. Sigmas.Where(sigma => sigma <= LargestFit)];

        /// <summary>The slope of the regression, seed by seed.</summary>
        public Summary Slope => Summary.Of(
        [
            .. from run in Runs
               where run.Config.Sigma <= LargestFit
               group (run.Config.Sigma, run[JacobianError]) by run.Config.Seed into seed
               where seed.Count() > 1
               select SlopeOf([.. seed]),
        ]);

        /// <summary>The relative error over σ² at the smallest σ.</summary>
        public Summary Coefficient => Summary.Of([.. Last.Select(run => run[JacobianError] / (run.Config.Sigma * run.Config.Sigma))]);

        /// <summary>2⟨φ,ψ⟩/KSD², what that tends to as σ → 0: the mean over seeds.</summary>
        public double ExpectedCoefficient => Last.Average(run => 2 * run[Cross] / run[Ksd]);

        private double LargestFit { get; } = LargestFitSigma * IdentityDensities.SmallestDeviation(Runs[0].Config.Model());

        private IEnumerable<StoredRun<DaeIdentitySettings>> Last => Runs.GroupBy(run => run.Config.Sigma).MinBy(cell => cell.Key)!;

        /// <summary>The absolute value of an error at one σ, over seeds.</summary>
        public Summary At(double sigma, Quantity error)
            => Summary.Of([.. Runs.Where(run => run.Config.Sigma == sigma).Select(run => Math.Abs(run[error]))]);

        /// <summary>The largest absolute value of an error over all σ and seeds.</summary>
        public double Largest(Quantity error) => Runs.Max(run => Math.Abs(run[error]));
    }

    /// <summary>The repetitions of all seeds, at least one, at one σ, each with the same number of samples.</summary>
    internal sealed record ExactCell(string Problem, double Sigma, int Samples, IReadOnlyList<IdentityDraw> Draws)
        : IFromRuns
    {
        public IEnumerable<string> RunIds { get; init; } = [];

        public Summary Over(Number<IdentityDraw> number) => Summary.Of([.. Draws.Select(number.Of)]);
    }
}
