using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// A descent on all samples, and some on four fifths of them, which the others judge. They are computed on the run's device; the KSD, the
/// ridge path and the bandwidth of a file are measured in double precision.
/// </summary>
internal sealed class DaeDescentRun : IRun
{
    public const string DescentFile = "descent.csv", RidgeFile = "ridge.csv", ArrowsFile = "arrows.csv", SamplesFile = "samples.csv";

    /// <summary>Names of values.</summary>
    public const string Bandwidth = "bandwidth", LargestEigenvalue = "largest_eigenvalue", Floor = "floor", StoppingTime = "stopping_time",
        HeldOutRidge = "held_out_ridge";

    private readonly DaeDescentSettings settings;
    private readonly DaeDescentData data;
    private readonly Device measuring = CpuDevices.CreateSimdDouble();
    private readonly SampleDiscrepancy discrepancy;
    private readonly ScoreIteration descent;
    private readonly (ScoreIteration Descent, double[] Judges)[] judged;
    private readonly double[] trueAtSamples;
    private readonly double[] trueAtTestPoints;
    private readonly double[] grid;
    private readonly List<DescentPoint> points = [];
    private readonly List<double[]> fields = [];
    private readonly List<double[]> losses = [];

    /// <param name="device">The run's own.</param>
    /// <param name="settings">Normalised.</param>
    /// <exception cref="RunFailedException">The samples cannot be used.</exception>
    public DaeDescentRun(Device device, DaeDescentSettings settings)
    {
        this.settings = settings;
        data = DaeDescentData.Of(settings);
        double bandwidth;
        try
        {
            bandwidth = settings.KnownBandwidth ?? BandwidthChoice.Of(measuring, data.Samples, settings.Kernel, settings.Seed);
        }
        catch (ScoreEstimationException exception)
        {
            throw new RunFailedException(exception.Message, 1, exception);
        }

        discrepancy = new SampleDiscrepancy(measuring, data.Samples, settings.Kernel, bandwidth);
        descent = ScoreIteration.Create(device, data.Samples, PlanarDensity.Dimension, settings.Kernel, bandwidth);
        judged =
        [
            .. HeldOutSplit.Of(data.Samples, PlanarDensity.Dimension, settings.Seed).Select(split => (
                ScoreIteration.Create(device, split.Training, PlanarDensity.Dimension, settings.Kernel, bandwidth),
                split.Judges)),
        ];
        trueAtSamples = data.TrueScores(data.Samples);
        trueAtTestPoints = data.TrueScores(data.TestPoints);
        grid = ArrowGrid.Over(data.Samples);
        Record();
    }

    public int Iteration => descent.Iteration;

    public int Iterations => settings.Steps;

    public string Standing => $"KSD² {SignificantText.Number(points[^1].Discrepancy)}"
        + (data.Density is null ? "" : $", Fisher error {SignificantText.Number(points[^1].TestError)}");

    /// <summary>The points measured, from time 0.</summary>
    public IReadOnlyList<DescentPoint> Points => points;

    public IReadOnlyList<Metric> Measure() =>
    [
        new("ksd", points[^1].Discrepancy),
        new("fisher_test", points[^1].TestError),
        new("fisher_samples", points[^1].SampleError),
        new("held_out_loss", points[^1].HeldOutLoss),
    ];

    public bool Step()
    {
        descent.Step();
        foreach ((ScoreIteration each, _) in judged)
            each.Step();
        if (!MeasuringTimes.Includes(Iteration, settings.Steps))
            return false;
        Record();
        return true;
    }

    public void Save(BinaryWriter writer)
    {
        descent.Save(writer);
        foreach ((ScoreIteration each, _) in judged)
            each.Save(writer);
        writer.Write(points.Count);
        for (int index = 0; index < points.Count; index++)
        {
            points[index].Save(writer);
            foreach (double value in fields[index].Concat(losses[index]))
                writer.Write(value);
        }
    }

