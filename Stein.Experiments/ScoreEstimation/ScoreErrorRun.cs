using System.Text.Json.Nodes;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>The draws of one cell, one an iteration. What comes of a draw depends on the seed and its number alone.</summary>
internal sealed class ScoreErrorRun(Device device, ScoreErrorSettings settings) : RunOfDraws<ScoreErrorTrial>(settings.Trials)
{
    public override IReadOnlyList<Metric> Measure() =>
    [
        // NaN before the first.
        new("in_sample_error", Draws.Count == 0 ? double.NaN : Draws[^1].InSample),
        new("out_of_sample_error", Draws.Count == 0 ? double.NaN : Draws[^1].OutOfSample),
    ];

    public override RunResult Finish()
    {
        ScoreErrorTrial[] made = [.. Draws.Where(trial => !trial.IsFailed)];
        var values = new JsonObject { [ScoreErrorResult.FailedValue] = Draws.Count - made.Length };
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

        return new RunResult(values, [new RunFile("errors.csv", stream => CsvFile.Write(stream, Draws))]);

        // What does not exist, as the spread of one draw, is left out.
        void Add(string name, double value)
        {
            if (double.IsFinite(value))
                values[name] = value;
        }
    }

    protected override ScoreErrorTrial Draw(int index) => ScoreErrorTrial.Run(device, settings, index);

    protected override string Describe() => $"relative error {NumberText.Fixed(Draws[^1].OutOfSample, 3)}";
}
