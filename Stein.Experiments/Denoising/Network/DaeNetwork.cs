using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Stein.Engine.Devices;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Denoising.Network;

/// <summary>One denoising auto-encoder, trained and measured along the way.</summary>
/// <remarks>Runs with the same seed and density have the same samples and, up to the factor σ, the same noise.</remarks>
internal sealed record DaeNetworkSettings
{
    [Description("density in the plane that samples come from"), OneOf(typeof(PlanarDensity))]
    public string Data { get; init; } = "modes";

    [Description("σ, the standard deviation of the noise"), Range(1e-3, 100)]
    public double Sigma { get; init; } = 0.2;

    [Description("units in each of the two hidden layers"), Range(1, 4096)]
    public int Hidden { get; init; } = 64;

    [Description("samples per batch, with new noise every time"), Range(1, 10_000_000)]
    public int Batch { get; init; } = 128;

    [Description("steps of Adam"), Range(1, 100_000_000)]
    public int Iterations { get; init; } = 40_000;

    [Description("step size of Adam"), Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-3;

    [Description("training samples"), Range(1, 10_000_000), Option("n", "training-samples")]
    public int TrainingSamples { get; init; } = 1000;

    [Description("held-out samples on which losses and Fisher errors are measured"), Range(2, 1_000_000)]
    public int TestSamples { get; init; } = 2000;

    [Description("number of test samples on which KSD is measured"), Range(2, 20_000)]
    public int DiscrepancySamples { get; init; } = 2000;

    [Description("number of checkpoints, a constant factor apart"), Range(1, 10_000)]
    public int Checkpoints { get; init; } = 20;

    [Description("kernel of KSD; its bandwidth is the median distance between the noised test samples"), OneOf(typeof(SteinKernels))]
    public string Kernel { get; init; } = "imq";

    [Description("seed of everything random")]
    public uint Seed { get; init; } = 60;

    internal GaussianMixture Density => PlanarDensity.Find(Data);

    /// <summary>The iterations after which the network is measured, the last included; equal ones after rounding count once.</summary>
    public IReadOnlyList<int> CheckpointIterations()
    {
        // Hardly anything happens before the tenth iteration.
        const int First = 10;
        if (Checkpoints == 1 || Iterations <= First)
            return [Iterations];
        double span = (double)Iterations / First;
        return
        [
            .. Enumerable.Range(0, Checkpoints)
                .Select(index => (int)Math.Round(First * Math.Pow(span, (double)index / (Checkpoints - 1))))
                .Distinct(),
        ];
    }
}

/// <summary>
/// A network trained to remove noise: its excess loss, the error of its score and its noise-matched KSD during training, for several
/// noise levels σ.
/// </summary>
internal sealed class DaeNetwork : TrainingStudy<DaeNetworkSettings>
{
    private const string FieldFile = "field.csv";

    /// <summary>The measures that may rank auto-encoders, each with the error that the ranking should follow.</summary>
    private static readonly MeasurePair[] Pairs =
    [
        new(DaeErrors.MatchedKsd, DaeErrors.Smoothed),
        new(DaeErrors.MatchedKsd, DaeErrors.Clean),
        new(DaeErrors.CleanKsd, DaeErrors.Clean),
        new(DaeErrors.MatchedKsd, DaeErrors.MeanError),
        new(DaeErrors.Loss, DaeErrors.Smoothed),
        new(DaeErrors.Loss, DaeErrors.Clean),
    ];

    public override string Name => "dae-network";

    public override string Title => "Denoising auto-encoders: excess loss, Fisher error and noise-matched KSD during training";

    public override string Source =>
        "Vincent, A connection between score matching and denoising autoencoders, Neural Computation 23(7), 2011; the KSD is ours";

    public override int ProtocolVersion => 1;

    public override IReadOnlyList<(string Arguments, string Meaning)> Examples =>
    [
        ("--data rings --sigma 0.1,0.2,0.4 --iterations 4000", "three noise levels, with less training than in the paper grid"),
        ("--sigma 0.2 --seed 60,70,80", "three seeds, with error bars and rank correlations over them"),
        ("--n 200 --sigma 0.1,0.4", "fewer training samples"),
        ("--hidden 16,256", "networks of two widths; the report has files for each"),
    ];

