using Stein.Engine.Formulas;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class IcaProtocolTests
{
    [Fact]
    public void Defaults_are_the_paper()
    {
        Assert.All(IcaProtocol.Methods, method =>
        {
            var settings = new IcaSettings { Method = method };
            Assert.Empty(IcaProtocol.Deviations(settings));
            Assert.Equal(method, settings.RowId);
        });
    }

    [Fact]
    public void A_variant_is_a_row_of_its_own_beneath_its_method()
    {
        var lsd = new IcaSettings { Method = "lsd", Probes = 10, Kernel = "imq" };
        Assert.Equal("lsd (10 probes)", lsd.RowId);
        Assert.Equal("ksd (imq kernel, V-statistic)", (lsd with { Method = "ksd", Statistic = PairStatistic.V }).RowId);
        Assert.Equal("maxsksd", (lsd with { Method = "maxsksd", Kernel = "rbf", Statistic = PairStatistic.V }).RowId);
        Assert.Equal("LSD (10 probes)", IcaMethod.Find(lsd.RowId).Name);
        Assert.Equal(
            ["ksd", "lsd", "lsd (10 probes)", "maxsksd", "other", "whitening"],
            IcaMethod.InOrder(["whitening", "lsd (10 probes)", "other", "maxsksd", "lsd", "ksd"]).Select(method => method.Id));
    }

    [Fact]
    public void A_variant_is_compared_with_its_method()
    {
        IcaRun[] runs =
        [
            new("lsd", 10, 60, -10, -9, 0, 1),
            new("lsd", 10, 70, -11, -9, 0, 1),
            new("lsd (10 probes)", 10, 60, -10.5, -9, 0, 1),
            new("lsd (10 probes)", 10, 70, -11.7, -9, 0, 1),
        ];
        IcaDifferenceRow row = Assert.Single(IcaDifferences.Rows(runs, comparePaper: false));
        Assert.Equal("LSD (10 probes) − LSD", row.Comparison);
        Assert.Equal(-0.6, row.Mean, 1e-12);
    }

    [Fact]
    public void Deviations_name_the_option_and_the_paper()
    {
        IReadOnlyList<string> deviations = IcaProtocol.Deviations(new IcaSettings { Iterations = 3000, LearningRate = 0.01 });
        Assert.Equal(["--iterations 3000 (paper: 15000)", "--learning-rate 0.01 (paper: 0.001)"], deviations);
    }

    /// <summary>By hand at B = 2, D = 3, H = 4: 6BD² = 108; KSD adds 1·(9 + 14) + 2·4·3; LSD adds 14BH² + 6H²D + 14BDH.</summary>
    [Fact]
    public void Operations_are_counted()
    {
        var settings = new IcaSettings { Batch = 2, Dimension = 3, Hidden = 4 };
        Assert.Equal(108 + 23 + 24, IcaOperations.OfIteration(settings with { Method = "ksd" }));
        Assert.Equal(108 + 448 + 288 + 336, IcaOperations.OfIteration(settings with { Method = "lsd" }));
        Assert.Equal(0, IcaOperations.OfIteration(settings with { Method = "whitening" }));
    }
}
