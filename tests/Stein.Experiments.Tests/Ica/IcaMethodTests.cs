using Stein.Engine.Formulas;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class IcaMethodTests
{
    [Fact]
    public void Defaults_are_the_paper()
    {
        Assert.All(IcaMethod.Names, method =>
        {
            var settings = new IcaSettings { Method = method };
            Assert.Empty(IcaExperiment.Deviations(settings));
            Assert.Equal(method, IcaRow.Of(settings).Id);
        });
    }

    [Fact]
    public void A_variant_is_a_row_of_its_own_beneath_its_method()
    {
        var lsd = new IcaSettings { Method = "lsd", Probes = 10, Kernel = "imq" };
        Assert.Equal("lsd (10 probes)", IcaRow.Of(lsd).Id);
        Assert.Equal("ksd (imq kernel, V-statistic)", IcaRow.Of(lsd with { Method = "ksd", Statistic = PairStatistic.V }).Id);
        Assert.Equal("maxsksd", IcaRow.Of(lsd with { Method = "maxsksd", Kernel = "rbf", Statistic = PairStatistic.V }).Id);
        Assert.Equal("LSD (10 probes)", IcaRow.Of(lsd).Name);
        IcaRow[] rows =
            [IcaSample.Row("whitening"), IcaRow.Of(lsd), IcaSample.Row("maxsksd"), IcaSample.Row("lsd"), IcaSample.Row("ksd")];
        Assert.Equal(["ksd", "lsd", "lsd (10 probes)", "maxsksd", "whitening"], rows.Order().Select(row => row.Id));
    }

    [Fact]
    public void A_variant_is_compared_with_its_method()
    {
        IcaRun[] runs =
        [
            IcaSample.Run("lsd", 10, 60, -10, -9),
            IcaSample.Run("lsd", 10, 70, -11, -9),
            IcaSample.Run("lsd", 10, 60, -10.5, -9) with { Row = IcaSample.Row("lsd", "10 probes") },
            IcaSample.Run("lsd", 10, 70, -11.7, -9) with { Row = IcaSample.Row("lsd", "10 probes") },
        ];
        IcaDifferenceRow row = Assert.Single(IcaSample.Table(runs, comparePaper: false).Differences);
        Assert.Equal("LSD (10 probes) − LSD", row.Name);
        Assert.Equal(-0.6, row.Difference.Mean, 1e-12);
    }

    [Fact]
    public void Deviations_name_the_option_and_the_paper()
    {
        IEnumerable<string> deviations = IcaExperiment.Deviations(new IcaSettings { Iterations = 3000, LearningRate = 0.01 });
        Assert.Equal(["--iterations 3000 (paper: 15000)", "--learning-rate 0.01 (paper: 0.001)"], deviations);
    }

    /// <summary>By hand at B = 2, D = 3, H = 4: 6BD² = 108; KSD adds 1·(9 + 14) + 2·4·3; LSD adds 14BH² + 6H²D + 14BDH.</summary>
    [Fact]
    public void Operations_are_counted()
    {
        var settings = new IcaSettings { Batch = 2, Dimension = 3, Hidden = 4 };
        Assert.Equal(108 + 23 + 24, IcaMethod.Find("ksd").Operations(settings));
        Assert.Equal(108 + 448 + 288 + 336, IcaMethod.Find("lsd").Operations(settings));
        Assert.Equal(0, IcaMethod.Find("whitening").Operations(settings));
    }
}