    protected override IReadOnlyList<DaeNetworkSettings> Configs(GridScale scale) => scale switch
    {
        GridScale.Paper => Grid(PlanarDensity.Names, [0.025, 0.05, 0.1, 0.2, 0.4, 0.8], 10, new()),
        GridScale.Quick => Grid(
            ["modes"], [0.2, 0.4], 2, new() { Iterations = 2000, Checkpoints = 12, TestSamples = 1000, DiscrepancySamples = 500 }),
        _ => Grid(
            ["modes"],
            [0.2, 0.8],
            2,
            new()
            {
                Hidden = 8,
                Batch = 16,
                Iterations = 60,
                TrainingSamples = 50,
                TestSamples = 60,
                DiscrepancySamples = 40,
                Checkpoints = 5,
            }),
    };

    protected override DaeNetworkSettings Normalise(DaeNetworkSettings config)
        => config with { DiscrepancySamples = Math.Min(config.DiscrepancySamples, config.TestSamples) };

    protected override void Validate(DaeNetworkSettings config)
    {
        if (config.Batch > config.TrainingSamples)
            throw InvalidConfigException.Value("batch", config.Batch, $"from 1 to {config.TrainingSamples}, the training samples");
    }

    /// <summary>
    /// A point costs <c>2(4H + H²)</c> forward and twice that back, about 40 per unit for Swish, and 60 for its noise; a checkpoint costs
    /// the pairs of two KSD, 40 each, and two forward passes.
    /// </summary>
    protected override double Operations(DaeNetworkSettings config)
    {
        double point = (2.0 * ((4.0 * config.Hidden) + ((double)config.Hidden * config.Hidden))) + (40.0 * config.Hidden);
        double step = config.Batch * ((3 * point) + 120);
        double pairs = 0.5 * config.DiscrepancySamples * config.DiscrepancySamples * 40;
        return (config.Iterations * step) + (config.CheckpointIterations().Count * 2 * (pairs + (config.TestSamples * point)));
    }

    protected override string Describe(DaeNetworkSettings config)
        => $"{config.Data}, σ = {NumberText.Tick(config.Sigma)}, seed {config.Seed}";

    protected override ITraining Begin(DaeNetworkSettings config, Device device)
    {
        var autoencoder = new DenoisingAutoencoder(device, config.Batch, PlanarDensity.Dimension, config.Hidden, config.Sigma);
        autoencoder.Parameters.Initialise(new PhiloxStream(config.Seed, StreamPurpose.AutoencoderInitialisation));
        return new Training(device, config, autoencoder, new DaeHeldOut(device, config, autoencoder));
    }

    protected override int Iterations(DaeNetworkSettings config) => config.Iterations;

    protected override Func<int, bool> IsMeasured(DaeNetworkSettings config) => config.CheckpointIterations().ToHashSet().Contains;

    protected override Report Compose(Results<DaeNetworkSettings> results) => new(
    [
        .. results.Protocols(config => config with { Data = "", Sigma = 1, Seed = 0 })
            .SelectMany(protocol => new Protocol(protocol.Suffix, protocol.Part).Sections()),
    ]);

    private static DaeNetworkSettings[] Grid(IReadOnlyList<string> densities, double[] sigmas, int seeds, DaeNetworkSettings settings) =>
    [
        .. from data in densities
           from sigma in sigmas
           from seed in Seeds.From(settings.Seed, seeds)
           select settings with { Data = data, Sigma = sigma, Seed = seed },
    ];

    /// <summary>An iteration is a step of Adam on a batch with new noise.</summary>
    private sealed class Training(Device device, DaeNetworkSettings config, DenoisingAutoencoder autoencoder, DaeHeldOut heldOut)
        : ITraining
    {
        private const int D = PlanarDensity.Dimension;

        private readonly double[] trainingSamples =
            config.Density.Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData), config.TrainingSamples);

