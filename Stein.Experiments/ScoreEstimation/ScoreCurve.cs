using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>The score that an estimator finds from a hundred samples of N(0, 1), on a line.</summary>
internal sealed record ScoreCurve(string Estimator, double Regularisation, double[] Samples, IReadOnlyList<Point> Points)
{
    /// <summary>The line goes from minus this to this.</summary>
    private const double Reach = 5;

    /// <summary>The axis of scores goes from minus this to this.</summary>
    private const double MaxScore = 6;

    /// <summary>The ridge of the estimators that have one in units of the kernel's diagonal; the others follow their rules.</summary>
    private const double Ridge = 1;

    private const int Count = 100;
    private const uint Seed = 60;

    /// <summary>The curves as data, and in two figures, one of the Stein estimators and kef, and one of the others.</summary>
    public static IReadOnlyList<Section> Sections()
    {
        ScoreCurve[] curves = All();
        return
        [
            DataTable.Create(
                "curves",
                curves.SelectMany(curve => curve.Points.Select(point => (Curve: curve, Point: point))),
                new("estimator", item => item.Curve.Estimator),
                new("regularisation", item => item.Curve.Regularisation),
                new("x", item => item.Point.X),
                new("score", item => item.Point.Y)) with { IsInJson = false },
            FigureOf("curves_stein", [.. curves.Where(IsStein)]),
            FigureOf("curves_others", [.. curves.Where(curve => !IsStein(curve))]),
        ];

        static bool IsStein(ScoreCurve curve)
            => curve.Estimator == "kef" || curve.Estimator.StartsWith("stein", StringComparison.Ordinal);
    }

    /// <summary>
    /// The curves of all estimators but <c>stein-u</c>, which is one of the others: the first example of Shi, Sun and Zhu ("A spectral
    /// approach to gradient estimation for implicit distributions", ICML 2018), in double precision.
    /// </summary>
    private static ScoreCurve[] All()
    {
        using Device device = CpuDevices.CreateDouble();
        double[] samples = ScoreTarget.Create("gauss", 1, Seed, 0).Sample(new PhiloxStream(Seed, StreamPurpose.TrainingData), Count);
        double[] positions = [.. Enumerable.Range(0, 401).Select(index => Reach * ((index / 200.0) - 1))];
        return
        [
            .. from estimator in ScoreEstimators.All
               where estimator.Name != "stein-u"
               let ridge = estimator.Name is "stein" or "stein-augmented" or "kef" ? Ridge : (double?)null
               let estimate = estimator.Fit(device, samples, 1, new() { Regularisation = ridge })
               let points = positions.Zip(estimate.Scores(positions), (x, score) => new Point(x, score))
               select new ScoreCurve(estimator.Name, estimate.Regularisation, samples, [.. points]),
        ];
    }

    private static Figure FigureOf(string name, IReadOnlyList<ScoreCurve> curves) => new(
        name,
        $"The lines are scores estimated from {Count} samples of N(0, 1), which are marked at the bottom, and the true score. The numbers "
            + $"in parentheses are the regularisations: {Ridge} for stein, stein-augmented and kef, by rule for the others. Everything is "
            + "computed in double precision.",
        new Axis($"x ({Count} samples of N(0, 1))") { Limits = (-Reach, Reach), Ticks = Ticks.Every(1) },
        new Axis("Estimated score") { Limits = (-MaxScore, MaxScore), Ticks = Ticks.Every(1) },
        [
            new Series("score of N(0, 1)", ScoreError.Truth, [new(-Reach, Reach), new(Reach, -Reach)])
            {
                HasMarkers = false,
                LineWidth = 1.6f,
                LegendRank = 1,
            },
            .. curves.Select(curve => new Series(
                $"{curve.Estimator} ({ScoreError.Digits(curve.Regularisation)})", ScoreError.StyleOf(curve.Estimator), curve.Points)
            {
                HasMarkers = false,
                LineWidth = 2.5f,
            }),
            new Rug(curves[0].Samples, -MaxScore, -MaxScore + 0.35),
        ]);
}
