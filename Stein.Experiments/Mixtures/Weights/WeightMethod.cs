using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.Mixtures.Weights;

/// <summary>An objective that can be minimised. Another one is a line here, and a class if its function is new.</summary>
/// <param name="Title">The name in tables, with its σ or T.</param>
/// <param name="Rungs">How many discrepancies one value of it takes.</param>
internal sealed record WeightMethod(
    string Name,
    Func<MixtureWeightSettings, string> Title,
    Func<MixtureWeightSettings, int> Rungs,
    Func<WeightSample, WeightObjective> Objective)
{
    private static readonly WeightMethod[] All =
    [
        new("score-matching", _ => "score matching", _ => 0, sample => new ScoreMatchingObjective(sample.Values)),
        new("ksd", _ => "KSD", _ => 1, sample => new SteinObjective(sample.Values)),
        new("noise", config => $"noise σ = {config.Sigma}", _ => 1, sample => sample.WithNoise(sample.Config.Sigma, 1)),
        new("ladder", _ => "ladder of σ", config => config.Ladder.Count, sample => sample.WithLadder()),
        new("temper", config => $"temper T = {config.Temperature}", _ => 1, sample => sample.Tempered()),
        new("mle", _ => "MLE", _ => 0, sample => new LikelihoodObjective(sample.Values)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Name)];

    public static WeightMethod Of(MixtureWeightSettings config) => All.Single(method => method.Name == config.Objective);
}

/// <summary>A draw of data. Data, noise and tempered samples have a stream each, so that all objectives have the same data.</summary>
/// <param name="Truth">The mixture that the data come from.</param>
internal sealed record WeightSample(MixtureWeightSettings Config, GaussianMixture Truth, double[] Values, int Index)
{
    /// <summary>One stream for all rungs: the noise of each begins where that of the one before ends.</summary>
    private readonly PhiloxStream noise = Stream(Config, StreamPurpose.SmoothingNoise, Index);

    public static WeightSample Draw(MixtureWeightSettings config, int index)
    {
        var truth = GaussianMixture.TwoModes(config.Separation, config.Weight);
        return new(config, truth, truth.Sample(Stream(config, StreamPurpose.TrainingData, index), config.Samples), index);
    }

    public SteinObjective WithNoise(double sigma, double factor)
        => new(Array.ConvertAll(Values, value => value + (sigma * noise.NextNormal())), sigma * sigma, factor: factor);

    public LadderObjective WithLadder() => new([.. Config.Ladder.Select(sigma => WithNoise(sigma, sigma * sigma))]);

    public SteinObjective Tempered() => new(
        new TemperedMixtureSampler(Truth, Config.Temperature).Sample(Stream(Config, StreamPurpose.Tempering, Index), Values.Length),
        temperature: Config.Temperature);

    private static PhiloxStream Stream(MixtureWeightSettings config, StreamPurpose purpose, int index)
        => new(config.Seed, purpose, (uint)index);
}
