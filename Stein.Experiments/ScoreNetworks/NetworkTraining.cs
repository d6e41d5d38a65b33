using Stein.Engine.Devices;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.ScoreNetworks;

/// <summary>A score network in training, measured against the exact scores of the density that its samples come from.</summary>
internal sealed class NetworkTraining : ITraining
{
    /// <summary>The integral of <see cref="Error"/> over ln σ; see <see cref="ScorePlane"/>.</summary>
    public static readonly Quantity Bound = new("bound", "bound, nats", 3);

    public static readonly Quantity Discrepancy = new("mmd", "MMD²", 4);

    public static readonly Quantity Weights = new("weight_error", "error of weights", 3);

    /// <summary>The share of samples that are lost: not finite at the end, or farther from the data than at the start.</summary>
    public static readonly Quantity Lost = new("lost", "lost", 4);

    /// <summary>What comes before the name of a quantity of samples by the exact scores.</summary>
    public const string ExactPrefix = "exact_";

    private const int D = PlanarDensity.Dimension;

    private readonly Device device;
    private readonly ScoreNetworkSettings settings;
    private readonly GaussianMixture density;
    private readonly double[] samples;
    private readonly NoiseConditionalScore network;
    private readonly (double Sigma, double[] Points, double[] Scores)[] tests;
    private readonly double start;
    private double bound;

    public NetworkTraining(ScoreNetworkSettings settings, Device device)
    {
        (this.settings, this.device, density) = (settings, device, PlanarDensity.Find(settings.Data));
        samples = density.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TrainingData), settings.TrainingSamples);
        network = new NoiseConditionalScore(
            device,
            new(
                [settings.Hidden, settings.Hidden],
                settings.TrainingLevels(),
                NoiseConditionalScore.ScalesOf(samples, D),
                new AdamSettings(settings.LearningRate))
            {
                Batch = settings.Batch,
                Matching = ScoreLoss.Find(settings.Loss),
                Schedule = Schedule.Cosine(settings.Iterations),
            },
            settings.Seed);
        tests = [.. settings.TestLevels().Select((sigma, level) =>
        {
            GaussianMixture smoothed = density.Smoothed(sigma);
            double[] points = smoothed.Sample(new(settings.Seed, StreamPurpose.TestData, (uint)level), settings.TestSamples);
            var scores = new double[points.Length];
            smoothed.Score(points, scores);
            return (sigma, points, scores);
        })];
        start = bound = BoundOf(Errors());
    }

    public IReadOnlyList<IStateful> Parts => [network];

    public string Status => $"bound {SignificantText.Number(bound)} nats";

    /// <summary>σ²E‖s − s_σ‖² at a level, counted from 1 for the least noise.</summary>
    public static Quantity Error(int level) => new($"error_{level}");

    /// <summary>What samples of a sampler are judged by, named after both.</summary>
    public static Quantity Of(Quantity quantity, string sampler)
        => quantity with { Name = $"{quantity.Name}_{sampler.Replace('-', '_')}" };

    /// <summary>The file with a run's samples of a sampler.</summary>
    public static string FileOf(string sampler) => $"{sampler}.csv";

    public void Step() => network.Step(samples);

    public IReadOnlyList<Metric> Measure()
    {
        double[] errors = Errors();
        bound = BoundOf(errors);
        return double.IsFinite(bound)
            ? [Bound.At(bound), .. errors.Select((error, level) => Error(errors.Length - level).At(error))]
            : throw new RunFailedException("the scores are no longer finite", (int)network.Steps);
    }

    public TrainingResult Finish()
    {
        var values = new List<Metric>(Measure());
        var files = new List<RunFile>();
        double[] reference = density.Sample(new(settings.Seed, StreamPurpose.ModelSamples), settings.TestSamples);
        foreach (string sampler in NoiseLevelSampler.Names)
        {
            double[] drawn = Draw(sampler, Learned);
            values.AddRange(Judge(drawn, sampler));
            values.AddRange(Judge(Draw(sampler, Exact), sampler).Select(metric => metric with { Name = ExactPrefix + metric.Name }));
            files.Add(RunSamples.File(FileOf(sampler), drawn, D));
        }

        return new(values, [.. files, ProcessPictures.FileOf(settings, Learned)]);

        IReadOnlyList<Metric> Judge(double[] drawn, string sampler) =>
        [
            Of(Discrepancy, sampler).At(SampleMeasures.SquaredMeanDiscrepancy(device, drawn, reference[..drawn.Length], D)),
            Of(Weights, sampler).At(ErrorOfWeights(settings.Data, drawn)),
            Of(Lost, sampler).At(1 - (drawn.Length / (double)reference.Length)),
        ];
    }

    public bool HasDiverged() => BoundOf(Errors()) > start;

    private void Learned(double[] points, double sigma, double[] scores) => network.Score(points, sigma, scores);

    private void Exact(double[] points, double sigma, double[] scores) => density.Smoothed(sigma).Score(points, scores);

    /// <summary>The samples of a sampler that are not lost.</summary>
    private double[] Draw(string sampler, NoisyScore score)
    {
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.Langevin);
        double[] positions = new double[settings.TestSamples * D];
        stream.FillNormal(positions);
        for (int i = 0; i < positions.Length; i++)
            positions[i] *= settings.FirstSigma;
        NoiseLevelSampler.Move(sampler, score, (settings.FirstSigma, settings.LastSigma), settings.Steps, positions, stream);
        double[] kept =
        [
            .. positions.Chunk(D).Where(point => point.All(x => Math.Abs(x) <= settings.FirstSigma)).SelectMany(point => point),
        ];
        return kept.Length >= 2 * D ? kept : throw new RunFailedException($"no sample of {sampler} is left", (int)network.Steps);
    }

    /// <summary>The total variation of the weights of the parts of the density, from the samples' responsibilities.</summary>
    /// <param name="data">The name of the density.</param>
    /// <param name="drawn">N×2, row-major.</param>
    public static double ErrorOfWeights(string data, double[] drawn)
    {
        GaussianMixture density = PlanarDensity.Find(data);
        IReadOnlyList<int> parts = PlanarDensity.Parts(data);
        var responsibilities = new double[drawn.Length / D * parts.Count];
        density.Responsibilities(drawn, responsibilities);
        var differences = new double[parts.Max() + 1];
        for (int component = 0; component < parts.Count; component++)
            differences[parts[component]] -= density.Weights[component];
        for (int i = 0; i < responsibilities.Length; i++)
            differences[parts[i % parts.Count]] += (double)parts.Count / responsibilities.Length * responsibilities[i];
        return 0.5 * differences.Sum(Math.Abs);
    }

    /// <summary>σ²E‖s − s_σ‖² at each level, the most noise first.</summary>
    private double[] Errors() =>
    [
        .. tests.Select(test =>
        {
            var scores = new double[test.Points.Length];
            Learned(test.Points, test.Sigma, scores);
            return test.Sigma * test.Sigma * scores.Zip(test.Scores, (s, exact) => (s - exact) * (s - exact)).Sum() / settings.TestSamples;
        }),
    ];

    /// <summary>The integral of the errors over the logarithm of σ.</summary>
    private double BoundOf(double[] errors)
        => errors.Average() * Math.Log(settings.FirstSigma / settings.LastSigma);
}
