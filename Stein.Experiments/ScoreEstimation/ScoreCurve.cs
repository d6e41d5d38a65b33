using CsvHelper;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>The score that an estimator makes of a hundred samples of N(0, 1), on a line.</summary>
/// <param name="Estimator">The estimator.</param>
/// <param name="Regularisation">What it was made with.</param>
/// <param name="Samples">The samples (M).</param>
/// <param name="Scores">The estimate (at each of <see cref="Positions"/>).</param>
internal sealed record ScoreCurve(string Estimator, double Regularisation, double[] Samples, double[] Scores)
{
    /// <summary>The line goes from minus this to this.</summary>
    public const double Reach = 5;

    /// <summary>M.</summary>
    private const int Count = 100;

    /// <summary>The ridge of the estimators that have one in units of the kernel's diagonal; the others are by rule.</summary>
    private const double Ridge = 1;

    private const uint Seed = 60;

    /// <summary>Where the curves are drawn.</summary>
    public static IReadOnlyList<double> Positions { get; } = [.. Enumerable.Range(0, 401).Select(index => Reach * ((index / 200.0) - 1))];

    /// <summary>
    /// The curves of all estimators but <c>stein-u</c>, which is one of the others: the first example of Shi, Sun and Zhu ("A spectral
    /// approach to gradient estimation for implicit distributions", ICML 2018), in double precision.
    /// </summary>
    public static IReadOnlyList<ScoreCurve> All()
    {
        using Device device = CpuDevices.CreateDouble();
        double[] samples = ScoreTarget.Of("gauss", 1, Seed, 0).Sample(new PhiloxStream(Seed, StreamPurpose.TrainingData), Count);
        double[] positions = [.. Positions];
        var curves = new List<ScoreCurve>();
        foreach (ScoreEstimator estimator in ScoreEstimators.All.Where(estimator => estimator.Name != "stein-u"))
        {
            double? ridge = estimator.Name is "stein" or "stein-augmented" or "kef" ? Ridge : null;
            ScoreEstimate estimate = estimator.Fit(device, samples, 1, new() { Regularisation = ridge });
            curves.Add(new(estimator.Name, estimate.Regularisation, samples, estimate.Scores(positions)));
        }

        return curves;
    }

    /// <summary>The rows of <c>curves.csv</c>.</summary>
    public IEnumerable<ScoreCurvePoint> Points()
        => Positions.Select((position, index) => new ScoreCurvePoint(Estimator, Regularisation, position, Scores[index]));
}

/// <summary>A row of <c>curves.csv</c>.</summary>
[CsvRecord]
internal sealed partial record ScoreCurvePoint(
    [CsvColumn("estimator")] string Estimator,
    [CsvColumn("regularisation")] double Regularisation,
    [CsvColumn("x")] double X,
    [CsvColumn("score")] double Score);
