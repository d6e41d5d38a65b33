using System.Text.Json.Nodes;
using MathNet.Numerics.Statistics;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>The data draws of one cell, one an iteration. What is learned from a draw depends on the seed and its number alone.</summary>
internal sealed class MixtureWeightRun(MixtureWeightSettings settings) : RunOfDraws<MixtureWeightTrial>(settings.Trials)
{
    public override IReadOnlyList<Metric> Measure() =>
    [
        // NaN before the first.
        new("weight", Draws.Count == 0 ? double.NaN : Draws[^1].Weight),
        new("maximum_likelihood", Draws.Count == 0 ? double.NaN : Draws[^1].MaximumLikelihood),
    ];

    public override RunResult Finish()
    {
        double[] weights = [.. Draws.Select(trial => trial.Weight)];
        double[] differences = [.. Draws.Select(trial => Math.Abs(trial.Weight - trial.MaximumLikelihood))];
        var values = new JsonObject
        {
            [MixtureWeightResult.MeanValue] = weights.Mean(),
            [MixtureWeightResult.LowValue] = weights.Quantile(0.025),
            [MixtureWeightResult.HighValue] = weights.Quantile(0.975),
            [MixtureWeightResult.LikelihoodValue] = Draws.Average(trial => trial.MaximumLikelihood),
            [MixtureWeightResult.MeanDifferenceValue] = differences.Mean(),
            [MixtureWeightResult.MaximumDifferenceValue] = differences.Max(),
            [MixtureWeightResult.DeterminedValue] = Draws.Average(trial => trial.IsDetermined ? 1.0 : 0),
            [MixtureWeightResult.GradientValue] = Draws.Select(trial => trial.RelativeGradient).Median(),
        };
        if (weights.Length > 1)
            values[MixtureWeightResult.DeviationValue] = weights.StandardDeviation();
        return new RunResult(values, [new RunFile("weights.csv", stream => CsvFile.Write(stream, Draws))]);
    }

    protected override MixtureWeightTrial Draw(int index) => MixtureWeightTrial.Run(settings, index);

    protected override string Describe() => $"weight {NumberText.Fixed(Draws.Average(trial => trial.Weight), 3)}";
}
