using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Stein.Experiments.Reports;

/// <summary>Mean and spread of one quantity over seeds.</summary>
/// <param name="Count">Number of seeds n.</param>
/// <param name="Mean">Mean; NaN for none.</param>
/// <param name="StandardDeviation">Standard deviation with n − 1; NaN for fewer than two.</param>
internal readonly record struct Summary(int Count, double Mean, double StandardDeviation)
{
    /// <summary>Standard error of the mean, sd/√n; NaN for fewer than two.</summary>
    public double StandardError => StandardDeviation / Math.Sqrt(Count);

    /// <summary>
    /// Half the interval of the mean by Student's t that holds for all of several comparisons at once with probability 95 % (Bonferroni);
    /// NaN for fewer than two.
    /// </summary>
    public double HalfInterval(int comparisons = 1)
        => Count < 2 ? double.NaN : StandardError * StudentT.InvCDF(0, 1, Count - 1, 1 - (0.025 / comparisons));

    /// <summary>"mean ± standard error", or the mean alone where there is no error.</summary>
    public string Text(int decimals = 2) => NumberText.WithError(Mean, StandardError, decimals);

    /// <summary>Summarises <paramref name="values"/>.</summary>
    public static Summary Of(IReadOnlyCollection<double> values) =>
        new(values.Count, values.Mean(), values.StandardDeviation());
}
