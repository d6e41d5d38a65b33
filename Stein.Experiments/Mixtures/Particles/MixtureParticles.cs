using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MathNet.Numerics.Distributions;
using Stein.Engine.Devices;
using Stein.Engine.Kernels;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Samples;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Mixtures.Particles;

/// <summary>
/// One run: particles that start in one mode of <c>π N(−m e₁, I) + (1 − π) N(m e₁, I)</c> and should become a sample of both.
/// </summary>
internal sealed record MixtureParticlesSettings
{
    [Description("algorithm that moves the particles"), OneOf(typeof(ParticleAlgorithm))]
    public string Algorithm { get; init; } = "svgd";

    [Description("m, the distance of each mode from the origin"), Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    public double Separation { get; init; } = 5;

    [Description("weight of the mode at −m, where the particles start")]
    [Range(0.0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Weight { get; init; } = 0.5;

    [Description("dimension D"), Range(1, 1000), Option("dim")]
    public int Dimension { get; init; } = 1;

    [Description("number of particles"), Range(ParticleFlow.MinParticles, 10_000), Option("n", "particles")]
    public int Particles { get; init; } = 100;

    [Description("iterations"), Range(1, 100_000_000)]
    public int Iterations { get; init; } = 1000;

    [Description("step size of Adam, in standard deviations of a smoothed mode")]
    [Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    public double StepSize { get; init; } = 0.1;

    /// <remarks>The noise ends at <see cref="NoiseSchedule.Last"/>.</remarks>
    [Description("standard deviation of the noise at the start of an annealed algorithm; 2m unless it is given")]
    [OnlyFor(nameof(Algorithm), "svgd-annealed", "ksd-descent-annealed")]
    public double? FirstSigma { get; init; }

    [Description("standard deviation of the particles at the start"), Range(0.0, double.PositiveInfinity, MinimumIsExclusive = true)]
    public double StartDeviation { get; init; } = 1;

    [Description("kernel of the flow and of KSD"), OneOf(typeof(SteinKernels))]
    public string Kernel { get; init; } = "rbf";

    [Description("draws of the target that the particles are compared with at the end"), Range(1, 100_000)]
    public int ExactSamples { get; init; } = 1000;

    [Description("iterations between two measurements"), Range(1, int.MaxValue)]
    public int MeasureEvery { get; init; } = 50;

    /// <remarks>Runs of one seed, dimension and separation start from the same particles, whatever the rest.</remarks>
    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    public GaussianMixture Target() => GaussianMixture.TwoModes(Separation, Weight, Dimension);
}

/// <summary>
/// Particles that start in one of two modes: whether SVGD and KSD descent reach the other, with the target itself and with the exactly
/// smoothed target.
/// </summary>
internal sealed class MixtureParticles : TrainingStudy<MixtureParticlesSettings>
{
    private const string ExactPrefix = "exact_";
    private const string PositionsFile = "particles.csv";

    private static readonly Quantity Share = new("share", "Share of particles in the other mode");
    private static readonly Quantity Between = new("between", "Share of particles stranded between the modes");
    private static readonly Quantity MeanDiscrepancy = new("mmd", "Squared MMD to an exact sample", 3);
    private static readonly Quantity Discrepancy = new("ksd", "Squared KSD to the target", 4);

    public override string Name => "mixture-particles";

    public override string Title => "Particles started in one of two modes: the share that reaches the other";

    public override string Source =>
        "Wenliang and Kanagawa, Blindness of score-based methods to isolated components and mixing proportions, arXiv 2008.10087";

    public override int ProtocolVersion => 2;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--separation 2,5,8", "SVGD started in one of two modes; seconds"),
        ("--algorithm svgd,svgd-annealed --dim 2 --seed 60,70,80", "with and without annealing, in the plane"),
        ("--algorithm ksd-descent --kernel imq --weight 0.8", "KSD descent with another kernel and unequal weights"),
    ];

    /// <summary>
    /// The paper prints no numbers; the grid is ours. Most of it has equal weights; weights 0.8 and 0.2 show whether the particles reach
    /// the other mode in the right proportion.
    /// </summary>
    protected override IReadOnlyList<MixtureParticlesSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => [.. Grid([0.5], [1, 2, 10], [2, 3, 4, 5, 6, 8], 10, new()), .. Grid([0.8], [1, 2, 10], [2, 5, 8], 10, new())],
        GridScale.Quick => Grid([0.5], [1, 2], [2, 5, 8], 3, new() { Iterations = 500 }),
        _ => Grid([0.5], [1, 2], [2, 6], 2, new() { Particles = 16, Iterations = 60, ExactSamples = 50, MeasureEvery = 20 }),
    };

    protected override void Validate(MixtureParticlesSettings config)
    {
        string allowed = $"at least {NoiseSchedule.Last}: the noise of an annealed algorithm ends at {NoiseSchedule.Last}";
        if (config.FirstSigma is { } sigma && !(sigma >= NoiseSchedule.Last && double.IsFinite(sigma)))
            throw InvalidConfigException.Value("first_sigma", sigma, allowed);
        if (config.FirstSigma is null && ParticleAlgorithm.Of(config).IsAnnealed && config.Separation < NoiseSchedule.Last / 2)
            throw InvalidConfigException.Value("separation", config.Separation, $"half of {allowed}");
        int derivatives = ParticleAlgorithm.Of(config).IsVariational ? KernelSmoothness.SteinKernel : KernelSmoothness.SteinKernelGradient;
        if (KernelSmoothness.ProblemWith(config.Kernel, derivatives, config.Algorithm) is { } problem)
            throw InvalidConfigException.Because("kernel", config.Kernel, problem);
    }

    protected override MixtureParticlesSettings Normalise(MixtureParticlesSettings config)
        => config.FirstSigma == 2 * config.Separation ? config with { FirstSigma = null } : config;

    /// <summary>
    /// An iteration with P pairs in D dimensions takes 3PD operations for distances, at most 4N²D for two products and 15 per pair for the
    /// kernel; KSD descent takes the kernel once more and 12D + 20 per pair.
    /// </summary>
    protected override double Operations(MixtureParticlesSettings config)
    {
        (double pairs, double dimension) = (0.5 * config.Particles * (config.Particles - 1), config.Dimension);
        double descent = ParticleAlgorithm.Of(config).IsVariational ? 0 : pairs * ((12 * dimension) + 35);
        return config.Iterations * ((pairs * ((11 * dimension) + 15)) + descent);
    }

    protected override string SpeedClass(MixtureParticlesSettings config)
        => ParticleAlgorithm.Of(config).IsVariational ? "svgd" : "ksd-descent";

    protected override string Describe(MixtureParticlesSettings config)
        => $"{ParticleAlgorithm.Of(config).Title}, D = {config.Dimension}, m = {NumberText.Tick(config.Separation)}, "
            + $"π = {NumberText.Tick(config.Weight)}, seed {config.Seed}";

    protected override int Iterations(MixtureParticlesSettings config) => config.Iterations;

    protected override Func<int, bool> IsMeasured(MixtureParticlesSettings config) => iteration => iteration % config.MeasureEvery == 0;

    protected override ITraining Begin(MixtureParticlesSettings config, Device device) => new Training(device, config);

    protected override Report Compose(Results<MixtureParticlesSettings> results)
    {
        Row[] rows = [.. Rows(results).OrderBy(row => row.Config.Weight).ThenBy(row => row.Config.Dimension)
            .ThenBy(row => row.Config.Separation).ThenBy(row => row.Variant)];
        string caption = Caption(results);
        Example[] examples = [.. ExamplesOf(results, dimension: 1), .. ExamplesOf(results, dimension: 2)];
        return new(
        [
            DataTable.Create(
                "particles",
                rows,
                [
                    new("algorithm", row => row.Algorithm.Id),
                    new("variant", row => row.Variant),
                    new("dimension", row => row.Config.Dimension),
                    new("separation", row => row.Config.Separation),
                    new("weight", row => row.Config.Weight),
                    new("seeds", row => row.Runs.Count),
                    new("seeds_expected", row => row.Expected),
                    .. Results<MixtureParticlesSettings>.DivergedColumn(rows),
                    .. DataColumn<Row>.MeanAndError(Share.Name, row => row.Over(Share)),
                    new("share_truth", row => row.ShareTruth),
                    .. DataColumn<Row>.MeanAndError(Between.Name, row => row.Over(Between)),
                    new("between_truth", row => row.BetweenTruth),
                    .. DataColumn<Row>.MeanAndError(Discrepancy.Name, row => row.Over(Discrepancy)),
                    .. DataColumn<Row>.MeanAndError(MeanDiscrepancy.Name, row => row.Over(MeanDiscrepancy)),
                ]),
            .. from weight in rows.GroupBy(row => row.Config.Weight)
               from quantity in (Quantity[])[Share, Between, MeanDiscrepancy, Discrepancy]
               select Table.Pivot(
                   $"{quantity.Name}_weight{NumberText.Tick(weight.Key)}",
                   $"{quantity.Title}, π = {NumberText.Tick(weight.Key)}",
                   caption,
                   weight.OrderBy(row => row.Config.Dimension),
                   [new("algorithm", row => row.Title), new("D", row => $"{row.Config.Dimension}")],
                   row => row.Config.Separation,
                   separation => $"m = {NumberText.Tick(separation)}",
                   row => row.WithSeeds(row.Over(quantity).Text(quantity.Decimals))),
            .. rows.GroupBy(row => (row.Config.Dimension, row.Config.Weight)).Select(panel => ShareFigure([.. panel], caption)),
            .. examples.Length == 0 ? [] : new Section[] { ExampleData(examples) },
            .. examples.GroupBy(example => example.Config.Dimension).Select(figure => ExampleFigure([.. figure])),
        ]);
    }

    /// <summary>One row per algorithm, variant and target, and one per target for exact samples of it.</summary>
    private static IEnumerable<Row> Rows(Results<MixtureParticlesSettings> results)
    {
        IReadOnlyList<string> keys = results.Differing("algorithm", "dimension", "separation", "weight", "seed");
        string[] exactKeys = [.. keys.Intersect(["particles", "kernel", "exact_samples"])];
        return
        [
            .. from condition in results.Conditions(config => config with { Seed = 0 })
               select new Row(ParticleAlgorithm.Of(condition.Config), keys, condition.Runs, condition.Expected),
            .. from target in results.By(config => (
                   config.Dimension, config.Separation, config.Weight, config.Particles, config.Kernel, config.ExactSamples))
               select new Row(
                   ParticleAlgorithm.Exact,
                   exactKeys,
                   [.. target.Part.Runs.DistinctBy(run => run.Config.Seed)],
                   target.Part.Plan.DistinctBy(run => ((MixtureParticlesSettings)run.Config).Seed).Count()),
        ];
    }

    private static Figure ShareFigure(IReadOnlyList<Row> rows, string caption)
    {
        MixtureParticlesSettings config = rows[0].Config;
        var algorithms = rows.Where(row => row.Algorithm != ParticleAlgorithm.Exact)
            .OrderBy(row => row.Algorithm.Rank).GroupBy(row => row.Title).ToList();
        Row[] truth = [.. rows.DistinctBy(row => row.Config.Separation).OrderBy(row => row.Config.Separation)];
        double[] separations = [.. truth.Select(row => row.Config.Separation)];
        (double left, double right) = (separations[0] - 0.5, separations[^1] + 0.5);
        return new Figure(
            $"share_D{config.Dimension}_weight{config.Weight}",
            $"Share of particles in the other mode against the separation, mean ± standard error over seeds. {caption}",
            new Axis($"Separation m (D = {config.Dimension}, π = {NumberText.Tick(config.Weight)})")
            {
                Ticks = Ticks.At(separations),
                Limits = (left, right),
            },
            new Axis("Share of particles in the other mode") { Includes = [0, truth[0].ShareTruth], Margin = 0.06 },
            [
                .. algorithms.Select((algorithm, index) => new Series(
                    algorithm.Key,
                    SeriesStyle.Of(index),
                    [.. algorithm.OrderBy(row => row.Config.Separation).Select(row => Point.Mean(row.Config.Separation, row.Over(Share)))])
                {
                    Shift = (index - (0.5 * (algorithms.Count - 1))) * 0.04,
                }),
                new Series(
                    "truth",
                    SeriesStyle.Reference,
                    [
                        new(left, truth[0].ShareTruth),
                        .. truth.Select(row => new Point(row.Config.Separation, row.ShareTruth)),
                        new(right, truth[^1].ShareTruth),
                    ])
                {
                    HasMarkers = false,
                    IsInLimits = false,
                },
            ]);
    }

    /// <summary>One run per algorithm in a dimension, with the other settings of the first run nearest to separation 5.</summary>
    private static IEnumerable<Example> ExamplesOf(Results<MixtureParticlesSettings> results, int dimension) =>
        from first in results.Where(config => config.Dimension == dimension).Runs
            .OrderBy(run => Math.Abs(run.Config.Separation - 5)).Take(1)
        from algorithm in ParticleAlgorithm.Names
        let alike = results.Runs.FirstOrDefault(run
            => run.Config with { FirstSigma = null } == first.Config with { FirstSigma = null, Algorithm = algorithm })
        where alike is not null
        select new Example(alike.Config, SampleTable.Read(Path.Combine(alike.Folder, PositionsFile)).Values);

    private static DataTable ExampleData(IReadOnlyList<Example> examples)
    {
        var particles =
            from example in examples
            from particle in example.Positions.Chunk(example.Config.Dimension).Index()
            select (example.Config, particle.Index, Position: particle.Item);
        return DataTable.Create(
            "examples",
            particles,
            [
                new("algorithm", particle => particle.Config.Algorithm),
                new("dimension", particle => particle.Config.Dimension),
                new("separation", particle => particle.Config.Separation),
                new("weight", particle => particle.Config.Weight),
                new("seed", particle => particle.Config.Seed),
                new("particle", particle => particle.Index),
                new("x1", particle => particle.Position[0]),
                new("x2", particle => particle.Position.Length == 1 ? null : particle.Position[1]),
            ]) with
        {
            IsInJson = false,
        };
    }

    /// <summary>
    /// Final particles, the algorithms one above the other: on the line histograms under the target's density, in the plane points with
    /// the circles that are one and two standard deviations from each mode.
    /// </summary>
    private static Figure ExampleFigure(IReadOnlyList<Example> examples)
    {
        MixtureParticlesSettings config = examples[0].Config;
        bool isLine = config.Dimension == 1;
        // In heights of the target's density (all particles in one mode are twice as high), or in standard deviations of a mode.
        double spacing = isLine ? 2.5 : 7;
        double reach = config.Separation + 4;
        var placed = examples.Select((example, index) => (Example: example, Bottom: (examples.Count - 1 - index) * spacing)).ToArray();
        return new Figure(
            $"example_D{config.Dimension}",
            "Final particles of one run per algorithm, " + (isLine
                ? "as histograms under the density of the target, scaled to height 1."
                : "with the circles that are one and two standard deviations from each mode of the target."),
            new Axis(
                $"x₁ (D = {config.Dimension}, m = {NumberText.Tick(config.Separation)}, π = {NumberText.Tick(config.Weight)}, "
                + $"seed {config.Seed})")
            {
                Limits = (-reach, reach),
            },
            new Axis("")
            {
                Ticks = Ticks.Texts(
                    [.. placed.Select(one => (one.Bottom + (isLine ? 0.5 : 0), ParticleAlgorithm.Of(one.Example.Config).Title))]),
                Limits = (isLine ? -0.1 : -0.5 * spacing, placed[0].Bottom + (isLine ? spacing : 0.5 * spacing)),
                HasGrid = false,
            },
            [.. placed.SelectMany(one => isLine ? Histogram(one.Example, one.Bottom, reach) : Cloud(one.Example, one.Bottom))]);
    }

    private static IEnumerable<Layer> Histogram(Example example, double bottom, double reach)
    {
        const double Width = 0.5;
        double[] grid = [.. Enumerable.Range(0, 401).Select(index => reach * ((index / 200.0) - 1))];
        var logarithms = new double[grid.Length];
        example.Config.Target().LogDensities(grid, logarithms);
        double peak = Math.Exp(logarithms.Max());
        return
        [
            new Boxes(
                "",
                example.Style,
                [
                    .. from bin in example.Positions.GroupBy(x => Math.Floor(x / Width))
                       let height = bin.Count() / (example.Positions.Length * Width * peak)
                       select new Box(bin.Key * Width, (bin.Key + 1) * Width, bottom, bottom + height),
                ]),
            Outline("density of the target", grid.Zip(logarithms, (x, logarithm) => new Point(x, bottom + (Math.Exp(logarithm) / peak)))),
        ];
    }

    private static IEnumerable<Layer> Cloud(Example example, double middle) =>
    [
        .. from mode in (double[])[-example.Config.Separation, example.Config.Separation]
           from radius in (double[])[1, 2]
           select Outline("modes of the target", Enumerable.Range(0, 73).Select(index => index * Math.PI / 36)
               .Select(angle => new Point(mode + (radius * Math.Cos(angle)), middle + (radius * Math.Sin(angle))))),
        new Series(
            "",
            example.Style,
            [.. example.Positions.Chunk(example.Config.Dimension).Select(point => new Point(point[0], middle + point[1]))])
        {
            HasLine = false,
            MarkerSize = 6,
            MarkerLineWidth = 1.6f,
        },
    ];

    private static Series Outline(string label, IEnumerable<Point> points)
        => new(label, SeriesStyle.Outline, [.. points]) { HasMarkers = false, LineWidth = 1.2f };

    private static string Caption(Results<MixtureParticlesSettings> results)
    {
        string first = results.Runs.All(run => run.Config.FirstSigma is null) ? "2m" : "the value given in the row";
        string[] sentences =
        [
            "The target is π N(−m e₁, I) + (1 − π) N(m e₁, I).",
            .. results.Shared(config => config.Particles, value => $"There are {value} particles."),
            .. results.Shared(
                config => config.StartDeviation,
                value => $"The particles start as draws from N(−m e₁, {(value == 1 ? "I" : NumberText.Tick(value * value) + " I")})."),
            .. results.Shared(config => config.Iterations, value => $"There are {value} iterations."),
            .. results.Shared(config => config.StepSize, value => $"Adam takes steps of size {NumberText.Tick(value)} √(1 + σ²)."),
            .. results.Shared(config => config.Kernel, value => $"The kernel is {value}."),
            results.Runs.All(run => !ParticleAlgorithm.Of(run.Config).IsAnnealed) ? ""
                : $"Annealed algorithms smooth the target exactly, with σ decreasing from {first} to {NoiseSchedule.Last} over "
                    + $"{NoiseSchedule.Share:P0} of the iterations, and use the target itself afterwards.",
            "A particle is in the other mode if it is nearer to m e₁, and stranded between the modes if |x₁| < m/2.",
            "KSD² is the V-statistic with h² = 2D, and MMD² the V-statistic of three Gaussian kernels (variances ¼, 1, 4)"
                + string.Concat(results.Shared(config => config.ExactSamples, value => $" against {value} draws of the target")) + ".",
            "The exact sample consists of as many independent draws of the target.",
            "Values are mean ± standard error over seeds.",
        ];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0)) + results.Remarks;
    }

