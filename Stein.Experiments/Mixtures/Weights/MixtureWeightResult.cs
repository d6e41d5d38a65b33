using CsvHelper;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>A row of <c>weights.csv</c>: the weight that an objective finds, over the data draws of a cell.</summary>
/// <param name="Objective">See <see cref="MixtureWeightSettings.Objectives"/>.</param>
/// <param name="Model">See <see cref="MixtureWeightSettings.Models"/>.</param>
/// <param name="Separation">m.</param>
/// <param name="Sigma">Of the noise; NaN for others.</param>
/// <param name="Temperature">NaN for others than <c>temper</c>.</param>
/// <param name="Samples">N.</param>
/// <param name="Trials">Data draws.</param>
/// <param name="Weight">The true weight.</param>
/// <param name="Mean">Of the weights found.</param>
/// <param name="StandardDeviation">Of the weights found; NaN for one draw.</param>
/// <param name="Low">The 2.5 % quantile of the weights found.</param>
/// <param name="High">The 97.5 % quantile of the weights found.</param>
/// <param name="MaximumLikelihood">The mean of what maximum likelihood finds in the same draws.</param>
/// <param name="MeanDifference">The mean distance from maximum likelihood, draw by draw.</param>
/// <param name="MaximumDifference">The largest distance from maximum likelihood.</param>
/// <param name="Determined">The share of draws in which the objective decided, see <see cref="MixtureWeightTrial.IsDetermined"/>.</param>
/// <param name="RelativeGradient">The median of <see cref="MixtureWeightTrial.RelativeGradient"/>: how much the objective sees.</param>
[CsvRecord]
internal sealed partial record MixtureWeightResult(
    [CsvColumn("objective")] string Objective,
    [CsvColumn("model")] string Model,
    [CsvColumn("separation")] double Separation,
    [CsvColumn("sigma")] double Sigma,
    [CsvColumn("temperature")] double Temperature,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("trials")] int Trials,
    [CsvColumn("true_weight")] double Weight,
    [CsvColumn("mean")] double Mean,
    [CsvColumn("sd")] double StandardDeviation,
    [CsvColumn("low")] double Low,
    [CsvColumn("high")] double High,
    [CsvColumn("mle_mean")] double MaximumLikelihood,
    [CsvColumn("mean_absolute_difference_to_mle")] double MeanDifference,
    [CsvColumn("max_absolute_difference_to_mle")] double MaximumDifference,
    [CsvColumn("determined")] double Determined,
    [CsvColumn("relative_gradient")] double RelativeGradient)
{
    internal const string MeanValue = "mean";
    internal const string DeviationValue = "standard_deviation";
    internal const string LowValue = "low";
    internal const string HighValue = "high";
    internal const string LikelihoodValue = "maximum_likelihood";
    internal const string MeanDifferenceValue = "mean_difference";
    internal const string MaximumDifferenceValue = "maximum_difference";
    internal const string DeterminedValue = "determined";
    internal const string GradientValue = "relative_gradient";

    /// <summary>The row of a finished run.</summary>
    internal static MixtureWeightResult Of(StoredRun<MixtureWeightSettings> run) => new(
        run.Config.Objective,
        run.Config.Model,
        run.Config.Separation,
        run.Config.Objective == "noise" ? run.Config.Sigma : double.NaN,
        run.Config.Objective == "temper" ? run.Config.Temperature : double.NaN,
        run.Config.Samples,
        run.Config.Trials,
        run.Config.Weight,
        run.Number(MeanValue),
        run.Number(DeviationValue),
        run.Number(LowValue),
        run.Number(HighValue),
        run.Number(LikelihoodValue),
        run.Number(MeanDifferenceValue),
        run.Number(MaximumDifferenceValue),
        run.Number(DeterminedValue),
        run.Number(GradientValue));
}
