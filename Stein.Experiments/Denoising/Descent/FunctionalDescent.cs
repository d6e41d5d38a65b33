using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>
/// Functional gradient descent of a denoising auto-encoder: a descent on all samples, and several on four fifths of them, each judged on
/// the rest. They are computed on the run's device; KSD, the ridge path and the bandwidth of a file are measured in double precision.
/// </summary>
/// <remarks>
/// A step γ on the reconstruction is <c>S ← S − (2γ/N)(KS + ⟨∇,K⟩)</c> on the scores S at the samples, with γ = N/(2λ) and λ the largest
/// eigenvalue of the Gram matrix K: <see cref="ScoreIteration"/>. Stopping it after t steps is much like a ridge λ/t of the Stein gradient
/// estimator.
/// </remarks>
internal sealed class FunctionalDescent : ITraining, IStateful, IDisposable
{
    public const string DescentFile = "descent.csv", RidgeFile = "ridge.csv", ArrowsFile = "arrows.csv", SamplesFile = "samples.csv";

    public static readonly Quantity Bandwidth = new("bandwidth");
    public static readonly Quantity LargestEigenvalue = new("largest_eigenvalue");
    public static readonly Quantity Floor = new("floor");
    public static readonly Quantity StoppingTime = new("stopping_time");
    public static readonly Quantity HeldOutRidge = new("held_out_ridge");

    /// <summary>Points in a row of the grid that arrows are drawn on.</summary>
    public const int GridAcross = 17;

    private readonly DaeDescentSettings config;
    private readonly int[] measuringTimes;
    private readonly DescentData data;
    private readonly Device measuring = CpuDevices.CreateSimdDouble();
    private readonly SampleDiscrepancy discrepancy;
    private readonly ScoreIteration descent;
    private readonly (ScoreIteration Descent, double[] Judges)[] judged;
    private readonly double[] grid;
    private List<Measurement> measured = [];

    /// <exception cref="RunFailedException">The samples cannot be used.</exception>
    public FunctionalDescent(DaeDescentSettings config, Device device)
    {
        (this.config, measuringTimes) = (config, [.. config.MeasuringTimes()]);
        data = DescentData.Of(config);
        double bandwidth;
        try
        {
            bandwidth = config.Bandwidth ?? DescentData.BandwidthOf(config.Data)
                ?? BandwidthChoice.Of(measuring, data.Samples, config.Kernel, config.Seed);
        }
        catch (ScoreEstimationException exception)
        {
            throw new RunFailedException(exception.Message, 1, exception);
        }

        discrepancy = new SampleDiscrepancy(measuring, data.Samples, config.Kernel, bandwidth);
        descent = Begin(data.Samples);
        judged =
        [
            .. from split in HeldOutSplit.Create(data.Samples, PlanarDensity.Dimension, config.Seed)
               select (Begin(split.Training), split.HeldOut),
        ];
        grid = ScoreField.Grid(data.Samples, GridAcross, margin: 0.1);
        Record();

        ScoreIteration Begin(double[] samples)
            => ScoreIteration.Create(device, samples, PlanarDensity.Dimension, config.Kernel, bandwidth);
    }

    /// <summary>The descents, and what was measured of them.</summary>
    public IReadOnlyList<IStateful> Parts => [descent, .. judged.Select(each => each.Descent), this];

    public string Status => $"KSD² {SignificantText.Number(measured[^1].Point.Ksd)}"
        + (data.Density is null ? "" : $", Fisher error {SignificantText.Number(measured[^1].Point.FisherTest)}");

    /// <summary>What was measured so far, from time 0.</summary>
    public IReadOnlyList<DescentPoint> Points => [.. measured.Select(each => each.Point)];

    public void Step()
    {
        descent.Step();
        foreach ((ScoreIteration each, _) in judged)
            each.Step();
        if (measuringTimes.Contains(descent.Iteration))
            Record();
    }

    public IReadOnlyList<Metric> Measure()
        => [.. ScoreMeasures.All.Select(measure => new Metric(measure.Name, measure.Value(measured[^1].Point)))];

    public void Save(BinaryWriter writer) => writer.Write(JsonSerializer.Serialize(measured, JsonFormat.Line));

