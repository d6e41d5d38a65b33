using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Reports;

public sealed class TextTests
{
    [Theory]
    [InlineData("maxSKSD-g", "maxSKSD-g")]
    [InlineData("a_b & 5 % #1 $x {y}", @"a\_b \& 5 \% \#1 \$x \{y\}")]
    [InlineData(@"\input~^", @"\textbackslash{}input\textasciitilde{}\textasciicircum{}")]
    [InlineData("−1.5 ± 0.2 –", @"$-$1.5 $\pm$ 0.2 --")]
    public void Latex_is_escaped(string text, string expected) => Assert.Equal(expected, Latex.Escape(text));

    [Theory]
    [InlineData(-10.234, "−10.23")]
    [InlineData(-0.001, "0.00")]
    [InlineData(double.NaN, "–")]
    public void Numbers_have_a_minus_sign(double value, string expected) => Assert.Equal(expected, NumberText.Fixed(value));

    [Theory]
    [InlineData(-10.234, 0.2, "−10.23 ± 0.20")]
    [InlineData(1.23456, 0.0012, "1.235 ± 0.001")]
    [InlineData(1.23456, 0.0, "1.23 ± 0.00")]
    [InlineData(1.5, double.NaN, "1.50")]
    public void A_small_error_gets_more_decimals(double mean, double error, string expected) =>
        Assert.Equal(expected, NumberText.WithError(mean, error));
}
