using System.Reflection;
using ScottPlot;
using SkiaSharp;

namespace Stein.Experiments.Reports;

/// <summary>
/// Draws every text of a figure with DejaVu Sans from this assembly: figures are the same on every machine, also on one without fonts,
/// where ScottPlot would draw no text at all.
/// </summary>
internal sealed class EmbeddedFont : IFontResolver
{
    public const string Name = "DejaVu Sans";

    private static readonly Lazy<bool> Registration = new(Register);

    private EmbeddedFont()
    {
    }

    /// <summary>Makes the font ScottPlot's default for this process; further calls do nothing.</summary>
    public static void Use() => _ = Registration.Value;

    /// <summary>The typeface, whatever weight and slant is asked for: one regular face serves all text of the figures.</summary>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Name ? Load() : null;

    SKTypeface? IFontResolver.CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Load() : null;

    private static bool Register()
    {
        Fonts.FontResolvers.Insert(0, new EmbeddedFont());
        Fonts.Default = Name;
        Fonts.Sans = Name;
        return true;
    }

    private static SKTypeface Load()
    {
        const string Resource = "Stein.Experiments.Reports.Fonts.DejaVuSans.ttf";
        using Stream font = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the build; rebuild Stein.Experiments.");
        using var data = SKData.Create(font);
        return SKTypeface.FromData(data);
    }
}