    public void Restore(BinaryReader reader)
    {
        try
        {
            measured = JsonSerializer.Deserialize<List<Measurement>>(reader.ReadString(), JsonFormat.Line) ?? [];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"the checkpoint does not have measurements of a descent: {exception.Message}", exception);
        }

        if (judged.Any(each => each.Descent.Iteration != descent.Iteration)
            || measured.Count != measuringTimes.Count(time => time <= descent.Iteration))
        {
            throw new InvalidDataException(
                $"the checkpoint has {measured.Count} measurements at step {descent.Iteration}, which do not fit this run");
        }
    }

    public TrainingResult Finish()
    {
        ScoreEstimator estimator = ScoreEstimators.Find("stein");
        var fit = new ScoreEstimatorSettings { Kernel = config.Kernel, Bandwidth = descent.Bandwidth };
        var ridges = HeldOutSelection.Choose(
            estimator, measuring, data.Samples, PlanarDensity.Dimension, fit, config.Seed, HeldOutFolds.Random);
        int stopping = measured[HeldOutSelection.SelectSmoothest([.. measured.Select(each => each.Losses)])].Point.Time;
        return new TrainingResult(
            [
                Bandwidth.At(descent.Bandwidth),
                LargestEigenvalue.At(descent.LargestEigenvalue),
                Floor.At(discrepancy.Floor()),
                StoppingTime.At(stopping),
                HeldOutRidge.At(ridges.Regularisation),
            ],
            Table(DescentFile, Points),
            Table(RidgeFile, ridges.Candidates.Zip(ridges.Losses, WithRidge)),
            Table(ArrowsFile, Arrows(stopping)),
            Table(SamplesFile, data.Samples.Chunk(PlanarDensity.Dimension).Select(row => new SamplePoint(row[0], row[1]))));

        RidgePoint WithRidge(double ridge, double loss)
        {
            ScoreEstimate estimate = estimator.Fit(measuring, data.Samples, PlanarDensity.Dimension, fit with { Regularisation = ridge });
            double[] scores = estimate.ScoresAtSamples();
            return new(ridge, discrepancy.Of(scores), data.ErrorAtTestPoints(estimate), data.ErrorAtSamples(scores), loss);
        }

        static RunFile Table<TRow>(string name, IEnumerable<TRow> rows) => new(name, DataTable.FromRecords(name, rows).WriteCsv);
    }

    public bool HasDiverged() => measured[^1].Point.Ksd > measured[0].Point.Ksd;

    public void Dispose() => measuring.Dispose();

    private void Record()
    {
        double[] scores = descent.ScoresAtSamples();
        double[] losses = [.. judged.SelectMany(each => each.Descent.Estimate().ScoreMatchingLosses(each.Judges))];
        double loss = losses.Average();
        if (!Array.TrueForAll(scores, double.IsFinite) || !double.IsFinite(loss))
            throw new RunFailedException($"the scores are no longer finite at step {descent.Iteration}", descent.Iteration);
        ScoreEstimate estimate = descent.Estimate();
        var point = new DescentPoint(
            descent.Iteration, discrepancy.Of(scores), data.ErrorAtTestPoints(estimate), data.ErrorAtSamples(scores), loss);
        measured.Add(new(point, estimate.Scores(grid), losses));
    }

    /// <summary>The fields at those of the times 1, 10, 100, … that were measured, at the stopping time and at the last.</summary>
    private IEnumerable<ArrowPoint> Arrows(int stopping)
    {
        double[]? truth = data.Density?.ScoresAt(grid);
        return from each in measured
               let time = each.Point.Time
               where (time > 0 && Math.Log10(time) % 1 == 0) || time == stopping || time == config.Steps
               from i in Enumerable.Range(0, grid.Length / 2).Select(row => 2 * row)
               select new ArrowPoint(
                   time, grid[i], grid[i + 1], each.Field[i], each.Field[i + 1], truth?[i] ?? double.NaN, truth?[i + 1] ?? double.NaN);
    }

    /// <summary>What is measured at a time.</summary>
    /// <param name="Field">The scores at the points of the grid (289×2).</param>
    /// <param name="Losses">The score-matching loss at every sample held out.</param>
    private sealed record Measurement(DescentPoint Point, double[] Field, double[] Losses);
}
