using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>
/// Scores of c·x + b are those of x divided by c, in any unit that people use, and samples far from all others do not change the scores of
/// these.
/// </summary>
public sealed class EquivarianceTests
{
    private const int Count = 23;
    private const int Dimension = 2;
    private const int Trials = 12;

    public static TheoryData<string> Names => [.. ScoreEstimators.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Random_units_and_shifts(string name)
    {
        using Device device = Estimates.Double();
        var random = new System.Random(11);
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        for (int trial = 0; trial < Trials; trial++)
        {
            double unit = Math.Pow(10, (200 * random.NextDouble()) - 100);

            // A shift by more would leave samples themselves fewer digits.
            double shift = unit * Math.Pow(10, 3 * random.NextDouble());
            double[] samples = Estimates.Samples(Count, Dimension, (ulong)trial);
            ScoreEstimate expected = estimator.Fit(device, samples, Dimension);
            ScoreEstimate found = estimator.Fit(device, Moved(samples), Dimension);
            double[] points = Estimates.Samples(5, Dimension, seed: 99);
            Checks.CloseInMaximum($"{name} in units of {unit}", expected.Scores(points), Scaled(found.Scores(Moved(points)), unit), 1e-8);
            double loss = expected.ScoreMatchingLoss(points);
            Assert.Equal(loss, found.ScoreMatchingLoss(Moved(points)) * unit * unit, 1e-7 * Math.Max(1, Math.Abs(loss)));
            Assert.Equal(expected.Bandwidth, found.Bandwidth / unit, 1e-9);

            double[] Moved(double[] values) => [.. values.Select(value => (unit * value) + shift)];
        }
    }

    /// <summary>On every device of the processor: nothing but the exponent of any number changes.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Powers_of_two_change_no_bit(string name)
    {
        using Device device = DeviceCatalog.Create("simd");
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        double[] samples = Estimates.Samples(Count, Dimension);
        double[] expected = estimator.Fit(device, samples, Dimension).ScoresAtSamples();
        foreach (int power in (int[])[-300, -40, 17, 300])
        {
            double unit = Math.ScaleB(1, power);
            double[] found = estimator.Fit(device, Scaled(samples, unit), Dimension).ScoresAtSamples();
            Checks.Same($"{name}, 2^{power}", expected, Scaled(found, unit));
        }
    }

    /// <summary>A mean that a missing value moved would cost the others their digits; twice as far away it makes no difference.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void One_sample_far_from_all_others_does_not_change_their_scores(string name)
    {
        using Device device = Estimates.Double();
        var random = new System.Random(12);
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        for (int trial = 0; trial < Trials; trial++)
        {
            double far = (random.Next(2) == 0 ? -1 : 1) * Math.Pow(10, 3 + (9 * random.NextDouble()));
            double[] samples = Estimates.Samples(Count, Dimension, (ulong)trial);
            ScoreEstimatorSettings settings = new() { Bandwidth = 1, Regularisation = Estimates.Moderate(name) };
            double[] near = Scores(far);
            Checks.CloseInMaximum($"{name}, {far}", Scores(2 * far), near, 1e-9);

            double[] Scores(double outlier) => estimator.Fit(device, [.. samples, outlier, outlier], Dimension, settings)
                .ScoresAtSamples()[..(Count * Dimension)];
        }
    }

    private static double[] Scaled(double[] values, double unit) => [.. values.Select(value => value * unit)];
}