        private readonly Adam adam = new(new AdamSettings(config.LearningRate), autoencoder.Parameters.All, autoencoder.Gradient.All);
        private readonly EpochBatches batches = new(config.Seed, config.TrainingSamples, config.Batch);
        private readonly PhiloxStream noiseStream = new(config.Seed, StreamPurpose.DenoisingNoise);
        private readonly double initialLoss = heldOut.Loss();
        private readonly int[] indices = new int[config.Batch];
        private readonly double[] noise = new double[config.Batch * D];
        private readonly double[] noised = new double[config.Batch * D];
        private readonly DeviceMatrix noiseMatrix = device.Allocate(config.Batch, D);
        private readonly DeviceMatrix noisedMatrix = device.Allocate(config.Batch, D);

        public IReadOnlyList<IStateful> Parts => [autoencoder.Parameters, adam, batches, noiseStream];

        public string Status { get; private set; } = "";

        public void Step()
        {
            batches.Next(indices);
            for (int i = 0; i < noise.Length; i++)
            {
                noise[i] = noiseStream.NextNormal();
                noised[i] = trainingSamples[(indices[i / D] * D) + (i % D)] + (config.Sigma * noise[i]);
            }

            device.Write(noiseMatrix, noise);
            device.Write(noisedMatrix, noised);
            autoencoder.LossGradient(noisedMatrix, noiseMatrix);
            adam.Step();
        }

        public IReadOnlyList<Metric> Measure()
        {
            DaeErrors errors = heldOut.Measure();
            if (!double.IsFinite(errors[DaeErrors.Smoothed] + errors[DaeErrors.Clean]))
            {
                int iteration = (int)adam.Steps;
                throw new RunFailedException(
                    $"the auto-encoder's output is no longer finite at iteration {iteration}; lower the learning rate", iteration);
            }

            Status = $"Fisher error of the smoothed density {NumberText.Fixed(errors[DaeErrors.Smoothed], 3)}";
            return errors.Metrics;
        }

        public bool HasDiverged() => heldOut.Loss() > initialLoss;

