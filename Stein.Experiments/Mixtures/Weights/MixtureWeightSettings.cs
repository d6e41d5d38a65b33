using System.Globalization;
using System.Text.Json.Serialization;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// Everything that decides the numbers of one cell of the experiment <c>mixture-weight</c>: the weight of a mixture learned from samples
/// by minimising an objective, many times over.
/// </summary>
internal sealed record MixtureWeightSettings
{
    /// <summary>
    /// What is minimised. <c>score-matching</c>; <c>ksd</c>, the kernelised Stein discrepancy; <c>noise</c>, that with noise of one σ on
    /// both sides; <c>ladder</c>, the sum of those of several σ, each times σ²; <c>temper</c>, that of samples and model at temperature T;
    /// <c>mle</c>, maximum likelihood, the yardstick.
    /// </summary>
    public static IReadOnlyList<string> Objectives { get; } = ["score-matching", "ksd", "noise", "ladder", "temper", "mle"];

    /// <summary>What is learned: <c>weight</c>, means and variances known; <c>full</c>, these too.</summary>
    public static IReadOnlyList<string> Models { get; } = ["weight", "full"];

    /// <summary>A name of <see cref="Objectives"/>.</summary>
    public string Objective { get; init; } = "ladder";

    /// <summary>A name of <see cref="Models"/>.</summary>
    public string Model { get; init; } = "weight";

    /// <summary>m: the modes have variance 1 and are at ±m.</summary>
    public double Separation { get; init; } = 5;

    /// <summary>π, the weight of the mode at −m, which is to be found.</summary>
    public double Weight { get; init; } = 0.8;

    /// <summary>σ, the standard deviation of the noise; only for <c>noise</c>.</summary>
    public double Sigma { get; init; } = 4;

    /// <summary>
    /// The σ of the ladder, each with noise of its own; only for <c>ladder</c>. By default a factor √2 apart, rounded: from 5000 samples
    /// at separation 2 to 10 that deviates from maximum likelihood by two thirds of what powers of 2 from ½ to 16 do, as the noise of more
    /// rungs averages out.
    /// </summary>
    public IReadOnlyList<double> Ladder { get; init; } = [1, 1.4, 2, 2.8, 4, 5.7, 8, 11.3, 16];

    /// <summary>T; only for <c>temper</c>.</summary>
    public double Temperature { get; init; } = 16;

    /// <summary>N, samples in a data draw.</summary>
    public int Samples { get; init; } = 5000;

    /// <summary>Data draws; all objectives have the same.</summary>
    public int Trials { get; init; } = 20;

    /// <summary>The seed of everything random.</summary>
    public uint Seed { get; init; } = 60;

    /// <summary>Whether means and variances are learned too.</summary>
    [JsonIgnore]
    internal bool IsFull => Model == "full";

    /// <summary>Discrepancies in a value of the objective.</summary>
    [JsonIgnore]
    internal int Rungs => Objective switch
    {
        "score-matching" or "mle" => 0,
        "ladder" => Ladder.Count,
        _ => 1,
    };

    /// <summary>The objective with its σ or T, for people.</summary>
    [JsonIgnore]
    internal string ObjectiveName => Objective switch
    {
        "score-matching" => "score matching",
        "ksd" => "KSD",
        "noise" => string.Create(CultureInfo.InvariantCulture, $"noise σ = {Sigma}"),
        "ladder" => "ladder of σ",
        "temper" => string.Create(CultureInfo.InvariantCulture, $"temper T = {Temperature}"),
        _ => "MLE",
    };

    /// <summary>Settings that have no effect at their defaults.</summary>
    internal MixtureWeightSettings Normalised()
    {
        var defaults = new MixtureWeightSettings();
        return this with
        {
            Sigma = Objective == "noise" ? Sigma : defaults.Sigma,
            Ladder = Objective == "ladder" ? Ladder : defaults.Ladder,
            Temperature = Objective == "temper" ? Temperature : defaults.Temperature,
        };
    }

    /// <summary>Checks that every setting can be run.</summary>
    /// <exception cref="InvalidConfigException">One cannot; the message says which, and what is allowed.</exception>
    internal void Validate()
    {
        ConfigChecks.RequireName("objective", Objective, Objectives);
        ConfigChecks.RequireName("model", Model, Models);
        Require("separation", Separation, Separation is > 0 and <= 100, "a number above 0, at most 100");
        Require("weight", Weight, Weight is >= 0.01 and <= 0.99, "a number from 0.01 to 0.99");
        Require("sigma", Sigma, Sigma is > 0 and <= 1000, "a number above 0, at most 1000");
        Require("temperature", Temperature, Temperature is >= 1 and <= 1000, "a number from 1 to 1000");
        if (Ladder.Count is 0 or > 100)
            throw InvalidConfigException.Value("ladder", $"{Ladder.Count} numbers", "a list of 1 to 100 numbers");
        foreach (double sigma in Ladder)
            Require("ladder", sigma, sigma is > 0 and <= 1000, "a list of numbers above 0, at most 1000");
        // A component on a few samples alone would make the likelihood as large as one likes.
        ConfigChecks.RequireFrom("samples", Samples, IsFull ? 20 : 2, 100_000);
        ConfigChecks.RequireFrom("trials", Trials, 1, 100_000);
    }

    private static void Require(string key, double value, bool holds, string allowed)
    {
        if (!holds)
            throw InvalidConfigException.Value(key, value, allowed);
    }
}
