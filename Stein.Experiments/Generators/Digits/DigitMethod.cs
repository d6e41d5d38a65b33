using System.Globalization;
using Stein.Engine.Estimators;

namespace Stein.Experiments.Generators.Digits;

/// <summary>What a generator of digits is trained by.</summary>
internal static class DigitMethod
{
    public const string Difference = "stein-difference";
    public const string Network = "network";
    public const string ScoreSampler = "score-sampler";
    public const string Ksd = GeneratorMethod.Ksd;
    public const string DeepKsd = "deep-ksd";
    public const string Mmd = GeneratorMethod.Mmd;
    public const string Gan = GeneratorMethod.Gan;
    public const string Began = "began";
    public const string Pixels = "pixels";

    private static readonly string[] Others = [Difference, Network, Ksd, DeepKsd, Mmd, Gan, Began, ScoreSampler, Pixels];

    public static IReadOnlyList<string> Names { get; } = [.. ScoreEstimators.Names, .. Others];

    public static bool IsEstimator(string method) => !Others.Contains(method);

    /// <summary>Whether it uses the score of the data, which have one when noise is added.</summary>
    public static bool UsesScores(string method) => IsEstimator(method) || method is Difference or Network or Ksd or DeepKsd;

    /// <summary>The methods with which a setting changes a number.</summary>
    public static IEnumerable<string> NamesThatUse(string property) => Names.Where(property switch
    {
        nameof(GeneratorDigitsSettings.Regularisation) => name => IsEstimator(name) || name is Difference or Began,
        nameof(GeneratorDigitsSettings.FirstSigma) or nameof(GeneratorDigitsSettings.LastSigma)
            or nameof(GeneratorDigitsSettings.MixedNoise) or nameof(GeneratorDigitsSettings.WarmStart) => UsesScores,
        nameof(GeneratorDigitsSettings.Entropy) => name => name == Began,
        nameof(GeneratorDigitsSettings.Loss) or nameof(GeneratorDigitsSettings.Sampler) => name => name == ScoreSampler,
        nameof(GeneratorDigitsSettings.CriticSteps) => name => name is Gan or DeepKsd or Network,
        nameof(GeneratorDigitsSettings.CriticHidden) => name => name is Gan or DeepKsd or Network or Began or ScoreSampler,
        nameof(GeneratorDigitsSettings.NoiseDimension) or nameof(GeneratorDigitsSettings.Hidden)
            => name => name is not (ScoreSampler or Pixels),
        _ => name => name != Pixels,
    });

    /// <summary>In tables, without what <see cref="GeneratorDigits"/> says of other settings.</summary>
    public static string TitleOf(GeneratorDigitsSettings settings) => settings.Method switch
    {
        Difference => string.Create(CultureInfo.InvariantCulture, $"Stein difference, η = {settings.Regularisation ?? DefaultRidge}"),
        Network => "online score network",
        ScoreSampler => $"{settings.Sampler.Replace('-', ' ')}, {settings.Loss} loss",
        Ksd => "KSD",
        DeepKsd => "KSD, deep kernel",
        Mmd => "MMD",
        Gan => "WGAN-GP",
        Began => settings.Entropy > 0
            ? string.Create(CultureInfo.InvariantCulture, $"BEGAN, entropy {settings.Entropy}")
            : "BEGAN",
        Pixels => "independent pixels",
        string name => GeneratorMethod.TitleOf(name, settings.Regularisation),
    };

    /// <summary>η of <see cref="Difference"/> unless it is given.</summary>
    public const double DefaultRidge = 0.1;
}