    private static MixtureParticlesSettings[] Grid(
        double[] weights, int[] dimensions, double[] separations, int seeds, MixtureParticlesSettings settings) =>
    [
        .. from weight in weights
           from dimension in dimensions
           from separation in separations
           from algorithm in ParticleAlgorithm.Names
           from seed in Seeds.From(settings.Seed, seeds)
           select settings with { Weight = weight, Dimension = dimension, Separation = separation, Algorithm = algorithm, Seed = seed },
    ];

    private sealed record Example(MixtureParticlesSettings Config, double[] Positions)
    {
        public SeriesStyle Style => SeriesStyle.Of(ParticleAlgorithm.Of(Config).Rank);
    }

    /// <summary>The seeds of an algorithm, or of exact samples.</summary>
    /// <param name="Keys">The settings that differ among the rows.</param>
    private sealed record Row(
        ParticleAlgorithm Algorithm, IReadOnlyList<string> Keys, IReadOnlyList<StoredRun<MixtureParticlesSettings>> Runs, int Expected)
        : Condition<MixtureParticlesSettings>(Runs[0].Config, Runs, Expected)
    {
        public string Variant { get; } = Results<MixtureParticlesSettings>.Variant(Runs[0].Run, Keys);

        public string Title => Variant.Length == 0 ? Algorithm.Title : $"{Algorithm.Title} ({Variant})";

        /// <summary>The expected share of draws of the target that are nearer to the other mode.</summary>
        public double ShareTruth
            => (Config.Weight * Normal.CDF(0, 1, -Config.Separation)) + ((1 - Config.Weight) * Normal.CDF(0, 1, Config.Separation));

        /// <summary>The expected share of draws of the target with |x₁| &lt; m/2.</summary>
        public double BetweenTruth => Normal.CDF(0, 1, 1.5 * Config.Separation) - Normal.CDF(0, 1, 0.5 * Config.Separation);

        /// <summary>Draws of the target do not diverge with the particles of their run.</summary>
        public override int Diverged => Algorithm == ParticleAlgorithm.Exact ? 0 : base.Diverged;

        public override Summary Over(Quantity quantity) => Algorithm == ParticleAlgorithm.Exact
            ? Summary.Of([.. Runs.Select(run => run.Number(ExactPrefix + quantity.Name))])
            : Over(run => run[quantity]);
    }

