using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>The tests of one cell, one an iteration. Numbers of a trial depend on the seed and the trial alone.</summary>
internal sealed class MixtureTestRun : IRun
{
    private const int Measurements = 10;

    private readonly MixtureSettings settings;
    private readonly MixtureProblem problem;
    private readonly MixtureRemedy remedy;
    private int rejections;
    private double sum;
    private double sumOfSquares;
    private double sumOfLogSigma;

    public MixtureTestRun(Device device, MixtureSettings settings)
    {
        this.settings = settings;
        problem = MixtureProblem.Of(settings);
        remedy = MixtureRemedy.Create(device, settings, problem);
    }

    public int Iteration { get; private set; }

    public int Iterations => settings.Trials;

    public string Standing => Iteration == 0 ? "" : FormattableString.Invariant($"{rejections} of {Iteration} rejected");

    public IReadOnlyList<Metric> Measure() =>
    [
        // NaN before the first.
        new(MixtureResult.PowerMetric, (double)rejections / Iteration),
        new(MixtureResult.StatisticMetric, sum / Iteration),
    ];

    public bool Step()
    {
        uint trial = (uint)Iteration;
        double[] samples = problem.Truth.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TrainingData, trial), settings.Samples);
        MixtureTestResult result;
        try
        {
            result = remedy.Test(samples, trial);
        }
        catch (ArgumentException exception)
        {
            throw new RunFailedException($"trial {trial} cannot be tested: {exception.Message}", Iteration, exception);
        }

        Iteration++;
        rejections += result.PValue <= settings.Level ? 1 : 0;
        sum += result.Statistic;
        sumOfSquares += result.Statistic * result.Statistic;
        sumOfLogSigma += double.IsNaN(result.Sigma) ? 0 : Math.Log2(result.Sigma);
        return Iteration == Iterations || Iteration % Math.Max(1, Iterations / Measurements) == 0;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Iteration);
        writer.Write(rejections);
        writer.Write(sum);
        writer.Write(sumOfSquares);
        writer.Write(sumOfLogSigma);
    }

    public void Restore(BinaryReader reader)
    {
        Iteration = reader.ReadInt32();
        rejections = reader.ReadInt32();
        sum = reader.ReadDouble();
        sumOfSquares = reader.ReadDouble();
        sumOfLogSigma = reader.ReadDouble();
        if (Iteration < 0 || Iteration > Iterations || rejections < 0 || rejections > Iteration)
            throw new InvalidDataException($"{rejections} of {Iteration} tests rejected is no state of {Iterations} tests");
    }

    public RunResult Finish()
    {
        double mean = sum / Iterations;
        var values = new JsonObject
        {
            [MixtureResult.RejectionsValue] = rejections,
            [MixtureResult.StatisticValue] = mean,
        };
        if (Iterations > 1)
        {
            double variance = Math.Max(0, sumOfSquares - (Iterations * mean * mean)) / (Iterations - 1);
            values[MixtureResult.StatisticErrorValue] = Math.Sqrt(variance / Iterations);
        }

        if (settings.Remedy is "selected" or "maximum")
            values[MixtureResult.ChosenSigmaValue] = Math.Pow(2, sumOfLogSigma / Iterations);
        return new RunResult(values, []);
    }

    public IReadOnlyList<RunFile> LastGoodState() => [];

    public void Dispose()
    {
    }
}
