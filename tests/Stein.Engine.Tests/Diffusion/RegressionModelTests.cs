using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Diffusion;
using Stein.Engine.Formulas;
using Stein.Engine.Random;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Diffusion;

/// <summary>Regression by likelihoods, score matching and discrepancies.</summary>
public class RegressionModelTests
{
    private const int Count = 60;
    private static readonly LocationScaleShape Errors = new StudentTShape(5);

    public static TheoryData<string> Losses => [.. Enum.GetNames<FitLoss>()];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Gradients_by_parameters(string kind)
    {
        var loss = Enum.Parse<FitLoss>(kind);
        using Device device = CpuDevices.CreateDouble();
        RegressionModel model = Line(Covariates(620));
        double[] samples = new Draw(621).Normal(Count, 2), at = [0.3, -0.6, 1.7];
        foreach (DiffusionCoefficient m in (DiffusionCoefficient[])[new UnitDiffusion(), new QuadraticDiffusion(5, -1)])
        {
            var fit = new ModelFit(device, model, samples, new(loss, m));
            FiniteDifferences.Check(
                $"{loss}, {m}", point => fit.At(point, at).Loss, at, fit.At(at).Gradient, magnitude: 100, largestStep: 1.0 / 64);
        }
    }

    /// <summary>With an intercept alone, all losses are those of location and scale.</summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void An_intercept_is_a_location(string kind)
    {
        var loss = Enum.Parse<FitLoss>(kind);
        using Device device = CpuDevices.CreateDouble();
        var intercept = new RegressionModel(Errors, [.. Enumerable.Repeat(1.0, Count)], columns: 1);
        double[] samples = new Draw(622).Normal(Count, 2), at = [0.4, 1.3];
        foreach (DiffusionCoefficient m in (DiffusionCoefficient[])[new UnitDiffusion(), new QuadraticDiffusion(5, -1)])
        {
            FitSettings settings = new(loss, m) { Statistic = PairStatistic.V };
            (double expected, double[] gradient) = new ModelFit(device, new(Errors, 1), samples, settings).At(at);
            (double actual, double[] slopes) = new ModelFit(device, intercept, samples, settings).At(at);
            Assert.Equal(expected, actual, 1e-12);
            Assert.Equal(gradient, slopes, (left, right) => Math.Abs(left - right) <= 1e-12);
        }
    }

    /// <summary>
    /// Adding a linear function of the covariates to y adds its coefficients to the estimates, where the loss compares samples by their
    /// residuals alone: the likelihood and score matching.
    /// </summary>
    [Theory]
    [InlineData(nameof(FitLoss.Likelihood))]
    [InlineData(nameof(FitLoss.ScoreMatching))]
    public void Estimates_follow_linear_functions_of_the_covariates(string kind)
    {
        using Device device = CpuDevices.CreateDouble();
        double[] covariates = Covariates(623);
        RegressionModel model = Line(covariates);
        double[] samples = model.Sample(new PhiloxStream(9, StreamPurpose.TestData), [1, 2, 0.5], Count);
        double[] moved = [.. samples.Select((y, n) => y + 3 - (4 * covariates[(2 * n) + 1]))];
        double[] estimate = Fit(samples), other = Fit(moved);
        Assert.Equal(estimate[0] + 3, other[0], 1e-6);
        Assert.Equal(estimate[1] - 4, other[1], 1e-6);
        Assert.Equal(estimate[2], other[2], 1e-6);

        double[] Fit(double[] some)
            => new ModelFit(device, model, some, new(Enum.Parse<FitLoss>(kind), new UnitDiffusion())).Fit(model.Start(some)).Parameters;
    }

    /// <summary>
    /// Estimates of 100 samples of 60 are within 1.96 standard errors of the truth in nearly 95 % of them: 60 are so few that the errors
    /// are a little too small. Fewer than 84 are in less than 1 of 1000 repetitions of a correct program if 93 % are.
    /// </summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void Standard_errors_cover_the_slope(string kind)
    {
        const int Trials = 100;
        RegressionModel model = Line(Covariates(624));
        double[] truth = [1, 2, 0.5];
        int covered = 0;
        Parallel.For(0, Trials, trial =>
        {
            using Device device = CpuDevices.CreateDouble();
            double[] samples = model.Sample(new PhiloxStream(10, StreamPurpose.TestData, (uint)trial), truth, Count);
            var fit = new ModelFit(
                device, model, samples, new(Enum.Parse<FitLoss>(kind), new UnitDiffusion()) { Statistic = PairStatistic.V });
            double[] estimate = fit.Fit(model.Start(samples)).Parameters;
            if (Math.Abs(estimate[1] - truth[1]) <= 1.96 * fit.StandardErrors(estimate)[1])
                Interlocked.Increment(ref covered);
        });
        Assert.InRange(covered, 84, 100);
    }

    /// <summary>Least absolute deviations ignore how far other points are from the line.</summary>
    [Fact]
    public void Outliers_do_not_move_the_start()
    {
        double[] covariates = Covariates(625);
        RegressionModel model = Line(covariates);
        double[] samples = [.. Enumerable.Range(0, Count).Select(n => 1 + (2 * covariates[(2 * n) + 1]))];
        for (int n = 0; n < 20; n++)
            samples[3 * n] = 1000 * (n + 1);
        double[] start = model.Start(samples);
        Assert.Equal(1, start[0], 0.02);
        Assert.Equal(2, start[1], 0.02);
    }

    private static RegressionModel Line(double[] covariates) => new(Errors, covariates, columns: 2);

    /// <summary>A column of ones, and one of normal numbers.</summary>
    private static double[] Covariates(uint seed) => [.. new Draw(seed).Normal(Count, 1).SelectMany(c => (double[])[1, c])];
}
