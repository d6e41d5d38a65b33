using Stein.Engine.IndependentComponents;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.IndependentComponents;

public class LocalIcaTests
{
    private static readonly SteinContrast Contrast = new(8, 10 / Math.Sqrt(2));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Ten sources with heavier tails than the normal density and ten with lighter ones, and the density of each.</summary>
    [Fact]
    public void Mixed_sources_are_separated_and_their_densities_found()
    {
        const int Dimension = 20, Count = 10_000;
        var data = new MixedSources(
            [
                .. Enumerable.Range(0, Dimension).Select<int, Func<PhiloxStream, double>>(
                    j => (j % 4) switch
                    {
                        0 => MixedSources.Laplace,
                        1 => MixedSources.Uniform,
                        2 => MixedSources.Logistic,
                        _ => MixedSources.SubGaussian,
                    }),
            ],
            Count,
            seed: 4);
        SamplePreparation whitening = SamplePreparation.Whiten(data.Rows, Dimension, Dimension);
        LocalSolution solution = new LocalIca(whitening.Apply(data.Rows)).Fit(
            MaximumLikelihoodIca.RandomRotation(Dimension, 1, 0),
            [SourceDensity.Laplace, SourceDensity.Logistic, SourceDensity.SubGaussian],
            Contrast,
            cancellation: Cancellation);
        (int[] sources, double largest, _) = data.Judge(MixedSources.Product(solution.Unmixing, whitening.Forward, Dimension));
        Assert.Equal(Enumerable.Range(0, Dimension), sources.Order());
        Assert.InRange(largest, 0, 0.12);
        Assert.Equal(
            sources.Select(j => (j % 4) switch { 0 => "laplace", 2 => "logistic", _ => "sub-gaussian" }),
            solution.Densities.Select(density => density.Name));
        Assert.InRange(solution.Norm, 0, 0.01);
        Assert.True(solution.IsConverged);
    }

    /// <summary>One density with lighter tails than the normal one for all sources.</summary>
    [Fact]
    public void Sources_of_one_known_density_with_light_tails_are_separated()
    {
        const int Dimension = 10;
        var data = new MixedSources([.. Enumerable.Repeat(MixedSources.SubGaussian, Dimension)], 10_000, seed: 4);
        SamplePreparation whitening = SamplePreparation.Whiten(data.Rows, Dimension, Dimension);
        LocalSolution solution = new LocalIca(whitening.Apply(data.Rows)).Fit(
            MaximumLikelihoodIca.RandomRotation(Dimension, 1, 0), [SourceDensity.SubGaussian], Contrast, cancellation: Cancellation);
        (int[] sources, double largest, _) = data.Judge(MixedSources.Product(solution.Unmixing, whitening.Forward, Dimension));
        Assert.Equal(Enumerable.Range(0, Dimension), sources.Order());
        Assert.InRange(largest, 0, 0.12);
        Assert.True(solution.IsConverged);
    }

    /// <summary>One source is where it has to be at the start.</summary>
    [Fact]
    public void One_source_has_its_scale_fitted()
    {
        MixedSources data = MixedSources.OfLaplace(1, 2000, seed: 8);
        SamplePreparation whitening = SamplePreparation.Whiten(data.Rows, 1, 1);
        LocalSolution solution = new LocalIca(whitening.Apply(data.Rows)).Fit(
            [1], [SourceDensity.Laplace], Contrast, cancellation: Cancellation);
        Assert.True(solution.IsConverged);
        Assert.Equal(Math.Sqrt(2), Math.Abs(solution.Unmixing[0]), 0.1);
    }

