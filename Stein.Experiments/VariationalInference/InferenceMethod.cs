using Stein.Engine.Estimators;
using Stein.Experiments.Generators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.VariationalInference;

/// <summary>How a density that is sampled by a network, or a normal density, is fitted.</summary>
internal static class InferenceMethod
{
    public const string Mode = "map";
    public const string MeanField = "mean-field";
    public const string Gaussian = "gaussian";
    public const string Ksd = "ksd";
    public const string Ladder = "ksd-ladder";
    public const string Ratio = "density-ratio";

    private static readonly string[] Others = [Mode, MeanField, Gaussian, Ksd, Ladder, Ratio];

    public static IReadOnlyList<string> Names { get; } = [.. ScoreEstimators.Names, .. Others];

    public static bool IsEstimator(string method) => !Others.Contains(method);

    public static bool IsNormal(string method) => method is MeanField or Gaussian;

    /// <summary>
    /// The step size of Adam unless it is given. The parameters of a normal density are numbers that must move as far as the posterior is,
    /// those of a network are not.
    /// </summary>
    public static double LearningRate(string method) => IsNormal(method) ? 0.01 : 1e-3;

    /// <summary>The methods with which a setting changes a number.</summary>
    public static IEnumerable<string> NamesThatUse(string property) => Names.Where(property switch
    {
        nameof(ImplicitInferenceSettings.Clip) => name => IsEstimator(name) || name == Mode,
        nameof(ImplicitInferenceSettings.FirstSigma) => name => name == Ladder,
        nameof(ImplicitInferenceSettings.CriticHidden) or nameof(ImplicitInferenceSettings.CriticSteps) => name => name == Ratio,
        nameof(ImplicitInferenceSettings.Hidden) or nameof(ImplicitInferenceSettings.NoiseDimension) => name => !IsNormal(name),
        _ => IsEstimator,
    });

    /// <summary>In tables.</summary>
    public static string TitleOf(ImplicitInferenceSettings settings)
    {
        double own = LearningRate(settings.Method), rate = settings.LearningRate ?? own;
        return NameOf(settings) + (rate == own ? "" : $", step {NumberText.Tick(rate)}");
    }

    private static string NameOf(ImplicitInferenceSettings settings) => settings.Method switch
    {
        Mode => "no entropy",
        MeanField => "mean field",
        Gaussian => "full Gaussian",
        Ksd => "KSD",
        Ladder => "KSD, noise",
        Ratio => "density ratio",
        string name => GeneratorMethod.TitleOf(name, settings.Regularisation),
    };
}
