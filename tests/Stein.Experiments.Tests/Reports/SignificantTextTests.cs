using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Reports;

/// <summary>Numbers from 10⁻⁵ to 10⁶ in one table.</summary>
public sealed class SignificantTextTests
{
    [Fact]
    public void Numbers_over_many_decades_have_three_digits()
    {
        Assert.Equal("0.165", SignificantText.Number(0.165));
        Assert.Equal("7.12e−5", SignificantText.Number(7.12e-5));
        Assert.Equal("(1.46 ± 0.02)e6", SignificantText.WithError(1.457e6, 2e4));
        Assert.Equal("12.3 ± 0.4", SignificantText.WithError(12.34, 0.41));
        Assert.Equal("–", SignificantText.Number(double.NaN));
        Assert.Equal("10⁻¹²", SignificantText.PowerOfTen(-12));
    }
}