    /// <summary>Particles that start in one mode, move towards the mixture, and are compared with draws of it.</summary>
    private sealed class Training : ITraining, IRadialKernelVisitor<(ParticleFlow Flow, Func<double[], double> Discrepancy)>
    {
        private readonly Device device;
        private readonly MixtureParticlesSettings config;
        private readonly GaussianMixture target;
        private readonly ParticleSampler sampler;
        private readonly double farthestStart;
        private readonly Func<double[], double> discrepancy;

        public Training(Device device, MixtureParticlesSettings config)
        {
            (this.device, this.config, target) = (device, config, config.Target());
            (ParticleFlow flow, discrepancy) = RadialKernels.Visit(config.Kernel, this);
            NoiseSchedule? schedule = ParticleAlgorithm.Of(config).IsAnnealed
                ? new NoiseSchedule(config.FirstSigma ?? (2 * config.Separation), config.Iterations)
                : null;
            double[] start = Start();
            farthestStart = ParticleMeasures.FarthestFromModes(start, config.Dimension, config.Separation);
            sampler = new ParticleSampler(flow, target, schedule, config.StepSize, start);
        }

        public IReadOnlyList<IStateful> Parts => [sampler];

        public string Status
            => $"σ {NumberText.Fixed(sampler.Sigma)}, share in the other mode "
                + NumberText.Fixed(ParticleMeasures.OtherShare(Positions(), config.Dimension));

