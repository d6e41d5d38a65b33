using System.Text.Json.Nodes;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>The draws of one cell, one an iteration. What comes of a draw depends on the seed and its number alone.</summary>
internal sealed class ScoreErrorRun(Device device, ScoreErrorSettings settings) : IRun
{
    private readonly List<ScoreErrorTrial> trials = [];

    public int Iteration => trials.Count;

    public int Iterations => settings.Trials;

    public string Standing => trials.Count == 0 ? "" : $"relative error {NumberText.Fixed(trials[^1].OutOfSample, 3)}";

    public IReadOnlyList<Metric> Measure() =>
    [
        // NaN before the first.
        new("in_sample_error", trials.Count == 0 ? double.NaN : trials[^1].InSample),
        new("out_of_sample_error", trials.Count == 0 ? double.NaN : trials[^1].OutOfSample),
    ];

    public bool Step()
    {
        trials.Add(ScoreErrorTrial.Run(device, settings, trials.Count));
        return true;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(trials.Count);
        foreach (ScoreErrorTrial trial in trials)
            trial.Save(writer);
    }

    public void Restore(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > Iterations)
            throw new InvalidDataException($"{count} draws is no state of {Iterations}");
        trials.Clear();
        for (int index = 0; index < count; index++)
            trials.Add(ScoreErrorTrial.Restore(reader));
    }

    public RunResult Finish()
    {
        ScoreErrorTrial[] made = [.. trials.Where(trial => !trial.IsFailed)];
        var values = new JsonObject { [ScoreErrorResult.FailedValue] = trials.Count - made.Length };
        if (made.Length > 0)
        {
            double[] regularisations = [.. made.Select(trial => trial.Regularisation)];
            double[] outside = [.. made.Select(trial => trial.OutOfSample)];
            var inside = Summary.Of([.. made.Select(trial => trial.InSample)]);
            var summary = Summary.Of(outside);
            Add(ScoreErrorResult.RegularisationValue, regularisations.Median());
            Add(ScoreErrorResult.LowRegularisationValue, regularisations.Min());
            Add(ScoreErrorResult.HighRegularisationValue, regularisations.Max());
            Add(ScoreErrorResult.BandwidthValue, made.Average(trial => trial.Bandwidth));
            Add(ScoreErrorResult.InSampleValue, inside.Mean);
            Add(ScoreErrorResult.InSampleDeviationValue, inside.StandardDeviation);
            Add(ScoreErrorResult.OutOfSampleValue, summary.Mean);
            Add(ScoreErrorResult.OutOfSampleDeviationValue, summary.StandardDeviation);
            Add(ScoreErrorResult.OutOfSampleMedianValue, outside.Median());
        }

        return new RunResult(values, [new RunFile("errors.csv", stream => CsvFile.Write(stream, trials))]);

        // What does not exist, as the spread of one draw, is left out.
        void Add(string name, double value)
        {
            if (double.IsFinite(value))
                values[name] = value;
        }
    }

    public IReadOnlyList<RunFile> LastGoodState() => [];

    public void Dispose()
    {
    }
}
