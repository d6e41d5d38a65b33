using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Published;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class IcaTableTests
{
    [Fact]
    public void Rows_are_in_the_order_of_the_paper_with_the_baselines_beneath()
    {
        IReadOnlyList<IcaTableRow> rows = IcaSample.Table(IcaSample.Runs, comparePaper: true).Rows;
        Assert.Equal(["KSD", "LSD", "maxSKSD-g", "whitening", "MLE", "oracle"], rows.Select(row => row.Method).Distinct());
        Assert.Equal([10, 20], rows.Where(row => row.Method == "KSD").Select(row => row.Dimension));
    }

    [Fact]
    public void Mean_error_and_gap_are_over_the_seeds()
    {
        IcaRun[] runs =
        [
            IcaSample.Run("ksd", 10, 1, -10, -9, 0.1),
            IcaSample.Run("ksd", 10, 2, -12, -9.5, 0.3),
            IcaSample.Run("ksd", 10, 3, -14, -10, 0.2),
        ];
        IcaTableRow row = IcaSample.Table(runs, comparePaper: false).Rows[0];
        Assert.Equal(3, row.Seeds);
        Assert.Equal(-12, row.LogLikelihood.Mean, 1e-12);
        Assert.Equal(2 / Math.Sqrt(3), row.LogLikelihood.StandardError, 1e-12);
        Assert.Equal(-9.5, row.Oracle, 1e-12);
        Assert.Equal(2.5, row.Gap.Mean, 1e-12);
        Assert.Equal(0.2, row.AmariDistance.Mean, 1e-12);
        Assert.Equal(double.NaN, row.Paper);
        Assert.Equal("–", row.Comparison.Verdict);
    }

    [Fact]
    public void The_paper_is_compared_only_when_told()
    {
        IReadOnlyList<IcaTableRow> rows = IcaSample.Table(IcaSample.Runs, comparePaper: true).Rows;
        IcaTableRow ksd = rows.Single(row => row is { Method: "KSD", Dimension: 10 });
        Assert.Equal(-10.23, ksd.Paper);
        Assert.Equal(OracleSpread.Of(10).MeanOracle - ksd.Gap.Mean, ksd.Comparable, 1e-12);
        Assert.Equal(ksd.Comparable - ksd.Paper, ksd.Comparison.Difference, 1e-12);
        Assert.NotEqual("–", ksd.Comparison.Verdict);
        Assert.All(rows.Where(row => row.Method is "whitening" or "MLE" or "oracle"), row => Assert.Equal("–", row.Comparison.Verdict));
        Assert.All(IcaSample.Table(IcaSample.Runs, comparePaper: false).Rows, row => Assert.Equal("–", row.Comparison.Verdict));
    }

    [Fact]
    public void Missing_seeds_are_counted_and_one_seed_has_no_error()
    {
        IcaRun[] runs = [.. IcaSample.Runs.Where(run => run.Row != IcaSample.Row("ksd") || run.Seed == 60)];
        IcaTableRow row = IcaSample.Table(runs, comparePaper: true, seedsExpected: 5).Rows.First(row => row.Method == "KSD");
        Assert.Equal(1, row.Seeds);
        Assert.Equal(double.NaN, row.LogLikelihood.StandardError);
        Assert.Equal("–", row.Comparison.Verdict);
    }

    [Fact]
    public void Differences_are_paired_by_the_seeds_both_methods_have()
    {
        IcaRun[] runs =
        [
            IcaSample.Run("ksd", 10, 1, -10, -9),
            IcaSample.Run("ksd", 10, 2, -12, -9),
            IcaSample.Run("ksd", 10, 3, -50, -9),
            IcaSample.Run("maxsksd", 10, 2, -11, -9),
            IcaSample.Run("maxsksd", 10, 1, -11, -9),
            IcaSample.Run("lsd", 20, 1, -1, -9),
        ];
        IcaDifferenceRow row = Assert.Single(IcaSample.Table(runs, comparePaper: true).Differences);
        Assert.Equal(("KSD − maxSKSD-g", 10, 2), (row.Name, row.Dimension, row.Difference.Count));
        Assert.Equal(0, row.Difference.Mean, 1e-12);
        Assert.Equal(1, row.Difference.StandardError, 1e-12);
        Assert.Equal(-10.23 + 10.45, row.Paper, 1e-12);
    }

    [Fact]
    public void The_published_table_is_complete()
    {
        Assert.Equal([10, 20, 40, 60, 80, 100, 200], PublishedIca.Dimensions);
        Assert.Equal(47.72, PublishedIca.TestLogLikelihood("maxSKSD-g", 200));
        Assert.Equal(double.NaN, PublishedIca.TestLogLikelihood("MLE", 200));
    }
}