    public void Restore(BinaryReader reader)
    {
        descent.Restore(reader);
        foreach ((ScoreIteration each, _) in judged)
            each.Restore(reader);
        int count = reader.ReadInt32();
        if (judged.Any(each => each.Descent.Iteration != Iteration)
            || count != MeasuringTimes.Until(settings.Steps).Count(time => time <= Iteration))
        {
            throw new InvalidDataException($"{count} measurements at step {Iteration} are no state of this run");
        }

        points.Clear();
        fields.Clear();
        losses.Clear();
        int judges = judged.Sum(each => each.Judges.Length) / PlanarDensity.Dimension;
        for (int index = 0; index < count; index++)
        {
            points.Add(DescentPoint.Restore(reader));
            fields.Add(Read(grid.Length));
            losses.Add(Read(judges));
        }

        double[] Read(int numbers) => [.. Enumerable.Range(0, numbers).Select(_ => reader.ReadDouble())];
    }

    public RunResult Finish()
    {
        var path = RidgePath.Of(measuring, data, settings, discrepancy, descent.Bandwidth);
        int stopping = points[HeldOutSelection.SmoothestOf(losses)].Time;
        var values = new JsonObject
        {
            [Bandwidth] = descent.Bandwidth,
            [LargestEigenvalue] = descent.LargestEigenvalue,
            [Floor] = discrepancy.Floor(),
            [StoppingTime] = stopping,
            [HeldOutRidge] = path.HeldOut,
        };
        return new RunResult(
            values,
            [
                new RunFile(DescentFile, stream => CsvFile.Write(stream, points)),
                new RunFile(RidgeFile, stream => CsvFile.Write(stream, path.Points)),
                new RunFile(ArrowsFile, stream => CsvFile.Write(stream, Arrows(stopping))),
                new RunFile(SamplesFile, stream => CsvFile.Write(stream, Rows(data.Samples).Select(row => new SamplePoint(row.X, row.Y)))),
            ]);
    }

    /// <summary>Nothing: what diverged is made again in seconds.</summary>
    public IReadOnlyList<RunFile> LastGoodState() => [];

    public void Dispose() => measuring.Dispose();

    private static IEnumerable<(double X, double Y)> Rows(double[] points)
        => Enumerable.Range(0, points.Length / 2).Select(row => (points[2 * row], points[(2 * row) + 1]));

    private void Record()
    {
        double[] scores = descent.ScoresAtSamples();
        double[] found = [.. judged.SelectMany(each => each.Descent.Estimate().ScoreMatchingLosses(each.Judges))];
        double loss = found.Average();
        if (!Array.TrueForAll(scores, double.IsFinite) || !double.IsFinite(loss))
            throw new RunFailedException($"the scores are no longer finite at step {Iteration}", Iteration);
        ScoreEstimate estimate = descent.Estimate();
        points.Add(new(
            Iteration,
            discrepancy.Of(scores),
            DaeDescentData.FisherError(estimate.Scores(data.TestPoints), trueAtTestPoints),
            DaeDescentData.FisherError(scores, trueAtSamples),
            loss));
        fields.Add(estimate.Scores(grid));
        losses.Add(found);
    }

    /// <summary>At times 1, 10, 100, … that were measured, the stopping time and the last.</summary>
    private IEnumerable<ArrowPoint> Arrows(int stopping)
    {
        double[] truth = data.TrueScores(grid);
        foreach ((DescentPoint point, double[] field) in points.Zip(fields))
        {
            bool isPower = point.Time > 0 && Math.Log10(point.Time) % 1 == 0;
            if (!isPower && point.Time != stopping && point.Time != settings.Steps)
                continue;
            for (int i = 0; i < grid.Length; i += 2)
            {
                yield return new(
                    point.Time,
                    grid[i],
                    grid[i + 1],
                    field[i],
                    field[i + 1],
                    truth.Length == 0 ? double.NaN : truth[i],
                    truth.Length == 0 ? double.NaN : truth[i + 1]);
            }
        }
    }
}
