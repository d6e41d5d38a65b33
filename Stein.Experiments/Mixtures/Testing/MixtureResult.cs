using Stein.Engine.Testing;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>A row of <c>tests.csv</c>: a finished cell.</summary>
/// <param name="Problem">See <see cref="MixtureProblem.Names"/>.</param>
/// <param name="Dimension">D.</param>
/// <param name="Separation">m.</param>
/// <param name="Weight">π of the sample; NaN where it plays no part.</param>
/// <param name="IsNull">Whether the sample is the model's own.</param>
/// <param name="Remedy">See <see cref="MixtureRemedy.Names"/>.</param>
/// <param name="Sigma">Of the noise; NaN for others.</param>
/// <param name="Temperature">NaN for others than <c>temper</c>.</param>
/// <param name="Samples">N.</param>
/// <param name="Trials">Tests.</param>
/// <param name="Rejections">How many rejected.</param>
/// <param name="Power">The share that rejected: the level where <paramref name="IsNull"/>.</param>
/// <param name="Lower">Of the 95 % interval of the power (Clopper and Pearson).</param>
/// <param name="Upper">Of the 95 % interval of the power.</param>
/// <param name="Agrees">Under the hypothesis: whether the count is within the central 95 % of the binomial law of the level.</param>
/// <param name="Statistic">The mean of the statistic.</param>
/// <param name="StatisticError">Its standard error.</param>
/// <param name="ChosenSigma">The geometric mean of the σ that a rule chose; NaN for others.</param>
[CsvHelper.CsvRecord]
public sealed record MixtureResult(
    string Problem,
    int Dimension,
    double Separation,
    double Weight,
    bool IsNull,
    string Remedy,
    double Sigma,
    double Temperature,
    int Samples,
    int Trials,
    int Rejections,
    double Power,
    double Lower,
    double Upper,
    bool? Agrees,
    double Statistic,
    double StatisticError,
    double ChosenSigma)
{
    internal const string PowerMetric = "share_rejected";
    internal const string StatisticMetric = "mean_statistic";
    internal const string RejectionsValue = "rejections";
}
