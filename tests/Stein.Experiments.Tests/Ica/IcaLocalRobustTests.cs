using Stein.Experiments.Declarations;
using Stein.Experiments.Ica.Robust;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

/// <summary>ICA from samples with outliers: what survives them, and what the data are.</summary>
public sealed class IcaLocalRobustTests
{
    private static readonly IcaLocalRobustSettings Small = new()
    {
        Dimension = 5,
        Samples = 4000,
        TestSamples = 1000,
        Outliers = 0.1,
        Kind = "clustered",
        Seed = 101,
    };

    [Theory]
    [InlineData("scattered")]
    [InlineData("clustered")]
    public void Trimmed_and_weighted_estimators_survive_outliers_and_others_do_not(string kind)
    {
        foreach (string estimator in RobustEstimator.Names)
        {
            RobustFit fit = IcaLocalRobust.Fit(Small with { Kind = kind, Estimator = estimator });
            double gap = fit.Oracle - fit.TestLogLikelihood;
            bool isTrimmed = RobustEstimator.Of(Small with { Estimator = estimator }).IsTrimmed;
            if (estimator is "trimmed-fastica" or "trimmed-mle" or "trimmed-stein" or "weighted")
                Assert.Equal((true, 5), (gap < 0.02, fit.Separated));
            else if (estimator == "bounded")
                Assert.Equal((true, 5), (gap < 0.2, fit.Separated));
            else
                Assert.True(gap > 0.3, $"{estimator}: {gap}");

            // Of scattered outliers a few are near the centre by chance.
            Assert.Equal(isTrimmed, fit.OutliersKept <= (kind == "scattered" ? 0.01 : 0));
        }
    }

    /// <summary>A third of the samples left out: the correction of the scale, or a Stein identity that needs none.</summary>
    [Theory]
    [InlineData("trimmed-mle")]
    [InlineData("trimmed-stein")]
    [InlineData("weighted")]
    public void Strict_trimming_does_not_change_the_scale(string estimator)
    {
        RobustFit fit = IcaLocalRobust.Fit(Small with { Outliers = 0, Cutoff = 1, Estimator = estimator });
        Assert.InRange(fit.SamplesDropped, 0.2, 0.4);
        Assert.InRange(fit.Oracle - fit.TestLogLikelihood, -0.01, 0.02);
    }

    [Fact]
    public void Sources_within_a_limit_are_smaller()
    {
        Assert.Equal(new SourceShrinkage(1, 1), SourceShrinkage.Within(5, 1e6));
        SourceShrinkage[] limited = [.. new double[] { 9, 12, 20, 50 }.Select(limit => SourceShrinkage.Within(5, limit))];
        Assert.Equal(limited.OrderBy(shrinkage => shrinkage.Size), limited);
        Assert.All(limited, shrinkage => Assert.InRange(shrinkage.Square, 0.1, shrinkage.Size * shrinkage.Size));
        Assert.InRange(limited[0].Size, 0.3, 0.7);
        Assert.InRange(limited[^1].Size, 0.98, 1);
    }

    [Fact]
    public void The_data_are_those_of_the_experiment_with_other_first_points()
    {
        var clean = new ContaminatedProblem(Small with { Outliers = 0 });
        var cluster = new ContaminatedProblem(Small);
        var scattered = new ContaminatedProblem(Small with { Kind = "scattered" });
        int outliers = 400 * 5;
        Assert.Equal((0, 400), (clean.Outliers, cluster.Outliers));
        Assert.Equal(clean.Training[outliers..], cluster.Training[outliers..]);
        Assert.Equal(clean.Training[outliers..], scattered.Training[outliers..]);
        double size = Math.Sqrt(clean.Training.Average(value => value * value));
        Assert.InRange(Math.Sqrt(scattered.Training[..outliers].Average(value => value * value)) / size, 7, 13);
        Assert.All(cluster.Training[..outliers].Index(), entry => Assert.InRange(
            Math.Abs(entry.Item - cluster.Training[entry.Index % 5]), 0, 0.1 * size));
        double[] truth = clean.Truth;
        Assert.Equal(0, clean.Oracle - clean.LogLikelihood(truth), 1e-12);
        Assert.Equal(0, clean.AmariDistance(truth), 1e-6);
        Assert.Equal(5, clean.SourcesSeparated(truth));
        Assert.Equal(4, clean.SourcesSeparated([.. truth[..5], .. truth[..5], .. truth[10..]]));
    }

    [Fact]
    public void A_run_that_is_saved_and_restored_ends_with_the_same_bits()
        => ExperimentChecks.AssertResumable(
            ExperimentRegistry.IcaLocalRobust.Identify(Small with { Samples = 500, TestSamples = 100, Dimension = 3 }));

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.IcaLocalRobust, folder);
        Assert.Equal(report.Finished + 1, File.ReadLines(Path.Combine(folder.File("report"), "runs.csv")).Count());
        Assert.Equal(4, report.Tables.Count);
    }

    [Fact]
    public void Settings_that_change_nothing_are_not_part_of_a_run()
    {
        IcaLocalRobust experiment = ExperimentRegistry.IcaLocalRobust;
        Assert.Equal(
            experiment.Identify(Small with { Outliers = 0, Kind = "scattered" }).Id,
            experiment.Identify(Small with { Outliers = 0, Kind = "clustered", Scale = 3 }).Id);
        Assert.Equal(
            experiment.Identify(Small with { Estimator = "mle" }).Id,
            experiment.Identify(Small with { Estimator = "mle", Cutoff = 2, Bound = 4 }).Id);
        Assert.Contains(
            "samples",
            Assert.Throws<InvalidConfigException>(() => experiment.Identify(Small with { Samples = 10 })).Message,
            StringComparison.Ordinal);
    }
}
