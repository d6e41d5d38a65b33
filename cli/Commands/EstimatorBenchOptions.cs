using System.CommandLine;
using Stein.Engine.Estimators;
using Stein.Experiments.ScoreEstimation.Benchmark;

namespace Stein.Cli;

/// <summary>The options of <c>stein bench</c> that only <c>--what estimators</c> has.</summary>
internal sealed class EstimatorBenchOptions
{
    public Option<string[]> Estimators { get; } =
        Values.Choices("--estimator", "score estimators", ScoreEstimators.Names, [.. ScoreEstimators.Names]);

    public Option<int[]> Samples { get; } = Values.Numbers("--samples", "samples K that an estimate is made from", 200, 2000);

    public Option<int?> Fits { get; } = Values.Number<int>("--fits", "fits timed, each from samples of its own, after one to warm up", 5);

    /// <summary>All of them.</summary>
    public Option[] All => [Estimators, Samples, Fits];

    /// <summary>What to time.</summary>
    /// <exception cref="UsageException">A number cannot be used.</exception>
    public EstimatorBenchmarkSettings[] Read(ParseResult parsed, Option<int[]> dimensions)
    {
        int fits = parsed.GetRequiredValue(Fits)!.Value;
        Require(Fits.Name, fits, 1, 100_000);
        foreach (int samples in parsed.GetRequiredValue(Samples))
            Require(Samples.Name, samples, 2, 100_000);
        foreach (int dimension in parsed.GetRequiredValue(dimensions))
            Require(dimensions.Name, dimension, 1, 10_000);
        return
        [
            .. from samples in parsed.GetRequiredValue(Samples)
               from dimension in parsed.GetRequiredValue(dimensions)
               from estimator in parsed.GetRequiredValue(Estimators)
               select new EstimatorBenchmarkSettings(estimator, samples, dimension, fits),
        ];
    }

    private static void Require(string option, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new UsageException($"{option} {value}: it must be a whole number from {least} to {most}");
    }
}
