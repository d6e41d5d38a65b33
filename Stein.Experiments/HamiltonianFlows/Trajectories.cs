using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.HamiltonianFlows;

/// <summary>
/// Many leapfrog trajectories at once, <c>r += ½εs(x), x += εr, r += ½εs(x)</c>. The score is that of the run; points are accepted or not
/// by the exact density, each against the start of its trajectory: <c>min(1, exp(H₀ − H))</c>, <c>H = −log p(x) + ½‖r‖²</c>.
/// </summary>
internal sealed class Trajectories : ITraining, IStateful
{
    private const int Dimension = 2;

    /// <summary>The standard deviation of the noise that is added to samples to start from.</summary>
    private const double StartNoise = 2;

    /// <summary>The share of the trajectories, at the end, that effective sample sizes are of.</summary>
    private const double LastShare = 0.1;

    private readonly HamiltonianFlowSettings settings;
    private readonly Device device;
    private readonly Func<double[], double[]> score;
    private readonly double[] starts;
    private readonly double[] startEnergies;
    private readonly double[] acceptanceDraws;
    private readonly double[] positions;
    private readonly double[] momenta;

    // x₁ of each trajectory after each step, step after step.
    private readonly List<double> first = [];
    private double[] scores;

    public Trajectories(HamiltonianFlowSettings settings, Device device)
    {
        (this.settings, this.device) = (settings, device);
        double[] samples = HamiltonianFlow.Target.Sample(new(settings.Seed, StreamPurpose.TrainingData), settings.TrainingSamples);
        try
        {
            score = FlowScore.Of(settings, device, samples);
        }
        catch (ScoreEstimationException exception)
        {
            throw new RunFailedException(exception.Message, 0);
        }

        var stream = new PhiloxStream(settings.Seed, StreamPurpose.Langevin);
        starts = [.. HamiltonianFlow.Target.Sample(stream, settings.Chains).Select(x => x + (StartNoise * stream.NextNormal()))];
        momenta = [.. starts.Select(_ => stream.NextNormal())];
        acceptanceDraws = [.. Enumerable.Range(0, settings.Chains).Select(_ => stream.NextUniform())];
        positions = [.. starts];
        scores = score(positions);
        startEnergies = Energies();
    }

    public IReadOnlyList<IStateful> Parts => [this];

    public string Status => $"acceptance {NumberText.Fixed(Acceptances().Average())}";

    public void Step()
    {
        double step = settings.StepSize;
        for (int i = 0; i < positions.Length; i++)
        {
            momenta[i] += step / 2 * scores[i];
            positions[i] += step * momenta[i];
        }

        scores = score(positions);
        for (int i = 0; i < positions.Length; i++)
            momenta[i] += step / 2 * scores[i];
        first.AddRange(positions.Where((_, i) => i % Dimension == 0));
    }

    public IReadOnlyList<Metric> Measure()
    {
        double acceptance = Acceptances().Average();
        return double.IsFinite(positions.Sum())
            ?
            [
                HamiltonianFlow.Acceptance.At(acceptance),
                HamiltonianFlow.Discrepancy.At(Discrepancy(Accepted())),
                HamiltonianFlow.Mean.At(first.Count == 0 ? starts.Where((_, i) => i % Dimension == 0).Average() : first.Average()),
            ]
            : throw new RunFailedException("the trajectories are no longer finite", first.Count / settings.Chains);
    }

    public TrainingResult Finish()
    {
        int steps = first.Count / settings.Chains, kept = Math.Max(ChainDiagnostics.MinimumDraws, (int)(LastShare * steps));
        double[] last = [.. Enumerable.Range(0, settings.Chains).SelectMany(chain => Along(chain)[^kept..])];
        return new(
            [
                .. Measure(),
                HamiltonianFlow.EffectiveSize.At(
                    ChainDiagnostics.Compute(last, settings.Chains, 1, 0).EffectiveSampleSize),
            ],
            RunSamples.File(HamiltonianFlow.SamplesFile, Accepted(), Dimension),
            new RunFile(HamiltonianFlow.AutocorrelationFile, new DataTable(
                "", ["lag", "autocorrelation"], [.. Autocorrelations().Select(row => (IReadOnlyList<object?>)[.. row])]).WriteCsv));
    }

    /// <summary>Whether hardly a trajectory would be accepted.</summary>
    public bool HasDiverged() => Acceptances().Average() < 0.01;

    public void Save(BinaryWriter writer)
    {
        writer.Write(first.Count);
        foreach (double value in (IEnumerable<double>)[.. positions, .. momenta, .. first])
            writer.Write(value);
    }

    public void Restore(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        for (int i = 0; i < positions.Length; i++)
            positions[i] = reader.ReadDouble();
        for (int i = 0; i < momenta.Length; i++)
            momenta[i] = reader.ReadDouble();
        first.Clear();
        for (int i = 0; i < count; i++)
            first.Add(reader.ReadDouble());
        scores = score(positions);
    }

    private double[] Along(int chain) => [.. first.Where((_, i) => i % settings.Chains == chain)];

    /// <summary>H of each trajectory's point, with the exact density.</summary>
    private double[] Energies() =>
    [
        .. positions.Chunk(Dimension).Zip(momenta.Chunk(Dimension), (x, r)
            => (0.5 * r.Sum(value => value * value)) - HamiltonianFlow.Target.LogDensity(x)),
    ];

    private double[] Acceptances()
        => [.. startEnergies.Zip(Energies(), (before, now) => double.IsNaN(now) ? 0 : Math.Min(1, Math.Exp(before - now)))];

    /// <summary>The points that are accepted, and the starts of those that are not.</summary>
    private double[] Accepted()
    {
        double[] probabilities = Acceptances();
        return [.. positions.Select((x, i) => acceptanceDraws[i / Dimension] < probabilities[i / Dimension] ? x : starts[i])];
    }

    private double Discrepancy(double[] points)
    {
        var discrepancy = new KernelisedSteinDiscrepancy<GaussianKernel>(device, settings.Chains, Dimension, PairStatistic.V);
        DeviceMatrix x = device.Upload(settings.Chains, Dimension, points);
        discrepancy.SetSamples(x);
        discrepancy.SetBandwidthByMedian();
        return discrepancy.Value(x, device.Upload(settings.Chains, Dimension, FlowScore.ExactScores(points)));
    }

    /// <summary>Lag and autocorrelation of x₁, mean over the trajectories, up to a quarter of their length.</summary>
    private IEnumerable<double[]> Autocorrelations()
    {
        double[][] chains = [.. Enumerable.Range(0, settings.Chains).Select(Along)];
        int steps = chains[0].Length, spacing = Math.Max(1, steps / 200);
        double[] means = [.. chains.Select(chain => chain.Average())];
        double[] variances = [.. chains.Zip(means, (chain, mean) => chain.Average(x => (x - mean) * (x - mean)))];
        for (int lag = 0; lag <= steps / 4; lag += spacing)
        {
            int shift = lag;
            yield return
            [
                lag,
                Enumerable.Range(0, settings.Chains).Average(chain => Enumerable.Range(0, steps - shift)
                    .Average(t => (chains[chain][t] - means[chain]) * (chains[chain][t + shift] - means[chain])) / variances[chain]),
            ];
        }
    }
}
