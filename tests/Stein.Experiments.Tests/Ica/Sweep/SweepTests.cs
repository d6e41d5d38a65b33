using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Ica.Sweep;
using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Sweep;

public sealed class SweepTests
{
    private static readonly uint[] Seeds = [60, 70, 80, 90, 100];

    /// <summary>
    /// The 97.5 % quantile of Student's t with four degrees of freedom is as improbable as 1.96 of the normal distribution.
    /// </summary>
    [Theory]
    [InlineData(2.7764451, 4, 1.9599640)]
    [InlineData(-2.7764451, 4, -1.9599640)]
    [InlineData(1.5, double.PositiveInfinity, 1.5)]
    [InlineData(0, 4, 0)]
    public void A_difference_is_a_normal_deviate(double t, double degreesOfFreedom, double deviate)
    {
        var cell = new SweepCell(10, new Summary(5, 0, 1), 0, new PaperComparison(2 * t, 2, degreesOfFreedom, ""));
        Assert.Equal(deviate, cell.Deviate, 1e-6);
    }

    /// <summary>
    /// If a setting is the paper's, its p is uniform: of 2 000 tables, 5 % are below 0.05, up to a binomial error of four standard
    /// deviations. Ours have five seeds at each dimension, and the paper another five.
    /// </summary>
    [Fact]
    public void The_paper_s_own_setting_is_rejected_as_often_as_said()
    {
        const int Tables = 2000;
        var random = new MersenneTwister(60, threadSafe: false);
        int rejected = 0;
        for (int table = 0; table < Tables; table++)
        {
            SweepScore score = SweepScore.Of(PublishedIca.Dimensions.Select(dimension =>
            {
                OracleSpread spread = OracleSpread.Of(dimension);
                double paper = spread.MeanOracle - 3
                    + (spread.StandardDeviation * Normal.Sample(random, 0, 1 / Math.Sqrt(PublishedIca.Seeds)))
                    + Normal.Sample(random, 0, 1 / Math.Sqrt(PublishedIca.Seeds));
                return SweepCell.OfMean(dimension, Summary.Of([.. Seeds.Select(_ => Normal.Sample(random, 3, 1))]), paper);
            }));
            rejected += score.P < 0.05 ? 1 : 0;
        }

        double deviation = Math.Sqrt(Tables * 0.05 * 0.95);
        Assert.InRange(rejected, (Tables * 0.05) - (4 * deviation), (Tables * 0.05) + (4 * deviation));
    }

    [Fact]
    public void A_training_that_diverged_rejects_its_setting_and_no_numbers_are_no_verdict()
    {
        Assert.Equal(0, SweepScore.Of([SweepCell.OfMean(10, Summary.Of([1, double.NaN, 3]), -10)]).P);
        Assert.True(double.IsNaN(SweepScore.Of([]).P));
    }

    /// <summary>The table with the numbers of the sweep says what the ICA table says of the same runs.</summary>
    [Fact]
    public void Cells_are_those_of_the_published_table()
    {
        IcaRun[] runs =
        [
            .. from dimension in PublishedIca.Dimensions
               from seed in Seeds
               select IcaSample.Run("maxsksd", dimension, (int)seed, (-seed / 20.0) - dimension, seed / 100.0),
        ];
        IcaTableRow[] rows = [.. IcaSample.Table(runs, comparePaper: true).Rows.Where(row => row.Row is not null)];
        var candidate = new SweepCandidate(
            [.. runs.Select(run => Run("maxsksd", run.Dimension, (uint)run.Seed, run.TestLogLikelihood, run.Oracle))], rule: 0);
        Assert.Equal(rows.Select(row => (row.Dimension, row.Gap, row.Comparison)), candidate.Cells.Select(
            cell => (cell.Dimension, cell.Gap, cell.Comparison)));
    }

    /// <summary>
    /// Runs that lie where the paper is, except with the released defaults of maxSKSD-g: the tables name the setting that explains the row.
    /// </summary>
    [Fact]
    public void The_report_finds_the_setting_that_explains_the_table()
    {
        IcaSettings[] changes = [new(), new() { BandwidthScale = 2 }, new() { BandwidthScale = 3 }];
        SweepRun[] runs =
        [
            .. from method in (string[])["ksd", "lsd", "maxsksd"]
               from change in changes
               where method != "lsd" || change.BandwidthScale == 1
               from dimension in PublishedIca.Dimensions
               from seed in Seeds
               let paper = PublishedIca.TestLogLikelihood(IcaMethod.Find(method).Name, dimension)
               let oracle = OracleSpread.Of(dimension).MeanOracle
               let off = change.BandwidthScale switch
               {
                   1 => method == "maxsksd" ? -20 : 0,
                   2 => 0,
                   _ => 20,
               }
               let noise = method.Length * (seed - 80.0) / 100
               select Run(method, dimension, seed, paper + off + noise, oracle, change),
        ];
        Report report = new SweepReport(
            runs,
            comparePaper: true,
            (change, method) => method.Id == "lsd" ? SweepRun.ReleasedDefaults : SweepRun.SettingOf(change with { Method = method.Id }),
            remarks: "").Compose(new DataTable("runs", ["a"], []));

        Table choice = Table(report, "choice");
        Assert.Equal(["maxSKSD-g", "18", "6", "0", "12", "bandwidth × 2"], choice.Rows[^1].SkipLast(2));
        Assert.Equal(["bandwidth × 2", "last iteration", "0.0", "1.000", "consistent", "35 of 35"], Table(report, "all_methods").Rows[0]);

        IReadOnlyList<IReadOnlyList<string>> verdicts = Table(report, "verdicts").Rows;
        Assert.Equal(35, verdicts.Count);
        Assert.Equal(14, verdicts.Count(row => row[^1] == "agrees"));
        Assert.Equal(21, verdicts.Count(row => row[^1] == "explained by the best setting"));

        IReadOnlyList<string> differences = Table(report, "setting_differences").Rows.Single(
            row => row[0] == "maxSKSD-g" && row[1] == "bandwidth × 2");
        Assert.Equal(7, differences.Count - 2);
        Assert.All(differences.Skip(2), cell => Assert.StartsWith("20.0", cell, StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_of_its_own_is_refused()
        => Assert.Throws<InvalidConfigException>(
            () => ExperimentRegistry.IcaSettings.Identify(new IcaSettings { Evaluation = EvaluationRule.Average }));

    [Fact]
    public void Of_runs_that_are_not_the_paper_s_nothing_is_compared_with_it()
    {
        Report report = new SweepReport(
            [Run("ksd", 10, 60, -10, -9), Run("ksd", 10, 60, -11, -9, new() { BandwidthScale = 2 })],
            comparePaper: false,
            (_, _) => "",
            remarks: "").Compose(new DataTable("runs", ["a"], []));
        Assert.Equal(
            ["setting_differences", "rule_differences"], report.Sections.OfType<Table>().Select(table => table.Name));
    }

    private static Table Table(Report report, string name) => report.Sections.OfType<Table>().Single(table => table.Name == name);

    private static SweepRun Run(
        string method, int dimension, uint seed, double logLikelihood, double oracle, IcaSettings? change = null)
        => new(
            (change ?? new()) with { Method = method, Dimension = dimension, Seed = seed },
            oracle,
            [.. SweepRun.Rules.Select(_ => logLikelihood)],
            Swing: double.NaN);
}
