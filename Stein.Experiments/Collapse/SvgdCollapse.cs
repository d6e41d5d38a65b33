using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Kernels;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Collapse;

/// <summary>One run: particles that move towards N(0, V), V diagonal, or as many draws of it.</summary>
internal sealed record SvgdCollapseSettings
{
    [Description("algorithm that moves the particles, or draws of the target"), OneOf(typeof(CollapseAlgorithms))]
    public string Algorithm { get; init; } = "svgd";

    [Description("dimension D"), Range(1, 1000), Option("dim")]
    public int Dimension { get; init; } = 50;

    [Description("largest variance of the target over its smallest; the others lie between them in geometric progression")]
    [Range(1, double.MaxValue)]
    public double VarianceRatio { get; init; } = 1;

    [Description("number of particles"), Range(ParticleFlow.MinParticles, 10_000), Option("n", "particles")]
    public int Particles { get; init; } = 100;

    [Description("iterations"), Range(1, 100_000_000), OnlyFor(nameof(Algorithm), typeof(CollapseAlgorithms))]
    public int Iterations { get; init; } = 2000;

    [Description("step size of Adam"), Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Algorithm), typeof(CollapseAlgorithms))]
    public double StepSize { get; init; } = 0.02;

    [Description("mean of every coordinate of the particles at the start"), OnlyFor(nameof(Algorithm), typeof(CollapseAlgorithms))]
    public double StartMean { get; init; } = 2;

    [Description("standard deviation of the particles at the start"), Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Algorithm), typeof(CollapseAlgorithms))]
    public double StartDeviation { get; init; } = 1;

    [Description("kernel of the flow"), OneOf(typeof(SteinKernels)), OnlyFor(nameof(Algorithm), typeof(CollapseAlgorithms))]
    public string Kernel { get; init; } = "rbf";

    [Description("bandwidth of each slice over that of its median rule"), Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Algorithm), "sliced-svgd")]
    public double BandwidthScale { get; init; } = 1;

    [Description("iterations between two measurements"), Range(1, int.MaxValue), OnlyFor(nameof(Algorithm), typeof(CollapseAlgorithms))]
    public int MeasureEvery { get; init; } = 100;

    /// <remarks>Runs of one seed and dimension start from the same particles, whatever the rest.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    /// <summary>The standard deviations of the coordinates, of geometric mean 1.</summary>
    public double[] Deviations() => Dimension == 1
        ? [1]
        : [.. Enumerable.Range(0, Dimension).Select(d => Math.Pow(VarianceRatio, 0.5 * ((d / (Dimension - 1.0)) - 0.5)))];
}

/// <summary>The algorithms, and draws of the target beside them. Another one is a line here, and one in the training.</summary>
internal static class CollapseAlgorithms
{
    public const string Exact = "exact";

    private static readonly (string Id, string Title)[] All =
        [("svgd", "SVGD"), ("sliced-svgd", "S-SVGD"), ("ksd-descent", "KSD descent"), (Exact, "exact sample")];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(algorithm => algorithm.Id)];

    public static string Title(string id) => All.Single(algorithm => algorithm.Id == id).Title;

    /// <summary>The algorithms that use a setting of motion, whichever it is.</summary>
    public static IEnumerable<string> NamesThatUse(string property) => Names.Where(name => name != Exact);
}

/// <summary>
/// The collapse of SVGD: its particles are narrower than the target, the more so the higher the dimension. Sliced SVGD, KSD descent and
/// exact samples beside it.
/// </summary>
internal sealed class SvgdCollapse : TrainingStudy<SvgdCollapseSettings>
{
    private static readonly Quantity Variance = new("variance", "Mean variance of the coordinates over that of the target");
    private static readonly Quantity Mean = new("mean", "Mean of the coordinates in standard deviations of the target");
    private static readonly Quantity VarianceError = new("variance_error", "Mean squared error of the variances");
    private static readonly Quantity MeanError = new("mean_error", "Mean squared error of the means");

    private static readonly Quantity[] Quantities = [Variance, Mean, VarianceError, MeanError];

    public override string Name => "svgd-collapse";

    public override string Title => "Particles on Gaussians: mean and variance of their marginals over dimension";

