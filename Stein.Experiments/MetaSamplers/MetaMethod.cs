using Stein.Engine.Estimators;
using Stein.Experiments.Generators;

namespace Stein.Experiments.MetaSamplers;

/// <summary>What a sampler learns by, or which it is.</summary>
internal static class MetaMethod
{
    public const string Mode = "map";
    public const string Langevin = "sgld";

    public static IReadOnlyList<string> Names { get; } = [.. ScoreEstimators.Names, Mode, Langevin];

    /// <summary>The methods with which a setting changes a number.</summary>
    public static IEnumerable<string> NamesThatUse(string property) => Names.Where(
        property is nameof(MetaSamplerSettings.Regularisation) or nameof(MetaSamplerSettings.BatchMedian)
            ? name => name is not (Mode or Langevin)
            : name => name != Langevin);

    /// <summary>In tables.</summary>
    public static string TitleOf(MetaSamplerSettings settings) => NameOf(settings) + (settings.RectifiedNoise ? ", rectified noise" : "");

    private static string NameOf(MetaSamplerSettings settings) => settings.Method switch
    {
        Mode => "no entropy",
        Langevin => "SGLD",
        string name => GeneratorMethod.TitleOf(name, settings.Regularisation),
    };
}
