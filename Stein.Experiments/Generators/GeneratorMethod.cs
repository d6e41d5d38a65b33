using System.Globalization;
using Stein.Engine.Estimators;

namespace Stein.Experiments.Generators;

/// <summary>What a generator is trained by: a score estimator for the gradient of its entropy, or something else beside them.</summary>
internal static class GeneratorMethod
{
    public const string Modes = "map";
    public const string Ksd = "ksd";
    public const string Mmd = "mmd";
    public const string Gan = "wgan-gp";

    private static readonly string[] Others = [Modes, Ksd, Mmd, Gan];

    public static IReadOnlyList<string> Names { get; } = [.. ScoreEstimators.Names, .. Others];

    /// <summary>Whether it uses the score of the data, so that noise can be matched by smoothing them.</summary>
    public static bool UsesScores(string method) => method is not (Mmd or Gan);

    public static bool IsEstimator(string method) => !Others.Contains(method);

    /// <summary>The methods with which a setting changes a number.</summary>
    public static IEnumerable<string> NamesThatUse(string property) => Names.Where(property switch
    {
        nameof(GeneratorPlaneSettings.FirstSigma) => UsesScores,
        nameof(GeneratorPlaneSettings.CriticSteps) or nameof(GeneratorPlaneSettings.CriticHidden) => name => name == Gan,
        _ => IsEstimator,
    });

    /// <summary>In tables.</summary>
    public static string TitleOf(GeneratorPlaneSettings settings) => settings.Method switch
    {
        Modes => "no entropy",
        Ksd => "KSD",
        Mmd => "MMD",
        Gan => "WGAN-GP",
        string name => TitleOf(name, settings.Regularisation),
    };

    /// <summary>A score estimator, and its regularisation where one is given.</summary>
    public static string TitleOf(string estimator, double? regularisation)
    {
        return regularisation is { } value ? string.Create(CultureInfo.InvariantCulture, $"{estimator}, {Short()} {value}") : estimator;

        string Short() => ScoreEstimators.Find(estimator).RegularisationName switch
        {
            "ridge η" => "η =",
            "share of the eigenvalues" => "share",
            string name => name,
        };
    }
}