    /// <summary>With a sharp score, M fits the noise of few samples.</summary>
    [Fact]
    public void Few_samples_are_separated_best_with_smoothed_scores()
    {
        const int Dimension = 30, Count = 900;
        MixedSources data = MixedSources.OfLaplace(Dimension, Count, seed: 8);
        SamplePreparation whitening = SamplePreparation.Whiten(data.Rows, Dimension, Dimension);
        var ica = new LocalIca(whitening.Apply(data.Rows));
        LocalSolution solution = ica.Fit(
            MaximumLikelihoodIca.RandomRotation(Dimension, 1, 0), [SourceDensity.Laplace], Contrast, cancellation: Cancellation);
        var sharp = new LikelihoodEquations(ica.Moments, solution.Unmixing, SourceDensity.Laplace);
        sharp.Run(60, cancellation: Cancellation);
        var fast = new FastIca(ica.Moments, solution.Rotation, 1e-10);
        fast.Run(300, cancellation: Cancellation);
        double error = Error(solution.Unmixing);
        Assert.InRange(error, 0, Error(sharp.Unmixing));
        Assert.InRange(error, 0, Error(fast.Unmixing));
        Assert.InRange(solution.Norm, 0, 1e-2);

        double Error(double[] unmixing)
        {
            (int[] sources, _, double error) = data.Judge(MixedSources.Product(unmixing, whitening.Forward, Dimension));
            Assert.Equal(Enumerable.Range(0, Dimension), sources.Order());
            return error;
        }
    }

    /// <summary>Where the rotations stall, the smoothed likelihood is climbed.</summary>
    [Fact]
    public void Fifteen_samples_for_each_source_suffice()
    {
        const int Dimension = 40, Count = 600;
        MixedSources data = MixedSources.OfLaplace(Dimension, Count, seed: 8);
        SamplePreparation whitening = SamplePreparation.Whiten(data.Rows, Dimension, Dimension);
        LocalSolution solution = new LocalIca(whitening.Apply(data.Rows)).Fit(
            MaximumLikelihoodIca.RandomRotation(Dimension, 1, 0), [SourceDensity.Laplace], Contrast, cancellation: Cancellation);
        (int[] sources, _, _) = data.Judge(MixedSources.Product(solution.Unmixing, whitening.Forward, Dimension));
        Assert.Equal(Enumerable.Range(0, Dimension), sources.Order());
    }

    /// <summary>E[ψ²] E[z²] of Laplace sources is 2, of logistic ones π²/9; the other is the information about the scale.</summary>
    [Fact]
    public void Information_of_known_densities()
    {
        (double variance, double product, double curvature, double bend) = SourceInformation.Of(SourceDensity.Laplace);
        Assert.Equal(2, variance, 1e-6);
        Assert.Equal(1, product, 1e-6);
        Assert.Equal(1, curvature, 1e-6);
        Assert.Equal(0, bend, 1e-6);
        SourceInformation logistic = SourceInformation.Of(SourceDensity.Logistic);
        Assert.Equal(Math.PI * Math.PI / 9, logistic.Curvature * logistic.Variance, 1e-6);
        Assert.Equal((3 + (Math.PI * Math.PI)) / 9, logistic.Product + logistic.Bend, 1e-6);

        // Of the log-density as of any other contrast, by integration by parts; and nearly that of a score that is hardly smoothed.
        SourceInformation contrast = SourceInformation.Of(SourceDensity.Logistic, SourceDensity.Logistic);
        Assert.Equal(1, contrast.Product, 1e-9);
        Assert.Equal(logistic.Curvature, contrast.Curvature, 1e-9);
        SourceInformation smoothed = SourceInformation.Of(SourceDensity.Laplace, SourceDensity.SmoothedLaplace(0.05));
        Assert.Equal(1, smoothed.Product, 0.01);
        Assert.Equal(1, smoothed.Curvature, 0.05);
    }

    /// <summary>The step undoes a small mixing of sources with different densities, of whose M the first order is known.</summary>
    [Fact]
    public void The_step_solves_the_first_order()
    {
        SourceInformation[] sources =
        [
            SourceInformation.Of(SourceDensity.Laplace),
            SourceInformation.Of(SourceDensity.SubGaussian),
            SourceInformation.Of(SourceDensity.StudentT(5)),
        ];
        double[] mixing = [0.01, -0.02, 0.03, 0.015, 0.005, -0.01, 0.02, 0.01, -0.03];
        var equations = new double[9];
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double own = mixing[(i * 3) + j], other = mixing[(j * 3) + i];
                equations[(i * 3) + j] = i == j
                    ? own * (sources[i].Product + sources[i].Bend)
                    : (sources[i].Curvature * sources[j].Variance * own) + (sources[i].Product * other);
            }
        }

        double[] step = SourceInformation.Step(equations, sources);
        for (int i = 0; i < 9; i++)
            Assert.Equal(mixing[i], step[i], 1e-12);
    }
}
