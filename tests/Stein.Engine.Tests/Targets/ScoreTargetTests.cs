using Stein.Engine.Random;
using Stein.Engine.Targets;
using Xunit;

namespace Stein.Engine.Tests.Targets;

/// <summary>Compares scores of the targets with differences of log-densities, and samples with known moments; tests the error.</summary>
public sealed class ScoreTargetTests
{
    public static TheoryData<string, int> Targets => new()
    {
        { "gauss", 1 },
        { "gauss", 5 },
        { "grid", 1 },
        { "grid", 7 },
        { "banana", 2 },
        { "banana", 4 },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public void Scores_agree_with_differences_of_the_log_density(string name, int dimension)
    {
        // Central differences have an error of h²/6 times a third derivative (here about 1) and of ε/h times a log-density (about 10).
        const double Step = 1e-5;
        const double Tolerance = 1e-8;
        ITarget target = ScoreTarget.Create(name, dimension, 1, 0);
        double[] points = target.Sample(new PhiloxStream(1, StreamPurpose.TestData), 20);
        var score = new double[dimension];
        for (int start = 0; start < points.Length; start += dimension)
        {
            double[] point = points[start..(start + dimension)];
            double logDensity = target.LogDensityAndScore(point, score);
            Assert.Equal(target.LogDensity(point), logDensity);
            for (int d = 0; d < dimension; d++)
            {
                double middle = point[d];
                point[d] = middle + Step;
                double above = target.LogDensity(point);
                point[d] = middle - Step;
                double below = target.LogDensity(point);
                point[d] = middle;
                Assert.Equal((above - below) / (2 * Step), score[d], Tolerance * (1 + Math.Abs(score[d])));
            }
        }
    }

    [Theory]
    [InlineData("gauss", 3, 3.0)]
    [InlineData("banana", 2, 1.37)]
    [InlineData("banana", 5, 4.37)]
    public void The_squared_score_has_its_known_mean(string name, int dimension, double expected)
    {
        const int Count = 200_000;
        ITarget target = ScoreTarget.Create(name, dimension, 1, 0);
        double[] squares = Squares(target, Count);
        double mean = squares.Average();
        double error = Math.Sqrt(squares.Average(square => (square - mean) * (square - mean)) / Count);
        Assert.True(Math.Abs(mean - expected) <= 4 * error, $"{mean} ± {error}");
        if (name == "banana")
            Assert.Equal(expected, new BananaDensity(dimension).ExpectedSquaredScore, 1e-12);
    }

    [Fact]
    public void The_grid_has_its_components_at_vertices_which_differ_between_trials()
    {
        const int Dimension = 6;
        double[] first = Mean(ScoreTarget.Create("grid", Dimension, 1, 0));
        Assert.Equal(first, Mean(ScoreTarget.Create("grid", Dimension, 1, 0)));
        Assert.NotEqual(first, Mean(ScoreTarget.Create("grid", Dimension, 1, 1)));
        Assert.NotEqual(first, Mean(ScoreTarget.Create("grid", Dimension, 2, 0)));
        // Means of six coordinates that are 0 or 1 are multiples of a sixth.
        Assert.All(first, mean => Assert.Equal(Math.Round(mean * Dimension), mean * Dimension, 1e-12));

        static double[] Mean(ITarget target)
        {
            var mixture = Assert.IsType<GaussianMixture>(target);
            Assert.Equal(Dimension, mixture.Components);
            Assert.All(mixture.Means.ToArray(), coordinate => Assert.True(coordinate is 0 or 1));
            return [.. Enumerable.Range(0, Dimension).Select(
                d => Enumerable.Range(0, Dimension).Average(k => mixture.Mean(k)[d]))];
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_true_score_has_no_error_and_zero_has_error_1(string name, int dimension)
    {
        ITarget target = ScoreTarget.Create(name, dimension, 1, 0);
        double[] points = target.Sample(new PhiloxStream(1, StreamPurpose.TestData), 50);
        var scores = new double[points.Length];
        target.Score(points, scores);
        Assert.Equal(0, target.RelativeError(points, scores));
        Assert.Equal(1, target.RelativeError(points, new double[points.Length]));
        Assert.Equal(0.25, target.RelativeError(points, Array.ConvertAll(scores, score => 0.5 * score)), 1e-14);
        Assert.Throws<ArgumentException>(() => target.RelativeError(points, scores.AsSpan(1)));
    }

    [Fact]
    public void The_first_samples_do_not_depend_on_how_many_follow()
    {
        Assert.All(ScoreTarget.Names, name =>
        {
            ITarget target = ScoreTarget.Create(name, 3, 1, 0);
            double[] few = target.Sample(new PhiloxStream(1, StreamPurpose.TrainingData), 4);
            Assert.Equal(few, target.Sample(new PhiloxStream(1, StreamPurpose.TrainingData), 9)[..few.Length]);
        });
    }

    private static double[] Squares(ITarget target, int count)
    {
        int dimension = target.Dimension;
        double[] points = target.Sample(new PhiloxStream(1, StreamPurpose.TestData), count);
        var score = new double[dimension];
        var squares = new double[count];
        for (int n = 0; n < count; n++)
        {
            target.LogDensityAndScore(points.AsSpan(n * dimension, dimension), score);
            squares[n] = score.Sum(entry => entry * entry);
        }

        return squares;
    }
}
