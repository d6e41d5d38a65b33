using ScottPlot;
using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Reports;

public sealed class EmbeddedFontTests
{
    [Fact]
    public void ScottPlot_takes_the_font_from_the_assembly_and_it_has_every_character_of_the_labels()
    {
        EmbeddedFont.Use();
        var typeface = Fonts.GetTypeface(Fonts.Default, FontWeight.Normal, FontSlant.Upright, FontSpacing.Normal);
        Assert.Equal(EmbeddedFont.Name, typeface.FamilyName);
        Assert.IsType<EmbeddedFont>(Fonts.FontResolvers[0]);
        Assert.True(typeface.ContainsGlyphs("0123456789−±–×₀.,()=D abcxyz ABCXYZ\u2009"));
    }
}
