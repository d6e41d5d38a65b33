using System.Globalization;
using Stein.Engine.Formulas;
using Stein.Engine.Models;

namespace Stein.Experiments.Ica;

/// <summary>What in a run's settings is not the published protocol, and the names that follow from it.</summary>
/// <remarks>
/// There are two kinds. What holds for every method of an experiment (iterations, batch, data, step size) takes all rows away from
/// the paper. What belongs to one method (kernel, statistic, critic) makes another row of the table: <c>lsd (10 probes)</c>.
/// </remarks>
internal static class IcaProtocol
{
    private static readonly IcaSettings Paper = new();

    /// <summary>The seeds of the published table.</summary>
    public static IReadOnlyList<uint> Seeds { get; } = [60, 70, 80, 90, 100];

    /// <summary>The three methods of the published table in their order there, and the yardsticks beneath.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["ksd", "lsd", "maxsksd", "whitening", "mle"];

    /// <summary>
    /// The settings of all rows that deviate, as options with the paper's value, such as "--iterations 3000 (paper: 15000)".
    /// </summary>
    public static IReadOnlyList<string> Deviations(IcaSettings settings)
    {
        var found = new List<string>();
        Compare("--iterations", settings.Iterations, Paper.Iterations);
        Compare("--batch", settings.Batch, Paper.Batch);
        Compare("--training-samples", settings.TrainingSamples, Paper.TrainingSamples);
        Compare("--test-samples", settings.TestSamples, Paper.TestSamples);
        Compare("--learning-rate", settings.LearningRate, Paper.LearningRate);
        Compare("--base", Name(settings.Base), Name(Paper.Base));
        return found;

        void Compare<T>(string option, T value, T paper)
            where T : IEquatable<T>
        {
            if (!value.Equals(paper))
                found.Add(string.Create(CultureInfo.InvariantCulture, $"{option} {value} (paper: {paper})"));
        }
    }

    /// <summary>The settings of the method itself that deviate, in words such as "10 probes"; empty if none does.</summary>
    public static string Variant(IcaSettings settings)
    {
        var parts = new List<string>();
        if (IcaMethod.UsesKernel(settings.Method))
        {
            if (settings.Kernel != Paper.Kernel)
                parts.Add($"{settings.Kernel} kernel");
            if (settings.Statistic is { } statistic && statistic != DefaultStatistic(settings.Method))
                parts.Add($"{statistic}-statistic");
        }
        else if (settings.Method == "lsd")
        {
            if (settings.Probes != Paper.Probes)
                parts.Add(settings.Probes == 1 ? "1 probe" : $"{settings.Probes} probes");
            if (settings.Lambda != Paper.Lambda)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"λ = {settings.Lambda}"));
            if (settings.Hidden != Paper.Hidden)
                parts.Add($"{settings.Hidden} hidden units");
        }

        return string.Join(", ", parts);
    }

    /// <summary>The statistic of the script: U for KSD, V for maxSKSD.</summary>
    public static PairStatistic DefaultStatistic(string method) => method == "ksd" ? PairStatistic.U : PairStatistic.V;

    /// <summary>The name of a base density on the command line.</summary>
    public static string Name(BaseDensity density) => density == BaseDensity.Laplace ? "laplace" : "student-t";
}