    public override string Source => "Gong, Li and Hernández-Lobato, Sliced kernelized Stein discrepancy, ICLR 2021, S-SVGD on Gaussians";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--algorithm svgd,exact --dim 1,10,100", "the collapse of SVGD beside draws of the target; seconds"),
        ("--algorithm svgd,sliced-svgd,ksd-descent --dim 20 --variance-ratio 10", "a target with unequal variances"),
    ];

    /// <summary>The paper prints no numbers; the dimensions from 1 to 200 and the rest are ours.</summary>
    protected override IReadOnlyList<SvgdCollapseSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. Grid([1], [1, 2, 5, 10, 20, 50, 100, 200], 5, new()), .. Grid([10], [2, 10, 50, 200], 5, new())],
        GridScale.Quick => Grid([1], [1, 10, 50], 2, new() { Iterations = 500, StepSize = 0.05 }),
        _ => Grid([1, 4], [1, 3], 2, new() { Particles = 12, Iterations = 40, StepSize = 0.1, MeasureEvery = 20 }),
    };

    protected override void Validate(SvgdCollapseSettings config)
    {
        if (!double.IsFinite(config.StartMean))
            throw InvalidConfigException.Value("start_mean", config.StartMean, "a finite number");
        int derivatives = config.Algorithm is "sliced-svgd" or "ksd-descent"
            ? KernelSmoothness.SteinKernelGradient
            : KernelSmoothness.SteinKernel;
        if (KernelSmoothness.ProblemWith(config.Kernel, derivatives, config.Algorithm) is { } problem)
            throw InvalidConfigException.Because("kernel", config.Kernel, problem);
    }

    /// <summary>In one dimension there are no unequal variances.</summary>
    protected override SvgdCollapseSettings Normalise(SvgdCollapseSettings config)
        => config.Dimension == 1 ? config with { VarianceRatio = 1 } : config;

    /// <summary>
    /// An iteration with P pairs in D dimensions takes 11D operations a pair for distances and products, and 15 for the kernel; KSD descent
    /// takes the kernel once more and 12D + 20 a pair; S-SVGD takes 60 a pair and coordinate for two pair sums and the medians.
    /// </summary>
    protected override double Operations(SvgdCollapseSettings config)
    {
        (double pairs, double dimension) = (0.5 * config.Particles * (config.Particles - 1), config.Dimension);
        return config.Algorithm switch
        {
            CollapseAlgorithms.Exact => 30.0 * config.Particles * dimension,
            "sliced-svgd" => config.Iterations * ((60 * pairs * dimension) + (12 * config.Particles * dimension * dimension)),
            "ksd-descent" => config.Iterations * pairs * ((23 * dimension) + 50),
            _ => config.Iterations * pairs * ((11 * dimension) + 15),
        };
    }

    protected override string SpeedClass(SvgdCollapseSettings config) => config.Algorithm;

    protected override string Describe(SvgdCollapseSettings config)
        => $"{CollapseAlgorithms.Title(config.Algorithm)}, D = {config.Dimension}"
            + (config.VarianceRatio == 1 ? "" : $", variance ratio {NumberText.Tick(config.VarianceRatio)}") + $", seed {config.Seed}";

    protected override int Iterations(SvgdCollapseSettings config)
        => config.Algorithm == CollapseAlgorithms.Exact ? 0 : config.Iterations;

    protected override Func<int, bool> IsMeasured(SvgdCollapseSettings config) => iteration => iteration % config.MeasureEvery == 0;

    protected override ITraining Begin(SvgdCollapseSettings config, Device device)
        => config.Algorithm == CollapseAlgorithms.Exact ? new ExactSample(config) : new Training(device, config);

    protected override Report Compose(Results<SvgdCollapseSettings> results)
    {
        Row[] rows =
        [
            .. from algorithm in results.By(config => config.Algorithm)
               let keys = algorithm.Part.Differing("dimension", "variance_ratio", "seed")
               from condition in algorithm.Part.Conditions(config => config with { Seed = 0 })
               orderby condition.Config.VarianceRatio, condition.Config.Dimension
               select new Row(condition, Results<SvgdCollapseSettings>.Variant(condition.Runs[0].Run, keys)),
        ];
        return new(
        [
            DataTable.Create(
                "collapse",
                rows,
                [
                    new("algorithm", row => row.Config.Algorithm),
                    new("variant", row => row.Variant),
                    new("variance_ratio", row => row.Config.VarianceRatio),
                    new("dimension", row => row.Config.Dimension),
                    new("seeds", row => row.Runs.Count),
                    new("seeds_expected", row => row.Expected),
                    .. Results<SvgdCollapseSettings>.DivergedColumn(rows),
                    .. Quantities.SelectMany(quantity => DataColumn<Row>.MeanAndError(quantity.Name, row => row.Over(quantity))),
                ]),
            .. from target in rows.GroupBy(row => row.Config.VarianceRatio)
               from quantity in Quantities
               select Table.Pivot(
                   $"{quantity.Name}_ratio{NumberText.Tick(target.Key)}",
                   quantity.Title + Ratio(target.Key),
                   Caption(results),
                   target.OrderBy(row => row.Rank),
                   [new("algorithm", row => row.Title)],
                   row => row.Config.Dimension,
                   dimension => $"D = {dimension}",
                   row => row.WithSeeds(Text(quantity, row.Over(quantity)))),
            .. from target in rows.GroupBy(row => row.Config.VarianceRatio)
               select VarianceFigure([.. target], Caption(results)),
        ]);
    }

    /// <summary>Squared errors span many decades.</summary>
    private static string Text(Quantity quantity, Summary value) => quantity == VarianceError || quantity == MeanError
        ? SignificantText.WithError(value.Mean, value.StandardError)
        : value.Text(quantity.Decimals);

    private static string Ratio(double ratio) => ratio == 1 ? "" : $", variance ratio {NumberText.Tick(ratio)}";

    private static Figure VarianceFigure(IReadOnlyList<Row> rows, string caption)
    {
        double[] dimensions = [.. rows.Select(row => (double)row.Config.Dimension).Distinct().Order()];
        var algorithms = rows.OrderBy(row => row.Rank).GroupBy(row => row.Title).ToList();
        double ratio = rows[0].Config.VarianceRatio;
        return new Figure(
            $"variance_ratio{NumberText.Tick(ratio)}",
            $"Variance of the particles over that of the target against the dimension, mean ± standard error over seeds. {caption}",
            new Axis($"Dimension D{Ratio(ratio)}") { Scale = Scale.Log10, Ticks = Ticks.At(dimensions) },
            new Axis("Variance over that of the target") { Includes = [0, 1] },
            [
                .. algorithms.Select((algorithm, index) => new Series(
                    algorithm.Key,
                    SeriesStyle.Of(index),
                    [.. algorithm.Select(row => Point.Mean(row.Config.Dimension, row.Over(Variance)))])),
                new Series("truth", SeriesStyle.Reference, [new(dimensions[0], 1), new(dimensions[^1], 1)]) { HasMarkers = false },
            ]);
    }

    private static string Caption(Results<SvgdCollapseSettings> results)
    {
        Results<SvgdCollapseSettings> moved = results.Where(config => config.Algorithm != CollapseAlgorithms.Exact);
        string[] sentences =
        [
            "The target is N(0, V) with a diagonal V"
                + string.Concat(results.Shared(config => config.VarianceRatio, value => value == 1 ? ", the identity" : Ratio(value)))
                + ".",
            .. results.Shared(config => config.Particles, value => $"There are {value} particles."),
            .. moved.Shared(
                config => (config.StartMean, config.StartDeviation),
                value => $"Their coordinates start as draws from N({NumberText.Tick(value.StartMean)}, "
                    + $"{NumberText.Tick(value.StartDeviation * value.StartDeviation)})."),
            .. moved.Shared(
                config => (config.Iterations, config.StepSize),
                value => $"Adam takes {value.Iterations} steps of size {NumberText.Tick(value.StepSize)}."),
            .. moved.Shared(config => config.Kernel, value => $"The kernel is {value}."),
            "Variances are about the particles' own mean, with n − 1. Errors of means and variances are in units of the target's standard "
                + "deviations and variances, squared and averaged over coordinates. The exact sample consists of independent draws of the "
                + "target. Values are mean ± standard error over seeds. No mean squared errors are published for these targets.",
        ];
        return string.Join(' ', sentences) + results.Remarks;
    }

    private static SvgdCollapseSettings[] Grid(double[] ratios, int[] dimensions, int seeds, SvgdCollapseSettings settings) =>
    [
        .. from ratio in ratios
           from dimension in dimensions
           where ratio == 1 || dimension > 1
           from algorithm in CollapseAlgorithms.Names
           from seed in Seeds.From(settings.Seed, seeds)
           select settings with { VarianceRatio = ratio, Dimension = dimension, Algorithm = algorithm, Seed = seed },
    ];

    private static Metric[] Values(SvgdCollapseSettings config, double[] points)
    {
        double[] deviations = config.Deviations();
        var coordinates = deviations.Select((deviation, d) =>
        {
            IEnumerable<double> column = points.Where((_, index) => index % config.Dimension == d).Select(x => x / deviation);
            (double mean, double variance) = column.MeanVariance();
            return (Mean: mean, Variance: variance);
        }).ToArray();
        return
        [
            Variance.At(coordinates.Average(coordinate => coordinate.Variance)),
            Mean.At(coordinates.Average(coordinate => coordinate.Mean)),
            VarianceError.At(coordinates.Average(coordinate => Math.Pow(coordinate.Variance - 1, 2))),
            MeanError.At(coordinates.Average(coordinate => Math.Pow(coordinate.Mean, 2))),
        ];
    }

    /// <summary>The seeds of an algorithm and a target.</summary>
    /// <param name="Variant">The settings that differ among the rows.</param>
    private sealed record Row(Condition<SvgdCollapseSettings> Condition, string Variant)
        : Condition<SvgdCollapseSettings>(Condition.Config, Condition.Runs, Condition.Expected)
    {
        public int Rank => CollapseAlgorithms.Names.ToList().IndexOf(Config.Algorithm);

        public string Title => CollapseAlgorithms.Title(Config.Algorithm) + (Variant.Length == 0 ? "" : $" ({Variant})");
    }

    /// <summary>Draws of the target, which need no iterations.</summary>
    private sealed class ExactSample(SvgdCollapseSettings config) : ITraining
    {
        public IReadOnlyList<IStateful> Parts => [];

        public string Status => "";

        public void Step() => throw new InvalidOperationException("an exact sample has no iterations");

        public IReadOnlyList<Metric> Measure() => Values(
            config,
            new ProductNormal(new double[config.Dimension], config.Deviations())
                .Sample(new PhiloxStream(config.Seed, StreamPurpose.TestData), config.Particles));

        public bool HasDiverged() => false;

        public TrainingResult Finish() => new(Measure());
    }

    private sealed class Training : ITraining, IRadialKernelVisitor<ParticleFlow>
    {
        private readonly Device device;
        private readonly SvgdCollapseSettings config;
        private readonly ParticleSampler sampler;
        private readonly double startError;

        public Training(Device device, SvgdCollapseSettings config)
        {
            (this.device, this.config) = (device, config);
            var stream = new PhiloxStream(config.Seed, StreamPurpose.Initialisation);
            double[] start =
            [
                .. Enumerable.Range(0, config.Particles * config.Dimension)
                    .Select(_ => config.StartMean + (config.StartDeviation * stream.NextNormal())),
            ];
            var target = new ProductNormal(new double[config.Dimension], config.Deviations());
            sampler = new ParticleSampler(RadialKernels.Visit(config.Kernel, this), target, null, config.StepSize, start);
            startError = Error(start);
        }

        public IReadOnlyList<IStateful> Parts => [sampler];

        public string Status => $"variance {NumberText.Fixed(Measure()[0].Value)} of the target's";

        public void Step() => sampler.Step();

        public IReadOnlyList<Metric> Measure()
        {
            double[] positions = device.Read(sampler.Positions);
            return Array.TrueForAll(positions, double.IsFinite)
                ? Values(config, positions)
                : throw new RunFailedException(
                    $"the positions of the particles are no longer finite at iteration {sampler.Iteration}", sampler.Iteration);
        }

        /// <summary>
        /// Whether means and variances are farther from those of the target than at the start, and than those of particles that are all at
        /// its mean: collapse is no divergence.
        /// </summary>
        public bool HasDiverged() => Error(device.Read(sampler.Positions)) > Math.Max(startError, 2);

        public TrainingResult Finish() => new(Measure());

        public ParticleFlow Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => config.Algorithm switch
            {
                "svgd" => new SteinVariationalGradientDescent<TKernel>(device, config.Particles, config.Dimension),
                "sliced-svgd" => new SlicedSteinVariationalGradientDescent<TKernel>(
                    device, config.Particles, config.Dimension, config.BandwidthScale),
                _ => new KernelSteinDescent<TKernel>(device, config.Particles, config.Dimension),
            };

        private double Error(double[] points) => Values(config, points)
            .Where(value => value.Name == MeanError.Name || value.Name == VarianceError.Name).Sum(value => value.Value);
    }
}
