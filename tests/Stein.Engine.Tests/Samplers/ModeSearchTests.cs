using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Samplers;

public class ModeSearchTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 4)]
    [InlineData(2, 2)]
    [InlineData(2, 4)]
    [InlineData(5, 2)]
    [InlineData(5, 4)]
    public void All_modes_are_found_with_their_covariances(int dimension, int components)
    {
        GaussianMixture mixture = Separated(dimension, components);
        ModeSearchResult result = ModeSearch.Find(mixture, Stream());
        Assert.Equal(components, result.Modes.Count);
        Assert.Equal(100, result.FailedStarts + result.Modes.Sum(mode => mode.Hits));
        Assert.InRange(result.FailedStarts, 0, 10);
        Assert.Equal(result.Modes.OrderByDescending(mode => mode.LogDensity), result.Modes);
        var found = new HashSet<int>();
        foreach (Mode mode in result.Modes)
        {
            // Components are so far apart that each mode is at a mean and has the component's covariance.
            int k = Enumerable.Range(0, components).MinBy(
                k => mode.Location.Select((x, d) => Math.Pow(x - mixture.Mean(k)[d], 2)).Sum());
            Assert.True(found.Add(k));
            Checks.Close("mode", mixture.Mean(k), mode.Location, _ => 1e-6);
            Checks.CloseInMaximum("covariance", mixture.Covariances[k].ToArray(), mode.Covariance.ToArray(), 1e-6);
            Assert.Equal(mixture.LogDensity(mode.Location), mode.LogDensity, 1e-12);
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1)]
    [InlineData(10)]
    public void The_scale_does_not_matter(double scale)
    {
        var mixture = GaussianMixture.Isotropic(2, [0.3, 0.7], [-5 * scale, 0, 5 * scale, 0], [scale * scale, scale * scale / 4]);
        ModeSearchResult result = ModeSearch.Find(mixture, Stream(), new(-8 * scale, 8 * scale));
        Assert.Equal(2, result.Modes.Count);
        Assert.Equal(5 * scale, result.Modes[0].Location[0], 1e-5 * scale);
        Checks.CloseInMaximum(
            "covariance", [scale * scale / 4, 0, 0, scale * scale / 4], result.Modes[0].Covariance.ToArray(), 1e-6);
    }

    [Fact]
    public void Components_that_overlap_have_one_mode()
    {
        // Two equal Gaussians have two modes if they are more than two standard deviations apart.
        ModeSearchResult one = ModeSearch.Find(GaussianMixture.TwoModes(0.9), Stream());
        Assert.Equal(0, Assert.Single(one.Modes).Location[0], 1e-6);

        // At a slightly larger distance the two modes are closer to each other than their width, so they are merged.
        ModeSearchResult merged = ModeSearch.Find(GaussianMixture.TwoModes(1.05), Stream());
        Assert.Single(merged.Modes);
        Assert.Equal(2, ModeSearch.Find(GaussianMixture.TwoModes(1.05), Stream(), new(MergeDistance: 1e-3)).Modes.Count);
    }

    [Fact]
    public void A_tempered_mixture_has_the_same_modes_wider()
    {
        var tempered = new TemperedMixture(GaussianMixture.TwoModes(5, dimension: 2), 2);
        ModeSearchResult result = ModeSearch.Find(tempered, Stream());
        Assert.Equal(2, result.Modes.Count);
        Checks.CloseInMaximum("covariance", [2, 0, 0, 2], result.Modes[0].Covariance.ToArray(), 1e-6);
    }

    [Fact]
    public void Bad_arguments_and_no_modes_are_named()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(5);
        GaussianMixtureTests.Contains("box from 1 to 1", () => ModeSearch.Find(mixture, Stream(), new(1, 1)));
        GaussianMixtureTests.Contains("box from 1 to NaN", () => ModeSearch.Find(mixture, Stream(), new(1, double.NaN)));
        GaussianMixtureTests.Contains("starts cannot be 0", () => ModeSearch.Find(mixture, Stream(), new(Starts: 0)));
        GaussianMixtureTests.Contains("iterations cannot be 0", () => ModeSearch.Find(mixture, Stream(), new(MaximumIterations: 0)));
        GaussianMixtureTests.Contains("are merged cannot be -1", () => ModeSearch.Find(mixture, Stream(), new(MergeDistance: -1)));
        var error = Assert.Throws<InvalidOperationException>(() => ModeSearch.Find(new Slope(), Stream()));
        Assert.Contains("None of 100 starts in the box from -10 to 10", error.Message, StringComparison.Ordinal);
    }

    internal static PhiloxStream Stream() => new(60, StreamPurpose.ModeSearch);

    /// <summary>Components at corners of a box, far apart, with covariances of their own.</summary>
    internal static GaussianMixture Separated(int dimension, int components)
    {
        GaussianMixture shape = Mixtures.Irregular(dimension, components, full: true);
        var means = new double[components * dimension];
        for (int k = 0; k < components; k++)
        {
            // In one dimension side by side, otherwise at the corners of a square.
            for (int d = 0; d < dimension; d++)
                means[(k * dimension) + d] = dimension == 1 ? (18.0 * k / (components - 1)) - 9 : ((k >> (d % 2)) & 1) == 0 ? -7 : 7;
        }

        // Half the width, so that neighbours are well over ten standard deviations apart in one dimension too.
        return GaussianMixture.Full(
            dimension, shape.Weights, means, [.. shape.Covariances.ToArray().SelectMany(c => c.ToArray()).Select(entry => entry / 4)]);
    }

    /// <summary>log p(x) = x, which has no mode.</summary>
    private sealed class Slope : IDensity
    {
        public int Dimension => 1;

        public double LogDensity(ReadOnlySpan<double> point) => point[0];

        public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
        {
            score[0] = 1;
            return point[0];
        }
    }
}
