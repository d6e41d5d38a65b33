using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

public class MixtureFitTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(10)]
    public void The_fitted_weight_is_the_maximum_and_near_the_truth(double separation)
    {
        const int Count = 5000;
        GaussianMixture truth = GaussianMixture.TwoModes(separation, 0.8);
        double[] samples = truth.Sample(Mixtures.Stream(60), Count);
        MixtureFitResult fit = MixtureFit.Weights(truth.WithWeights(0.5, 0.5), samples);
        Assert.True(fit.Converged);
        AssertMonotone(fit);
        Assert.Equal(fit.Mixture.MeanLogLikelihood(samples), fit.MeanLogLikelihood, 1e-12);

        // The likelihood is concave in the weight, so it has a maximum if it is lower on both sides.
        double weight = fit.Mixture.Weights[0];
        foreach (double step in new[] { -1e-3, 1e-3 })
        {
            Assert.True(truth.WithWeights(weight + step, 1 - weight - step).MeanLogLikelihood(samples) < fit.MeanLogLikelihood);
        }

        // The Fisher information of the weight, by quadrature: ∫ (p₁ − p₂)²/p.
        double information = Mixtures.Integral(x =>
        {
            double p1 = Math.Exp(truth.WithWeights(1, 0).LogDensity([x]));
            double p2 = Math.Exp(truth.WithWeights(0, 1).LogDensity([x]));
            double p = (0.8 * p1) + (0.2 * p2);
            return p == 0 ? 0 : (p1 - p2) * (p1 - p2) / p;
        });

        // 4.9 standard errors: one seed in a million.
        Assert.InRange(weight, 0.8 - (4.9 / Math.Sqrt(Count * information)), 0.8 + (4.9 / Math.Sqrt(Count * information)));
    }

    [Fact]
    public void Weights_end_within_their_bound_of_the_maximum()
    {
        GaussianMixture truth = Mixtures.Irregular(2, 4, full: true);
        double[] samples = truth.Sample(Mixtures.Stream(3), 500);
        MixtureFitResult exact = MixtureFit.Weights(truth, samples, new(Tolerance: 1e-13, MaximumIterations: 1_000_000));
        Assert.True(exact.Converged);
        foreach (double tolerance in new[] { 1e-2, 1e-4, 1e-6 })
        {
            MixtureFitResult fit = MixtureFit.Weights(truth, samples, new(tolerance));
            Assert.True(fit.Converged);
            Assert.InRange(exact.MeanLogLikelihood - fit.MeanLogLikelihood, -1e-13, tolerance);
        }

        MixtureFitResult stopped = MixtureFit.Weights(truth, samples, new(1e-13, MaximumIterations: 3));
        Assert.False(stopped.Converged);
        Assert.Equal(3, stopped.Iterations);
    }

    [Fact]
    public void A_component_that_has_no_sample_gets_no_weight()
    {
        GaussianMixture truth = GaussianMixture.TwoModes(20);
        MixtureFitResult fit = MixtureFit.Weights(truth, truth.WithWeights(1, 0).Sample(Mixtures.Stream(1), 100));
        Assert.True(fit.Converged);
        Assert.Equal(0, fit.Mixture.Weights[1], 1e-12);

        // Infinitely far from one component in floating-point arithmetic, but not from all.
        Assert.True(MixtureFit.Weights(GaussianMixture.TwoModes(1e200), [-1e200, -1e200, 1e200]).Mixture.Weights[0] > 0.6);
    }

    [Theory]
    [InlineData(1, 2, false)]
    [InlineData(1, 2, true)]
    [InlineData(2, 3, false)]
    [InlineData(2, 3, true)]
    [InlineData(5, 2, true)]
    public void A_full_fit_recovers_the_mixture(int dimension, int components, bool full)
    {
        const int Count = 20_000;
        GaussianMixture shape = Mixtures.Irregular(dimension, components, full);

        // Means 8 apart on the diagonal, so that all but about one in a thousand samples clearly belong to one component.
        double[] means = [.. Enumerable.Range(0, components * dimension).Select(i => 8.0 * (i / dimension))];
        var truth = new GaussianMixture(shape.Weights, means, shape.Covariances);
        double[] samples = truth.Sample(Mixtures.Stream(60), Count);

        double[] startMeans = [.. means.Zip(new Draw(4).Normal(means.Length), (mean, noise) => mean + noise)];
        double[] equal = [.. Enumerable.Repeat(1.0 / components, components)];
        GaussianMixture start = full
            ? GaussianMixture.Full(dimension, equal, startMeans, Identities(components, dimension))
            : GaussianMixture.Isotropic(dimension, equal, startMeans, [.. Enumerable.Repeat(1.0, components)]);
        MixtureFitResult fit = MixtureFit.Full(start, samples);
        Assert.True(fit.Converged);
        Assert.False(fit.FloorReached);
        AssertMonotone(fit);
        Assert.True(fit.MeanLogLikelihood > truth.MeanLogLikelihood(samples));

        // If the components were observed, the errors would be those of shares, means and variances of w N samples: 4.9 standard errors,
        // and a fifth more for the overlap.
        for (int k = 0; k < components; k++)
        {
            double weight = truth.Weights[k];
            Within(weight, fit.Mixture.Weights[k], Math.Sqrt(weight * (1 - weight) / Count));
            double[] expected = truth.Covariances[k].ToArray();
            double[] actual = fit.Mixture.Covariances[k].ToArray();
            Assert.Equal(!full, fit.Mixture.Covariances[k].IsIsotropic);
            for (int i = 0; i < dimension; i++)
            {
                double variance = expected[(i * dimension) + i];
                Within(truth.Mean(k)[i], fit.Mixture.Mean(k)[i], Math.Sqrt(variance / (weight * Count)));
                for (int j = 0; j < dimension; j++)
                {
                    int entry = (i * dimension) + j;
                    double product = (variance * expected[(j * dimension) + j]) + (expected[entry] * expected[entry]);
                    Within(expected[entry], actual[entry], Math.Sqrt(product / (weight * Count)));
                }
            }
        }

        static void Within(double expected, double actual, double standardError)
            => Assert.InRange(actual, expected - (6 * standardError), expected + (6 * standardError));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_component_is_the_samples_mean_and_covariance(bool full)
    {
        double[] samples = [0, 0, 2, 0, 0, 2, 2, 4];
        MixtureFitResult fit = MixtureFit.Full(full
            ? GaussianMixture.Full(2, [1], [5, 5], [1, 0, 0, 1])
            : GaussianMixture.Isotropic(2, [1], [5, 5], [1]), samples);
        Assert.Equal([1, 1.5], fit.Mixture.Means.ToArray());
        double[] expected = full ? [1, 0.5, 0.5, 2.75] : [1.875, 0, 0, 1.875];
        Checks.Close("covariance", expected, fit.Mixture.Covariances[0].ToArray(), _ => 1e-14);
        Assert.Equal(2, fit.Iterations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Variances_stop_at_the_floor_and_the_likelihood_never_falls(bool full)
    {
        // Samples on a line, and a component that starts at one of them.
        double[] samples = [.. Enumerable.Range(0, 40).SelectMany(n => new[] { (double)n, 2 * n })];
        samples[1] = 30;
        double variance = 0;
        for (int d = 0; d < 2; d++)
        {
            double[] column = Mixtures.Column(samples, 2, d);
            variance += column.Average(x => Math.Pow(x - column.Average(), 2)) / 2;
        }

        double[] weights = [0.5, 0.5];
        double[] means = [0, 30, 20, 40];
        GaussianMixture start = full
            ? GaussianMixture.Full(2, weights, means, [1e-9, 0, 0, 1e-9, 9, 0, 0, 9])
            : GaussianMixture.Isotropic(2, weights, means, [1e-9, 9]);
        MixtureFitResult fit = MixtureFit.Full(start, samples, new(RelativeVarianceFloor: 1e-4));
        AssertMonotone(fit);
        Assert.True(fit.Converged);
        Assert.True(fit.FloorReached);
        foreach (GaussianCovariance covariance in fit.Mixture.Covariances)
        {
            double[] shifted = covariance.ToArray();
            (shifted[0], shifted[3]) = (shifted[0] - (0.999999 * 1e-4 * variance), shifted[3] - (0.999999 * 1e-4 * variance));
            Assert.NotNull(GaussianCovariance.TryFactorise(2, shifted));
        }
    }

    [Fact]
    public void A_component_without_weight_stays_as_it_is()
    {
        GaussianMixture start = GaussianMixture.Isotropic(1, [1, 0], [0, 100], [1, 1]);
        MixtureFitResult fit = MixtureFit.Full(start, [-1, 0, 1, 2]);
        Assert.Equal([0.5, 100], fit.Mixture.Means.ToArray());
        Assert.Equal([1, 0], fit.Mixture.Weights.ToArray());
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(2);
        GaussianMixtureTests.Contains("1 sample is too few; at least 2", () => MixtureFit.Weights(mixture, [1]));
        GaussianMixtureTests.Contains("0 samples are too few", () => MixtureFit.Full(mixture, []));
        GaussianMixtureTests.Contains("sample 1 is NaN", () => MixtureFit.Full(mixture, [1, double.NaN]));
        GaussianMixtureTests.Contains("mean variance of 0", () => MixtureFit.Full(mixture, [1, 1, 1]));
        GaussianMixtureTests.Contains("Sample 1 is infinitely far", () => MixtureFit.Weights(mixture, [1, 1e200]));
        GaussianMixtureTests.Contains("tolerance of a fit cannot be 0", () => MixtureFit.Weights(mixture, [1, 2], new(0)));
        GaussianMixtureTests.Contains("iterations cannot be 0", () => MixtureFit.Full(mixture, [1, 2], new(MaximumIterations: 0)));
        GaussianMixtureTests.Contains("floor cannot be -1", () => MixtureFit.Full(mixture, [1, 2], new(RelativeVarianceFloor: -1)));
    }

    private static void AssertMonotone(MixtureFitResult fit)
    {
        for (int i = 1; i < fit.LogLikelihoods.Count; i++)
        {
            Assert.True(
                fit.LogLikelihoods[i] >= fit.LogLikelihoods[i - 1] - (1e-12 * Math.Abs(fit.LogLikelihoods[i])),
                $"Iteration {i} falls from {fit.LogLikelihoods[i - 1]:R} to {fit.LogLikelihoods[i]:R}.");
        }
    }

    private static double[] Identities(int count, int dimension)
        => [.. Enumerable.Range(0, count * dimension * dimension)
            .Select(i => i % (dimension * dimension) % (dimension + 1) == 0 ? 1.0 : 0)];
}