        /// <summary>The numbers, and the score on a square grid over the training samples.</summary>
        public TrainingResult Finish()
        {
            double[] grid = ScoreField.Grid(trainingSamples, across: 21);
            int points = grid.Length / D;
            DeviceMatrix scores = device.Allocate(points, D);
            new DenoisingAutoencoder(device, points, autoencoder).Scores(scores, device.Upload(points, D, grid));
            var field = DataTable.FromRecords("field", FieldPoint.Of(grid, device.Read(scores)));
            return new([.. Measure(), .. heldOut.References()], new RunFile(FieldFile, field.WriteCsv));
        }
    }

    /// <summary>What was measured of a run after so many iterations.</summary>
    private sealed record Checkpoint(StoredRun<DaeNetworkSettings> Run, int Iteration, DaeErrors Errors);

    /// <summary>The seeds of one density and σ.</summary>
    private sealed record Cell(DaeNetworkSettings Config, IReadOnlyList<StoredRun<DaeNetworkSettings>> Runs, int Expected)
        : Condition<DaeNetworkSettings>(Config, Runs, Expected)
    {
        /// <summary>The measurements of each run, from before the first step to the end of training.</summary>
        public IReadOnlyList<Checkpoint[]> Histories { get; } =
        [
            .. from run in Runs
               let times = run.Metrics().GroupBy(row => row.Iteration, row => new Metric(row.Metric, row.Value))
               select times.Select(time => new Checkpoint(run, time.Key, new DaeErrors([.. time]))).ToArray(),
        ];

        /// <summary>The checkpoints of each run, without the start.</summary>
        public IEnumerable<Checkpoint[]> Checkpoints => Histories.Select(history => history[1..]);

        public string Label => $"σ = {NumberText.Tick(Config.Sigma)}";

        /// <summary>The excess loss over σ⁴, whose expectation is the Fisher error of the smoothed density.</summary>
        public Summary Excess => Over(ExcessOf);

        public Summary Difference => Over(DifferenceOf);

        /// <summary>The share of runs whose difference is within 1.96 of its own standard errors: 0.95 is expected.</summary>
        public double Within => Over(run => Math.Abs(DifferenceOf(run)) <= 1.96 * run[DaeErrors.IdentityError] ? 1 : 0).Mean;

        /// <summary>A number during training, by iteration.</summary>
        public IEnumerable<Point> Along(Quantity quantity)
            => from checkpoint in Checkpoints.SelectMany(run => run)
               group checkpoint.Errors[quantity] by checkpoint.Iteration into seeds
               select Point.Mean(seeds.Key, Summary.Of([.. seeds]));

        private double ExcessOf(StoredRun run) => run[DaeErrors.Excess] / Math.Pow(Config.Sigma, 4);

        private double DifferenceOf(StoredRun run) => ExcessOf(run) - run[DaeErrors.Smoothed];
    }

    /// <summary>The report of runs that differ only in density, σ and seed.</summary>
    private sealed class Protocol(string suffix, Results<DaeNetworkSettings> results)
    {
        private const string AboutExcess =
            "The excess is the held-out loss minus that of the best auto-encoder on the same noised samples. Divided by σ⁴, its "
            + "expectation is the Fisher error of the smoothed density, whatever the network. Values are means ± standard errors over "
            + "seeds; the last column counts the runs whose difference is within 1.96 of its standard errors over their test samples. ";

        private const string AboutLadder =
            "Relative errors are divided by those of the score 0. “Smallest in” counts the seeds in which this σ has the smallest value. "
            + "KSD² of the exact score has expectation 0, so that its values are chance. Values are means ± standard errors over seeds. ";

        private const string AboutRanks =
            "Values are Spearman's rank correlations between a measure and an error within a seed: the mean over seeds with its 95 % "
            + "percentile-bootstrap interval over seeds (10 000 replicates; no interval for one seed). The loss is measured on the test "
            + "samples of the errors. KSD gives less weight to an error of the score the shorter the lengths on which it varies, compared "
            + "with the bandwidth; the mean error, the squared length of the mean difference to the score of the smoothed density, is the "
            + "part to which it gives the most weight. ";

        private readonly Cell[] cells =
        [
            .. from condition in results.Conditions(config => config with { Seed = 0 })
               orderby Array.IndexOf([.. PlanarDensity.Names], condition.Config.Data), condition.Config.Sigma
               select new Cell(condition.Config, [.. condition.Runs.OrderBy(run => run.Config.Seed)], condition.Expected),
        ];

        /// <summary>How the auto-encoders were trained and measured.</summary>
        private string Conditions()
        {
            DaeNetworkSettings config = cells[0].Config;
            (int min, int max) = (cells.Min(cell => cell.Runs.Count), cells.Max(cell => cell.Runs.Count));
            string seeds = min < max ? $"{min} to {max} seeds" : max == 1 ? "1 seed" : $"{max} seeds";
            return $"The auto-encoders are r(x') = x' + σ f(x'), where f has two hidden Swish layers of {config.Hidden} units and is "
                + $"trained by Adam (step {NumberText.Tick(config.LearningRate)}, decays 0.9 and 0.99) for {config.Iterations} batches of "
                + $"{config.Batch} from {config.TrainingSamples} samples in the plane, with new noise in every batch. Losses and Fisher "
                + $"errors are measured on {config.TestSamples} held-out samples: smoothed ones with noise of the same σ and the score of "
                + "the exactly smoothed density, clean ones without noise and with the density's own score. KSD² is the U-statistic of "
                + $"{config.DiscrepancySamples} of these samples with the {config.Kernel} kernel, whose bandwidth is the median distance "
                + "between the noised ones; it is called matched where the samples have noise, and plain where they do not. "
                + $"Each cell has {seeds}; within a seed all σ have the same samples.{results.Remarks}";
        }

        public IEnumerable<Section> Sections()
        {
            RankCorrelation[] ranks =
            [
                .. from cell in cells
                   from ranked in (string[])["all", "later"]
                   let errors = cell.Checkpoints.Select(run => Chosen(run, ranked).Select(checkpoint => checkpoint.Errors))
                   from rank in RankCorrelation.Of(cell.Config.Data, cell.Config.Sigma, ranked, Pairs, errors)
                   select rank,
                // Losses at different σ cannot be compared.
                .. from density in cells.Select(cell => cell.Config.Data).Distinct()
                   let pairs = Pairs.Where(pair => pair.Measure != DaeErrors.Loss)
                   let errors = CompleteSeeds(density).Select(seed => seed.Select(end => end.Errors))
                   from rank in RankCorrelation.Of(density, double.NaN, "sigma", pairs, errors)
                   select rank,
            ];
            return
            [
                DataTable.Create(
                    $"checkpoints{suffix}",
                    cells.SelectMany(cell => cell.Histories).SelectMany(history => history),
                    [
                        new("data", checkpoint => checkpoint.Run.Config.Data),
                        new("sigma", checkpoint => checkpoint.Run.Config.Sigma),
                        new("seed", checkpoint => checkpoint.Run.Config.Seed),
                        new("iteration", checkpoint => checkpoint.Iteration),
                        .. DaeErrors.All.Select(error => new DataColumn<Checkpoint>(error.Name, checkpoint => checkpoint.Errors[error])),
                    ]) with { IsInJson = false },
                DataTable.Create(
                    $"ladder{suffix}",
                    cells,
                    [
                        new("data", cell => cell.Config.Data),
                        new("sigma", cell => cell.Config.Sigma),
                        new("seeds", cell => cell.Runs.Count),
                        new("seeds_expected", cell => cell.Expected),
                        .. DataColumn<Cell>.MeanAndError("excess_over_sigma4", cell => cell.Excess),
                        .. MeanAndError(DaeErrors.Smoothed),
                        .. DataColumn<Cell>.MeanAndError("identity_difference", cell => cell.Difference),
                        new("identity_within", cell => cell.Within),
                        .. MeanAndError(DaeErrors.RelativeSmoothed, DaeErrors.MatchedKsd, DaeHeldOut.ExactMatchedKsd),
                        .. MeanAndError(DaeErrors.Clean, DaeErrors.RelativeClean, DaeErrors.CleanKsd, DaeHeldOut.ExactCleanKsd),
                    ]),
                DataTable.FromRecords($"rank_correlations{suffix}", ranks),
                Table.Create(
                    $"excess{suffix}",
                    "Excess denoising loss over σ⁴ and the Fisher error of the smoothed density",
                    AboutExcess + Conditions(),
                    cells,
                    new("data", cell => cell.Config.Data),
                    new("σ", cell => NumberText.Tick(cell.Config.Sigma)),
                    new("excess loss / σ⁴", cell => cell.Excess.Text(3)),
                    new("Fisher error", cell => cell.Over(DaeErrors.Smoothed).Text(3) + cell.DivergedNote),
                    new("difference", cell => cell.Difference.Text(3)),
                    new("runs within 1.96 SE", cell => $"{Math.Round(cell.Within * cell.Runs.Count)} of {cell.Runs.Count}")),
                Table.Create(
                    $"ladder{suffix}",
                    "Auto-encoders at the end of training",
                    AboutLadder + Conditions(),
                    cells,
                    new("data", cell => cell.Config.Data),
                    new("σ", cell => NumberText.Tick(cell.Config.Sigma)),
                    Column(DaeErrors.RelativeSmoothed),
                    Column(DaeErrors.RelativeClean),
                    new("clean error smallest in", cell => SmallestIn(cell, DaeErrors.Clean)),
                    Column(DaeErrors.MatchedKsd),
                    Column(DaeHeldOut.ExactMatchedKsd),
                    Column(DaeErrors.CleanKsd),
                    Column(DaeHeldOut.ExactCleanKsd),
                    new("plain KSD² smallest in", cell => SmallestIn(cell, DaeErrors.CleanKsd))),
                .. Ranks("all", "Rank correlations over all checkpoints", ranks),
                .. Ranks("later", "Rank correlations over the later half of the checkpoints", ranks),
                .. Ranks("sigma", "Rank correlations over the σ of the ladder at the end of training", ranks),
                .. cells.GroupBy(cell => cell.Config.Data).SelectMany(density => Figures([.. density])),
            ];
        }

        private static Checkpoint[] Chosen(Checkpoint[] run, string ranked) => ranked == "all" ? run : run[(run.Length / 2)..];

        private static IEnumerable<DataColumn<Cell>> MeanAndError(params Quantity[] quantities)
            => quantities.SelectMany(quantity => DataColumn<Cell>.MeanAndError(quantity.Name, cell => cell.Over(quantity)));

        private static TextColumn<Cell> Column(Quantity quantity)
            => new(quantity.Title, cell => cell.Over(quantity).Text(quantity.Decimals));

        private static Axis Logarithmic(string label) => new(label) { Scale = Scale.Log10, Ticks = Ticks.Decades };

        private static Series Line(string label, int style, IEnumerable<Point> points)
            => new(label, SeriesStyle.Of(style), [.. points]) { AreIntervalsInLimits = false };

        /// <summary>The ends of training of the seeds that have every σ of a density, by σ.</summary>
        private IEnumerable<Checkpoint[]> CompleteSeeds(string density)
            => from cell in cells
               where cell.Config.Data == density
               from history in cell.Histories
               group history[^1] by history[^1].Run.Config.Seed into seed
               where seed.Count() == cells.Count(cell => cell.Config.Data == density)
               select seed.ToArray();

        private string SmallestIn(Cell cell, Quantity quantity)
        {
            Checkpoint[] best = [.. CompleteSeeds(cell.Config.Data).Select(seed => seed.MinBy(end => end.Errors[quantity])!)];
            return $"{best.Count(end => end.Run.Config.Sigma == cell.Config.Sigma)} of {best.Length}";
        }

        /// <summary>A table of rank correlations, or none where there was too little to rank.</summary>
        private IEnumerable<Table> Ranks(string ranked, string title, IEnumerable<RankCorrelation> ranks)
        {
            RankCorrelation[] rows = [.. ranks.Where(rank => rank.Ranked == ranked)];
            if (rows.Length == 0)
                return [];
            Checkpoint[] run = Chosen(cells[0].Checkpoints.First(), ranked);
            string items = ranked == "sigma"
                ? "The ranking is of the auto-encoders of one seed at the end of training, one per σ. "
                : $"The ranking is of the {run.Length} checkpoints of a run from iteration {run[0].Iteration} to {run[^1].Iteration}, "
                    + "a constant factor apart. ";
            return
            [
                Table.Pivot(
                    $"ranks_{ranked}{suffix}",
                    title,
                    AboutRanks + items + Conditions(),
                    rows.Select(row => (Rank: row, Cells: cells.Where(
                        cell => cell.Config.Data == row.Data && (double.IsNaN(row.Sigma) || cell.Config.Sigma == row.Sigma)))),
                    [
                        new("data", row => row.Rank.Data),
                        new("σ", row => double.IsNaN(row.Rank.Sigma) ? $"{row.Rank.Items} values" : NumberText.Tick(row.Rank.Sigma)),
                    ],
                    row => Array.FindIndex(Pairs, pair => pair.Name == row.Rank.Measure),
                    pair => Pairs[pair].Title,
                    row => NumberText.Fixed(row.Rank.Mean)
                        + (double.IsNaN(row.Rank.Low) ? "" : $" [{NumberText.Fixed(row.Rank.Low)}, {NumberText.Fixed(row.Rank.High)}]")),
            ];
        }

        /// <summary>Errors and KSD² during training and against σ, on logarithmic axes without the values that are not positive.</summary>
        /// <param name="ladder">The cells of one density.</param>
        private IEnumerable<Figure> Figures(IReadOnlyList<Cell> ladder)
        {
            const string Error = "Fisher error of the smoothed density", Ksd = "Noise-matched KSD²", Both = "Both axes are logarithmic";
            string data = ladder[0].Config.Data;
            int seeds = ladder.Max(cell => cell.Runs.Count);
            string of = $"({data}, {seeds} {(seeds == 1 ? "seed" : "seeds")})";
            Cell best = ladder.MinBy(cell => cell.Over(DaeErrors.Clean).Mean)!;
            Series[] ksd = Lines(cell => cell.Along(DaeErrors.MatchedKsd));
            Series[] dots =
            [
                .. Lines(
                    cell => from errors in cell.Checkpoints.SelectMany(run => run).Select(checkpoint => checkpoint.Errors)
                            select new Point(errors[DaeErrors.Smoothed], errors[DaeErrors.MatchedKsd]))
                    .Select(line => line with { HasLine = false, MarkerSize = 5, Opacity = .6 }),
            ];
            return
            [
                Draw(
                    "fisher",
                    $"The lines are the Fisher error of the smoothed density during training, mean ± standard error over seeds. {Both}.",
                    Logarithmic($"Iteration {of}"),
                    Error,
                    Lines(cell => cell.Along(DaeErrors.Smoothed))),
                Draw(
                    "ksd",
                    $"The lines are the noise-matched KSD² during training, mean ± standard error over seeds. {Both}; means that are not "
                        + $"positive are left out ({NotPositive(ksd)} here), and a bar that would reach 0 ends a decade below its mean.",
                    Logarithmic($"Iteration {of}"),
                    Ksd,
                    ksd),
                Draw(
                    "scatter",
                    "Each point is a checkpoint of a run: its noise-matched KSD² against its Fisher error of the smoothed density. "
                        + $"{Both}; checkpoints with a KSD² that is not positive are left out ({NotPositive(dots)} here).",
                    Logarithmic($"{Error} {of}"),
                    Ksd,
                    dots),
                Draw(
                    "sigma",
                    "The lines are the Fisher errors at the end of training against σ, each divided by that of the score 0 on the same "
                        + $"points, mean ± standard error over seeds. {Both}.",
                    Logarithmic($"σ {of}") with { Ticks = Ticks.At([.. ladder.Select(cell => cell.Config.Sigma)]) },
                    "Fisher error relative to that of the score 0",
                    [
                        Line("of the density", 0, OverSigma(DaeErrors.RelativeClean)),
                        Line("of the smoothed density", 1, OverSigma(DaeErrors.RelativeSmoothed)),
                    ]),
                Field(
                    $"field_{data}{suffix}",
                    $"The arrows are the scores of the density, of the smoothed density and of the auto-encoder with {best.Label}, the σ "
                        + "with the smallest Fisher error of the density, for one seed at the end of training. They are drawn where the "
                        + $"smoothed density is above a thousandth of its maximum. {Conditions()}",
                    best.Runs[0]),
            ];

            Figure Draw(string name, string caption, Axis x, string y, IReadOnlyList<Series> series)
                => new($"{name}_{data}{suffix}", $"{caption} {Conditions()}", x, Logarithmic(y), series);

            Series[] Lines(Func<Cell, IEnumerable<Point>> points)
                => [.. ladder.Select((cell, index) => Line(cell.Label, index, points(cell)))];

            IEnumerable<Point> OverSigma(Quantity quantity) => ladder.Select(cell => Point.Mean(cell.Config.Sigma, cell.Over(quantity)));

            static int NotPositive(IEnumerable<Series> series) => series.Sum(line => line.Points.Count(point => !(point.Y > 0)));
        }

        /// <summary>Arrows only where the auto-encoder had training samples: elsewhere its score has no meaning.</summary>
        private static Figure Field(string name, string caption, StoredRun<DaeNetworkSettings> run)
        {
            DaeNetworkSettings config = run.Config;
            string sigma = $"σ = {NumberText.Tick(config.Sigma)}";
            GaussianMixture smoothed = config.Density.Smoothed(config.Sigma);
            IReadOnlyList<FieldPoint> grid = DataTable.ReadRecords<FieldPoint>(Path.Combine(run.Folder, FieldFile));
            double[] logarithms = [.. grid.Select(point => smoothed.LogDensity([point.X1, point.X2]))];
            double min = logarithms.Max() + Math.Log(1e-3);
            FieldPoint[] shown = [.. grid.Where((_, index) => logarithms[index] > min)];
            double[] points = [.. shown.SelectMany(point => (double[])[point.X1, point.X2])];
            FieldPoint[] exact = [.. FieldPoint.Of(points, smoothed.ScoresAt(points))];
            return ScoreField.Draw(
                name,
                caption,
                $" ({config.Data}, seed {config.Seed})",
                grid,
                FieldPoint.Quantile(exact, 0.8),
                [
                    ("density", FieldPoint.Of(points, config.Density.ScoresAt(points))),
                    ($"density smoothed with {sigma}", exact),
                    ($"auto-encoder, {sigma}", shown),
                ]);
        }
    }
}
