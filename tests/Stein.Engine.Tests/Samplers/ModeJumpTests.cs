using MathNet.Numerics.Distributions;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Random;
using Stein.Engine.Tests.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Samplers;

public class ModeJumpTests
{
    private const int Count = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(1.3)]
    public void The_law_is_invariant(double scale)
    {
        // Unequal widths and weights, so that a missing or inverted determinant is noticed.
        var mixture = GaussianMixture.Isotropic(1, [0.3, 0.5, 0.2], [-6, 0, 5], [0.25, 1, 4]);
        ModeJump jump = Jumps(mixture, scale);
        Assert.Equal(3, jump.Modes);
        ModeJumpResult result = jump.Apply(mixture.Sample(Mixtures.Stream(60), Count), 10, Stream(60));
        Goodness.AssertFollows(result.Samples, x =>
            (0.3 * Normal.CDF(-6, 0.5, x)) + (0.5 * Normal.CDF(0, 1, x)) + (0.2 * Normal.CDF(5, 2, x)));
        Assert.InRange(result.AcceptanceRate, 0.05, 0.6);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 0.9)]
    [InlineData(5, 1)]
    public void The_law_is_invariant_in_more_dimensions(int dimension, double scale)
    {
        GaussianMixture mixture = ModeSearchTests.Separated(dimension, 4);
        double[] samples = Jumps(mixture, scale).Apply(mixture.Sample(Mixtures.Stream(60), Count), 10, Stream(60)).Samples;
        var responsibilities = new double[Count * 4];
        mixture.Responsibilities(samples, responsibilities);
        for (int k = 0; k < 4; k++)
        {
            double weight = mixture.Weights[k];
            Goodness.AssertMean(Enumerable.Range(0, Count).Select(n => responsibilities[(n * 4) + k]), weight, weight * (1 - weight));

            // Within its component the squared length of a sample is chi-square distributed, which a wrong root would change.
            double[] lengths = [.. Enumerable.Range(0, Count).Where(n => responsibilities[(n * 4) + k] > 0.5).Select(n =>
            {
                double[] difference = new double[dimension];
                for (int d = 0; d < dimension; d++)
                    difference[d] = samples[(n * dimension) + d] - mixture.Mean(k)[d];
                return mixture.Covariances[k].SquaredLength(difference);
            })];
            Goodness.AssertFollows(lengths, length => ChiSquared.CDF(dimension, length));
        }

        for (int d = 0; d < dimension; d++)
        {
            (double mean, double variance, _) = Mixtures.Moments(mixture, d);
            Goodness.AssertMean(Mixtures.Column(samples, dimension, d), mean, variance);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void Samples_of_one_mode_move_to_both(int dimension)
    {
        // Liu, Duncan and Gandy's target at Δ = 6, .5 N(0, I) + .5 N(Δe₁, I), with a sample from the first mode only. At θ = 1 every jump
        // in the right direction is accepted, and every one in the wrong direction leads away from both modes, so each step moves half of
        // the samples.
        var means = new double[2 * dimension];
        means[dimension] = 6;
        var mixture = GaussianMixture.Isotropic(dimension, [0.5, 0.5], means, [1, 1]);
        double[] samples = mixture.WithWeights(1, 0).Sample(Mixtures.Stream(60), Count);
        ModeJumpResult result = Jumps(mixture, 1).Apply(samples, 10, Stream(60));
        double[] moved = Mixtures.Column(result.Samples, dimension, 0);
        Goodness.AssertMean(moved.Select(x => x > 3 ? 1.0 : 0), 0.5, 0.25);
        Assert.Equal(0.5, result.AcceptanceRate, 0.01);
    }

    [Fact]
    public void The_proposal_is_that_of_the_formula()
    {
        // A flat target accepts every jump that does not shrink, and so every jump from the narrow to the wide mode.
        Mode narrow = new([1, 0], 0, GaussianCovariance.Isotropic(2, 0.25), 1);
        Mode wide = new([0, 2], 0, GaussianCovariance.Full(2, [4, 0, 0, 9]), 1);
        var jump = new ModeJump(new Flat(), [narrow, wide], 0.5);
        double[] sample = [3, 5];

        // θμ₂ + C₂^{1/2}C₁^{−1/2}(x − θμ₁) = (0, 1) + (2·2·(3 − .5), 3·2·5), and back: (.5, 0) + (.5·3/2, .5·4/3).
        double[] there = [10, 31];
        double[] back = [1.25, 2.0 / 3];
        (int forward, int backward) = (0, 0);
        for (uint seed = 0; seed < 2000; seed++)
        {
            double[] moved = jump.Apply(sample, 1, Stream(seed)).Samples;
            if (Math.Abs(moved[0] - there[0]) + Math.Abs(moved[1] - there[1]) < 1e-12)
                forward++;
            else if (Math.Abs(moved[0] - back[0]) + Math.Abs(moved[1] - back[1]) < 1e-12)
                backward++;
            else
                Assert.Equal(sample, moved);
        }

        // Each direction is drawn half of the time; on the way back the share |det| = .25/6 = 1/24 is accepted.
        Goodness.AssertMean(Enumerable.Range(0, 2000).Select(i => i < forward ? 1.0 : 0), 0.5, 0.25);
        Goodness.AssertMean(Enumerable.Range(0, 2000).Select(i => i < backward ? 1.0 : 0), 1.0 / 48, 47.0 / 48 / 48);
    }

    [Fact]
    public void A_row_does_not_depend_on_how_many_follow()
    {
        GaussianMixture mixture = ModeSearchTests.Separated(2, 4);
        ModeJump jump = Jumps(mixture, 1);
        double[] samples = mixture.Sample(Mixtures.Stream(60), 50);
        double[] many = jump.Apply(samples, 5, Stream(1)).Samples;
        Assert.Equal(many[..20], jump.Apply(samples.AsSpan(0, 20), 5, Stream(1)).Samples);
        Assert.NotEqual(samples, many);
    }

    [Fact]
    public void Without_a_pair_or_a_step_nothing_moves()
    {
        var gaussian = GaussianMixture.Isotropic(2, [1], [0, 0], [1]);
        double[] samples = new Draw(1).Normal(20);
        ModeJumpResult one = Jumps(gaussian, 1).Apply(samples, 10, Stream(1));
        Assert.Equal(samples, one.Samples);
        Assert.True(double.IsNaN(one.AcceptanceRate));
        Assert.Equal(samples, Jumps(GaussianMixture.TwoModes(5, dimension: 2), 1).Apply(samples, 0, Stream(1)).Samples);
        Assert.Empty(Jumps(GaussianMixture.TwoModes(5, dimension: 2), 1).Apply([], 3, Stream(1)).Samples);
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(5);
        Mode mode = new([0, 0], 0, GaussianCovariance.Isotropic(2, 1), 1);
        GaussianMixtureTests.Contains("no modes", () => new ModeJump(mixture, []));
        GaussianMixtureTests.Contains("Mode 0 has a location of 2 numbers", () => new ModeJump(mixture, [mode]));
        GaussianMixtureTests.Contains("cannot be NaN", () => new ModeJump(mixture, [mode with { Location = [0] }], double.NaN));
        ModeJump jump = Jumps(mixture, 1);
        GaussianMixtureTests.Contains("jumps cannot be -1", () => jump.Apply([1], -1, Stream(1)));
        GaussianMixtureTests.Contains("sample 0 is NaN", () => jump.Apply([double.NaN], 1, Stream(1)));
    }

    private static PhiloxStream Stream(ulong seed) => new(seed, StreamPurpose.ModeJumps);

    private static ModeJump Jumps(GaussianMixture mixture, double scale)
        => new(mixture, ModeSearch.Find(mixture, ModeSearchTests.Stream()).Modes, scale);

    private sealed class Flat : IDensity
    {
        public int Dimension => 2;

        public double LogDensity(ReadOnlySpan<double> point) => 0;

        public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
        {
            score.Clear();
            return 0;
        }
    }
}
