using System.Text.Json.Nodes;
using MathNet.Numerics.Statistics;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>The data draws of one cell, one an iteration. What is learned from a draw depends on the seed and its number alone.</summary>
internal sealed class MixtureWeightRun(MixtureWeightSettings settings) : IRun
{
    private readonly List<MixtureWeightTrial> trials = [];

    public int Iteration => trials.Count;

    public int Iterations => settings.Trials;

    public string Standing => trials.Count == 0 ? "" : $"weight {NumberText.Fixed(trials.Average(trial => trial.Weight), 3)}";

    public IReadOnlyList<Metric> Measure() =>
    [
        // NaN before the first.
        new("weight", trials.Count == 0 ? double.NaN : trials[^1].Weight),
        new("maximum_likelihood", trials.Count == 0 ? double.NaN : trials[^1].MaximumLikelihood),
    ];

    public bool Step()
    {
        trials.Add(MixtureWeightTrial.Run(settings, trials.Count));
        return true;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(trials.Count);
        foreach (MixtureWeightTrial trial in trials)
            trial.Save(writer);
    }

    public void Restore(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > Iterations)
            throw new InvalidDataException($"{count} draws is no state of {Iterations}");
        trials.Clear();
        for (int index = 0; index < count; index++)
            trials.Add(MixtureWeightTrial.Restore(reader));
    }

    public RunResult Finish()
    {
        double[] weights = [.. trials.Select(trial => trial.Weight)];
        double[] differences = [.. trials.Select(trial => Math.Abs(trial.Weight - trial.MaximumLikelihood))];
        var values = new JsonObject
        {
            [MixtureWeightResult.MeanValue] = weights.Mean(),
            [MixtureWeightResult.LowValue] = weights.Quantile(0.025),
            [MixtureWeightResult.HighValue] = weights.Quantile(0.975),
            [MixtureWeightResult.LikelihoodValue] = trials.Average(trial => trial.MaximumLikelihood),
            [MixtureWeightResult.MeanDifferenceValue] = differences.Mean(),
            [MixtureWeightResult.MaximumDifferenceValue] = differences.Max(),
            [MixtureWeightResult.DeterminedValue] = trials.Average(trial => trial.IsDetermined ? 1.0 : 0),
            [MixtureWeightResult.GradientValue] = trials.Select(trial => trial.RelativeGradient).Median(),
        };
        if (weights.Length > 1)
            values[MixtureWeightResult.DeviationValue] = weights.StandardDeviation();
        return new RunResult(values, [new RunFile("weights.csv", stream => CsvFile.Write(stream, trials))]);
    }

    public IReadOnlyList<RunFile> LastGoodState() => [];

    public void Dispose()
    {
    }
}
