using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Tests of the score-matching loss and of the selection by it, and that estimates improve with more samples.</summary>
public sealed class SelectionTests
{
    public static TheoryData<string> Names => [.. ScoreEstimators.Names];

    [Fact]
    public void The_loss_is_the_mean_of_squares_and_divergences()
    {
        using Device device = Estimates.Double();
        ScoreEstimate estimate = Estimates.Fit(device, "stein", "imq", Estimates.Samples(9, 2), 2);
        double[] points = Estimates.Samples(4, 2, seed: 2);
        double expected = (estimate.Scores(points).Sum(score => score * score) + (2 * estimate.Divergences(points).Sum())) / 4;
        Assert.Equal(expected, estimate.ScoreMatchingLoss(points), 1e-12 * Math.Abs(expected));
        Assert.Equal(expected, estimate.ScoreMatchingLosses(points).Sum() / 4, 1e-12 * Math.Abs(expected));
    }

    /// <summary>
    /// For N(0, I) the expected loss is <c>E‖s − s*‖² − D</c>. The difference of both sides at 20 000 points is a mean of independent
    /// terms. It must be within four of its standard errors, which fails by chance for one seed in 16 000.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_loss_is_the_error_less_a_constant(string estimator)
    {
        const int Points = 20_000;
        using Device device = DeviceCatalog.Create("simd");
        ScoreEstimate estimate = ScoreEstimators.Find(estimator).Fit(device, Normal(60, 2, 1), 2);
        double[] points = Normal(Points, 2, 2);
        double[] scores = estimate.Scores(points);
        double[] divergences = estimate.Divergences(points);
        double sum = 0, squares = 0;
        for (int i = 0; i < Points; i++)
        {
            double term = 2 + (2 * divergences[i]);
            for (int d = 0; d < 2; d++)
                term -= (2 * scores[(2 * i) + d] * points[(2 * i) + d]) + (points[(2 * i) + d] * points[(2 * i) + d]);
            sum += term;
            squares += term * term;
        }

        double mean = sum / Points;
        double error = Math.Sqrt(((squares / Points) - (mean * mean)) / Points);
        Assert.True(Math.Abs(mean) <= 4 * error, $"{mean} ± {error}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_smoothest_candidate_with_about_the_least_loss_is_selected(string name)
    {
        using Device device = DeviceCatalog.Create("simd");
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        double[] samples = Normal(80, 2, 3);
        HeldOutSelection selection = HeldOutSelection.Choose(estimator, device, samples, 2, seed: 5);
        double rule = estimator.DefaultRegularisation(64, 2);
        Assert.Equal(estimator.Candidates(64, 2).Where(candidate => candidate != rule).Append(rule).Order(), selection.Candidates);

        // No smoother candidate is within the standard error, and the loss is the mean over five splits.
        int selected = selection.Candidates.ToList().IndexOf(selection.Regularisation);
        double[] smoother = [.. selection.Losses.Where((_, index) => estimator.IsSmootherWhenLarger ? index > selected : index < selected)];
        Assert.All(smoother, loss => Assert.True(loss >= selection.Losses.Min()));
        double[] expected = [.. HeldOutSplit.Create(samples, 2, seed: 5).SelectMany(split => estimator
            .Fit(device, split.Training, 2, new() { Regularisation = selection.Regularisation })
            .ScoreMatchingLosses(split.HeldOut))];
        Assert.Equal(expected.Average(), selection.Losses[selected], 1e-12 * Math.Abs(expected.Average()));
        HeldOutSelection again = HeldOutSelection.Choose(estimator, device, samples, 2, seed: 5);
        Checks.Same("losses", [.. selection.Losses], [.. again.Losses]);
        HeldOutSelection other = HeldOutSelection.Choose(estimator, device, samples, 2, seed: 6);
        Assert.NotEqual(selection.Losses, other.Losses);

        // Half of the losses are near the smallest; the selected candidate is not far from the best possible one.
        double Error(double regularisation)
            => RelativeError(estimator.Fit(device, samples, 2, new() { Regularisation = regularisation }), Normal(500, 2, 9));
        double least = selection.Candidates.Where(estimatorCanUse).Min(Error);
        Assert.True(Error(selection.Regularisation) <= (3 * least) + 0.05, $"{Error(selection.Regularisation)} against {least}");

        bool estimatorCanUse(double candidate) => double.IsFinite(selection.Losses[selection.Candidates.ToList().IndexOf(candidate)]);
    }

    /// <summary>
    /// Differences with mean ¼ and standard deviation 1 at four samples are within the standard error of ½; with mean 2 they are not.
    /// </summary>
    [Fact]
    public void The_first_within_a_standard_error_of_the_difference_is_the_smoothest()
    {
        double[] least = [5, -3, 40, 7];
        double[] near = [.. least.Zip((double[])[1.25, -0.75, 1.25, -0.75], (loss, more) => loss + more)];
        double[] far = [.. near.Select(loss => loss + 1.75)];
        double[] none = [double.PositiveInfinity];
        Assert.Equal(1, HeldOutSelection.SelectSmoothest([far, near, least]));
        Assert.Equal(2, HeldOutSelection.SelectSmoothest([none, far, least]));
        Assert.Equal(0, HeldOutSelection.SelectSmoothest([least, near, none]));
        Assert.Equal(0, HeldOutSelection.SelectSmoothest([least, least]));
        Assert.Equal(1, HeldOutSelection.SelectSmoothest([[double.NaN], far]));
    }

    [Fact]
    public void Progress_is_reported_before_every_fit()
    {
        using Device device = Estimates.Double();
        var told = new Shares();
        HeldOutSelection selection = HeldOutSelection.Choose(ScoreEstimators.Find("kde"), device, Normal(20, 1, 1), 1, progress: told);
        int fits = 5 * selection.Candidates.Count;
        Assert.Equal(Enumerable.Range(0, fits).Select(done => (double)done / fits), told.Values);
    }

    /// <summary>A smoother estimate has a smaller norm at the samples.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_smoother_estimate_has_a_smaller_norm(string name)
    {
        using Device device = DeviceCatalog.Create("simd-double");
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        double[] samples = Normal(60, 2, 3);
        IReadOnlyList<double> candidates = estimator.Candidates(60, 2);
        (double first, double last) = (Length(candidates[2]), Length(candidates[^1]));
        Assert.True(estimator.IsSmootherWhenLarger ? last < first : first < last, $"{first} {last}");

        double Length(double regularisation)
            => estimator.Fit(device, samples, 2, new() { Regularisation = regularisation }).ScoresAtSamples().Sum(score => score * score);
    }

    [Fact]
    public void Too_few_samples_are_refused()
    {
        using Device device = Estimates.Double();
        string message = Assert.Throws<ArgumentException>(
            () => HeldOutSelection.Choose(ScoreEstimators.All[0], device, Normal(9, 1, 1), 1)).Message;
        Assert.Contains("9 samples are too few; at least 10 are needed", message, StringComparison.Ordinal);
    }

    /// <summary>With ten times the samples the relative error, averaged over five draws, falls by at least a fifth.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void More_samples_bring_an_estimate_closer(string estimator)
    {
        using Device device = DeviceCatalog.Create("simd");
        double few = Mean(100), many = Mean(1000);
        Assert.True(many < 0.8 * few, $"{few} with 100 samples, {many} with 1000");

        double Mean(int count) => Enumerable.Range(0, 5).Average(seed => RelativeError(
            ScoreEstimators.Find(estimator).Fit(device, Normal(count, 2, (ulong)(10 + seed)), 2), Normal(1000, 2, 9)));
    }

    /// <summary>Compares the fourth derivative of the profile with differences of the third.</summary>
    [Theory]
    [MemberData(nameof(EveryKernel.Names), MemberType = typeof(EveryKernel))]
    public void The_fourth_ratio_is_that_of_derivatives(string kernel) => EveryKernel.Run(kernel, new FourthRatio());

    private static double RelativeError(ScoreEstimate estimate, double[] points)
        => estimate.Scores(points).Zip(points, (score, x) => (score + x) * (score + x)).Sum() / points.Sum(x => x * x);

    private static double[] Normal(int count, int dimension, ulong seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TestData);
        return [.. Enumerable.Range(0, count * dimension).Select(_ => stream.NextNormal())];
    }

    private sealed class Shares : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }

    private sealed class FourthRatio : IKernelTest
    {
        public void Run<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            foreach (double rho in (double[])[0.1, 1, 3.7])
            {
                double step = 1e-3 * Math.Min(1, rho);
                double slope = ((8 * (Third(rho + step) - Third(rho - step))) - (Third(rho + (2 * step)) - Third(rho - (2 * step))))
                    / (12 * step);
                double ratio = TKernel.FourthRatio(new DoubleLane(-TKernel.ArgumentScale * rho)).Value;

                // Third is −φ‴, and φ⁗ = −φ‴·ratio.
                Assert.Equal(-Third(rho) * ratio, slope, 1e-9 * Math.Abs(slope));
            }

            static double Third(double rho) => Estimates.Profile<TKernel>(rho)[3];
        }
    }
}