        public void Step() => sampler.Step();

        public IReadOnlyList<Metric> Measure()
        {
            double[] positions = Positions();
            if (!Array.TrueForAll(positions, double.IsFinite))
            {
                throw new RunFailedException(
                    $"the positions of the particles are no longer finite at iteration {sampler.Iteration}", sampler.Iteration);
            }

            return [.. Values(positions), new("sigma", sampler.Sigma)];
        }

        /// <summary>
        /// Whether a particle is farther from the segment between the modes than all were at the start, and than any draw of the target:
        /// one is farther than √D + t with a probability below exp(−t²/2), which is no positive number in double precision.
        /// </summary>
        /// <remarks>KSD to the target does not tell: it is near 0 at the start, in one mode, and grows on the way to the other.</remarks>
        public bool HasDiverged()
        {
            double farthest = ParticleMeasures.FarthestFromModes(Positions(), config.Dimension, config.Separation);
            return farthest > Math.Max(farthestStart, Math.Sqrt(config.Dimension) + Math.Sqrt(-2 * Math.Log(double.Epsilon)));
        }

        public TrainingResult Finish()
        {
            double[] reference = Draws(stream: 0, config.ExactSamples);
            double[] positions = Positions();
            return new(
                [
                    .. WithReference(positions),
                    .. WithReference(Draws(stream: 1, config.Particles)).Select(value => value with { Name = ExactPrefix + value.Name }),
                ],
                RunSamples.File(PositionsFile, positions, config.Dimension));

            Metric[] WithReference(double[] points) =>
            [
                .. Values(points),
                MeanDiscrepancy.At(ParticleMeasures.SquaredMeanDiscrepancy(points, reference, config.Dimension)),
            ];
        }

