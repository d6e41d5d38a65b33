using System.Collections.Immutable;

namespace Stein.Experiments.Ica.Published;

/// <summary>The published ICA table: test log-likelihood per method and dimension, Laplace base density, higher is better.</summary>
internal static class PublishedIca
{
    public const string Source =
        "W. Gong, Y. Li and J. M. Hernández-Lobato, “Sliced Kernelized Stein Discrepancy”, ICLR 2021, "
        + "test log-likelihood on ICA, as shown in Y. Li's talk";

    /// <summary>Number of seeds behind each published value. No standard errors were published.</summary>
    public const int Seeds = 5;

    private static readonly Dictionary<string, double[]> Rows = new()
    {
        ["KSD"] = [-10.23, -15.98, -34.50, -56.87, -86.09, -116.51, -329.49],
        ["LSD"] = [-10.42, -14.54, -17.16, -15.05, -12.39, -5.49, 46.63],
        ["maxSKSD-g"] = [-10.45, -14.50, -17.28, -15.70, -11.91, -4.21, 47.72],
    };

    /// <summary>The columns of the table.</summary>
    public static ImmutableArray<int> Dimensions { get; } = [10, 20, 40, 60, 80, 100, 200];

    /// <summary>The published mean test log-likelihood in nats, or NaN where the paper has none.</summary>
    /// <param name="method">The paper's name: KSD, LSD or maxSKSD-g.</param>
    public static double TestLogLikelihood(string method, int dim)
        => Rows.TryGetValue(method, out double[]? row) && Dimensions.Contains(dim) ? row[Dimensions.IndexOf(dim)] : double.NaN;
}
