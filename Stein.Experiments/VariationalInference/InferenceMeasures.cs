using Stein.Engine.Devices;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.VariationalInference;

/// <summary>What samples are judged by: the reference of a problem, as far as it can be seen.</summary>
internal sealed class InferenceMeasures
{
    private readonly InferenceProblem problem;
    private readonly Device device;
    private readonly int dimension;
    private readonly double unit;
    private double[] reference = [];

    /// <param name="problem">The problem.</param>
    /// <param name="device">Where discrepancies are computed.</param>
    /// <param name="samples">How many samples of the reference the unit of length comes from.</param>
    public InferenceMeasures(InferenceProblem problem, Device device, int samples)
    {
        (this.problem, this.device) = (problem, device);
        dimension = problem.View(problem.Reference(0, samples)).Length / samples;
        unit = problem.HasPredictions ? SampleMeasures.Unit(device, Reference(samples), dimension) : 1;
    }

    /// <summary>The squared MMD of samples (N×D) to as many of the reference.</summary>
    public double Discrepancy(double[] samples)
    {
        double[] view = problem.View(samples);
        return SampleMeasures.SquaredMeanDiscrepancy(device, view, Reference(view.Length / dimension), dimension, unit);
    }

    /// <summary>All that is measured at the end.</summary>
    public IReadOnlyList<Metric> Of(double[] samples) =>
    [
        ImplicitInference.Discrepancy.At(Discrepancy(samples)),
        ImplicitInference.Weight.At(problem.WeightError(samples)),
        ImplicitInference.Coverage.At(Coverage(problem.View(samples))),
        ImplicitInference.Prediction.At(problem.PredictiveLogLikelihood(samples)),
    ];

    /// <summary>
    /// The share of the reference between the fifth and the ninety-fifth percentile of the samples, mean over the coordinates.
    /// </summary>
    private double Coverage(double[] view)
    {
        double[] others = Reference(view.Length / dimension);
        return Enumerable.Range(0, dimension).Average(d =>
        {
            double[] sorted = [.. Column(view, d).Order()];
            (double low, double high) = (sorted[(int)(0.05 * sorted.Length)], sorted[(int)(0.95 * (sorted.Length - 1))]);
            return Column(others, d).Average(value => value >= low && value <= high ? 1.0 : 0);
        });

        IEnumerable<double> Column(double[] rows, int d) => rows.Chunk(dimension).Select(row => row[d]);
    }

    /// <summary>The view of so many samples of the reference, kept for the next time.</summary>
    private double[] Reference(int count)
        => reference.Length == count * dimension ? reference : reference = problem.View(problem.Reference(0, count));
}