        public (ParticleFlow Flow, Func<double[], double> Discrepancy) Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => (
                ParticleAlgorithm.Of(config).IsVariational
                    ? new SteinVariationalGradientDescent<TKernel>(device, config.Particles, config.Dimension)
                    : new KernelSteinDescent<TKernel>(device, config.Particles, config.Dimension),
                points => ParticleMeasures.SteinDiscrepancy<TKernel>(device, points, target));

        private Metric[] Values(double[] points) =>
        [
            Share.At(ParticleMeasures.OtherShare(points, config.Dimension)),
            Between.At(ParticleMeasures.BetweenShare(points, config.Dimension, config.Separation)),
            Discrepancy.At(discrepancy(points)),
        ];

        private double[] Draws(uint stream, int count)
            => target.Sample(new PhiloxStream(config.Seed, StreamPurpose.TestData, stream), count);

        /// <summary>N(−m e₁, d² I), N×D. The normal numbers depend on seed and dimension alone.</summary>
        private double[] Start()
        {
            var stream = new PhiloxStream(config.Seed, StreamPurpose.Initialisation);
            return
            [
                .. from index in Enumerable.Range(0, config.Particles * config.Dimension)
                   select (config.StartDeviation * stream.NextNormal()) - (index % config.Dimension == 0 ? config.Separation : 0),
            ];
        }

        private double[] Positions() => device.Read(sampler.Positions);
    }
}
