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

    /// <summary>"mean ± standard error", or the mean alone where there is no error.</summary>
    public string Text(int decimals = 2) => NumberText.WithError(Mean, StandardError, decimals);

    /// <summary>Summarises <paramref name="values"/>.</summary>
    public static Summary Of(IReadOnlyCollection<double> values) =>
        new(values.Count, values.Mean(), values.StandardDeviation());
}
